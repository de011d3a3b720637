using PluginHost.Conformance.Wire;

namespace PluginHost.Conformance.Cases;

/// <summary>How a case went (from best to worst) or why it says nothing.</summary>
internal enum Verdict
{
    /// <summary>As strictly as the RFC, its SHOULDs included, wants it.</summary>
    Ok,

    /// <summary>Allowed, and not what one wishes for.</summary>
    NonStrict,

    /// <summary>The RFC leaves it open; what was seen is told.</summary>
    Informational,

    /// <summary>The server declined what the case is about, as it may.</summary>
    Unimplemented,

    /// <summary>Not allowed.</summary>
    Failed,
}

/// <summary>One case of the list.</summary>
/// <param name="Number">Such as 6.4.1.</param>
/// <param name="Title">What it is about, in a few words.</param>
/// <param name="Steps">What the client does, in order.</param>
/// <param name="Ok">What is expected strictly; null where the RFC leaves it open.</param>
/// <param name="NonStrict">What else is allowed.</param>
internal sealed record Case(
    string Number, string Title, IReadOnlyList<Step> Steps, Outcome? Ok, IReadOnlyList<Outcome> NonStrict)
{
    /// <summary>From connecting to the end of the connection.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Offers of permessage-deflate, in order of preference; none to offer nothing.</summary>
    public IReadOnlyList<DeflateOffer> Offers { get; init; } = [];

    /// <summary>What is sent, in words.</summary>
    public string Sends => string.Join("; ", Steps.Select(step => step.ToString()).Where(text => text!.Length > 0));

    /// <summary>What is expected strictly, in words.</summary>
    public string Expects => Ok is null
        ? "left open by the RFC; the server ends the connection"
        : (Steps.Any(step => step is Step.EchoEach) ? "every echo; " : "") + Ok;

    /// <summary>What is non-strict, in words; empty when nothing is.</summary>
    public string Tolerates => string.Join(" or ", NonStrict.Select(outcome => outcome.ToString()));
}

/// <summary>What comes back from the server, and how the connection ends.</summary>
/// <param name="Arrivals">All messages and pongs, in order.</param>
/// <param name="Ending">How it ends.</param>
/// <param name="InTime">The server fails the connection where <see cref="Step.MustHaveFailed"/> stands, not later.</param>
internal sealed record Outcome(IReadOnlyList<Arrival> Arrivals, Ending Ending, bool InTime = true)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var arrivals = Grouped(Arrivals.Select(one => one.ToString())).ToArray();
        return (arrivals.Length == 0 ? "" : string.Join(", ", arrivals) + "; ") + Ending + (InTime ? "" : ", but late");
    }

    private static IEnumerable<string> Grouped(IEnumerable<string> all)
    {
        string? last = null;
        var count = 0;
        foreach (var one in all.Append(null))
        {
            if (one == last)
            {
                count++;
                continue;
            }
            if (last is not null) yield return count == 1 ? last : $"{count} × {last}";
            (last, count) = (one, 1);
        }
    }
}

/// <summary>The end of a connection.</summary>
/// <param name="Fails">The server closes first: it fails the connection.</param>
/// <param name="Codes">The close codes that it may send; 1005 for a close frame without one, 1006 for no close frame.</param>
internal sealed record Ending(bool Fails, params int[] Codes)
{
    /// <inheritdoc/>
    public override string ToString() => Codes is [1006]
        ? "ends without a close frame"
        : (Fails ? "fails with " : "closes with ") + string.Join(" or ", Codes.Select(code => code == 1005 ? "no code" : $"{code}"));
}
