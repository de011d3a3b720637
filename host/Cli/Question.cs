using LanguageExt;

namespace PluginHost.Cli;

/// <summary>A handshake to be explained.</summary>
/// <param name="Path">The path, maybe with a query, as a client would send it.</param>
/// <param name="Offered">Subprotocols, in the client's order.</param>
/// <param name="Origin">The <c>Origin</c> header.</param>
/// <param name="Listener">The listener it arrives on; none for the first.</param>
/// <param name="Host">The <c>Host</c> header; none for the listener's address.</param>
internal sealed record Question(string Path, Seq<string> Offered, Option<string> Origin, Option<string> Listener, Option<string> Host);
