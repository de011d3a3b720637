namespace PluginHost.Core.Scripting.Values;

/// <summary>Consecutive whole numbers, up or down: <c>1..5</c>, <c>5..1</c>, <c>1..&lt;5</c>. Holds no items.</summary>
public sealed class ScriptRange
{
    private ScriptRange(long first, long count, int step)
    {
        First = first;
        Count = count;
        Step = step;
    }

    /// <summary>The first number.</summary>
    public long First { get; }

    /// <summary>How many numbers there are: 0 or more.</summary>
    public long Count { get; }

    /// <summary>1 or -1.</summary>
    public int Step { get; }

    /// <summary>The number at a place from 0 to Count - 1.</summary>
    public long this[long index] => First + index * Step;

    /// <summary>From one number to another, downwards when the second is smaller. The count saturates at the largest long.</summary>
    public static ScriptRange Between(long first, long last, bool includesLast)
    {
        var distance = first <= last ? (Int128)last - first : (Int128)first - last;
        var count = distance + (includesLast ? 1 : 0);
        return new ScriptRange(first, (long)Int128.Min(count, long.MaxValue), first <= last ? 1 : -1);
    }

    /// <summary>Whether the number is one of these.</summary>
    public bool Contains(long number)
    {
        var place = ((Int128)number - First) * Step;
        return place >= 0 && place < Count;
    }
}
