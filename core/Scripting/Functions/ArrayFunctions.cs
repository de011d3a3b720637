using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>The built-in object <c>array</c>. A list may also be a range, a text (its characters) or an object (its members).</summary>
internal static class ArrayFunctions
{
    private const int SetEntry = 48;

    public static FunctionGroup Group { get; } = new("array",
        new("add", "list value", "A new list with a value added at the end.", Add),
        new("add_range", "list1 list2", "A new list of both lists' items, one list after the other.", Concat),
        new("compact", "list", "A new list without the nulls.", Compact),
        new("concat", "list1 list2", "A new list of both lists' items, one list after the other.", Concat),
        new("cycle", "list group?", "The next item at each call; lists of the same items, or of one `group`, share their place.", Cycle),
        new("any", "list function args...", "Whether the function is true for an item; `args` follow the item.", ArrayCallbacks.Any),
        new("each", "list function", "A new list of what the function makes of each item.", ArrayCallbacks.Each),
        new("filter", "list function", "A new list of the items for which the function is true.", ArrayCallbacks.Filter),
        new("first", "list", "The first item, or null.", First),
        new("insert_at", "list index value", "A new list with a value inserted at a place from 0; filled up with nulls.", InsertAt),
        new("join", "list delimiter function?",
            "The items' text with a delimiter between; the function changes each.", ArrayCallbacks.Join),
        new("last", "list", "The last item, or null.", Last),
        new("limit", "list count", "A new list of the first items.", Limit),
        new("map", "list member", "A new list of one member of each item.", Map),
        new("offset", "list index", "A new list of the items from a place on.", Offset),
        new("remove_at", "list index", "A new list without the item at a place; -1 is the last.", RemoveAt),
        new("reverse", "list", "A new list in reverse order.", Reverse),
        new("size", "list", "The number of items.", call => ScriptValue.Of(call.List(0).Count)),
        new("sort", "list member?",
            "A new list in ascending order of the items, or of a member of them; equal ones keep their order.", Sort),
        new("uniq", "list", "A new list without repetitions.", Uniq),
        new("contains", "list item", "Whether an item is in the list.", Contains));

    private static ScriptValue Add(Call call)
    {
        var list = call.List(0);
        var result = call.Copy(0, list, 0, list.Count, 1);
        result.Add(call[1]);
        return ScriptValue.Of(result);
    }

    private static ScriptValue Concat(Call call)
    {
        var (first, second) = (call.List(0), call.List(1));
        var count = second.Count;
        if (count > int.MaxValue / 2) throw call.Fail(1, "is too long");
        var result = call.Copy(0, first, 0, first.Count, (int)count);
        for (long i = 0; i < count; i++) result.Add(call.Item(1, second, i));
        return ScriptValue.Of(result);
    }

    private static ScriptValue Compact(Call call)
    {
        var list = call.List(0);
        var result = call.Empty();
        for (long i = 0; i < list.Count; i++)
            if (call.Item(0, list, i) is { IsNull: false } item) call.Run.Append(result, item);
        return ScriptValue.Of(result);
    }

    private static ScriptValue Cycle(Call call)
    {
        var list = call.List(0);
        if (list.Count == 0) return default;
        var key = new TextBuilder(call.Run);
        key.Append(call[1].IsNull ? "list " : "group ");
        key.Append(call[1].IsNull ? call[0] : call[1]);
        return call.Item(0, list, call.Run.NextInCycle(key.Take()) % list.Count);
    }

    private static ScriptValue First(Call call) => call.List(0) is { Count: > 0 } list ? call.Item(0, list, 0) : default;

    private static ScriptValue Last(Call call) => call.List(0) is { Count: > 0 } list ? call.Item(0, list, list.Count - 1) : default;

    private static ScriptValue InsertAt(Call call)
    {
        var (list, index) = (call.List(0), Math.Max(0, call.Int32(1)));
        var room = Math.Max(0, index - list.Count) + 1;
        if (room > int.MaxValue / 2) throw call.Fail(1, "is out of range");
        call.Run.StepMany(room);
        var result = call.Copy(0, list, 0, list.Count, (int)room);
        result.Insert(index, call[2]);
        return ScriptValue.Of(result);
    }

    private static ScriptValue Limit(Call call)
    {
        var list = call.List(0);
        return ScriptValue.Of(call.Copy(0, list, 0, Math.Clamp(call.Integer(1), 0, list.Count)));
    }

    private static ScriptValue Member(Call call, ScriptValue item, string name) =>
        item.IsNull ? default : Members.Get(call.Run, item, name);

    private static ScriptValue Offset(Call call)
    {
        var list = call.List(0);
        var from = Math.Clamp(call.Integer(1), 0, list.Count);
        return ScriptValue.Of(call.Copy(0, list, from, list.Count - from));
    }

    private static ScriptValue Map(Call call)
    {
        var (list, member) = (call.List(0), call.Text(1));
        var result = call.Empty();
        for (long i = 0; i < list.Count; i++) call.Run.Append(result, Member(call, call.Item(0, list, i), member));
        return ScriptValue.Of(result);
    }

    private static ScriptValue RemoveAt(Call call)
    {
        var (list, index) = (call.List(0), call.Integer(1));
        var result = call.Copy(0, list, 0, list.Count);
        if (index < 0) index += result.Count;
        if (index >= 0 && index < result.Count) result.RemoveAt((int)index);
        return ScriptValue.Of(result);
    }

    private static ScriptValue Reverse(Call call)
    {
        var list = call.List(0);
        var copy = call.Copy(0, list, 0, list.Count);
        call.Run.ChargeArray(copy.Count);
        var result = new ScriptArray(copy.Count);
        for (var i = copy.Count; i > 0; i--) result.Add(copy[i - 1]);
        return ScriptValue.Of(result);
    }

    private static ScriptValue Sort(Call call)
    {
        var list = call.List(0);
        var items = call.Copy(0, list, 0, list.Count);
        var keys = items;
        if (call.TextOrNull(1) is { } member)
        {
            call.Run.ChargeArray(items.Count);
            call.Run.StepMany(items.Count);
            keys = new ScriptArray(items.Count);
            for (var i = 0; i < items.Count; i++) keys.Add(Member(call, items[i], member));
        }
        call.Run.ChargeArray(items.Count);
        var result = new ScriptArray(items.Count);
        foreach (var place in StableSort.Places(call.Run, keys.RawItems)) result.Add(items[place]);
        return ScriptValue.Of(result);
    }

    private static ScriptValue Uniq(Call call)
    {
        var list = call.List(0);
        var (result, seen) = (call.Empty(), new HashSet<ScriptValue>());
        for (long i = 0; i < list.Count; i++)
        {
            var item = call.Item(0, list, i);
            if (item.AsString() is { } text) call.Run.Pass(text.Length);
            call.Run.Charge(SetEntry);
            if (seen.Add(item)) call.Run.Append(result, item);
        }
        return ScriptValue.Of(result);
    }

    private static ScriptValue Contains(Call call)
    {
        if (call[0].AsRange() is { } range && call[1].AsInteger() is { } number) return ScriptValue.Of(range.Contains(number));
        var list = call.List(0);
        for (long i = 0; i < list.Count; i++)
        {
            var item = call.Item(0, list, i);
            if (item.AsString() is { } text) call.Run.Pass(text.Length);
            if (ValueComparison.AreEqual(item, call[1])) return ScriptValue.True;
        }
        return ScriptValue.False;
    }
}
