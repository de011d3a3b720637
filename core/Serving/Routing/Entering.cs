using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Serving.Plans;

namespace PluginHost.Core.Serving.Routing;

/// <summary>What becomes of a new connection, before anything of it is read.</summary>
public enum Entry
{
    /// <summary>It goes on. Lists of addresses count for its client, once a request has said who that is.</summary>
    Open,

    /// <summary>It goes on with a PROXY header, which names the client.</summary>
    ProxyHeader,

    /// <summary>It is closed: the listener takes connections from trusted proxies only, and this is none.</summary>
    NoProxy,

    /// <summary>It is closed: its address may not connect.</summary>
    Denied,
}

/// <summary>Decides on new connections by the address of who has connected.</summary>
public static class Entering
{
    /// <summary>Decides.</summary>
    /// <param name="listener">The listener that it came in on.</param>
    /// <param name="everywhere">Who may connect to any listener.</param>
    /// <param name="peer">Who has connected; none for a peer without an address.</param>
    public static Entry Decide(ListenerPlan listener, AddressPolicy everywhere, Option<Address> peer)
    {
        // A proxy is not the client. Who is will be known after its PROXY header, or with the request.
        var trusted = IsTrustedProxy(listener.Proxies, peer);
        if (listener.Proxies.ProxyProtocol) return trusted ? Entry.ProxyHeader : Entry.NoProxy;
        return trusted || Admits(listener, everywhere, peer) ? Entry.Open : Entry.Denied;
    }

    /// <summary>Whether a client with this address may connect.</summary>
    /// <param name="listener">The listener that it came in on.</param>
    /// <param name="everywhere">Who may connect to any listener.</param>
    /// <param name="client">None for a client without an address.</param>
    public static bool Admits(ListenerPlan listener, AddressPolicy everywhere, Option<Address> client) =>
        everywhere.Allows(client) && listener.Addresses.Allows(client);

    /// <summary>Whether a peer is a proxy that is believed: its own address counts nothing, that of its client will.</summary>
    /// <param name="proxies">Whom the listener believes.</param>
    /// <param name="peer">Who has connected; none for a peer without an address.</param>
    public static bool IsTrustedProxy(ProxyPolicy proxies, Option<Address> peer) =>
        (proxies.ProxyProtocol || proxies.Header != ForwardingHeader.None) && proxies.Trusts(peer);
}
