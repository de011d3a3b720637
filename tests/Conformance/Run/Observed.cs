using PluginHost.Conformance.Wire;

namespace PluginHost.Conformance.Run;

/// <summary>What a case saw.</summary>
/// <param name="Arrivals">Messages and pongs, in order, apart from the echoes that steps took.</param>
/// <param name="CloseCode">The server's: 1005 for a close frame without a code, 1006 for no close frame.</param>
/// <param name="ServerClosedFirst">Its close frame came before ours was sent.</param>
/// <param name="End">How the server ended its half within the time that it had; open when it did not.</param>
/// <param name="InTime">It failed where it had to, if it had to.</param>
/// <param name="Fault">What the server did that nothing allows; null when nothing.</param>
/// <param name="Declined">It declined the compression that the case is about.</param>
/// <param name="Compressed">A message came compressed.</param>
internal sealed record Observed(
    IReadOnlyList<Arrival> Arrivals,
    int CloseCode,
    bool ServerClosedFirst,
    StreamEnd End,
    bool InTime,
    string? Fault,
    bool Declined,
    bool Compressed)
{
    /// <summary>Nothing but a reason why.</summary>
    public static Observed Broken(string fault) => new([], 1006, false, StreamEnd.Open, true, fault, false, false);

    /// <summary>In words.</summary>
    public override string ToString()
    {
        string?[] all = [.. Arrivals.Select(one => one.ToString()), $"close {CloseCode}", $"TCP {End}", InTime ? null : "late", Fault];
        return string.Join(", ", all.Where(one => one is not null));
    }
}
