using LanguageExt;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Policy.Limits;

/// <summary>
/// Tickets that wait for their turn: in their order for one address, and addresses in turn, so that one that asks for much does not keep the others
/// waiting. Addresses that have just failed stand behind those that have not. Immutable.
/// </summary>
/// <param name="Lines">The addresses with their tickets, the next to be served first; none of them empty.</param>
/// <param name="Failed">The addresses that failed last, the latest at the end.</param>
public sealed record FairQueue(Seq<FairQueue.Line> Lines, Seq<AddressKey> Failed)
{
    /// <summary>Addresses that are remembered because they have failed.</summary>
    public const int MaxFailed = 1024;

    /// <summary>The tickets of one address.</summary>
    /// <param name="Address">The address.</param>
    /// <param name="Tickets">In their order.</param>
    public sealed record Line(AddressKey Address, Seq<long> Tickets);

    /// <summary>Nobody waits.</summary>
    public static FairQueue Empty { get; } = new(Seq<Line>(), Seq<AddressKey>());

    /// <summary>How many wait.</summary>
    public int Count => Lines.Sum(line => line.Tickets.Count);

    /// <summary>One more waits.</summary>
    /// <param name="address">Whose it is.</param>
    /// <param name="ticket">A number that no other has.</param>
    public FairQueue Add(AddressKey address, long ticket) => Lines.Exists(line => line.Address == address)
        ? this with { Lines = Changed(line => line.Address == address ? line with { Tickets = line.Tickets.Add(ticket) } : line) }
        : this with { Lines = Lines.Add(new Line(address, Seq1(ticket))).Strict() };

    /// <summary>Whose turn it is, and who waits then; none when nobody waits.</summary>
    public Option<(long Ticket, FairQueue Left)> Next()
    {
        if (Lines.IsEmpty) return None;
        var first = Lines.Find(line => !HasFailed(line.Address)).IfNone(Lines[0]);
        var rest = Lines.Filter(line => line.Address != first.Address);
        var left = first.Tickets.Tail;
        return (first.Tickets[0], this with { Lines = (left.IsEmpty ? rest : rest.Add(first with { Tickets = left.Strict() })).ToArray().ToSeq().Strict() });
    }

    /// <summary>Who goes where one more does not fit in: the last ticket of the address with the most among those that have failed. None where the one that asks has
    /// failed itself, or nobody has.</summary>
    /// <param name="address">Who asks.</param>
    public Option<long> Yielding(AddressKey address) => HasFailed(address)
        ? None
        : Lines.Filter(line => HasFailed(line.Address)).OrderByDescending(line => line.Tickets.Count).HeadOrNone().Map(line => line.Tickets.Last);

    /// <summary>An address is through, and has failed or not.</summary>
    public FairQueue Judged(AddressKey address, bool failed)
    {
        var others = Failed.Filter(earlier => earlier != address).ToArray();
        return this with { Failed = (failed ? [.. others.TakeLast(MaxFailed - 1), address] : others).ToSeq().Strict() };
    }

    private bool HasFailed(AddressKey address) => Failed.Contains(address);

    /// <summary>One does not wait any more.</summary>
    /// <param name="ticket">Its number.</param>
    public FairQueue Without(long ticket) => this with
    {
        Lines = Changed(line => line.Tickets.Contains(ticket) ? line with { Tickets = line.Tickets.Filter(other => other != ticket).Strict() } : line)
            .Filter(line => !line.Tickets.IsEmpty).Strict(),
    };

    private Seq<Line> Changed(Func<Line, Line> change) => Lines.Map(change).ToArray().ToSeq().Strict();
}
