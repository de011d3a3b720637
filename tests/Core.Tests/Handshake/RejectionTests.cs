using System.Globalization;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Tests.Handshake;

public sealed class RejectionTests
{
    public static TheoryData<RejectionReason> Reasons => [.. Enum.GetValues<RejectionReason>()];

    [Fact]
    public void Carries_the_exact_reply()
    {
        const string Expected = "HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Content-Length: 47\r\nAllow: GET\r\n\r\n405 Method Not Allowed: the method must be GET\n";

        Assert.Equal(Expected, Rejection.Of(RejectionReason.Method).Reply);
        Assert.Equal(Heads.Bytes(Expected), Rejection.Of(RejectionReason.Method).ToBytes());
    }

    [Theory]
    [InlineData(RejectionReason.NoUpgrade)]
    [InlineData(RejectionReason.WebSocketVersion)]
    public void Upgrade_required_names_websocket_and_13(RejectionReason reason)
    {
        var reply = Rejection.Of(reason).Reply;

        Assert.StartsWith("HTTP/1.1 426 Upgrade Required\r\nConnection: close, Upgrade\r\n", reply, StringComparison.Ordinal);
        Assert.Contains("\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n", reply, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Every_reply_is_a_response_whose_length_is_right(RejectionReason reason)
    {
        var rejection = Rejection.Of(reason);
        var bytes = rejection.ToBytes();
        var end = HeadScanner.Scan(HeadCursor.Response, bytes, HeadLimits.Default).Match(_ => -1, (_, _) => -2, length => length);
        var head = ResponseHead.Parse(bytes.AsSpan(0, end)).Match(head => head, _ => throw new InvalidOperationException());

        Assert.Equal((rejection.Status, reason), (head.Status, rejection.Reason));
        Assert.NotEqual("Refused", head.Reason);
        Assert.Equal((bytes.Length - end).ToString(CultureInfo.InvariantCulture), head.Headers.Single("Content-Length"));
        Assert.Contains("close", head.Headers.List("Connection").IfNone(Heads.Seq<string>()));
        Assert.StartsWith("RFC ", rejection.Section, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(408)]
    [InlineData(413)]
    [InlineData(426)]
    [InlineData(431)]
    [InlineData(503)]
    public void Every_status_has_a_reason(int status) =>
        Assert.Contains(status, Enum.GetValues<RejectionReason>().Select(reason => Rejection.Of(reason).Status));

    [Theory]
    [InlineData(30, "30")]
    [InlineData(0, "0")]
    [InlineData(-1, "0")]
    public void Unavailable_says_when_to_come_back(int seconds, string header)
    {
        Assert.Contains($"\r\nRetry-After: {header}\r\n", Rejection.Unavailable(seconds).Reply, StringComparison.Ordinal);
        Assert.DoesNotContain("Retry-After", Rejection.Of(RejectionReason.Unavailable).Reply, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, 400, "Bad Request")]
    [InlineData(401, 401, "Unauthorized")]
    [InlineData(429, 429, "Too Many Requests")]
    [InlineData(500, 500, "Internal Server Error")]
    [InlineData(599, 599, "Refused")]
    [InlineData(399, 403, "Forbidden")]
    [InlineData(600, 403, "Forbidden")]
    [InlineData(101, 403, "Forbidden")]
    public void A_handler_refuses_with_an_error_status_only(int status, int sent, string phrase) =>
        Assert.StartsWith($"HTTP/1.1 {sent} {phrase}\r\n", Rejection.ByHandler(status, "no").Reply, StringComparison.Ordinal);

    [Fact]
    public void A_handler_smuggles_nothing_into_the_reply()
    {
        var rejection = Rejection.ByHandler(403, "a\r\nb\u00e9" + new string('x', 300)) with
        {
            Headers = Heads.Seq<HeaderField>(new("A", "b\r\nC: d"), new("E", "f")),
        };

        Assert.EndsWith("\r\nE: f\r\n\r\n403 Forbidden: a??b?" + new string('x', 195) + "\n", rejection.Reply, StringComparison.Ordinal);
        Assert.DoesNotContain("C: d", rejection.Reply, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_of_form_is_explained()
    {
        Assert.Contains("a header name is empty", Rejection.Of(HeadFault.EmptyHeaderName).Reply, StringComparison.Ordinal);
        Assert.Equal(RejectionReason.HeadLimit, Rejection.Of(HeadFault.HeadTooLarge).Reason);
    }
}
