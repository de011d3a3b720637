using PluginHost.Conformance.Wire;
using static PluginHost.Conformance.Cases.Dsl;

namespace PluginHost.Conformance.Cases;

/// <summary>9: large messages, many fragments, small pieces, many messages; and 10: fragments as a sender might choose them.</summary>
internal static class Chapter09Limits
{
    private const int K = 1 << 10, M = 1 << 20;
    private static readonly int[] Sizes = [64 * K, 256 * K, M, 4 * M, 8 * M, 16 * M];
    private static readonly int[] FragmentSizes = [64, 256, K, 4 * K, 16 * K, 64 * K, 256 * K, M, 4 * M];
    private static readonly int[] PieceSizes = [64, 128, 256, 512, K, 2 * K];
    private static readonly int[] SmallSizes = [0, 16, 64, 256, K, 4 * K];

    public static IEnumerable<Case> All() => Large().Concat(Fragmented()).Concat(InPieces()).Concat(Many()).Append(AutoFragment());

    private static IEnumerable<Case> Large() => Both(1, Sizes, (number, opcode, size) =>
        Patient(number, $"{Op.Name(opcode)} of {Bytes.Size(size)}", opcode, size, payload => Send(new Frame(opcode, payload))));

    private static IEnumerable<Case> Fragmented() => Both(3, FragmentSizes, (number, opcode, size) => Patient(
        number, $"{Op.Name(opcode)} of 4 MiB in fragments of {Bytes.Size(size)}", opcode, 4 * M,
        payload => Send(Fragments(opcode, payload, size))));

    private static IEnumerable<Case> InPieces() => Both(5, PieceSizes, (number, opcode, size) => Patient(
        number, $"{Op.Name(opcode)} of 1 MiB in pieces of {Bytes.Size(size)}", opcode, M,
        payload => Send(Cut.Pieces(size), new Frame(opcode, payload))));

    private static IEnumerable<Case> Many() => Both(7, SmallSizes, (number, opcode, size) =>
    {
        var message = Content(opcode, size);
        return Fine(
            number, $"1000 {Op.Name(opcode)} messages of {Bytes.Size(size)}", [],
            new Step.EchoEach(opcode == Op.Text, size, 1000, 0, _ => message)) with
        { Limit = Patience };
    });

    private static Case AutoFragment() =>
        Patient("10.1.1", "text of 64 KiB in fragments of 1300 B", Op.Text, 64 * K, payload => Send(Fragments(Op.Text, payload, 1300)));

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private static IEnumerable<Case> Both(int section, int[] sizes, Func<string, int, int, Case> make) =>
        new[] { (section, Op.Text), (section + 1, Op.Binary) }
            .SelectMany(one => sizes.Select((size, i) => make($"9.{one.Item1}.{i + 1}", one.Item2, size)));

    private static Case Patient(string number, string title, int opcode, int size, Func<byte[], Step> send)
    {
        var payload = Content(opcode, size);
        return Fine(number, title, [new Arrival(opcode, payload)], send(payload)) with { Limit = Patience };
    }

    /// <summary>Bytes that differ from place to place with a long period, so that a piece in the wrong place is noticed.</summary>
    private static byte[] Content(int opcode, int size)
    {
        var bytes = new byte[size];
        for (var i = 0; i < size; i++) bytes[i] = opcode == Op.Text ? (byte)(' ' + (i % 89)) : (byte)(i % 251);
        return bytes;
    }
}
