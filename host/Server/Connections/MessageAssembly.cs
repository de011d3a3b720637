using System.Diagnostics.CodeAnalysis;
using PluginHost.Server.Buffers;

namespace PluginHost.Server.Connections;

/// <summary>
/// Where a message is put together that does not lie in one piece. It is made when there is first one; between messages it holds no memory, unless the peer sends
/// the next one in the same turn.
/// </summary>
/// <param name="connection">The connection.</param>
internal sealed class MessageAssembly(Connection connection)
{
    private byte[]? _array;

    /// <summary>The pinned array that the message lies in, from <see cref="Loop.Headroom"/> on.</summary>
    public byte[] Array => _array!;

    /// <summary>Bytes of the message so far.</summary>
    public int Length { get; private set; }

    /// <summary>The message is complete.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>A message is being put together.</summary>
    [MemberNotNullWhen(true, nameof(_array))]
    public bool IsInProgress => _array is not null && !IsComplete;

    /// <summary>The message lies in that array.</summary>
    public bool LiesIn([NotNullWhen(true)] byte[]? array) => array is not null && ReferenceEquals(array, _array);

    /// <summary>Room behind the message.</summary>
    /// <param name="least">At least so many bytes, where the array must grow.</param>
    public Segment Room(int least)
    {
        Grow(least);
        var start = Loop.Headroom + Length;
        return new Segment(_array!, start, _array!.Length - start);
    }

    /// <summary>A message begins.</summary>
    /// <param name="first">Bytes of its first piece.</param>
    public void Begin(int first)
    {
        if (connection.Outbox.RefersToAssembly) connection.Outbox.Flush(); // the batch refers to the message before
        Length = 0;
        IsComplete = false;
        if (_array is not null && _array.Length >= Loop.Headroom + first) return;
        Release();
        _array = PinnedPool.Shared.Rent(Size(Loop.Headroom + first));
    }

    /// <summary>A piece has been received; it is copied, unless it has been received where it belongs.</summary>
    public void Add(byte[] buffer, int start, int length)
    {
        if (!LiesIn(buffer))
        {
            Grow(length);
            buffer.AsSpan(start, length).CopyTo(_array.AsSpan(Loop.Headroom + Length));
        }
        Length += length;
    }

    /// <summary>Bytes have been written into <see cref="Room"/>.</summary>
    public void Written(int count) => Length += count;

    /// <summary>That was the last of it.</summary>
    public void Complete() => IsComplete = true;

    /// <summary>The array goes over to whoever asks, if it is that of a complete message.</summary>
    public bool GivesAway(byte[] array)
    {
        if (!LiesIn(array) || !IsComplete) return false;
        _array = null;
        Release();
        return true;
    }

    /// <summary>Nothing of the message is needed any more.</summary>
    public void Release()
    {
        if (_array is not null) PinnedPool.Shared.Return(_array);
        _array = null;
        Length = 0;
        IsComplete = false;
    }

    private void Grow(int more)
    {
        var needed = Loop.Headroom + Length + more;
        if (needed <= _array!.Length) return;
        var bigger = PinnedPool.Shared.Rent(Size(needed));
        _array.AsSpan(0, Loop.Headroom + Length).CopyTo(bigger);
        PinnedPool.Shared.Return(_array);
        _array = bigger;
    }

    /// <summary>What is announced need not come, so memory goes ahead of what has come by a bounded factor only.</summary>
    private int Size(int needed)
    {
        var announced = (long)Loop.Headroom + connection.State.Message.Length;
        var max = (long)Loop.Headroom + connection.Settings.MaxMessage;
        return (int)Math.Max(needed, Math.Min(max, Math.Min(16L * needed, Math.Max(announced, 2L * needed))));
    }
}
