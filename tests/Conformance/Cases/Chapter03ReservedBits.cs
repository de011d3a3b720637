using PluginHost.Conformance.Wire;
using static PluginHost.Conformance.Cases.Dsl;

namespace PluginHost.Conformance.Cases;

/// <summary>3: reserved bits that no extension gave a meaning (RFC 6455 §5.2).</summary>
internal static class Chapter03ReservedBits
{
    public static IEnumerable<Case> All()
    {
        yield return Fails("3.1", "text with RSV3", 1002, [], Send(Text(Hello, rsv: 1)));
        yield return Second("3.2", "second text with RSV2", 2, Cut.None);
        yield return Second("3.3", "second text with RSV2 and RSV3, frame by frame", 3, Cut.EachFrame);
        yield return Second("3.4", "second text with RSV1, byte by byte", 4, Cut.EachByte);
        yield return Fails("3.5", "binary with RSV1 and RSV3", 1002, [], Send(Binary(Hex("00fffefdfcfb00ff"), rsv: 5)));
        yield return Fails("3.6", "ping with RSV1 and RSV2", 1002, [], Send(Ping(Hello) with { Rsv = 6 }));
        yield return Fails("3.7", "close with all three", 1002, [], Send(Close(1000) with { Rsv = 7 }));
    }

    private static Case Second(string number, string title, int rsv, Cut cut) =>
        FailsAfter(number, title, 1002, [Echo(Hello)], Send(cut, Text(Hello), Text(Hello, rsv: rsv), Ping()));
}
