using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Tests.Handshake;

public sealed class HeadScannerTests
{
    private static HeadScan Scan(string text) => Scan(text, HeadLimits.Default);

    private static HeadScan Scan(string text, HeadLimits limits) => HeadScanner.Scan(HeadCursor.Request, Heads.Bytes(text), limits);

    private static HeadScan ScanResponse(string text) => HeadScanner.Scan(HeadCursor.Response, Heads.Bytes(text), HeadLimits.Default);

    [Theory]
    [InlineData("\rx", HeadFault.EmptyStartLine, 0)]
    [InlineData("\n", HeadFault.BareLineFeed, 0)]
    [InlineData(" ", HeadFault.BadMethod, 0)]
    [InlineData("GET\r", HeadFault.BadMethod, 3)]
    [InlineData("GET\n", HeadFault.BareLineFeed, 3)]
    [InlineData("GET  ", HeadFault.BadTarget, 4)]
    [InlineData("GET \r", HeadFault.BadTarget, 4)]
    [InlineData("GET /\u007f", HeadFault.BadTarget, 5)]
    [InlineData("GET /\r", HeadFault.BadVersion, 5)]
    [InlineData("GET /\n", HeadFault.BareLineFeed, 5)]
    [InlineData("GET / X", HeadFault.BadVersion, 6)]
    [InlineData("GET / HHTTP/1.1\r\n\r\n", HeadFault.BadVersion, 7)]
    [InlineData("GET / HTTP/1.HTTP/1.1\r\n\r\n", HeadFault.BadVersion, 13)]
    [InlineData("GET / HTTP/x", HeadFault.BadVersion, 11)]
    [InlineData("GET / HTTP/1x", HeadFault.BadVersion, 12)]
    [InlineData("GET / HTTP/1.x", HeadFault.BadVersion, 13)]
    [InlineData("GET / HTTP/1.11", HeadFault.BadVersion, 14)]
    [InlineData("GET / HTTP/1.1\n", HeadFault.BareLineFeed, 14)]
    [InlineData("GET / HTTP/1.1\rX", HeadFault.BareCarriageReturn, 15)]
    [InlineData("GET / HTTP/1.1\r\n\n", HeadFault.BareLineFeed, 16)]
    [InlineData("GET / HTTP/1.1\r\n a", HeadFault.FoldedLine, 16)]
    [InlineData("GET / HTTP/1.1\r\n\ta", HeadFault.FoldedLine, 16)]
    [InlineData("GET / HTTP/1.1\r\n:", HeadFault.EmptyHeaderName, 16)]
    [InlineData("GET / HTTP/1.1\r\n(", HeadFault.BadHeaderName, 16)]
    [InlineData("GET / HTTP/1.1\r\na(", HeadFault.BadHeaderName, 17)]
    [InlineData("GET / HTTP/1.1\r\na :", HeadFault.SpaceBeforeColon, 17)]
    [InlineData("GET / HTTP/1.1\r\na\t:", HeadFault.SpaceBeforeColon, 17)]
    [InlineData("GET / HTTP/1.1\r\na\r", HeadFault.MissingColon, 17)]
    [InlineData("GET / HTTP/1.1\r\na\n", HeadFault.BareLineFeed, 17)]
    [InlineData("GET / HTTP/1.1\r\na:\0", HeadFault.ControlCharacter, 18)]
    [InlineData("GET / HTTP/1.1\r\na:\u007f", HeadFault.ControlCharacter, 18)]
    [InlineData("GET / HTTP/1.1\r\na:b\n", HeadFault.BareLineFeed, 19)]
    [InlineData("GET / HTTP/1.1\r\na:b\rc", HeadFault.BareCarriageReturn, 20)]
    [InlineData("GET / HTTP/1.1\r\n\rx", HeadFault.BareCarriageReturn, 17)]
    public void Finds_a_fault_at_the_byte_that_decides_it(string text, HeadFault fault, int position)
    {
        var scan = Scan(text + "more\r\n\r\n");

        Assert.Equal((HeadScanKind.Malformed, fault, position), (scan.Kind, scan.Fault, scan.Cursor.Position));
        Assert.Equal(HeadScanKind.Incomplete, Scan(text[..position]).Kind);
        Assert.Equal(scan, Scan(text[..(position + 1)]));
        Assert.Equal(400, HeadFaults.Status(fault));
    }

    [Theory]
    [InlineData("GET", HeadFault.BadVersion, 0)]
    [InlineData("HTTP/1.1\r", HeadFault.BadVersion, 8)]
    [InlineData("HTTP/1.1  ", HeadFault.BadStatusCode, 9)]
    [InlineData("HTTP/1.1 10x", HeadFault.BadStatusCode, 11)]
    [InlineData("HTTP/1.1 1010", HeadFault.BadStatusCode, 12)]
    [InlineData("HTTP/1.1 101\r", HeadFault.BadStatusCode, 12)]
    [InlineData("HTTP/1.1 101\n", HeadFault.BareLineFeed, 12)]
    [InlineData("HTTP/1.1 101 a\0", HeadFault.ControlCharacter, 14)]
    [InlineData("HTTP/1.1 101 a\n", HeadFault.BareLineFeed, 14)]
    [InlineData("HTTP/1.1 101 a\rb", HeadFault.BareCarriageReturn, 15)]
    public void Finds_a_fault_in_a_status_line(string text, HeadFault fault, int position)
    {
        var scan = ScanResponse(text + "more\r\n\r\n");

        Assert.Equal((HeadScanKind.Malformed, fault, position), (scan.Kind, scan.Fault, scan.Cursor.Position));
        Assert.Equal(HeadScanKind.Incomplete, ScanResponse(text[..position]).Kind);
    }

    [Theory]
    [InlineData("HTTP/1.1 101 \r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nA: b\r\n\r\n")]
    public void Finds_the_end_of_a_response(string text) =>
        Assert.Equal(text.Length, ScanResponse(text + "\u0081\u0000").Match(_ => -1, (_, _) => -2, length => length));

    [Fact]
    public void Finds_the_end_and_reads_no_further()
    {
        var scan = Scan(Heads.Valid + "\n\0\n");

        Assert.Equal(HeadScanKind.Complete, scan.Kind);
        Assert.Equal(Heads.Valid.Length, scan.Cursor.Position);
        Assert.Equal(5, scan.Cursor.Lines);
    }

    [Fact]
    public void A_result_is_returned_again_when_scanned_on()
    {
        var bytes = Heads.Bytes(Heads.Valid + "x");
        var complete = HeadScanner.Scan(HeadCursor.Request, bytes, HeadLimits.Default);
        Assert.Equal(complete, HeadScanner.Scan(complete.Cursor, bytes, HeadLimits.Default));

        bytes[30] = 0;
        var malformed = HeadScanner.Scan(HeadCursor.Request, bytes, HeadLimits.Default);
        Assert.Equal(malformed, HeadScanner.Scan(malformed.Cursor, bytes, HeadLimits.Default));
        Assert.Equal(30, malformed.Match(_ => -1, (_, at) => at, _ => -2));
    }

    [Fact]
    public void Fewer_bytes_than_the_cursor_has_seen_are_incomplete()
    {
        var cursor = Scan(Heads.Valid[..40]).Cursor;

        Assert.Equal(cursor, HeadScanner.Scan(cursor, default, HeadLimits.Default).Match(at => at, (_, _) => default, _ => default));
    }

    // Every byte already passed is overwritten: were it looked at again, the result would change.
    [Fact]
    public void Never_looks_back_and_advances_by_what_arrives()
    {
        var bytes = Heads.Bytes(Heads.With("X: " + new string(' ', 8000), "Y: \"" + new string('"', 4000)));
        var cursor = HeadCursor.Request;
        for (var length = 1; length <= bytes.Length; length++)
        {
            var scan = HeadScanner.Scan(cursor, bytes.AsSpan(0, length), HeadLimits.Default);
            Assert.Equal(length, scan.Cursor.Position);
            Assert.Equal(length == bytes.Length ? HeadScanKind.Complete : HeadScanKind.Incomplete, scan.Kind);
            cursor = scan.Cursor;
            bytes[length - 1] = 0;
        }
    }

    [Fact]
    public void Allocates_nothing()
    {
        var bytes = Heads.Bytes(Heads.Valid);
        _ = HeadScanner.Scan(HeadCursor.Request, bytes, HeadLimits.Default);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) _ = HeadScanner.Scan(HeadCursor.Request, bytes, HeadLimits.Default);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData("GET /abc HTTP/1.1")]
    [InlineData("GET / HTTP/1.1")]
    public void Request_line_limit_both_sides(string line)
    {
        var limits = HeadLimits.Default with { RequestLine = line.Length };
        Assert.Equal(HeadScanKind.Complete, Scan(line + "\r\n\r\n", limits).Kind);

        var scan = Scan(line + "\r\n\r\n", limits with { RequestLine = line.Length - 1 });
        Assert.Equal((HeadFault.StartLineTooLong, line.Length - 1), (scan.Fault, scan.Cursor.Position));
        Assert.Equal(431, HeadFaults.Status(scan.Fault));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(9)]
    public void Request_line_limit_inside_any_word(int limit)
    {
        var scan = Scan(Heads.Valid, HeadLimits.Default with { RequestLine = limit });

        Assert.Equal((HeadFault.StartLineTooLong, limit), (scan.Fault, scan.Cursor.Position));
    }

    [Fact]
    public void Head_limit_both_sides()
    {
        var limits = HeadLimits.Default with { Head = Heads.Valid.Length };
        Assert.Equal(HeadScanKind.Complete, Scan(Heads.Valid, limits).Kind);
        Assert.Equal(HeadScanKind.Complete, Scan(Heads.Valid + "more", limits).Kind);

        for (var limit = 1; limit < Heads.Valid.Length; limit++)
        {
            var scan = Scan(Heads.Valid, limits with { Head = limit });
            Assert.Equal((HeadFault.HeadTooLarge, limit), (scan.Fault, scan.Cursor.Position));
            Assert.Equal(431, HeadFaults.Status(scan.Fault));
        }
    }

    [Fact]
    public void Header_lines_are_counted_as_lines_both_sides()
    {
        var text = Heads.With("A: b", "A: b", "a: b");
        Assert.Equal(HeadScanKind.Complete, Scan(text, HeadLimits.Default with { HeaderLines = 8 }).Kind);

        var scan = Scan(text, HeadLimits.Default with { HeaderLines = 7 });
        Assert.Equal((HeadFault.TooManyHeaderLines, text.Length - 8), (scan.Fault, scan.Cursor.Position));
        Assert.Equal(431, HeadFaults.Status(scan.Fault));
    }

    [Fact]
    public void Every_fault_explains_itself_in_one_line()
    {
        var faults = Enum.GetValues<HeadFault>().Where(fault => fault != HeadFault.None).ToArray();

        Assert.Equal(faults.Length, faults.Select(HeadFaults.Explanation).Distinct().Count());
        Assert.All(faults, fault => Assert.DoesNotContain('\n', HeadFaults.Explanation(fault)));
    }
}
