using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>
/// A merge sort by the language's order: equal items keep their order, an order that contradicts itself does no harm, and each comparison
/// is counted by the length of the text that it may have to look at.
/// </summary>
internal static class StableSort
{
    private const int CharactersAStep = 64;

    /// <summary>Places from 0 in the order of the keys. Memory for it is charged.</summary>
    public static int[] Places(Run run, ReadOnlySpan<ScriptValue> keys)
    {
        run.Charge(2L * (24 + sizeof(int) * keys.Length));
        var places = new int[keys.Length];
        var spare = new int[keys.Length];
        for (var i = 0; i < places.Length; i++) places[i] = i;
        for (var width = 1L; width < places.Length; width *= 2)
        {
            for (var from = 0L; from < places.Length; from += 2 * width)
                Merge(run, keys, places, spare, (int)from, End(from + width, places), End(from + 2 * width, places));
            (places, spare) = (spare, places);
        }
        return places;
    }

    private static int End(long end, int[] places) => (int)Math.Min(end, places.Length);

    private static void Merge(Run run, ReadOnlySpan<ScriptValue> keys, int[] source, int[] target, int left, int middle, int end)
    {
        var right = middle;
        for (var (at, first) = (left, left); at < end; at++)
        {
            if (first < middle && (right >= end || Order(run, keys[source[first]], keys[source[right]]) <= 0))
                target[at] = source[first++];
            else
                target[at] = source[right++];
        }
    }

    private static int Order(Run run, ScriptValue left, ScriptValue right)
    {
        run.Step();
        if (left.AsString() is { } text && right.AsString() is { } other)
            run.StepMany(Math.Min(text.Length, other.Length) / CharactersAStep);
        return ValueComparison.Order(left, right);
    }
}
