using PluginHost.Conformance.Wire;
using static PluginHost.Conformance.Cases.Dsl;

namespace PluginHost.Conformance.Cases;

/// <summary>5: fragments, and control frames among them (RFC 6455 §5.4).</summary>
internal static class Chapter05Fragments
{
    private const string One = "fragment one ", Two = "fragment two ", Three = "fragment three ";
    private const string Four = "fragment four ", Five = "fragment five";
    private static readonly (string Words, Cut Cut)[] Ways =
        [("", Cut.None), (", frame by frame", Cut.EachFrame), (", byte by byte", Cut.EachByte)];

    public static IEnumerable<Case> All() => Control().Concat(Whole()).Concat(NothingToContinue()).Concat(Mixed());

    private static IEnumerable<Case> Control()
    {
        yield return Fails("5.1", "ping in two fragments", 1002, [], Send(Ping(One) with { Fin = false }, More(Two, true)));
        yield return Fails("5.2", "pong in two fragments", 1002, [], Send(new Frame(Op.Pong, Utf8(One), false), More(Two, true)));
    }

    private static IEnumerable<Case> Whole()
    {
        for (var i = 0; i < 3; i++)
            yield return Fine(
                $"5.{3 + i}", "text in two fragments" + Ways[i].Words, [Echo(One + Two)],
                Send(Ways[i].Cut, Text(One, false), More(Two, true)));
        for (var i = 0; i < 3; i++)
            yield return Fine(
                $"5.{6 + i}", "ping between two fragments" + Ways[i].Words, [Pong("between"), Echo(One + Two)],
                Send(Ways[i].Cut, Text(One, false), Ping("between"), More(Two, true)));
    }

    private static IEnumerable<Case> NothingToContinue()
    {
        for (var i = 0; i < 6; i++)
            yield return Fails(
                $"5.{9 + i}", $"continuation with{(i < 3 ? "" : "out")} FIN of nothing, then text{Ways[i % 3].Words}", 1002, [],
                Send(Ways[i % 3].Cut, More("continues nothing", i < 3), Text(Hello)));
        yield return FailsAfter(
            "5.15", "text in two fragments, then a continuation of nothing", 1002, [Echo(One + Two)],
            Send(Text(One, false), More(Two, true), More(Three, false), Text(Four)));
        foreach (var (number, fin) in new[] { ("5.16", false), ("5.17", true) })
        {
            Frame[] round = [More(One, fin), Text(Two, false), More(Three, true)];
            yield return Fails(
                number, $"continuation with{(fin ? "" : "out")} FIN of nothing, then two fragments, twice", 1002, [],
                Send([.. round, .. round]));
        }
    }

    private static IEnumerable<Case> Mixed()
    {
        yield return Fails("5.18", "text within a text", 1002, [], Send(Text(One, false), Text(Two)));
        foreach (var (number, words, cut) in new[] { ("5.19", "", Cut.None), ("5.20", ", frame by frame", Cut.EachFrame) })
        {
            yield return Fine(
                number, "five fragments, a ping after the second and the fourth, and a second of silence" + words,
                [Pong("ping one"), Pong("ping two"), Echo(One + Two + Three + Four + Five)],
                Send(cut, Text(One, false), More(Two, false), Ping("ping one")),
                new Step.Await(1),
                new Step.StaysOpen(1000),
                Send(cut, More(Three, false), More(Four, false), Ping("ping two"), More(Five, true)));
        }
    }
}
