namespace PluginHost.Server.Buffers;

/// <summary>The lengths of what waits in a <see cref="SendQueue"/>, in order, and which of it may be dropped.</summary>
internal sealed class MessageRing
{
    private int[] _lengths = new int[64]; // below zero: must stay
    private int _start;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds one at the end.</summary>
    public void Add(int length, bool droppable)
    {
        if (Count == _lengths.Length) Grow();
        this[Count++] = droppable ? length : -length;
    }

    /// <summary>Bytes have been sent from the front. What has been sent in part must stay.</summary>
    public void Advance(long sent)
    {
        while (Count > 0 && sent > 0)
        {
            var length = Math.Abs(this[0]);
            if (length > sent)
            {
                this[0] = -(int)(length - sent);
                return;
            }
            sent -= length;
            _start = (_start + 1) & (_lengths.Length - 1);
            Count--;
        }
    }

    /// <summary>Takes out the first that may be dropped and lies behind so many bytes.</summary>
    /// <param name="held">Bytes at the front that stay.</param>
    /// <param name="start">Bytes in front of it.</param>
    /// <param name="length">Its bytes.</param>
    public bool TryRemoveFirst(long held, out long start, out int length)
    {
        start = 0;
        for (var i = 0; i < Count; i++)
        {
            length = this[i];
            if (length > 0 && start >= held)
            {
                // Few lie in front: they move up.
                for (var k = i; k > 0; k--) this[k] = this[k - 1];
                _start = (_start + 1) & (_lengths.Length - 1);
                Count--;
                return true;
            }
            start += Math.Abs(length);
        }
        length = 0;
        return false;
    }

    private int this[int index]
    {
        get => _lengths[(_start + index) & (_lengths.Length - 1)];
        set => _lengths[(_start + index) & (_lengths.Length - 1)] = value;
    }

    private void Grow()
    {
        var bigger = new int[2 * _lengths.Length];
        for (var i = 0; i < Count; i++) bigger[i] = this[i];
        (_lengths, _start) = (bigger, 0);
    }
}
