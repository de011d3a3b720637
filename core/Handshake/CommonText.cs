using System.Text;

namespace PluginHost.Core.Handshake;

/// <summary>Names and values that nearly every handshake has: one string for all connections, in place of a new one for each.</summary>
internal static class CommonText
{
    private static readonly string[][] s_byLength =
    [
        .. Enumerable.Range(0, 27).Select(length => All.Where(text => text.Length == length).ToArray()),
    ];

    private static string[] All =>
    [
        "Host", "Upgrade", "Connection", "Origin", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions",
        "User-Agent", "Cache-Control", "Pragma", "Accept", "Accept-Encoding", "Accept-Language", "Cookie", "Authorization", "DNT", "Sec-Fetch-Dest",
        "Sec-Fetch-Mode", "Sec-Fetch-Site", "X-Forwarded-For", "X-Forwarded-Proto", "Forwarded",
        "host", "upgrade", "connection", "origin", "user-agent", "sec-websocket-key", "sec-websocket-version",
        "websocket", "WebSocket", "keep-alive, Upgrade", "13", "no-cache", "permessage-deflate", "gzip, deflate, br", "*/*",
    ];

    /// <summary>The bytes as text, one character a byte (Latin-1).</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < s_byLength.Length)
            foreach (var text in s_byLength[bytes.Length])
                if (Ascii.Equals(bytes, text)) return text;
        return Encoding.Latin1.GetString(bytes);
    }
}
