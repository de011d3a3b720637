namespace PluginHost.Server.Connections;

/// <summary>What is counted of a connection's traffic: for its loop always, for itself where somebody may look.</summary>
internal static class Counting
{
    /// <summary>Bytes have come.</summary>
    public static void CountReceived(this Connection connection, int bytes)
    {
        connection.Loop.Counters.BytesReceived += bytes;
        if (connection.Record is { } record) record.BytesIn += bytes;
    }

    /// <summary>The stream has taken bytes.</summary>
    public static void CountSent(this Connection connection, long bytes)
    {
        connection.Loop.Counters.BytesSent += bytes;
        if (connection.Record is { } record) record.BytesOut += bytes;
    }

    /// <summary>A message has come.</summary>
    public static void CountMessageReceived(this Connection connection)
    {
        connection.Loop.Counters.MessagesReceived++;
        if (connection.Record is { } record) record.MessagesIn++;
    }

    /// <summary>A message is sent.</summary>
    public static void CountMessageSent(this Connection connection)
    {
        connection.Loop.Counters.MessagesSent++;
        if (connection.Record is { } record) record.MessagesOut++;
    }

    /// <summary>Whole frames of data, gathered elsewhere, are sent.</summary>
    public static void CountMessagesSent(this Connection connection, ReadOnlySpan<byte> frames)
    {
        var count = FrameRun.Count(frames);
        connection.Loop.Counters.MessagesSent += count;
        if (connection.Record is { } record) record.MessagesOut += count;
    }

    /// <summary>Shared frames are sent: the loop has counted them already.</summary>
    public static void CountShared(this Connection connection, ReadOnlySpan<byte> frames)
    {
        if (connection.Record is { } record) record.MessagesOut += FrameRun.Count(frames);
    }

    /// <summary>Shared frames are not sent.</summary>
    public static void CountSharedDropped(this Connection connection, ReadOnlySpan<byte> frames, bool isFull)
    {
        var count = FrameRun.Count(frames);
        connection.Loop.Counters.SharedDeliveries -= count;
        if (isFull) connection.Loop.Counters.DroppedUnsent += count - 1; // one has been counted
    }
}
