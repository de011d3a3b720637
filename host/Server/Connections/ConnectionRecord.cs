namespace PluginHost.Server.Connections;

/// <summary>What an open connection is told about by on the admin page. It exists only where there is one. Written on the loop.</summary>
/// <param name="path">The path of its request.</param>
/// <param name="subprotocol">What was agreed on; empty for none.</param>
/// <param name="user">The name of its user, or <see langword="null"/>.</param>
/// <param name="since">When it was opened; milliseconds of the loop's clock.</param>
internal sealed class ConnectionRecord(string path, string subprotocol, string? user, long since)
{
    private const int MaxText = 200;

    /// <summary>Messages and bytes of the stream, in and out.</summary>
    public long MessagesIn, MessagesOut, BytesIn, BytesOut;

    /// <summary>The path of its request, cut where it is long.</summary>
    public string Path { get; } = Cut(path);

    /// <summary>The name of its user, cut where it is long; <see langword="null"/> where nobody has asked who it is.</summary>
    public string? User { get; } = user is null ? null : Cut(user);

    /// <summary>What was agreed on; empty for none.</summary>
    public string Subprotocol => subprotocol;

    /// <summary>When it was opened; milliseconds of the loop's clock.</summary>
    public long Since => since;

    private static string Cut(string text) => text.Length <= MaxText ? text : string.Concat(text.AsSpan(0, MaxText), "…");
}
