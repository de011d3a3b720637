namespace PluginHost.Core.Policy.Topics;

/// <summary>How much of its past a topic keeps.</summary>
/// <param name="Messages">Messages, 0 and above; 0 keeps nothing.</param>
/// <param name="Bytes">Bytes of them together. A message that is larger by itself is not kept.</param>
public sealed record HistoryLimits(int Messages, long Bytes);

/// <summary>Which kept messages answer a request.</summary>
/// <param name="First">The offset of the first of them.</param>
/// <param name="Count">How many they are, up to the newest.</param>
/// <param name="IsComplete">Nothing is missing between what the asker had and the newest.</param>
public readonly record struct HistoryRange(long First, int Count, bool IsComplete);

/// <summary>
/// The numbers of a topic's history: which offsets are kept and how many bytes they have. The messages themselves lie with whoever holds the
/// window, in the order of their offsets. Offsets begin at 1 and grow by one; none is given twice in an epoch. A topic that has lost its history
/// begins another epoch.
/// </summary>
/// <param name="Epoch">Tells one life of the topic from another.</param>
/// <param name="First">The oldest kept offset; <see cref="Next"/> when nothing is kept.</param>
/// <param name="Next">The offset of the next message.</param>
/// <param name="Bytes">Bytes that are kept.</param>
/// <param name="Gap">The offset of the first message after one that is known to be lost; 0 when none is.</param>
public readonly record struct HistoryWindow(long Epoch, long First, long Next, long Bytes, long Gap)
{
    /// <summary>Messages that are kept.</summary>
    public int Count => (int)(Next - First);

    /// <summary>The newest offset; 0 before the first message.</summary>
    public long Newest => Next - 1;

    /// <summary>A topic without a past.</summary>
    public static HistoryWindow Start(long epoch) => new(epoch, 1, 1, 0, 0);

    /// <summary>A message takes the next offset. The window may now be too large: <see cref="IsTooLarge"/>.</summary>
    /// <param name="size">Its bytes.</param>
    public HistoryWindow Append(int size) => this with { Next = Next + 1, Bytes = Bytes + size };

    /// <summary>The oldest message has to go.</summary>
    public bool IsTooLarge(HistoryLimits limits) => Count > 0 && (Count > limits.Messages || Bytes > limits.Bytes);

    /// <summary>The oldest message goes.</summary>
    /// <param name="size">Its bytes.</param>
    public HistoryWindow DropFirst(int size) => this with { First = First + 1, Bytes = Bytes - size };

    /// <summary>A message is known to be lost before the next one: nobody who has not got past it yet can have everything.</summary>
    public HistoryWindow Lose() => this with { Gap = Next };

    /// <summary>What came after an offset.</summary>
    /// <param name="epoch">The epoch that the asker knows.</param>
    /// <param name="offset">The last offset that the asker has; 0 for none.</param>
    /// <returns>All that is kept, and not complete, where the asker's epoch or offset means nothing here.</returns>
    public HistoryRange Since(long epoch, long offset)
    {
        var known = epoch == Epoch && offset >= 0 && offset < Next;
        var first = known ? Math.Max(First, offset + 1) : First;
        return new HistoryRange(first, (int)(Next - first), known && offset + 1 >= First && offset >= Gap);
    }

    /// <summary>The newest messages.</summary>
    /// <param name="count">At most so many, 0 and above.</param>
    /// <returns>They are complete when the topic never had more, or when there are as many as were asked for.</returns>
    public HistoryRange Last(int count)
    {
        var first = Math.Max(First, Next - Math.Max(0, count));
        return new HistoryRange(first, (int)(Next - first), (Next - first == count || first == 1) && (Gap == 0 || first >= Gap));
    }
}
