using System.Collections;
using System.Numerics;
using Scriban.Runtime;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>Values as a whole.</summary>
internal static class ScriptValues
{
    /// <summary>What kind of value it is, for messages.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "null",
        string => "a text",
        bool => "a boolean",
        ScriptObject or EmptyScriptObject => "an object",
        IScriptCustomFunction => "a function",
        IList => "a list",
        DateTime => "a date",
        TimeSpan => "a time span",
        int or long or double or float or decimal or BigInteger or uint or ulong => "a number",
        KeyValuePair<string, object?> => "a pair",
        _ => "something else",
    };

    /// <summary>Items of a list, members of an object; 0 for others.</summary>
    public static int CountOf(object? value) => value switch
    {
        string => 0,
        ICollection list => list.Count,
        IScriptObject members => members.Count,
        _ => 0,
    };

    /// <summary>The items, computed now: a list that is computed when it is walked could hold another, and so on, deeper than the stack.</summary>
    public static ScriptArray ToArray(ScriptContext context, IEnumerable items)
    {
        var array = new ScriptArray();
        context.Arm();
        foreach (var item in items)
        {
            if ((array.Count & 3) == 0) context.Step();
            array.Add(item);
        }
        return array;
    }

    /// <summary>A copy that shares nothing that can be changed.</summary>
    public static object? Copy(ScriptContext context, object? value)
    {
        switch (value)
        {
            case ScriptObject members:
                context.Step();
                var copy = (ScriptObject)members.Clone(deep: false);
                foreach (var (name, member) in members)
                    if (member is ScriptObject or ScriptArray) copy.SetValue(name, Copy(context, member), readOnly: false);
                return copy;
            case ScriptArray list:
                context.StepItems(list.Count);
                var items = (ScriptArray)list.Clone(deep: false);
                for (var i = 0; i < items.Count; i++)
                    if (items[i] is ScriptObject or ScriptArray) items[i] = Copy(context, items[i]);
                return items;
            default:
                return value;
        }
    }
}

/// <summary>Makes what an evaluation leaves into data that can be kept.</summary>
/// <param name="context">What counts the steps.</param>
/// <param name="what">What it is kept in, for messages.</param>
internal sealed class Keeping(ScriptContext context, string what = "the state")
{
    // Values from outside may be as deep as those that a script puts them into.
    private const int Deepest = 2 * Nesting.Deepest;

    /// <summary>Bytes of what was kept, estimated: shared parts as often as they are held.</summary>
    public long Size { get; private set; }

    /// <summary>The value; ranges and pairs as the lists and objects that they stand for.</summary>
    public object? Keep(object? value, int depth = 0)
    {
        Size += 16 + value switch
        {
            null or bool or int => 8,
            string text => 24 + (2L * text.Length),
            BigInteger number => 32 + number.GetByteCount(),
            ValueType => 24,
            _ => 120,
        };
        if (Size > context.Limits.Memory) throw context.Exceed($"{what} is larger than {context.Limits.Memory} bytes");
        return value switch
        {
            null or string or bool or int or long or double or float or decimal or BigInteger or DateTime or TimeSpan or uint or ulong or EmptyScriptObject => value,
            ScriptArray array => KeepItems(array, depth + 1),
            ScriptRange range => KeepItems(ScriptValues.ToArray(context, range), depth + 1),
            ScriptObject members => KeepMembers(members, depth + 1),
            KeyValuePair<string, object?> pair => KeepMembers(new ScriptObject { ["key"] = pair.Key, ["value"] = pair.Value }, depth + 1),
            _ => throw context.Exceed($"{what}: {ScriptValues.Describe(value)} cannot be kept"),
        };
    }

    private ScriptArray KeepItems(ScriptArray array, int depth)
    {
        Enter(depth, array.Count);
        // What a script has set on the list itself, beside its items, is no data.
        if (array.GetMembers().Skip(1).Any()) array = new ScriptArray(array);
        for (var i = 0; i < array.Count; i++)
        {
            var item = array[i];
            var kept = Keep(item, depth);
            if (!ReferenceEquals(kept, item)) array[i] = kept;
        }
        return array;
    }

    private ScriptObject KeepMembers(ScriptObject members, int depth)
    {
        Enter(depth, members.Count);
        List<KeyValuePair<string, object?>>? changed = null;
        foreach (var (name, member) in members)
        {
            Size += 40 + (2L * name.Length);
            var kept = Keep(member, depth);
            if (!ReferenceEquals(kept, member)) (changed ??= []).Add(new(name, kept));
        }
        foreach (var (name, kept) in changed ?? []) members.SetValue(name, kept, readOnly: false);
        return members;
    }

    private void Enter(int depth, int count)
    {
        context.StepItems(count);
        if (depth > Deepest) throw context.Exceed($"{what}: a value nested deeper than {Deepest} levels cannot be kept");
    }
}
