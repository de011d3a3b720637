using LanguageExt;

namespace PluginHost.Core.Handshake;

/// <summary>Which subprotocol is spoken, and by whom it is served.</summary>
/// <param name="Subprotocol">
/// The token sent to the client: one that it offered and the route registers. None is sent when none was agreed on.
/// </param>
/// <param name="Handler">The token whose handler serves the connection. None only where it is closed at once.</param>
/// <param name="CloseAfter">Whether the connection is closed right after the 101, with 1002.</param>
public sealed record SubprotocolChoice(Option<string> Subprotocol, Option<string> Handler, bool CloseAfter);

/// <summary>A decision together with the steps that led to it.</summary>
/// <param name="Outcome">The choice, or the refusal.</param>
/// <param name="Steps">One line for people each, in order, the last one the decision. They may repeat what the client sent.</param>
public sealed record HandshakeDecision(Either<Rejection, SubprotocolChoice> Outcome, Seq<string> Steps);

/// <summary>An accepted handshake.</summary>
/// <param name="Subprotocol">The token sent to the client; none when none was agreed on.</param>
/// <param name="Handler">The token whose handler serves the connection. None only where it is closed at once.</param>
/// <param name="CloseAfter">Whether to close right after the response, with 1002.</param>
/// <param name="Extensions">The extensions in use, with the parameters sent to the client.</param>
/// <param name="Response">The response, one character a byte.</param>
public sealed record Acceptance(
    Option<string> Subprotocol,
    Option<string> Handler,
    bool CloseAfter,
    Seq<ExtensionOffer> Extensions,
    string Response)
{
    /// <summary>The bytes to send.</summary>
    public byte[] ToBytes() => System.Text.Encoding.Latin1.GetBytes(Response);
}

/// <summary>Decides on a validated request (RFC 6455 §4.2.2): origin, subprotocol, extensions, and the response.</summary>
public static class Negotiation
{
    /// <summary>Decides without extensions and further headers.</summary>
    /// <param name="policy">The route's policy.</param>
    /// <param name="request">The validated request.</param>
    /// <param name="secure">Whether the connection is encrypted.</param>
    public static Either<Rejection, Acceptance> Decide(HandshakePolicy policy, UpgradeRequest request, bool secure) =>
        Decide(policy, request, secure, _ => Seq<ExtensionOffer>.Empty, Seq<HeaderField>.Empty);

    /// <summary>Decides.</summary>
    /// <param name="policy">The route's policy.</param>
    /// <param name="request">The validated request.</param>
    /// <param name="secure">Whether the connection is encrypted.</param>
    /// <param name="extensions">From what is offered to what is accepted, with the parameters to answer; a pure function.</param>
    /// <param name="headers">Headers to add to the response.</param>
    public static Either<Rejection, Acceptance> Decide(
        HandshakePolicy policy,
        UpgradeRequest request,
        bool secure,
        Func<Seq<ExtensionOffer>, Seq<ExtensionOffer>> extensions,
        Seq<HeaderField> headers) =>
        from choice in Explain(policy, request.Offered, request.Origins, request.Host, secure).Outcome
        let accepted = extensions(request.Extensions).Strict()
        from response in SwitchingProtocols.Write(request, choice.Subprotocol, policy.Protocols, accepted, headers)
        select new Acceptance(choice.Subprotocol, choice.Handler, choice.CloseAfter, accepted, response);

    /// <summary>
    /// Decides on origin and subprotocol, and says why. <see cref="Decide(HandshakePolicy, UpgradeRequest, bool)"/> follows it.
    /// </summary>
    /// <param name="policy">The route's policy.</param>
    /// <param name="offered">The offered subprotocols, in the client's order.</param>
    /// <param name="origins">The values of all <c>Origin</c> headers.</param>
    /// <param name="host">The host that the request names.</param>
    /// <param name="secure">Whether the connection is encrypted.</param>
    public static HandshakeDecision Explain(HandshakePolicy policy, Seq<string> offered, Seq<string> origins, Authority host, bool secure)
    {
        var origin = OriginCheck.Check(policy.Origin, origins, host, secure);
        var steps = Seq<string>.Empty.Add(origin.Step);
        if (!origin.Allowed) return Refused(RejectionReason.Origin, steps);

        steps = steps.Add($"offered: {Names(offered)}").Add($"route serves: {Names(policy.Protocols)}");
        if (offered.IsEmpty) return NoOffer(policy, steps);
        return Agreed(policy, offered).Match(
            token => Chosen(token, steps.Add($"{Whose(policy)} order decides: {token}")),
            () => NoMatch(policy, steps.Add("none of the offered subprotocols is served")));
    }

    private static Option<string> Agreed(HandshakePolicy policy, Seq<string> offered) =>
        policy.Preference == SubprotocolPreference.Client
            ? offered.Find(token => policy.Protocols.Exists(registered => registered == token))
            : policy.Protocols.Find(registered => offered.Exists(token => token == registered));

    private static HandshakeDecision NoOffer(HandshakePolicy policy, Seq<string> steps) => policy.NoOffer.Match(
        reject: () => Refused(RejectionReason.NoOffer, steps.Add("without an offer: refused")),
        handler: token => Unnamed(token, steps.Add($"without an offer: served by {token}, no subprotocol is named")));

    private static HandshakeDecision NoMatch(HandshakePolicy policy, Seq<string> steps) => policy.NoMatch switch
    {
        NoMatchPolicy.AcceptThenClose => new(
            new SubprotocolChoice(Option<string>.None, Option<string>.None, true),
            steps.Add("without a match: accepted, then closed with 1002")),
        NoMatchPolicy.Accept => policy.NoOffer.Match(
            reject: () => Refused(RejectionReason.NoMatch, steps.Add("without a match: no handler serves it: refused")),
            handler: token => Unnamed(token, steps.Add($"without a match: served by {token}, no subprotocol is named"))),
        _ => Refused(RejectionReason.NoMatch, steps.Add("without a match: refused")),
    };

    private static HandshakeDecision Chosen(string token, Seq<string> steps) => new(new SubprotocolChoice(token, token, false), steps);

    private static HandshakeDecision Unnamed(string handler, Seq<string> steps) =>
        new(new SubprotocolChoice(Option<string>.None, handler, false), steps);

    private static HandshakeDecision Refused(RejectionReason reason, Seq<string> steps)
    {
        var rejection = Rejection.Of(reason);
        return new(rejection, steps.Add($"answer: {rejection.Status}, {rejection.Explanation}"));
    }

    private static string Whose(HandshakePolicy policy) => policy.Preference == SubprotocolPreference.Client ? "client" : "server";

    private static string Names(Seq<string> tokens) => tokens.IsEmpty ? "nothing" : string.Join(", ", tokens);
}
