using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Serving.Routing;
using PluginHost.Server.Composition;
using PluginHost.Server.Handshakes;
using PluginHost.Server.Loading;
using PluginHost.Server.Transports;

namespace PluginHost.Server.Reports;

/// <summary>An open listener.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Url">Where it listens.</param>
/// <param name="BrowserUrl">The URL by which the browser that shows the page reaches it; <see langword="null"/> where none can.</param>
public sealed record ListenerReport(string Name, string Url, string? BrowserUrl);

/// <summary>A route.</summary>
/// <param name="Path">Its template; <c>*</c> for every path.</param>
/// <param name="Listener">The one listener that has it.</param>
/// <param name="Protocols">The subprotocols in the server's order.</param>
/// <param name="NoOffer">The handler of clients that name none; <see langword="null"/> where they are refused.</param>
/// <param name="Origins">Which pages may connect.</param>
/// <param name="Authentication">The ways in which a client may prove who it is: <c>basic</c>, <c>bearer</c>, <c>certificate</c>, <c>plugin</c>; none where nobody is asked.</param>
/// <param name="TokenQuery">The query parameter that may carry a token; <see langword="null"/> where none may.</param>
/// <param name="TokenSubprotocol">What an offered subprotocol begins with that carries a token; <see langword="null"/> where none may.</param>
public sealed record RouteReport(
    string Path, string? Listener, IReadOnlyList<string> Protocols, string? NoOffer, IReadOnlyList<string> Origins, IReadOnlyList<string> Authentication, string? TokenQuery,
    string? TokenSubprotocol);

/// <summary>A handler.</summary>
/// <param name="Subprotocols">What it serves.</param>
/// <param name="Kind">How it is called.</param>
/// <param name="Plugin">The id of its plugin or script.</param>
/// <param name="Version">Its plugin's version.</param>
/// <param name="IsScript">It is a script.</param>
/// <param name="Connections">Connections that it serves.</param>
/// <param name="Faults">Its faults.</param>
/// <param name="IsQuarantined">New handshakes for it are refused.</param>
public sealed record HandlerReport(
    IReadOnlyList<string> Subprotocols, string Kind, string Plugin, string Version, bool IsScript, long Connections, long Faults, bool IsQuarantined);

/// <summary>A plugin or a script, with what its handlers do together.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Its version.</param>
/// <param name="IsScript">It is a script.</param>
/// <param name="Subprotocols">What it serves.</param>
/// <param name="Description">What its first handler is for.</param>
/// <param name="Connections">Connections that it serves.</param>
/// <param name="Opened">Connections that it has served since the start, those of now among them.</param>
/// <param name="Faults">Faults of its handlers.</param>
/// <param name="IsQuarantined">New handshakes for one of its handlers are refused.</param>
public sealed record PluginReport(
    string Id, string Version, bool IsScript, IReadOnlyList<string> Subprotocols, string Description, long Connections, long Opened, long Faults, bool IsQuarantined);

/// <summary>What a server is, and what it serves.</summary>
public sealed record ServerReport(
    string Version, string Runtime, string State, double UptimeSeconds, string Transport, int Loops, int Connections, IReadOnlyList<ListenerReport> Listeners,
    IReadOnlyList<RouteReport> Routes, IReadOnlyList<PluginReport> Plugins, IReadOnlyList<HandlerReport> Handlers)
{
    /// <summary>The report for a browser that calls the admin address by that host.</summary>
    internal static ServerReport Of(WebSocketServer server, Authority page)
    {
        var generation = server.Generation;
        return new ServerReport(
            ServerVersion.Text, Environment.Version.ToString(), server.IsReady ? "ready" : "draining", (DateTime.Now - System.Diagnostics.Process.GetCurrentProcess().StartTime).TotalSeconds,
            server.Transport.ToString().ToLowerInvariant(), server.Loops.Count, server.ConnectionCount, ListenersOf(server, page),
            [.. RoutesOf(generation.Plan)], [.. PluginsOf(generation)], [.. HandlersOf(generation)]);
    }

    /// <summary>The open listeners.</summary>
    internal static IReadOnlyList<ListenerReport> ListenersOf(WebSocketServer server, Authority page) =>
    [
        .. server.Listeners.Select(listener =>
        {
            var secure = server.IsSecure(listener.Name);
            var url = OpenListener.Of(listener.Name, listener.EndPoint, secure).Url;
            return new ListenerReport(listener.Name, url, listener.EndPoint is System.Net.IPEndPoint ip
                ? AdminSite.BrowserUrl(new ListenAddress.Tcp(ip.Address.ToString(), ip.Port), secure, page).MatchUnsafe<string?>(found => found, () => null)
                : null);
        }),
    ];

    private static IEnumerable<RouteReport> RoutesOf(BoundPlan plan)
    {
        var order = plan.Plan.Routes.Map(route => route.Pointer).ToList();
        var all = plan.Routes.Values.SelectMany(routes => routes).Distinct<BoundRoute>(ReferenceEqualityComparer.Instance)
            .OrderBy(route => order.IndexOf(route.Pointer));
        foreach (var route in all)
        {
            yield return new RouteReport(
                route.Pointer.Length == 0 ? "*" : route.Path.Text,
                route.Listener.MatchUnsafe<string?>(name => name, () => null),
                [.. route.Policy.Protocols],
                route.Policy.NoOffer.Match<string?>(() => null, token => token),
                route.Policy.Origin.Match<IReadOnlyList<string>>(() => ["any"], (same, list) => [.. same ? ["same"] : Array.Empty<string>(), .. list]),
                [.. AuthenticationText.Schemes(route.Authentication)],
                route.Authentication.Bearer.Bind(bearer => bearer.Query).MatchUnsafe<string?>(name => name, () => null),
                route.Authentication.Bearer.Bind(bearer => bearer.Subprotocol).MatchUnsafe<string?>(prefix => prefix, () => null));
        }
    }

    private static IEnumerable<HandlerReport> HandlersOf(Generation generation)
    {
        var byHandler = generation.Handlers.GroupBy(found => found.Value.Description, (IEqualityComparer<Abstractions.HandlerDescription>)ReferenceEqualityComparer.Instance)
            .OrderBy(group => group.First().Value.Plugin.IsScript).ThenBy(group => group.First().Value.Plugin.Id, StringComparer.Ordinal).ThenBy(group => group.First().Key, StringComparer.Ordinal);
        foreach (var group in byHandler)
        {
            var (token, handler) = group.First();
            var guard = generation.Guard(token);
            yield return new HandlerReport(
                [.. group.Select(found => found.Key).Order(StringComparer.Ordinal)],
                group.Key.Tier.Match(_ => "pure", _ => "session", _ => "inline"),
                handler.Plugin.Id,
                VersionOf(handler.Plugin),
                handler.Plugin.IsScript,
                guard.Counters.Connections,
                guard.Counters.Faults,
                guard.Phase != QuarantinePhase.Healthy);
        }
    }

    private static IEnumerable<PluginReport> PluginsOf(Generation generation)
    {
        var plugins = generation.Handlers.GroupBy(found => found.Value.Plugin.Id, StringComparer.Ordinal)
            .OrderBy(group => group.First().Value.Plugin.IsScript).ThenBy(group => group.Key, StringComparer.Ordinal);
        foreach (var tokens in plugins)
        {
            var ordered = tokens.OrderBy(found => found.Key, StringComparer.Ordinal).ToArray();
            var guards = ordered.Select(found => generation.Guard(found.Key)).Distinct().ToArray();
            var plugin = ordered[0].Value.Plugin;
            yield return new PluginReport(
                plugin.Id, VersionOf(plugin), plugin.IsScript, [.. ordered.Select(found => found.Key)], ordered[0].Value.Description.Description,
                guards.Sum(guard => guard.Counters.Connections), guards.Sum(guard => guard.Counters.Opened), guards.Sum(guard => guard.Counters.Faults),
                guards.Any(guard => guard.Phase != QuarantinePhase.Healthy));
        }
    }

    private static string VersionOf(LoadedPlugin plugin)
    {
        try
        {
            return plugin.Description.Version;
        }
        catch (ObjectDisposedException)
        {
            return ""; // it has been unloaded, because the server stops
        }
    }
}
