using PluginHost.Abstractions;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;

namespace PluginHost.Server.Connections;

/// <summary>What a connection needs to go on after an accepted handshake.</summary>
/// <param name="Settings">The settings of its route, with what was agreed on.</param>
/// <param name="Terms">What else its route says about connections.</param>
/// <param name="Reply">The 101.</param>
/// <param name="Info">The facts that handlers see.</param>
/// <param name="CloseAfter">Closed right after the 101.</param>
/// <param name="Deflate">What was agreed on about compression, or <see langword="null"/>.</param>
/// <param name="Compression">How messages are compressed, where that was agreed on.</param>
/// <param name="Handler">What serves it; <see langword="null"/> where it is closed at once.</param>
/// <param name="TimeLeft">Milliseconds until what the client has proved itself with ends to hold; <see cref="long.MaxValue"/> for never.</param>
internal sealed record AcceptedHandshake(
    ConnectionSettings Settings,
    RouteTerms Terms,
    byte[] Reply,
    HandshakeInfo Info,
    bool CloseAfter,
    DeflateAgreement? Deflate,
    CompressionPlan Compression,
    ServedHandler? Handler,
    long TimeLeft)
{
    /// <summary>When what the client has proved itself with ends to hold.</summary>
    /// <param name="now">Milliseconds.</param>
    public long ExpiryAt(long now) => TimeLeft < ConnectionState.NoDeadline - now ? now + TimeLeft : ConnectionState.NoDeadline;
}

/// <summary>What a route says about its connections.</summary>
/// <param name="Settings">Without compression.</param>
/// <param name="CompressedSettings">With compression: RSV1 of a message's first frame marks it (RFC 7692 §6).</param>
/// <param name="SendLimits">Of their send queues.</param>
/// <param name="Rates">What their peers may send.</param>
internal sealed record RouteTerms(ConnectionSettings Settings, ConnectionSettings CompressedSettings, SendLimits SendLimits, RatePolicy Rates);

/// <summary>A handler, as all connections that it serves see it.</summary>
/// <param name="Name">The token and the plugin, for logs.</param>
/// <param name="Token">The token.</param>
/// <param name="Plugin">The plugin's id.</param>
/// <param name="Directory">Where its connections are found.</param>
/// <param name="PluginContext">What its plugin may use of the host, once it has been started.</param>
/// <param name="Guard">What is known about its conduct.</param>
/// <param name="Topics">The topics as it may use them.</param>
/// <param name="CreateRunner">Makes what calls it for a connection.</param>
internal sealed record ServedHandler(
    string Name, string Token, string Plugin, ConnectionDirectory Directory, Func<PluginContext?> PluginContext, HandlerGuard Guard, HandlerTopics Topics, Func<Connection, HandlerRunner> CreateRunner)
{
    /// <summary>What its plugin may use of the host; <see langword="null"/> where it has not been started.</summary>
    public PluginContext? Context => PluginContext();
}
