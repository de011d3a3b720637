using LanguageExt;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Limits;

/// <summary>
/// Tickets that wait for their turn: in their order for one address, and addresses in turn, so that one that asks for much does not keep the others
/// waiting. Immutable.
/// </summary>
/// <param name="Lines">The addresses with their tickets, the next to be served first; none of them empty.</param>
public sealed record FairQueue(Seq<FairQueue.Line> Lines)
{
    /// <summary>The tickets of one address.</summary>
    /// <param name="Address">The address.</param>
    /// <param name="Tickets">In their order.</param>
    public sealed record Line(AddressKey Address, Seq<long> Tickets);

    /// <summary>Nobody waits.</summary>
    public static FairQueue Empty { get; } = new(Seq<Line>());

    /// <summary>How many wait.</summary>
    public int Count => Lines.Sum(line => line.Tickets.Count);

    /// <summary>One more waits.</summary>
    /// <param name="address">Whose it is.</param>
    /// <param name="ticket">A number that no other has.</param>
    public FairQueue Add(AddressKey address, long ticket) => Lines.Exists(line => line.Address == address)
        ? new FairQueue(Changed(line => line.Address == address ? line with { Tickets = line.Tickets.Add(ticket) } : line))
        : new FairQueue(Lines.Add(new Line(address, Seq1(ticket))).Strict());

    /// <summary>Whose turn it is, and who waits then; none when nobody waits.</summary>
    public Option<(long Ticket, FairQueue Left)> Next()
    {
        if (Lines.IsEmpty) return None;
        var first = Lines[0];
        var rest = Lines.Tail;
        var left = first.Tickets.Tail;
        return (first.Tickets[0], new FairQueue((left.IsEmpty ? rest : rest.Add(first with { Tickets = left.Strict() })).Strict()));
    }

    /// <summary>One does not wait any more.</summary>
    /// <param name="ticket">Its number.</param>
    public FairQueue Without(long ticket) => new(
        Changed(line => line.Tickets.Contains(ticket) ? line with { Tickets = line.Tickets.Filter(one => one != ticket).Strict() } : line)
            .Filter(line => !line.Tickets.IsEmpty).Strict());

    private Seq<Line> Changed(Func<Line, Line> change) => Lines.Map(change).ToArray().ToSeq().Strict();
}
