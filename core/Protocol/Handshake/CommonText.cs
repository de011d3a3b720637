using System.Text;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>Names and values that nearly every handshake has: one string for all connections, in place of a new one for each.</summary>
internal static class CommonText
{
    /// <summary>The bytes as text, one character a byte (Latin-1).</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => (bytes.Length switch
    {
        1 => Known(bytes, "/"),
        2 => Known(bytes, "13"),
        3 => Known(bytes, "GET"),
        4 => Known(bytes, "Host") ?? Known(bytes, "host"),
        6 => Known(bytes, "Origin") ?? Known(bytes, "Pragma") ?? Known(bytes, "Accept") ?? Known(bytes, "Cookie") ?? Known(bytes, "origin"),
        7 => Known(bytes, "Upgrade") ?? Known(bytes, "upgrade"),
        8 => Known(bytes, "HTTP/1.1") ?? Known(bytes, "no-cache"),
        9 => Known(bytes, "websocket") ?? Known(bytes, "WebSocket"),
        10 => Known(bytes, "Connection") ?? Known(bytes, "User-Agent") ?? Known(bytes, "connection"),
        13 => Known(bytes, "Cache-Control") ?? Known(bytes, "Authorization"),
        15 => Known(bytes, "Accept-Encoding") ?? Known(bytes, "Accept-Language"),
        17 => Known(bytes, "Sec-WebSocket-Key") ?? Known(bytes, "sec-websocket-key") ?? Known(bytes, "gzip, deflate, br"),
        21 => Known(bytes, "Sec-WebSocket-Version") ?? Known(bytes, "sec-websocket-version"),
        22 => Known(bytes, "Sec-WebSocket-Protocol"),
        24 => Known(bytes, "Sec-WebSocket-Extensions"),
        _ => null,
    }) ?? Encoding.Latin1.GetString(bytes);

    private static string? Known(ReadOnlySpan<byte> bytes, string text) => Ascii.Equals(bytes, text) ? text : null;
}
