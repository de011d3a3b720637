using LanguageExt;
using LanguageExt.ClassInstances;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;

namespace PluginHost.Core.Serving.Routing;

/// <summary>A handler that a loaded plugin brings.</summary>
/// <param name="Token">The subprotocol that it serves.</param>
/// <param name="PluginId">Its plugin.</param>
/// <param name="File">Where the plugin was loaded from, for messages.</param>
public sealed record RegisteredHandler(string Token, string PluginId, string File);

/// <summary>A plan whose subprotocols all have a handler: what connections are routed by. Immutable; made once per start or
/// reload.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Handlers">Every handler by its token.</param>
/// <param name="Routes">For each listener by name: its routes in the order in which they are tried. The first that matches is
/// taken.</param>
public sealed record BoundPlan(ServerPlan Plan, HashMap<EqString, string, RegisteredHandler> Handlers, HashMap<EqString, string, Seq<BoundRoute>> Routes);

/// <summary>A route with everything that a connection on it needs.</summary>
/// <param name="Pointer">Where it stands in the file: <c>/routes/0</c>; empty for the route of a file without routes.</param>
/// <param name="Path">Which paths it matches.</param>
/// <param name="Listener">The one listener that serves it; none for all.</param>
/// <param name="Policy">What it says about handshakes. Every token in it is registered.</param>
/// <param name="MessageLimit">Bytes of one message.</param>
/// <param name="FragmentLimit">Fragments of one message.</param>
/// <param name="Connection">What a connection may do.</param>
/// <param name="Compression">Whether and how messages are compressed.</param>
public sealed record BoundRoute(
    string Pointer,
    RouteTemplate Path,
    Option<string> Listener,
    HandshakePolicy Policy,
    int MessageLimit,
    int FragmentLimit,
    ConnectionPlan Connection,
    CompressionPlan Compression)
{
    /// <summary>Who may connect.</summary>
    public AddressPolicy Addresses { get; init; } = AddressPolicy.Everybody;

    /// <summary>How clients prove who they are.</summary>
    public AuthenticationPlan Authentication { get; init; } = AuthenticationPlan.None;

    /// <summary>The route as messages call it: <c>route /routes/0 "/chat"</c>.</summary>
    public string Describe() => Pointer.Length == 0 ? "the route of every path" : $"route {Pointer} \"{Path.Text}\"";
}
