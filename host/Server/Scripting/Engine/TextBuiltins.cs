using Scriban.Runtime;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>Functions on texts and lists that the library leaves to a culture, or without a bound.</summary>
internal static class TextBuiltins
{
    /// <summary>The functions of the group <c>string</c> that are the host's.</summary>
    public static IReadOnlyList<HostFunction> Strings { get; } =
    [
        new("string.starts_with", "text value", call => call.Text(1) is { Length: > 0 } value && call.Text(0).StartsWith(value, StringComparison.Ordinal)),
        new("string.ends_with", "text value", call => call.Text(1) is { Length: > 0 } value && call.Text(0).EndsWith(value, StringComparison.Ordinal)),
        new("string.equals_ignore_case", "text value", call => call[0] is not null && string.Equals(call.Text(0), call.TextOrNull(1), StringComparison.OrdinalIgnoreCase)),
        new("string.index_of", "text search start_index? count? string_comparison?", IndexOf),
        new("string.split", "text match", Split),
    ];

    /// <summary>The functions of the group <c>array</c> that are the host's.</summary>
    public static IReadOnlyList<HostFunction> Arrays { get; } = [new("array.sort", "list member?", Sort)];

    private static object IndexOf(Call call)
    {
        var (text, search) = (call.CappedText(0), call.CappedText(1));
        var start = call.Whole(2) ?? 0;
        var count = call.Whole(3) ?? text.Length - start;
        if (start < 0 || count < 0 || start + count > text.Length) throw call.Fail("the place lies outside the text");
        return text.IndexOf(search, (int)start, (int)count, call.Text(4) switch
        {
            "" or "Ordinal" or "InvariantCulture" or "CurrentCulture" => StringComparison.Ordinal,
            "OrdinalIgnoreCase" or "InvariantCultureIgnoreCase" or "CurrentCultureIgnoreCase" => StringComparison.OrdinalIgnoreCase,
            var other => throw call.Fail($"{other} is no comparison"),
        });
    }

    private static ScriptArray Split(Call call)
    {
        var (text, mark) = (call.Text(0), call.Text(1));
        var parts = new ScriptArray();
        if (mark.Length == 0 && text.Length > 0) parts.Add(text);
        for (var at = 0; at < text.Length && mark.Length > 0;)
        {
            call.Context.Step();
            var end = text.IndexOf(mark, at, StringComparison.Ordinal) is var next and >= 0 ? next : text.Length;
            if (end > at) parts.Add(text[at..end]);
            at = end + mark.Length;
        }
        return parts;
    }

    // Stable, as the library's is. Texts go by their characters' codes.
    private static ScriptArray Sort(Call call)
    {
        var context = call.Context;
        if (call[0] is null) return [];
        if (call[0] is string || context.ToList(call.Span, call[0]) is not { } list) return [call[0]];
        context.StepItems(list.Count);
        var member = call.Text(1);
        var path = member.Split('.');
        var items = list.Cast<object?>().Select((item, index) => (Item: item, Key: member.Length == 0 ? item : Find(call, item, path), Index: index)).ToArray();
        var comparisons = 0;
        try
        {
            Array.Sort(items, (left, right) =>
            {
                if ((++comparisons & 3) == 0) context.Step();
                return Compare(call, left.Key, right.Key) is var order and not 0 ? order : left.Index.CompareTo(right.Index);
            });
        }
        catch (InvalidOperationException problem) when (problem.InnerException is { } inner)
        {
            throw inner is Scriban.Syntax.ScriptRuntimeException ? inner : call.Fail("these values have no order");
        }
        return new ScriptArray(items.Select(one => one.Item));
    }

    private static object? Find(Call call, object? item, string[] path)
    {
        foreach (var name in path)
        {
            call.Context.Step();
            if (item is null || !call.Context.GetMemberAccessor(item).TryGetValue(call.Context, call.Span, item, name, out item)) return null;
        }
        return item;
    }

    private static int Compare(Call call, object? left, object? right)
    {
        if (left is null || right is null) return (left is null ? 0 : 1) - (right is null ? 0 : 1);
        if (left is string text && right is string other)
        {
            if (text.Length > 256) call.Context.StepItems(text.Length / 256);
            return string.CompareOrdinal(text, other);
        }
        return NumberOf(left) is { } one && NumberOf(right) is { } two ? one.CompareTo(two)
            : left.GetType() == right.GetType() && left is IComparable comparable and ValueType ? comparable.CompareTo(right)
            : throw call.Fail($"{ScriptValues.Describe(left)} and {ScriptValues.Describe(right)} have no order");
    }

    private static double? NumberOf(object value) => value switch
    {
        int small => small,
        double real => real,
        long large => large,
        float single => single,
        decimal exact => (double)exact,
        System.Numerics.BigInteger huge => (double)huge,
        _ => null,
    };
}
