using PluginHost.Conformance.Wire;
using static PluginHost.Conformance.Cases.Dsl;

namespace PluginHost.Conformance.Cases;

/// <summary>2: pings and pongs (RFC 6455 §5.5.2, §5.5.3).</summary>
internal static class Chapter02Pings
{
    private static readonly byte[] NotText = Hex("00fffefdfcfb00ff");

    public static IEnumerable<Case> All()
    {
        var longest = new Frame(Op.Ping, Filled(125, 0xFE));
        yield return Answered("2.1", "ping without payload", Ping(), Cut.None);
        yield return Answered("2.2", "ping with text", Ping(Hello), Cut.None);
        yield return Answered("2.3", "ping with bytes that are not UTF-8", new Frame(Op.Ping, NotText), Cut.None);
        yield return Answered("2.4", "longest ping", longest, Cut.None);
        yield return Fails("2.5", "ping that is one byte too long", 1002, [], Send(new Frame(Op.Ping, Filled(126, 0xFE))));
        yield return Answered("2.6", "longest ping, byte by byte", longest, Cut.EachByte);
        yield return Fine("2.7", "unasked pong without payload", [], Send(new Frame(Op.Pong, default)));
        yield return Fine("2.8", "unasked pong with payload", [], Send(new Frame(Op.Pong, Utf8("unasked"))));
        yield return Fine("2.9", "unasked pong, then a ping", [Pong("asked")], Send(new Frame(Op.Pong, Utf8("unasked")), Ping("asked")));
        yield return Ten("2.10", "ten pings at once", Cut.None);
        yield return Ten("2.11", "ten pings, byte by byte", Cut.EachByte);
    }

    private static Case Answered(string number, string title, Frame ping, Cut cut) =>
        Fine(number, title, [new Arrival(Op.Pong, ping.Payload)], Send(cut, ping));

    private static Case Ten(string number, string title, Cut cut)
    {
        var words = Enumerable.Range(0, 10).Select(i => $"ping {i}").ToArray();
        return Fine(number, title, [.. words.Select(Pong)], Send(cut, [.. words.Select(Ping)]));
    }
}
