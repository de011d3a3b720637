using PluginHost.Conformance.Wire;
using static PluginHost.Conformance.Cases.Dsl;

namespace PluginHost.Conformance.Cases;

/// <summary>7: the closing handshake (RFC 6455 §5.5.1, §7). After the close frames the server ends TCP first, in order (§7.1.1).</summary>
internal static class Chapter07Close
{
    private static readonly int[] ValidCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
    private static readonly int[] InvalidCodes = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];

    public static IEnumerable<Case> All() => After().Concat(Payloads()).Concat(Codes());

    private static IEnumerable<Case> After()
    {
        yield return Closes("7.1.1", "text, then close", [1000], [Echo(Hello)], Send(Text(Hello), Close(1000)));
        yield return Closes("7.1.2", "two close frames", [1000], [], Send(Close(1000), Close(1000)));
        yield return Closes("7.1.3", "ping after close", [1000], [], Send(Close(1000), Ping()));
        yield return Closes("7.1.4", "text after close", [1000], [], Send(Close(1000), Text(Hello)));
        yield return Closes("7.1.5", "close between two fragments", [1000], [], Send(Text("one", false), Close(1000), More("two", true)));
        yield return LeftOpen("7.1.6", "large text, close, ping", Send(Text(Filled(256 << 10, (byte)'*')), Close(1000), Ping()));
    }

    private static IEnumerable<Case> Payloads()
    {
        yield return Closes("7.3.1", "close without payload", [1005, 1000], [], Send(new Frame(Op.Close, default)));
        yield return Fails("7.3.2", "close with one byte", 1002, [], Send(new Frame(Op.Close, Utf8("a"))));
        yield return Closes("7.3.3", "close with a code", [1000], [], Send(Close(1000)));
        yield return Closes("7.3.4", "close with code and reason", [1000], [], Send(Close(1000, Hello)));
        yield return Closes("7.3.5", "close with the longest reason", [1000], [], Send(Close(1000, new string('*', 123))));
        yield return Fails("7.3.6", "close with a reason one byte too long", 1002, [], Send(Close(1000, new string('*', 124))));
        byte[] notText = [.. Utf8("κ\u1F79σμε"), .. Hex("eda080"), .. Utf8("edited")];
        yield return Fails(
            "7.5.1", "close with a reason that is not UTF-8", 1007, [], Send(new Frame(Op.Close, ClosePayload(1000, notText))));
    }

    private static IEnumerable<Case> Codes()
    {
        foreach (var (i, code) in ValidCodes.Index())
            yield return Closes(
                $"7.7.{i + 1}", $"close with {code}, which may be sent", code == 1000 ? [1000] : [code, 1000], [], Send(Close(code)));
        foreach (var (i, code) in InvalidCodes.Index())
            yield return Fails($"7.9.{i + 1}", $"close with {code}, which must not be sent", 1002, [], Send(Close(code)));
        yield return LeftOpen("7.13.1", "close with 5000, which nobody defines", Send(Close(5000)));
        yield return LeftOpen("7.13.2", "close with 65535, which nobody defines", Send(Close(65535)));
    }

    private static Case LeftOpen(string number, string title, Step step) => new(number, title, [step], null, []);
}
