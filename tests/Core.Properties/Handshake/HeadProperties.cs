using FsCheck;
using FsCheck.Fluent;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Handshake;

public sealed class HeadProperties
{
    private static readonly HeadLimits Tight = new(40, 300, 8, 4);

    private static Gen<(string Text, HeadLimits Limits)> Cases { get; } =
        from text in Gen.OneOf(HandshakeGen.Head, HandshakeGen.Noise)
        from limits in Gen.Elements(HeadLimits.Default, Tight)
        select (text, limits);

    private static Gen<HeadCursor> Start { get; } = Gen.Elements(HeadCursor.Request, HeadCursor.Response);

    [Property(MaxTest = 3000)]
    public Property Never_accepts_what_the_reference_grammar_refuses() => Prop.ForAll(Arb.From(HandshakeGen.Head), text =>
    {
        var bytes = HandshakeGen.Bytes(text);
        var scan = HeadScanner.Scan(HeadCursor.Request, bytes, HeadLimits.Default);
        if (scan.Kind != HeadScanKind.Complete) return true.Collect(scan.Kind.ToString());
        var length = scan.Cursor.Position;
        var accepted = ServerHandshake.Read(bytes.AsSpan(0, length), HeadLimits.Default).IsRight;
        return (!accepted || ReferenceGrammar.Accepts(text[..length])).Collect(accepted ? "accepted" : "refused");
    });

    [Property(MaxTest = 3000)]
    public Property Never_refuses_what_the_reference_grammar_accepts_but_for_the_hosts() => Prop.ForAll(Arb.From(HandshakeGen.Head), text =>
        !ReferenceGrammar.Accepts(text)
        || ServerHandshake.Read(HandshakeGen.Bytes(text), HeadLimits.Default)
            .Match(_ => true, rejection => HasOddHost(text)
                && rejection.Reason is RejectionReason.HostMismatch or RejectionReason.Host or RejectionReason.MalformedHead));

    [Property(MaxTest = 1000)]
    public Property Any_bytes_give_a_value() => Prop.ForAll(Arb.From(Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf()), bytes =>
    {
        _ = RequestHead.Parse(bytes);
        _ = ResponseHead.Parse(bytes);
        return HeadScanner.Scan(HeadCursor.Request, bytes, HeadLimits.Default).Cursor.Position <= bytes.Length;
    });

    [Property(MaxTest = 500)]
    public Property Any_target_gives_a_value() => Prop.ForAll(Arb.From(HandshakeGen.Noise), text =>
        RequestTarget.Parse("/" + text).ForAll(target => !target.Path.Contains('\0') && target.Segments.Count >= 1)
        && RequestTarget.Parse(text).ForAll(target => target.Raw == text)
        && RequestTarget.Parse("ws://" + text).ForAll(target => target.Authority.IsSome));

    [Property(MaxTest = 1000)]
    public Property Every_two_way_split_gives_the_same() => Prop.ForAll(Arb.From(Cases), Arb.From(Start), (one, start) =>
    {
        var bytes = HandshakeGen.Bytes(one.Text);
        var whole = HeadScanner.Scan(start, bytes, one.Limits);
        return Enumerable.Range(0, bytes.Length + 1).All(cut => Resumed(start, bytes, one.Limits, [cut, bytes.Length]) == whole);
    });

    [Property(MaxTest = 1000)]
    public Property Byte_by_byte_and_random_cuts_give_the_same() =>
        Prop.ForAll(Arb.From(Cases), Arb.From(Start), Arb.From(Gen.Choose(1, 40).NonEmptyListOf()), (one, start, sizes) =>
        {
            var bytes = HandshakeGen.Bytes(one.Text);
            var whole = HeadScanner.Scan(start, bytes, one.Limits);
            var cuts = Enumerable.Range(0, bytes.Length).Select(i => sizes[i % sizes.Count]).Aggregate(
                new List<int> { 0 }, (all, size) => [.. all, Math.Min(bytes.Length, all[^1] + size)]);
            return Resumed(start, bytes, one.Limits, Enumerable.Range(0, bytes.Length + 1)) == whole
                && Resumed(start, bytes, one.Limits, cuts) == whole;
        });

    [Property(MaxTest = 1000)]
    public Property A_result_depends_on_no_byte_behind_it() => Prop.ForAll(Arb.From(Cases), Arb.From(HandshakeGen.Noise), (one, more) =>
    {
        var scan = HeadScanner.Scan(HeadCursor.Request, HandshakeGen.Bytes(one.Text), one.Limits);
        return scan.Kind == HeadScanKind.Incomplete
            || HeadScanner.Scan(HeadCursor.Request, HandshakeGen.Bytes(one.Text + more), one.Limits) == scan;
    });

    [Property(MaxTest = 1000)]
    public Property A_fault_is_decided_by_its_own_byte() => Prop.ForAll(Arb.From(Cases), one =>
    {
        var bytes = HandshakeGen.Bytes(one.Text);
        var scan = HeadScanner.Scan(HeadCursor.Request, bytes, one.Limits);
        return scan.Kind != HeadScanKind.Malformed
            || HeadScanner.Scan(HeadCursor.Request, bytes.AsSpan(0, scan.Cursor.Position), one.Limits).Kind == HeadScanKind.Incomplete;
    });

    // Bytes that were passed are overwritten before each step, so none can have been looked at twice.
    private static HeadScan Resumed(HeadCursor start, byte[] bytes, HeadLimits limits, IEnumerable<int> cuts)
    {
        var seen = bytes.ToArray();
        var scan = new HeadScan(HeadScanKind.Incomplete, start, HeadFault.None);
        foreach (var cut in cuts)
        {
            if (scan.Kind != HeadScanKind.Incomplete) break;
            seen.AsSpan(0, scan.Cursor.Position).Clear();
            var next = HeadScanner.Scan(scan.Cursor, seen.AsSpan(0, cut), limits);
            Assert.InRange(next.Cursor.Position, scan.Cursor.Position, cut);
            scan = next;
        }

        return scan;
    }

    // The reference does not count the groups of an IPv6 address, nor compare an absolute target with Host.
    private static bool HasOddHost(string text) =>
        text.Contains('[', StringComparison.Ordinal) || text.Contains("://", StringComparison.Ordinal);
}
