using PluginHost.Conformance.Wire;
using static PluginHost.Conformance.Cases.Dsl;

namespace PluginHost.Conformance.Cases;

/// <summary>1: messages in one frame, on both sides of where the length takes another form (RFC 6455 §5.2).</summary>
internal static class Chapter01Framing
{
    private static readonly int[] Sizes = [0, 125, 126, 127, 128, 65535, 65536, 65536];

    public static IEnumerable<Case> All() =>
        Sizes.Select((size, i) => Of($"1.1.{i + 1}", "text", Text(Filled(size, (byte)'*')), i))
            .Concat(Sizes.Select((size, i) => Of($"1.2.{i + 1}", "binary", Binary(Filled(size, 0xFE)), i)));

    private static Case Of(string number, string kind, Frame frame, int i) => Fine(
        number, $"{kind} message, {frame.Payload.Length} bytes", [Echo(frame)], Send(i == 7 ? Cut.Pieces(997) : Cut.None, frame));
}
