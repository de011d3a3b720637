using System.Text;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Tests.Handshake;

/// <summary>What a client makes of an answer that refuses.</summary>
public sealed class RefusalTests
{
    private static ResponseHead Head(int status, params string[] lines) => ResponseHead
        .Parse(Heads.Bytes($"HTTP/1.1 {status} Said\r\n{string.Concat(lines.Select(line => line + "\r\n"))}\r\n"))
        .IfLeft(fault => throw new InvalidOperationException(fault.ToString()));

    private static string Body(string field, string received, int status = 403, int max = 10)
    {
        var body = ResponseBody.Read(field.Length == 0 ? Head(status) : Head(status, field.Split('|')), Heads.Bytes(received), max);
        return $"{Encoding.Latin1.GetString(body.Content.Span)} {(body.IsComplete ? "complete" : "more")}";
    }

    private static string[] Lines(string type, string body, params string[] fields) =>
        [.. RefusalText.Lines(Head(403, type.Length == 0 ? fields : [.. fields, $"Content-Type: {type}"]), Encoding.UTF8.GetBytes(body))];

    [Theory]
    [InlineData("Content-Length: 3", "", " more")]
    [InlineData("Content-Length: 3", "ab", "ab more")]
    [InlineData("Content-Length: 3", "abc", "abc complete")]
    [InlineData("Content-Length: 3", "abcd", "abc complete")]
    [InlineData("Content-Length: 0", "", " complete")]
    [InlineData("Content-Length: 99999999999", "0123456789abc", "0123456789 complete")]
    [InlineData("Content-Length: -1", "abc", " complete")]
    [InlineData("Content-Length: 3|Content-Length: 3", "abc", " complete")]
    [InlineData("", "abc", "abc more")]
    [InlineData("", "0123456789a", "0123456789 complete")]
    public void A_body_has_its_length_or_goes_to_the_end(string field, string received, string expected) =>
        Assert.Equal(expected, Body(field, received));

    [Theory]
    [InlineData("", " more")]
    [InlineData("3", " more")]
    [InlineData("3\r\nab", "ab more")]
    [InlineData("3\r\nabc", "abc more")]
    [InlineData("3\r\nabc\r\n", "abc more")]
    [InlineData("3;x=y\r\nabc\r\nA\r\n01", "abc01 more")]
    [InlineData("3\r\nabc\r\n0\r\n\r\n", "abc complete")]
    [InlineData("3\r\nabc\r\nz\r\n", "abc complete")]
    [InlineData("7fffffff\r\n0123456789abc", "0123456789 complete")]
    [InlineData("a\r\n0123456789\r\n", "0123456789 complete")]
    [InlineData("a\r\n0123456789", "0123456789 complete")]
    public void A_body_may_come_in_chunks(string received, string expected) => Assert.Equal(expected, Body("Transfer-Encoding: chunked", received));

    [Fact]
    public void A_chunk_without_a_size_is_not_waited_for() =>
        Assert.Equal(" complete", Body("Transfer-Encoding: chunked", new string('0', 2000)));

    [Theory]
    [InlineData("Transfer-Encoding: gzip, chunked", 403)]
    [InlineData("Transfer-Encoding: chunked|Transfer-Encoding: chunked", 403)]
    [InlineData("Content-Length: 3", 204)]
    [InlineData("Content-Length: 3", 304)]
    [InlineData("Content-Length: 3", 199)]
    public void What_has_no_body_or_none_that_can_be_read_is_complete(string field, int status) =>
        Assert.Equal(" complete", Body(field, "3\r\nabc\r\n", status));

    [Fact]
    public void Fields_that_help_are_shown_and_no_others() => Assert.Equal(
        ["refused with 403 Said", "  Retry-After: 5", "  server: nginx", "  no", "  entry"],
        Lines("Text/Plain; charset=utf-8", "no\r\n\r\n entry\n", "Retry-After: 5", "Date: today", "server: nginx"));

    [Theory]
    [InlineData("""{"title":"T","detail":"D","status":403}""", "T|D")]
    [InlineData("""{"detail":"D"}""", "D")]
    [InlineData("""{"title":3}""", """{"title":3}""")]
    [InlineData("""["title"]""", """["title"]""")]
    [InlineData("""{"title""", """{"title""")]
    public void Of_problem_json_title_and_detail_are_shown(string body, string expected) =>
        Assert.Equal(expected.Split('|').Select(line => "  " + line), Lines("application/problem+json", body).Skip(1));

    [Fact]
    public void A_body_of_another_type_is_not_shown()
    {
        Assert.Equal(["refused with 403 Said", "  (its body is not shown: text/html)"], Lines("text/html", "<p>"));
        Assert.Equal(["refused with 403 Said", "  (its body is not shown: no Content-Type)"], Lines("", "<p>"));
        Assert.Equal(["refused with 403 Said"], Lines("text/html", ""));
    }

    [Fact]
    public void Lines_and_their_number_are_bounded()
    {
        var lines = Lines("text/plain", string.Concat(Enumerable.Repeat(new string('x', 400) + "\n", 30)));
        Assert.Equal(21, lines.Length);
        Assert.Equal("  …", lines[^1]);
        Assert.Equal("  " + new string('x', 298) + "…", lines[1]);
        Assert.Equal(20, Lines("text/plain", string.Concat(Enumerable.Repeat("x\n", 19))).Length);
    }

    [Fact]
    public void A_fault_has_the_head_of_its_answer()
    {
        var sent = ClientHandshake.Build(ClientOffer.To("a", "/"), new byte[16]).IfLeft(fault => throw new InvalidOperationException(fault.Explanation));
        var refused = ClientHandshake.Check(sent, Heads.Bytes("HTTP/1.1 403 Said\r\nVia: x\r\n\r\n")).Match(_ => "", fault => fault.Answer.Match(head => head.Headers.Single("Via").IfNone("-"), () => "none"));
        var broken = ClientHandshake.Check(sent, Heads.Bytes("SSH\r\n\r\n")).Match(_ => false, fault => fault.Answer.IsNone);
        Assert.Equal("x", refused);
        Assert.True(broken);
    }
}
