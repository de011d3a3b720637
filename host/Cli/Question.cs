using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Cli;

/// <summary>A handshake to be explained.</summary>
/// <param name="Path">The path, maybe with a query, as a client would send it.</param>
/// <param name="Offered">Subprotocols, in the client's order.</param>
/// <param name="Origin">The <c>Origin</c> header.</param>
/// <param name="Listener">The listener it arrives on; none for the first.</param>
/// <param name="Host">The <c>Host</c> header; none for the listener's address.</param>
internal sealed record Question(string Path, Seq<string> Offered, Option<string> Origin, Option<string> Listener, Option<string> Host)
{
    /// <summary>The address of who connects, or whom a PROXY header names; none for 127.0.0.1.</summary>
    public Option<Address> Address { get; init; }

    /// <summary>The values of <c>Sec-WebSocket-Extensions</c> headers.</summary>
    public Seq<string> Extensions { get; init; } = Seq<string>.Empty;

    /// <summary>Further headers; each is <see cref="HeaderField.IsExtra"/>.</summary>
    public Seq<HeaderField> Headers { get; init; } = Seq<HeaderField>.Empty;
}
