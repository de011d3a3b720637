using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Server.Connections;

/// <summary>What is counted of a connection: for its loop always, for itself where somebody may look.</summary>
internal sealed partial class Connection
{
    private ConnectionRecord? _record;

    /// <summary>What it is told about by; <see langword="null"/> before it is open, and where nobody looks. On its loop.</summary>
    public ConnectionRecord? Record => _record;

    /// <summary>A message was dropped because too much waits; from any thread.</summary>
    public void CountDroppedElsewhere() => Interlocked.Increment(ref Loop.Counters.DroppedElsewhere);

    private void CountReceived(int bytes)
    {
        Loop.Counters.BytesReceived += bytes;
        if (_record is { } record) record.BytesIn += bytes;
    }

    private void CountSent(long bytes)
    {
        Loop.Counters.BytesSent += bytes;
        if (_record is { } record) record.BytesOut += bytes;
    }

    private void CountMessageReceived()
    {
        Loop.Counters.MessagesReceived++;
        if (_record is { } record) record.MessagesIn++;
    }

    private void CountMessageSent()
    {
        Loop.Counters.MessagesSent++;
        if (_record is { } record) record.MessagesOut++;
    }

    /// <summary>Whole frames of data, gathered elsewhere, are sent.</summary>
    private void CountFramesSent(ReadOnlySpan<byte> frames)
    {
        var count = FramesIn(frames);
        Loop.Counters.MessagesSent += count;
        if (_record is { } record) record.MessagesOut += count;
    }

    /// <summary>Shared frames are sent: the loop has counted them already.</summary>
    private void CountShared(ReadOnlySpan<byte> frames)
    {
        if (_record is { } record) record.MessagesOut += FramesIn(frames);
    }

    /// <summary>Shared frames are not sent.</summary>
    private void CountSharedDropped(ReadOnlySpan<byte> frames, bool isFull)
    {
        var count = FramesIn(frames);
        Loop.Counters.SharedDeliveries -= count;
        if (isFull) Loop.Counters.DroppedUnsent += count - 1; // one has been counted
    }

    private static int FramesIn(ReadOnlySpan<byte> frames)
    {
        var rules = new FrameRules(ExpectMasked: false, InMessage: false, ReservedBits.Rsv1, long.MaxValue, NoMoreFragments: false);
        var count = 0;
        for (; !frames.IsEmpty; count++)
        {
            var header = FrameHeaderDecoder.Decode(frames, rules).Header;
            frames = frames[(header.Size + (int)header.PayloadLength)..];
        }
        return count;
    }
}
