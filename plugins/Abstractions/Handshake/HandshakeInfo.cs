using System.Net;

namespace PluginHost.Abstractions;

/// <summary>The facts of one connection, fixed when its handshake was accepted (RFC 6455 §4.2). Immutable; never shared by two
/// connections.</summary>
public sealed record HandshakeInfo
{
    /// <summary>A number that no other connection of this host process has; above 0 for real connections.</summary>
    public long ConnectionId { get; init; }

    /// <summary>The path with percent-escapes decoded, without the query: <c>/rooms/café</c>.</summary>
    public string Path { get; init; } = "/";

    /// <summary>The path as it was sent: <c>/rooms/caf%C3%A9</c>.</summary>
    public string RawPath { get; init; } = "/";

    /// <summary>The values of the route's placeholders, decoded: for <c>/ocpp/{identity}</c>, the key <c>identity</c>.</summary>
    public IReadOnlyDictionary<string, string> RouteValues { get; init; } = NoValues;

    /// <summary>The query as it was sent, without the <c>?</c>; empty when there is none.</summary>
    public string Query { get; init; } = "";

    /// <summary>The decoded names and values of the query, in order, repeated names included.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> QueryValues { get; init; } = [];

    /// <summary>The header lines of the request, names as sent, in order, repeated names included.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The peer's address and port (or Unix socket); <see langword="null"/> when the transport has none.</summary>
    public EndPoint? RemoteEndPoint { get; init; }

    /// <summary>The address and port the connection was accepted on; <see langword="null"/> when the transport has none.</summary>
    public EndPoint? LocalEndPoint { get; init; }

    /// <summary>The connection is encrypted (<c>wss</c>).</summary>
    public bool IsSecure { get; init; }

    /// <summary>The certificate that the client has shown and that was verified; <see langword="null"/> when it showed none.</summary>
    public ClientCertificate? ClientCertificate { get; init; }

    /// <summary>The subprotocol told to the client, or <see langword="null"/> when none was negotiated and the handler serves the
    /// connection by the route's policy.</summary>
    public string? Subprotocol { get; init; }

    /// <summary>The subprotocols that the client offered, in its order; may be empty.</summary>
    public IReadOnlyList<string> OfferedSubprotocols { get; init; } = [];

    /// <summary>The <c>Origin</c> header (RFC 6454), sent by browsers; <see langword="null"/> when there is none.</summary>
    public string? Origin { get; init; }

    /// <summary>Who the client is, as the route's authentication has found out or the handler's decision has said; <see langword="null"/> where
    /// nobody asked, or it need not say.</summary>
    public User? User { get; init; }

    /// <summary>The peer's IP address without its port, as text; <c>unix</c> for a Unix socket, empty when there is none.</summary>
    public string RemoteAddress => RemoteEndPoint switch
    {
        IPEndPoint ip => ip.Address.ToString(),
        null => "",
        _ => "unix",
    };

    private static IReadOnlyDictionary<string, string> NoValues { get; } = new Dictionary<string, string>(0).AsReadOnly();

    /// <summary>The value of the first header line of that name, or <see langword="null"/>.</summary>
    /// <param name="name">Compared without regard to case (RFC 9110 §5.1).</param>
    public string? Header(string name) => First(Headers, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The first query value of that name, or <see langword="null"/>.</summary>
    /// <param name="name">Compared exactly.</param>
    public string? QueryValue(string name) => First(QueryValues, name, StringComparison.Ordinal);

    /// <summary>The value of that placeholder of the route, or <see langword="null"/>.</summary>
    /// <param name="name">Compared exactly.</param>
    public string? RouteValue(string name) => RouteValues.GetValueOrDefault(name);

    private static string? First(IReadOnlyList<KeyValuePair<string, string>> values, string name, StringComparison comparison)
    {
        for (var i = 0; i < values.Count; i++)
            if (string.Equals(values[i].Key, name, comparison))
                return values[i].Value;
        return null;
    }
}
