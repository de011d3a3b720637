namespace PluginHost.Server;

/// <summary>What an open connection is told about by on the admin page. It exists only where there is one. Written on the loop.</summary>
/// <param name="path">The path of its request.</param>
/// <param name="subprotocol">What was agreed on; empty for none.</param>
/// <param name="since">When it was opened; milliseconds of the loop's clock.</param>
internal sealed class ConnectionRecord(string path, string subprotocol, long since)
{
    private const int LongestPath = 200;

    /// <summary>Messages and bytes of the stream, in and out.</summary>
    public long MessagesIn, MessagesOut, BytesIn, BytesOut;

    /// <summary>The path of its request, cut where it is long.</summary>
    public string Path { get; } = path.Length <= LongestPath ? path : string.Concat(path.AsSpan(0, LongestPath), "…");

    /// <summary>What was agreed on; empty for none.</summary>
    public string Subprotocol => subprotocol;

    /// <summary>When it was opened; milliseconds of the loop's clock.</summary>
    public long Since => since;
}
