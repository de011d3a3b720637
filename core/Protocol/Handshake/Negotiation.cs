using LanguageExt;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>Which subprotocol is spoken, and by whom it is served.</summary>
/// <param name="Subprotocol">
/// The token sent to the client: one that it offered and the route registers. None is sent when none was agreed on.
/// </param>
/// <param name="Handler">The token whose handler serves the connection. None only where it is closed at once.</param>
/// <param name="CloseAfter">Whether the connection is closed right after the 101, with 1002.</param>
public sealed record SubprotocolChoice(Option<string> Subprotocol, Option<string> Handler, bool CloseAfter);

/// <summary>A decision together with the steps that led to it.</summary>
/// <param name="Outcome">The choice, or the refusal.</param>
/// <param name="Steps">What was looked at, in order, the last one the decision.</param>
public sealed record HandshakeDecision(Either<Rejection, SubprotocolChoice> Outcome, Seq<ExplainedStep> Steps);

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
        Seq<HeaderField> headers)
    {
        var basis = Choose(policy, request.Offered, request.Origins, request.Host, secure);
        if (basis.Refusal is { } reason) return Rejection.Of(reason);
        var choice = basis.Choice();
        var accepted = extensions(request.Extensions).Strict();
        var response = SwitchingProtocols.Write(request, choice.Subprotocol, policy.Protocols, accepted, headers);
        return response.IsLeft
            ? (Rejection)response
            : new Acceptance(choice.Subprotocol, choice.Handler, choice.CloseAfter, accepted, (string)response);
    }

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
        var basis = Choose(policy, offered, origins, host, secure);
        var origin = OriginCheck.Check(policy.Origin, origins, host, secure);
        var steps = Seq<ExplainedStep>.Empty.Add(new(StepSubject.Origin, origin.Allowed ? StepOutcome.Passed : StepOutcome.Refused, origin.Step));
        if (origin.Allowed) steps = steps.Concat(Chosen(policy, offered, basis));
        if (basis.Refusal is not { } reason) return new(basis.Choice(), steps.Strict());
        var rejection = Rejection.Of(reason);
        return new(rejection, steps.Add(ExplainedStep.Answer(rejection)).Strict());
    }

    private static Seq<ExplainedStep> Chosen(HandshakePolicy policy, Seq<string> offered, Basis basis)
    {
        var steps = Seq<ExplainedStep>.Empty.Add(Noted($"offered: {Names(offered)}")).Add(Noted($"route serves: {Names(policy.Protocols)}"));
        if (basis.Kind != BasisKind.Agreed && !offered.IsEmpty) steps = steps.Add(Noted("none of the offered subprotocols is served"));
        return steps.Add(new(
            StepSubject.Subprotocol, basis.Refusal is null ? StepOutcome.Passed : StepOutcome.Refused,
            basis.Kind == BasisKind.Agreed ? $"{Whose(policy)} order decides: {basis.Token}" : Described(basis)));

        static ExplainedStep Noted(string text) => new(StepSubject.Subprotocol, StepOutcome.Noted, text);
    }

    /// <summary>What decides.</summary>
    private enum BasisKind : byte
    {
        Agreed,
        Origin,
        NoOfferServed,
        NoOffer,
        NoMatchServed,
        NoMatchClosed,
        NoMatchUnserved,
        NoMatch,
    }

    /// <summary>The decision as a value, from which both the answer and the words for people follow.</summary>
    private readonly record struct Basis(BasisKind Kind, string Token)
    {
        public RejectionReason? Refusal => Kind switch
        {
            BasisKind.Origin => RejectionReason.Origin,
            BasisKind.NoOffer => RejectionReason.NoOffer,
            BasisKind.NoMatch or BasisKind.NoMatchUnserved => RejectionReason.NoMatch,
            _ => null,
        };

        public SubprotocolChoice Choice() => Kind switch
        {
            BasisKind.Agreed => new(Token, Token, false),
            BasisKind.NoMatchClosed => new(Option<string>.None, Option<string>.None, true),
            _ => new(Option<string>.None, Token, false),
        };
    }

    private static Basis Choose(HandshakePolicy policy, Seq<string> offered, Seq<string> origins, Authority host, bool secure)
    {
        if (!OriginCheck.IsAllowed(OriginCheck.Decide(policy.Origin, origins, host, secure))) return new(BasisKind.Origin, "");
        if (offered.IsEmpty)
            return policy.NoOffer.Match(reject: () => new Basis(BasisKind.NoOffer, ""), handler: token => new Basis(BasisKind.NoOfferServed, token));
        if (Agreed(policy, offered) is { } agreed) return new(BasisKind.Agreed, agreed);
        return policy.NoMatch switch
        {
            NoMatchPolicy.AcceptThenClose => new(BasisKind.NoMatchClosed, ""),
            NoMatchPolicy.Accept => policy.NoOffer.Match(
                reject: () => new Basis(BasisKind.NoMatchUnserved, ""), handler: token => new Basis(BasisKind.NoMatchServed, token)),
            _ => new(BasisKind.NoMatch, ""),
        };
    }

    private static string? Agreed(HandshakePolicy policy, Seq<string> offered)
    {
        var (first, second) = policy.Preference == SubprotocolPreference.Client ? (offered, policy.Protocols) : (policy.Protocols, offered);
        for (var i = 0; i < first.Count; i++)
            for (var j = 0; j < second.Count; j++)
                if (first[i] == second[j]) return first[i];
        return null;
    }

    private static string Described(Basis basis) => basis.Kind switch
    {
        BasisKind.NoOffer => "without an offer: refused",
        BasisKind.NoOfferServed => $"without an offer: served by {basis.Token}, no subprotocol is named",
        BasisKind.NoMatchClosed => "without a match: accepted, then closed with 1002",
        BasisKind.NoMatchServed => $"without a match: served by {basis.Token}, no subprotocol is named",
        BasisKind.NoMatchUnserved => "without a match: no handler serves it: refused",
        _ => "without a match: refused",
    };

    private static string Whose(HandshakePolicy policy) => policy.Preference == SubprotocolPreference.Client ? "client" : "server";

    private static string Names(Seq<string> tokens) => tokens.IsEmpty ? "nothing" : string.Join(", ", tokens);
}
