using LanguageExt;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Tests.Handshake;

public sealed class NegotiationTests
{
    private static readonly HandshakePolicy Policy = Heads.Policy("b", "c") with { NoOffer = new NoOfferPolicy.Handler("echo") };

    private static UpgradeRequest Offering(string offer) =>
        Heads.Accepted(offer.Length == 0 ? Heads.Valid : Heads.With("Sec-WebSocket-Protocol: " + offer));

    private static HandshakeDecision Explain(HandshakePolicy policy, string offer)
    {
        var request = Offering(offer);
        return Negotiation.Explain(policy, request.Offered, request.Origins, request.Host, false);
    }

    private static string Outcome(HandshakePolicy policy, string offer) => Negotiation.Decide(policy, Offering(offer), false).Match(
        accepted => $"{accepted.Subprotocol.IfNone("-")} {accepted.Handler.IfNone("-")}{(accepted.CloseAfter ? " close" : "")}",
        rejection => $"{rejection.Status} {rejection.Reason}");

    [Theory]
    [InlineData("a, c, b", SubprotocolPreference.Client, "c c")]
    [InlineData("a, c, b", SubprotocolPreference.Server, "b b")]
    [InlineData("c", SubprotocolPreference.Server, "c c")]
    [InlineData("B, C", SubprotocolPreference.Client, "400 NoMatch")]
    [InlineData("a", SubprotocolPreference.Server, "400 NoMatch")]
    [InlineData("", SubprotocolPreference.Client, "- echo")]
    public void Whose_order_decides(string offer, SubprotocolPreference preference, string outcome) =>
        Assert.Equal(outcome, Outcome(Policy with { Preference = preference }, offer));

    [Theory]
    [InlineData(NoMatchPolicy.Reject, "400 NoMatch", "400 NoMatch")]
    [InlineData(NoMatchPolicy.Accept, "- echo", "400 NoMatch")]
    [InlineData(NoMatchPolicy.AcceptThenClose, "- - close", "- - close")]
    public void Without_a_match(NoMatchPolicy noMatch, string withHandler, string without)
    {
        Assert.Equal(withHandler, Outcome(Policy with { NoMatch = noMatch }, "x"));
        Assert.Equal(without, Outcome(Policy with { NoMatch = noMatch, NoOffer = new NoOfferPolicy.Reject() }, "x"));
    }

    [Fact]
    public void Without_an_offer() => Assert.Equal("400 NoOffer", Outcome(Policy with { NoOffer = new NoOfferPolicy.Reject() }, ""));

    [Fact]
    public void The_origin_is_checked_first()
    {
        var policy = Policy with { Origin = new OriginPolicy.Listed(true, Heads.Seq<string>()) };
        var request = Heads.Accepted(Heads.With("Origin: https://example.com", "Sec-WebSocket-Protocol: b"));

        Assert.Equal(403, Negotiation.Decide(policy, request, false).Match(_ => 101, rejection => rejection.Status));
        Assert.Equal(101, Negotiation.Decide(policy, request, true).Match(_ => 101, rejection => rejection.Status));
    }

    [Fact]
    public void The_steps_tell_how_it_was_decided()
    {
        Assert.Equal(
            Heads.Seq("origin: none sent, so no browser: allowed", "offered: a, b", "route serves: b, c", "client order decides: b"),
            Explain(Policy, "a, b").Steps.Map(step => step.Text));
        Assert.Equal("server order decides: b", Explain(Policy with { Preference = SubprotocolPreference.Server }, "c, b").Steps.Last.Text);
        Assert.Equal("offered: nothing", Explain(Policy, "").Steps[1].Text);
        Assert.Equal("without an offer: served by echo, no subprotocol is named", Explain(Policy, "").Steps.Last.Text);
        Assert.Equal("answer: 400, no offered subprotocol is served here", Explain(Policy, "x").Steps.Last.Text);
        Assert.Equal(
            "without a match: accepted, then closed with 1002",
            Explain(Policy with { NoMatch = NoMatchPolicy.AcceptThenClose }, "x").Steps.Last.Text);
    }

    [Fact]
    public void A_refused_origin_ends_the_steps()
    {
        var policy = Policy with { Origin = new OriginPolicy.Listed(false, Heads.Seq<string>()) };
        var request = Heads.Accepted(Heads.With("Origin: http://evil.test"));

        Assert.Equal(
            Heads.Seq("origin http://evil.test: not listed: refused", "answer: 403, this origin may not connect"),
            Negotiation.Explain(policy, request.Offered, request.Origins, request.Host, false).Steps.Map(step => step.Text));
    }

    [Fact]
    public void The_response_names_all_that_was_agreed_on()
    {
        const string Expected = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: b\r\nSec-WebSocket-Extensions: y\r\n"
            + "Set-Cookie: a=b\r\n\r\n";
        var request = Heads.Accepted(Heads.With("Sec-WebSocket-Protocol: b", "Sec-WebSocket-Extensions: x; z, y"));
        var accepted = Negotiation.Decide(
            Policy, request, false, offers => offers.Filter(offer => offer.Name == "y"), Heads.Seq(new HeaderField("Set-Cookie", "a=b")));

        Assert.Equal(Expected, accepted.Match(one => one.Response, rejection => rejection.Reply));
        Assert.Equal(Heads.Bytes(Expected), accepted.Match(one => one.ToBytes(), _ => []));
        Assert.Equal("y", accepted.Match(one => ExtensionOffers.Format(one.Extensions), _ => ""));
    }

    [Theory]
    [InlineData("evil\r\nX: y")]
    [InlineData("d")]
    [InlineData("")]
    [InlineData("B")]
    [InlineData("c")]
    public void Only_a_registered_and_offered_token_is_written(string token)
    {
        // "d" is offered but not registered, "c" registered but not offered.
        var request = Heads.Accepted(Heads.With("Sec-WebSocket-Protocol: b, d"));

        Assert.Equal(RejectionReason.Unwritable, Written(request, token, Heads.Seq("b", "c")));
        Assert.Equal(default, Written(request, "b", Heads.Seq("b", "c")));
    }

    // What is registered and offered is written only when it is a token, whoever built the request.
    [Theory]
    [InlineData("evil\r\nX: y")]
    [InlineData("a b")]
    [InlineData("")]
    public void Only_a_token_is_written(string token)
    {
        var request = Heads.Accepted(Heads.Valid) with { Offered = Heads.Seq(token) };

        Assert.Equal(RejectionReason.Unwritable, Written(request, token, Heads.Seq(token)));
        Assert.Equal($"503 {RejectionReason.Unwritable}", Negotiation.Decide(Heads.Policy(token), request, false)
            .Match(_ => "", rejection => $"{rejection.Status} {rejection.Reason}"));
    }

    [Theory]
    [InlineData("x", "A", "b", true)]
    [InlineData("z", "A", "b", false)]
    [InlineData("X", "A", "b", false)]
    [InlineData("x", "A", "b\r\nC: d", false)]
    [InlineData("x", "Upgrade", "h2c", false)]
    [InlineData("x", "Sec-WebSocket-Protocol", "c", false)]
    public void Only_offered_extensions_and_foreign_headers_are_written(string extension, string name, string value, bool written)
    {
        var request = Heads.Accepted(Heads.With("Sec-WebSocket-Extensions: x"));
        var response = SwitchingProtocols.Write(
            request, Option<string>.None, Heads.Seq<string>(), Heads.Seq(new ExtensionOffer(extension, Heads.Seq<ExtensionParameter>())),
            Heads.Seq(new HeaderField(name, value)));

        Assert.Equal(written, response.IsRight);
    }

    [Fact]
    public void An_extension_that_cannot_be_written_is_not()
    {
        var request = Heads.Accepted(Heads.With("Sec-WebSocket-Extensions: x"));
        var extension = new ExtensionOffer("x", Heads.Seq(new ExtensionParameter("a", "b\r\nC: d")));

        Assert.True(SwitchingProtocols.Write(
            request, Option<string>.None, Heads.Seq<string>(), Heads.Seq(extension), Heads.Seq<HeaderField>()).IsLeft);
    }

    private static RejectionReason Written(UpgradeRequest request, string token, Seq<string> registered) =>
        SwitchingProtocols.Write(request, token, registered, Heads.Seq<ExtensionOffer>(), Heads.Seq<HeaderField>())
            .Match(_ => default, rejection => rejection.Reason);
}
