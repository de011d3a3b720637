using System.Security.Cryptography;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Tests.Handshake;

public sealed class ServerHandshakeTests
{
    // RFC 6455 §1.3, and a request recorded from a browser.
    [Theory]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")]
    [InlineData("uRovscZjNol/umbTt5uKmw==", "rLHCkw/SKsO9GAH/ZSFhBATDKrU=")]
    public void Accept_belongs_to_the_key(string key, string accept) => Assert.Equal(accept, ServerHandshake.Accept(key));

    [Theory]
    [InlineData(0)]
    [InlineData(23)]
    [InlineData(25)]
    [InlineData(5000)]
    public void Accept_is_defined_for_keys_of_any_length(int length)
    {
        var key = new string('k', length);
        var hash = SHA1.HashData(Heads.Bytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
        Assert.Equal(Convert.ToBase64String(hash), ServerHandshake.Accept(key));
    }

    [Fact]
    public void Known_vector_is_accepted_byte_for_byte()
    {
        const string Request = "GET ws://echo.websocket.org/?encoding=text HTTP/1.1\r\n"
            + "Origin: http://websocket.org\r\nCookie: __utma=99as\r\n"
            + "Connection: Upgrade\r\nHost: echo.websocket.org\r\nSec-WebSocket-Key: uRovscZjNol/umbTt5uKmw==\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\n\r\n";
        const string Response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: rLHCkw/SKsO9GAH/ZSFhBATDKrU=\r\n\r\n";
        var policy = Heads.Policy("echo") with
        {
            NoOffer = new NoOfferPolicy.Handler("echo"),
            Origin = new OriginPolicy.Listed(false, Heads.Seq("http://websocket.org")),
        };

        var request = Heads.Accepted(Request);
        Assert.Equal("/", request.Head.Path);
        Assert.Equal(Heads.Seq(new QueryParameter("encoding", "text")), request.Head.Query);
        Assert.Equal(Heads.Bytes(Response), Negotiation.Decide(policy, request, false).Match(accepted => accepted.ToBytes(), _ => []));

        var elsewhere = policy with { Origin = new OriginPolicy.Listed(true, Heads.Seq("http://websocket.com")) };
        Assert.Equal(403, Negotiation.Decide(elsewhere, request, false).Match(_ => 101, rejection => rejection.Status));
    }

    [Theory]
    [InlineData("Upgrade: websocket", "uPGRADE: h2c,\tWebSocket")]
    [InlineData("Upgrade: websocket", "Upgrade: h2c\r\nUpgrade: websocket")]
    [InlineData("Upgrade: websocket", "Upgrade: \"a,b\", websocket")]
    [InlineData("Connection: Upgrade", "connection: keep-alive, UPGRADE")]
    [InlineData("Connection: Upgrade", "Connection: keep-alive\r\nConnection: upgrade")]
    [InlineData("Host: example.com", "HOST:[::1]:8080")]
    [InlineData("Sec-WebSocket-Key: ", "sec-websocket-key: ")]
    [InlineData("Sec-WebSocket-Key: ", "SEC-WEBSOCKET-KEY:")]
    [InlineData("Sec-WebSocket-Version: ", "sec-websocket-VERSION: ")]
    [InlineData("Host: example.com", "Host: example.com\r\nContent-Length: 0")]
    public void Other_spellings_are_accepted(string line, string spelling) =>
        Assert.True(Heads.Judge(Heads.Valid.Replace(line, spelling, StringComparison.Ordinal)).IsRight);

    [Theory]
    [InlineData("GET http://example.com/ HTTP/1.1")]
    [InlineData("GET ws://example.com:80/ HTTP/1.1")]
    [InlineData("GET ws://EXAMPLE.com HTTP/1.1")]
    public void An_absolute_target_may_name_the_same_host(string line) => Assert.True(Heads.Judge(Heads.Starting(line)).IsRight);

    [Fact]
    public void Default_port_is_that_of_the_target()
    {
        var secure = Heads.Starting("GET wss://example.com/ HTTP/1.1")
            .Replace("Host: example.com", "Host: example.com:443", StringComparison.Ordinal);
        Assert.True(Heads.Judge(secure).IsRight);
        Assert.Equal(RejectionReason.HostMismatch, Heads.Refused(secure.Replace("wss:", "ws:", StringComparison.Ordinal)).Reason);
    }

    [Fact]
    public void Offers_are_gathered_in_order()
    {
        var request = Heads.Accepted(Heads.With(
            "Sec-WebSocket-Protocol: b, a", "sec-websocket-protocol: c", "Sec-WebSocket-Extensions: x; y=1", "Sec-WebSocket-Extensions: z",
            "Origin: http://one", "Origin: http://two"));

        Assert.Equal(Heads.Seq("b", "a", "c"), request.Offered);
        Assert.Equal("x; y=1, z", ExtensionOffers.Format(request.Extensions));
        Assert.Equal(Heads.Seq("http://one", "http://two"), request.Origins);
        Assert.Equal("example.com", request.Host.ToString());
        Assert.Equal(Heads.Key, request.Key);
    }

    [Theory]
    [InlineData("Sec-WebSocket-Protocol: ")] // as clients send that write empty lists
    [InlineData("Sec-WebSocket-Extensions: ")]
    [InlineData("Sec-WebSocket-Protocol: ,,")]
    [InlineData("Sec-WebSocket-Extensions: ,,")]
    public void An_empty_list_offers_nothing(string line)
    {
        var request = Heads.Accepted(Heads.With(line));
        Assert.True(request.Offered.IsEmpty && request.Extensions.IsEmpty);
    }

    [Theory]
    [InlineData("Host: example.com", "Host: example.com:")] // RFC 3986 §3.2.3
    [InlineData("GET / ", "GET /?q=100% ")]
    public void What_the_grammar_allows_is_accepted(string line, string spelling) =>
        Assert.Equal("example.com", Heads.Accepted(Heads.Valid.Replace(line, spelling, StringComparison.Ordinal)).Host.ToString());

    [Fact]
    public void Subprotocols_that_differ_in_case_are_different() =>
        Assert.Equal(Heads.Seq("a", "A"), Heads.Accepted(Heads.With("Sec-WebSocket-Protocol: a, A")).Offered);

    [Fact]
    public void Offered_subprotocols_are_limited_both_sides()
    {
        var limits = HeadLimits.Default with { OfferedSubprotocols = 2 };

        Assert.True(Heads.Judge(Heads.With("Sec-WebSocket-Protocol: a, b"), limits).IsRight);
        Assert.Equal(431, Heads.Judge(Heads.With("Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: b, c"), limits)
            .Match(_ => 101, rejection => rejection.Status));
    }

    [Fact]
    public void The_reply_repeats_nothing_that_was_sent()
    {
        var marked = Heads.Bad.Select(bad => bad.Text.Replace("example.com", "secret.example", StringComparison.Ordinal));

        Assert.All(marked, text => Assert.DoesNotContain("secret", Heads.Refused(text).Reply, StringComparison.Ordinal));
    }

    // What is allocated stands for what is copied: twice the input, no more than about twice the work.
    [Theory]
    [InlineData("X: ", " ")]
    [InlineData("X: ", "\"")]
    [InlineData("Upgrade: \"", "a,")]
    [InlineData("Upgrade: ", "a,")]
    [InlineData("Sec-WebSocket-Protocol: \"", "\\\"")]
    [InlineData("Sec-WebSocket-Extensions: a; b=\"", "\\c")]
    [InlineData("Sec-WebSocket-Extensions: a", ";b=c")]
    [InlineData("Sec-WebSocket-Extensions: a", ",")]
    [InlineData("", "Upgrade: a\r\n")]
    [InlineData("", "Sec-WebSocket-Extensions: a;b=c\r\n")]
    public void Work_grows_with_the_size_of_the_head(string line, string repeated)
    {
        var limits = new HeadLimits(4096, 1 << 20, 1 << 20, 32);
        var once = Allocated(line, repeated, 64 * 1024 / repeated.Length, limits);
        var twice = Allocated(line, repeated, 128 * 1024 / repeated.Length, limits);

        Assert.InRange(twice, 0, (long)(once * 2.5));
    }

    private static long Allocated(string line, string repeated, int times, HeadLimits limits)
    {
        var bytes = Heads.Bytes(Heads.With(line + string.Concat(Enumerable.Repeat(repeated, times)) + "X:"));
        // The least of several: what the runtime makes once, at whatever call, is not the head's.
        return Enumerable.Range(0, 5).Min(turn => AllocatedOnce(bytes, limits));
    }

    private static long AllocatedOnce(byte[] bytes, HeadLimits limits)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = ServerHandshake.Read(bytes, limits);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    [Theory]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA==", true)]
    [InlineData("/+/+/+/+/+/+/+/+/+/+/w==", true)]
    [InlineData("AQIDBAUGBwgJCgsMDQ4PEC==", true)] // RFC 6455 §4.1
    [InlineData("AAAAAAAAAAAAAAAAAAAAAB==", true)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAA===", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAA=", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA", false)]
    [InlineData("                        ", false)]
    [InlineData("", false)]
    public void Keys(string key, bool valid) => Assert.Equal(valid, ServerHandshake.IsKey(key));
}
