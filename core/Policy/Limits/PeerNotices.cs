using System.Globalization;
using LanguageExt;

namespace PluginHost.Core.Policy.Limits;

/// <summary>
/// What peers have caused whom nobody knows yet, for one log: a line at once, and then no more than one in <see cref="Period"/>, with the number of times
/// and an example of each kind. So no stranger writes the log full. Immutable.
/// </summary>
/// <param name="QuietUntil">Milliseconds; before that nothing is said.</param>
/// <param name="Gathered">What is still to be said, in the order in which the kinds came.</param>
public sealed record PeerNotices(long QuietUntil, Seq<PeerNotices.Tally> Gathered)
{
    /// <summary>Milliseconds between two lines.</summary>
    public const long Period = 5000;

    /// <summary>Kinds that are told apart in one line; what comes beyond counts as the last one, "other".</summary>
    public const int MaxKinds = 8;

    /// <summary>How often something happened.</summary>
    /// <param name="Kind">What.</param>
    /// <param name="Count">How many times, 1 and above.</param>
    /// <param name="Example">The peer that did it first.</param>
    public sealed record Tally(string Kind, long Count, string Example);

    /// <summary>Nothing has happened.</summary>
    public static PeerNotices None { get; } = new(long.MinValue, Seq<Tally>.Empty);

    /// <summary>How many are still to be said.</summary>
    public long Count => Gathered.Sum(tally => tally.Count);

    /// <summary>A peer has caused something.</summary>
    /// <param name="kind">What: the same text for the same kind.</param>
    /// <param name="peer">Who: where the connection comes from.</param>
    /// <param name="now">Milliseconds.</param>
    public PeerNoticeAnswer Note(string kind, string peer, long now)
    {
        var next = this with { Gathered = Add(Gathered, kind, peer) };
        return now < QuietUntil ? new(next, Option<string>.None) : next.Say(now);
    }

    /// <summary>The period may be over: what was gathered is said then.</summary>
    /// <param name="now">Milliseconds.</param>
    public PeerNoticeAnswer Flush(long now) => Gathered.IsEmpty || now < QuietUntil ? new(this, Option<string>.None) : Say(now);

    private PeerNoticeAnswer Say(long now) => new(new(now + Period, Seq<Tally>.Empty), Line(Gathered));

    private static Seq<Tally> Add(Seq<Tally> gathered, string kind, string peer)
    {
        var name = gathered.Count < MaxKinds || gathered.Exists(tally => tally.Kind == kind) ? kind : "other";
        return gathered.Exists(tally => tally.Kind == name)
            ? gathered.Map(tally => tally.Kind == name ? tally with { Count = tally.Count + 1 } : tally).ToArray().ToSeq().Strict()
            : gathered.Add(new Tally(name, 1, peer)).Strict();
    }

    private static string Line(Seq<Tally> gathered) => gathered.Count == 1 && gathered[0].Count == 1
        ? $"{gathered[0].Example}: {gathered[0].Kind}"
        : "unauthenticated peers: " + string.Join("; ", gathered.Map(tally =>
            string.Create(CultureInfo.InvariantCulture, $"{tally.Count} × {tally.Kind} (such as {tally.Example})")));
}

/// <summary>What came of a notice.</summary>
/// <param name="Next">What is known from now on.</param>
/// <param name="Line">The line to be written now; none while it is quiet.</param>
public sealed record PeerNoticeAnswer(PeerNotices Next, Option<string> Line);
