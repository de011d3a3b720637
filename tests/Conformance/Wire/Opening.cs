using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PluginHost.Conformance.Wire;

/// <summary>The opening handshake as a client (RFC 6455 §4.1), by hand.</summary>
internal static class Opening
{
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>Asks for a connection and checks the answer.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="offer">The value of <c>Sec-WebSocket-Extensions</c>, or null to offer none.</param>
    /// <param name="stream">Connected.</param>
    /// <param name="input">Reads from <paramref name="stream"/>.</param>
    /// <returns>The <c>Sec-WebSocket-Extensions</c> of the answer, or null when there is none.</returns>
    public static async Task<string?> PerformAsync(Uri url, string? offer, Stream stream, Input input)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var request = new StringBuilder($"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nUpgrade: websocket\r\n")
            .Append(CultureInfo.InvariantCulture, $"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n");
        if (offer is not null) request.Append(CultureInfo.InvariantCulture, $"Sec-WebSocket-Extensions: {offer}\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request.Append("\r\n").ToString())).ConfigureAwait(false);

        var head = Encoding.Latin1.GetString(await input.ReadHeadAsync().ConfigureAwait(false));
        var lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        if (!lines[0].StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal)) throw new ProtocolFault($"the server answered \"{lines[0]}\"");
        if (!Is(Field(lines, "Upgrade"), "websocket") || !Is(Field(lines, "Connection"), "upgrade"))
            throw new ProtocolFault("the server's answer lacks Upgrade or Connection");
        if (Field(lines, "Sec-WebSocket-Accept") != Accept(key)) throw new ProtocolFault("the server's Sec-WebSocket-Accept is wrong");
        if (Field(lines, "Sec-WebSocket-Protocol") is not null)
            throw new ProtocolFault("the server chose a subprotocol that was not offered");
        var extensions = Field(lines, "Sec-WebSocket-Extensions");
        if (extensions is not null && offer is null) throw new ProtocolFault("the server chose an extension that was not offered");
        return extensions;
    }

    private static string? Field(string[] lines, string name) => lines
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim())
        .SingleOrDefault();

    private static bool Is(string? value, string expected) => string.Equals(value, expected, StringComparison.OrdinalIgnoreCase);

    // The RFC prescribes SHA-1 here (§4.2.2); nothing secret depends on it.
    private static string Accept(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid)));
}
