using System.Text;
using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;

namespace PluginHost.Server.Reports;

/// <summary>A handshake to be explained.</summary>
/// <param name="Path">The path, maybe with a query, as a client would send it.</param>
/// <param name="Offered">Subprotocols, in the client's order.</param>
/// <param name="Origin">The <c>Origin</c> header.</param>
/// <param name="Listener">The listener it arrives on; none for the first.</param>
/// <param name="Host">The <c>Host</c> header; none for the listener's address.</param>
public sealed record HandshakeQuestion(string Path, Seq<string> Offered, Option<string> Origin, Option<string> Listener, Option<string> Host)
{
    // RFC 6455 §1.3's own example: any well-formed key will do.
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    /// <summary>The address of who connects, or whom a PROXY header names; none for 127.0.0.1.</summary>
    public Option<Address> Address { get; init; }

    /// <summary>The values of <c>Sec-WebSocket-Extensions</c> headers.</summary>
    public Seq<string> Extensions { get; init; } = Seq<string>.Empty;

    /// <summary>Further headers; each is <see cref="HeaderField.IsExtra"/>.</summary>
    public Seq<HeaderField> Headers { get; init; } = Seq<HeaderField>.Empty;

    /// <summary>The request that a client would send.</summary>
    /// <param name="listener">The listener that it arrives on.</param>
    internal string Request(ListenerPlan listener)
    {
        var head = new StringBuilder($"GET {Path} HTTP/1.1\r\nHost: {Host.IfNone(() => HostOf(listener.Address))}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
            .Append("Sec-WebSocket-Version: 13\r\n").Append("Sec-WebSocket-Key: ").Append(Key).Append("\r\n");
        Origin.Iter(origin => Add("Origin", origin));
        if (!Offered.IsEmpty) Add("Sec-WebSocket-Protocol", string.Join(", ", Offered));
        foreach (var extensions in Extensions) Add("Sec-WebSocket-Extensions", extensions);
        foreach (var header in Headers) Add(header.Name, header.Value);
        return head.Append("\r\n").ToString();

        void Add(string name, string value) => head.Append(name).Append(": ").Append(value).Append("\r\n");
    }

    private static string HostOf(ListenAddress address) => address.Match(
        (host, port) => host == "*" ? $"localhost:{port}" : address.ToString(),
        _ => "localhost");
}
