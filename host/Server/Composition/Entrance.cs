using System.Net;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Serving.Routing;
using PluginHost.Server.Connections;
using PluginHost.Server.Transports;
using PluginHost.Server.Transports.Proxy;
using PluginHost.Server.Transports.Tls;

namespace PluginHost.Server.Composition;

/// <summary>What a connection has to pass between a listener and the request: who may connect at all, a PROXY header, TLS.</summary>
/// <param name="plan">The listener.</param>
/// <param name="everywhere">Who may connect to any listener.</param>
/// <param name="tls">Its certificates, or <see langword="null"/>.</param>
internal sealed class Entrance(ListenerPlan plan, AddressPolicy everywhere, TlsListener? tls) : IProxyEntrance
{
    /// <summary>Nobody is turned away before the request.</summary>
    private readonly bool _isOpen = everywhere.IsEmpty && plan.Addresses.IsEmpty && !plan.Proxies.ProxyProtocol;

    /// <summary>Whom it believes about who its client is.</summary>
    public ProxyPolicy Proxies => plan.Proxies;

    /// <inheritdoc/>
    public bool Admits(EndPoint? client) => Entering.Admits(plan, everywhere, Peers.AddressOf(client));

    /// <summary>A proxy that is believed: its own address counts nothing, that of its client will.</summary>
    public bool IsTrustedProxy(EndPoint? peer) => Entering.IsTrustedProxy(plan.Proxies, Peers.AddressOf(peer));

    /// <summary>Prepares the channel of a new connection.</summary>
    /// <returns>Why the connection is to be closed at once; <see langword="null"/> where it goes on.</returns>
    public string? Enter(PulledChannel channel, Loop loop)
    {
        var secure = tls is null ? null : new TlsLayer(channel, tls, loop.Tls);
        channel.Layer = secure;
        if (_isOpen) return null;
        var entry = Entering.Decide(plan, everywhere, Peers.AddressOf(channel.RemoteEndPoint));
        if (entry == Entry.ProxyHeader) channel.Layer = new ProxyLayer(channel, this, secure);
        return entry switch
        {
            Entry.NoProxy => "is no trusted proxy, and the listener takes connections from those only",
            Entry.Denied => "may not connect",
            _ => null,
        };
    }
}
