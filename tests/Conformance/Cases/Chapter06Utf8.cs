using PluginHost.Conformance.Wire;
using static PluginHost.Conformance.Cases.Dsl;

namespace PluginHost.Conformance.Cases;

/// <summary>6: text is UTF-8 (RFC 6455 §5.6, §8.1), and is refused at the first byte that shows it is not.</summary>
internal static class Chapter06Utf8
{
    private const string Valid = "Hello-µ@ßöäüàá-UTF-8!!";
    private const int Wait = 250, Deadline = 2000;
    private static readonly byte[] Greek = Utf8("κ\u1F79σμε"); // with U+1F79, three bytes

    public static IEnumerable<Case> All() =>
        Empty().Concat(Fragmented()).Concat(Invalid()).Concat(FailFast()).Concat(Chapter06Sequences.All().SelectMany(Section));

    private static IEnumerable<Case> Empty()
    {
        yield return Fine("6.1.1", "empty text", [Echo("")], Send(Text("")));
        yield return Fine("6.1.2", "three empty fragments", [Echo("")], Send(Text("", false), More("", false), More("", true)));
        yield return Fine(
            "6.1.3", "a fragment between two empty ones", [Echo("middle")],
            Send(Text("", false), More("middle", false), More("", true)));
    }

    private static IEnumerable<Case> Fragmented()
    {
        var valid = Utf8(Valid);
        yield return Fine("6.2.1", "valid text", [Echo(Valid)], Send(Text(Valid)));
        yield return Fine(
            "6.2.2", "two fragments, cut between characters", [Echo(Valid + Valid)],
            Send(Text(Valid, false), More(Valid, true)));
        yield return Fine("6.2.3", "fragments of one byte", [Echo(Valid)], Send(Fragments(Op.Text, valid, 1)));
        yield return Fine("6.2.4", "Greek in fragments of one byte", [Echo(Text(Greek))], Send(Fragments(Op.Text, Greek, 1)));
    }

    private static IEnumerable<Case> Invalid()
    {
        byte[] invalid = [.. Greek, .. Hex("eda080"), .. Utf8("edited")];
        yield return Fails("6.3.1", "text with a surrogate", 1007, [], Send(Text(invalid)));
        yield return Fails("6.3.2", "the same in fragments of one byte", 1007, [], Send(Fragments(Op.Text, invalid, 1)));
    }

    /// <summary>F4 90 80 80 would be U+110000: its second byte is the one that shows it.</summary>
    private static IEnumerable<Case> FailFast()
    {
        (byte[], byte[], byte[])[] cuts =
        [
            (Greek, Hex("f4908080"), Utf8("edited")),
            ([.. Greek, 0xF4], Hex("90"), [0x80, 0x80, .. Utf8("edited")]),
        ];
        foreach (var ((first, second, third), i) in cuts.Select((cut, i) => (cut, i)))
            yield return FailingFast(
                $"6.4.{1 + i}", $"fails {Where(i)}, three fragments",
                Send(Text(first, false)), Send(More(second, false)), Send(More(third, true)));
        foreach (var ((first, second, third), i) in cuts.Select((cut, i) => (cut, i)))
        {
            var frame = Text(new ReadOnlyMemory<byte>([.. first, .. second, .. third]));
            var bad = first.Length + second.Length;
            yield return FailingFast(
                $"6.4.{3 + i}", $"fails {Where(i)}, one frame in three pieces",
                new Step.SendPart(frame, 0, first.Length),
                new Step.SendPart(frame, first.Length, bad),
                new Step.SendPart(frame, bad, frame.Payload.Length));
        }
    }

    private static string Where(int i) => i == 0 ? "at the bad character" : "at the very byte";

    private static Case FailingFast(string number, string title, Step first, Step second, Step third)
    {
        var fails = Fails(number, title, 1007, [], first, new Step.StaysOpen(Wait), second, new Step.MustHaveFailed(Deadline), third);
        var late = fails.NonStrict.Prepend(fails.Ok!).Select(outcome => outcome with { InTime = false });
        return fails with { NonStrict = [.. fails.NonStrict, .. late] };
    }

    private static IEnumerable<Case> Section(Sequences section) => section.All.Select((one, i) => one.Valid
        ? Fine($"{section.Number}.{i + 1}", section.Title, [Echo(Text(one.Bytes))], Send(Text(one.Bytes)))
        : Fails($"{section.Number}.{i + 1}", section.Title, 1007, [], Send(Text(one.Bytes))));
}
