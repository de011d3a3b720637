using PluginHost.Benchmarks.Load;

namespace PluginHost.Benchmarks.Macro;

/// <summary>How both servers are loaded, and what is counted.</summary>
/// <param name="Id">What it is called on the command line and in the tables.</param>
/// <param name="Title">One line for people.</param>
/// <param name="Kind">How it is run.</param>
/// <param name="Load">Connections and messages.</param>
/// <param name="Goal">The most that the ratio to ASP.NET Core may be.</param>
/// <param name="Variant">How this server is started.</param>
/// <param name="Peer">What stands against it.</param>
/// <param name="HasBare">A bare loop is measured too.</param>
internal sealed record Scenario(
    string Id,
    string Title,
    ScenarioKind Kind,
    EchoLoad Load,
    double Goal,
    ServerVariant Variant = ServerVariant.Plain,
    Peer Peer = Peer.AspNetCore,
    bool HasBare = false)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("a", "64 connections, 20 B text, 1 in flight", ScenarioKind.Echo, new(64, 20, true, 1), 0.40, HasBare: true),
        new("b", "64 connections, 20 B text, 32 in flight", ScenarioKind.Echo, new(64, 20, true, 32), 0.20, HasBare: true),
        new("c", "16 connections, 16 KiB binary, 4 in flight", ScenarioKind.Echo, new(16, 16 << 10, false, 4), 0.35),
        new("d", "4 connections, 1 MiB binary", ScenarioKind.Echo, new(4, 1 << 20, false, 1), 0.35),
        new("e", "500 connections, 125 B text", ScenarioKind.Echo, new(500, 125, true, 1), 0.40, HasBare: true),
        new("f", "5,000 idle connections after one echo each: bytes a connection", ScenarioKind.Idle, new(5000, 20, true, 1), 0.10),
        new("g", "fan-out, 1 publisher to 1,000 subscribers, 64 B, 8 publications in flight", ScenarioKind.FanOut, new(1000, 64, true, 8, "broadcast"), 0.25, ServerVariant.FanOut),
        new("g32", "g with 32 publications in flight", ScenarioKind.FanOut, new(1000, 64, true, 32, "broadcast"), 0.25, ServerVariant.FanOut),
        new("h", "connections opened, 32 at once, and ended", ScenarioKind.Handshakes, new(100, 0, true, 32), 1.0 / 3, HasBare: true),
        new("i", "wss, 16 connections, 16 KiB binary", ScenarioKind.SecureEcho, new(16, 16 << 10, false, 4), 0.60, ServerVariant.Secure),
        new("j-pure", "a, by a pure handler that keeps a state, beside this server's Echo", ScenarioKind.Echo, new(64, 20, true, 1, "bench.pure"), 1.3, Peer: Peer.OwnEcho),
        new("j-pool", "a, by a handler on the thread pool", ScenarioKind.Echo, new(64, 20, true, 1, "bench.pool"), 0.50),
        new("sockets-a", "a, over the framework's sockets", ScenarioKind.Echo, new(64, 20, true, 1), 1, ServerVariant.Sockets),
        new("sockets-c", "c, over the framework's sockets", ScenarioKind.Echo, new(16, 16 << 10, false, 4), 1, ServerVariant.Sockets),
    ];
}

/// <summary>How a scenario is run.</summary>
internal enum ScenarioKind
{
    Echo,
    SecureEcho,
    FanOut,
    Handshakes,
    Idle,
}

/// <summary>What stands against this server.</summary>
internal enum Peer
{
    AspNetCore,
    OwnEcho,
}

/// <summary>How this server is started.</summary>
internal enum ServerVariant
{
    Plain,
    Sockets,
    Secure,
    FanOut,
}
