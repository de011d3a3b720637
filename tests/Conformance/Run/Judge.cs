using PluginHost.Conformance.Cases;
using PluginHost.Conformance.Results;
using PluginHost.Conformance.Wire;

namespace PluginHost.Conformance.Run;

/// <summary>From what was expected and what was seen to a verdict.</summary>
internal static class Judge
{
    /// <summary>The result of a case.</summary>
    public static CaseResult Decide(Case one, Observed seen) => new(
        one.Number, one.Title, one.Sends, one.Expects, one.Tolerates, VerdictOf(one, seen),
        new Closing(seen.CloseCode, seen.End == StreamEnd.Open ? "client" : "server", IsClean(seen)),
        one.Offers.Count == 0 ? null : seen.Compressed);

    /// <summary>The verdict alone.</summary>
    public static Verdict VerdictOf(Case one, Observed seen)
    {
        if (seen.Declined) return Verdict.Unimplemented;

        // However the RFC leaves the rest, the server has to end the connection and to break no rule of its own.
        if (seen.Fault is not null || seen.End == StreamEnd.Open) return Verdict.Failed;
        if (one.Ok is null) return Verdict.Informational;
        if (seen.End == StreamEnd.Finished && Matches(one.Ok, seen)) return Verdict.Ok;
        return one.NonStrict.Any(outcome => Matches(outcome, seen)) ? Verdict.NonStrict : Verdict.Failed;
    }

    /// <summary>Close frames both ways, and then TCP ended by the server in order (RFC 6455 §7.1.4).</summary>
    private static bool IsClean(Observed seen) => seen.CloseCode != 1006 && seen.End == StreamEnd.Finished && seen.Fault is null;

    private static bool Matches(Outcome outcome, Observed seen) =>
        seen.Arrivals.SequenceEqual(outcome.Arrivals)
        && outcome.Ending.Codes.Contains(seen.CloseCode)
        && (outcome.Ending.Fails || !seen.ServerClosedFirst)
        && outcome.InTime == seen.InTime;
}
