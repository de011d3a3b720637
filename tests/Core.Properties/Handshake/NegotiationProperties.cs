using FsCheck;
using FsCheck.Fluent;
using LanguageExt;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Handshake;

public sealed class NegotiationProperties
{
    private static readonly byte[] Nonce = new byte[16];

    private static Gen<Seq<string>> Offered { get; } = HandshakeGen.Tokens;

    private static ClientRequest Built(Seq<string> offered, Seq<ExtensionOffer> extensions) =>
        ClientHandshake.Build(ClientOffer.To("example.com", "/") with { Subprotocols = offered, Extensions = extensions }, Nonce)
            .Match(sent => sent, fault => throw new InvalidOperationException(fault.Explanation));

    private static UpgradeRequest Request(ClientRequest sent) => ServerHandshake.Read(sent.ToBytes(), HeadLimits.Default)
        .Match(request => request, rejection => throw new InvalidOperationException(rejection.Explanation));

    [Property(MaxTest = 1000)]
    public Property What_is_chosen_is_offered_and_registered_and_first() =>
        Prop.ForAll(Arb.From(HandshakeGen.Policy), Arb.From(Offered), (policy, offered) =>
        {
            var request = Request(Built(offered, Seq<ExtensionOffer>.Empty));
            var chosen = Negotiation.Decide(policy, request, false).Match(accepted => accepted.Subprotocol, _ => Option<string>.None);
            var (mine, theirs) = policy.Preference == SubprotocolPreference.Client
                ? (offered, policy.Protocols)
                : (policy.Protocols, offered);
            var first = mine.Where(token => theirs.Contains(token)).Take(1).ToArray();
            return chosen.ToArray().SequenceEqual(first);
        });

    [Property(MaxTest = 1000)]
    public Property Without_a_choice_the_policy_decides() =>
        Prop.ForAll(Arb.From(HandshakeGen.Policy), Arb.From(Offered), (policy, offered) =>
        {
            var request = Request(Built(offered, Seq<ExtensionOffer>.Empty));
            var handler = policy.NoOffer.Match(() => Option<string>.None, Option<string>.Some);
            var matched = offered.Exists(token => policy.Protocols.Contains(token));
            var closes = !offered.IsEmpty && policy.NoMatch == NoMatchPolicy.AcceptThenClose;
            var serves = (offered.IsEmpty || policy.NoMatch == NoMatchPolicy.Accept) && handler.IsSome;
            return matched || Negotiation.Decide(policy, request, false).Match(
                accepted => accepted.Subprotocol.IsNone && accepted.CloseAfter == closes
                    && accepted.Handler == (closes ? Option<string>.None : handler)
                    && (closes || serves),
                rejection => rejection.Status == 400 && !closes && !serves);
        });

    [Property(MaxTest = 500)]
    public Property The_trace_ends_in_the_decision() => Prop.ForAll(Arb.From(HandshakeGen.Policy), Arb.From(Offered), (policy, offered) =>
    {
        var request = Request(Built(offered, Seq<ExtensionOffer>.Empty));
        var decision = Negotiation.Explain(policy, offered, request.Origins, request.Host, false);
        var decided = Negotiation.Decide(policy, request, false);
        return decision.Outcome.Match(
            choice => decided.Exists(accepted => accepted.Handler == choice.Handler && accepted.Subprotocol == choice.Subprotocol)
                && choice.Subprotocol.ForAll(token => decision.Steps.Last.Text.EndsWith(": " + token, StringComparison.Ordinal)),
            rejection => decided.IsLeft && decision.Steps.Last.Text.StartsWith($"answer: {rejection.Status}", StringComparison.Ordinal));
    });

    [Property(MaxTest = 500)]
    public Property The_client_accepts_what_the_server_answers() =>
        Prop.ForAll(Arb.From(HandshakeGen.Policy), Arb.From(Offered), Arb.From(HandshakeGen.Offers), (policy, offered, extensions) =>
        {
            var sent = Built(offered, extensions);
            var request = Request(sent);
            return Negotiation.Decide(policy, request, false, all => all.Take(1), Seq<HeaderField>.Empty).Match(
                accepted => ClientHandshake.Check(sent, accepted.ToBytes()).Match(
                    connection => connection.Subprotocol == accepted.Subprotocol && connection.Extensions == accepted.Extensions,
                    _ => false),
                rejection => ClientHandshake.Check(sent, rejection.ToBytes()[..Head(rejection.Reply).Length])
                    .Match(_ => false, fault => fault.Kind == ClientFaultKind.Refused && fault.Status == rejection.Status));
        });

    // Whatever is offered, and even when the very same text is registered: the response has the lines it should have, or there is none.
    [Property(MaxTest = 2000)]
    public Property No_offer_adds_a_line_to_the_response() =>
        Prop.ForAll(Arb.From(HandshakeGen.Noise), Arb.From(HandshakeGen.Noise), (noise, other) =>
        {
            var request = Request(Built(Seq<string>.Empty, Seq<ExtensionOffer>.Empty)) with
            {
                Offered = Seq<string>.Empty.Add(noise).Add(other),
            };
            var policy = new HandshakePolicy(
                request.Offered, SubprotocolPreference.Client, new NoOfferPolicy.Reject(), NoMatchPolicy.Reject, new OriginPolicy.Any());
            return Negotiation.Decide(policy, request, false).Match(
                accepted => Lines(accepted.Response) == 7 && Grammar.IsToken(noise),
                rejection => Lines(rejection.Reply) == 6 && !Grammar.IsToken(noise));
        });

    [Property(MaxTest = 2000)]
    public Property No_offer_on_the_wire_adds_a_line_to_the_response() => Prop.ForAll(Arb.From(HandshakeGen.Noise), noise =>
    {
        var text = Built(Seq<string>.Empty, Seq<ExtensionOffer>.Empty).Request[..^2] + "Sec-WebSocket-Protocol: " + noise + "\r\n\r\n";
        var bytes = HandshakeGen.Bytes(text);
        var policy = new HandshakePolicy(
            HandshakeGen.Seq(noise.Split(',').Select(part => part.Trim())),
            SubprotocolPreference.Client, new NoOfferPolicy.Handler("a"), NoMatchPolicy.Reject, new OriginPolicy.Any());
        var end = HeadScanner.Scan(HeadCursor.Request, bytes, HeadLimits.Default).Match(_ => 0, (_, _) => 0, length => length);
        return ServerHandshake.Read(bytes.AsSpan(0, end), HeadLimits.Default).Bind(request => Negotiation.Decide(policy, request, false))
            .Match(accepted => Lines(accepted.Response) == (accepted.Subprotocol.IsSome ? 7 : 6),
                rejection => rejection.Status is 400 or 431);
    });

    [Property(MaxTest = 500)]
    public Property Extensions_written_are_read_back() => Prop.ForAll(Arb.From(HandshakeGen.Offers), offers =>
        offers.IsEmpty || ExtensionOffers.Parse(Seq<string>.Empty.Add(ExtensionOffers.Format(offers))) == offers);

    [Property(MaxTest = 5000)]
    public Property Extensions_are_read_exactly_when_the_reference_grammar_says_so() =>
        Prop.ForAll(Arb.From(HandshakeGen.ExtensionText), text =>
        {
            var read = ExtensionOffers.Parse(Seq<string>.Empty.Add(text));
            return (read.IsRight == ReferenceGrammar.IsExtensions(text)).Collect(read.IsRight)
                .And(read.ForAll(offers => offers.ForAll(offer => offer.IsWritable)))
                .And(read.Match(_ => true, fault => fault.Position <= text.Length));
        });

    [Property(MaxTest = 1000)]
    public Property An_origin_is_allowed_only_as_listed_or_as_the_servers_own() =>
        Prop.ForAll(Arb.From(HandshakeGen.Noise), Arb.From(Gen.Elements(true, false)), (noise, same) =>
        {
            var host = Authority.Parse("example.com").IfNone(() => throw new InvalidOperationException());
            var policy = new OriginPolicy.Listed(same, Seq<string>.Empty.Add("https://listed.example"));
            string[] variants =
            [
                noise, "http://example.com" + noise, "http://" + noise + "example.com", noise + "https://listed.example",
                "https://listed.example" + noise,
            ];
            return variants.All(origin => OriginCheck.Check(policy, Seq<string>.Empty.Add(origin), host, false).Allowed
                == (origin == "https://listed.example" || (same && origin == "http://example.com")));
        });

    private static int Lines(string response) =>
        Head(response).Split('\n').Length;

    private static string Head(string response) => response[..(response.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)];
}
