using LanguageExt;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Serving.Routing;

namespace PluginHost.Core.Serving.Handshakes;

/// <summary>
/// The decision on a request, from its route to the answer (RFC 6455 §4.2.2), as a machine of values. The server does what a step says and gives the answer
/// to <see cref="Next"/>; the command <c>explain</c> folds the same machine. Every chain of steps ends with <see cref="HandshakeStep.Accept"/> or
/// <see cref="HandshakeStep.Refuse"/>, after at most three others.
/// </summary>
public static class HandshakeMachine
{
    /// <summary>The first step.</summary>
    /// <param name="plan">What is served.</param>
    /// <param name="listener">The listener that the connection came in on; none where it is not the plan's, which has no list of addresses then.</param>
    /// <param name="request">The validated request.</param>
    /// <param name="from">What else is known of the connection.</param>
    public static HandshakeStep Begin(BoundPlan plan, Option<ListenerPlan> listener, UpgradeRequest request, Origination from) =>
        Examination.Examine(plan, listener, request, from).Match(
            Right: examined => examined.Step switch
            {
                AuthenticationStep.Password password => new HandshakeStep.VerifyPassword(examined, password.User, password.Text),
                AuthenticationStep.Token token => new HandshakeStep.VerifyToken(examined, token.Text),
                AuthenticationStep.Plugin plugin => new HandshakeStep.AskPlugin(examined, plugin.Id),
                AuthenticationStep.Known known => Known(examined, known.User),
                _ => Refuse(Rejection.ByHandler(500, "there is no way to authenticate")),
            },
            Left: Refuse);

    /// <summary>The step after an answer. An answer that does not belong to the step refuses with 500.</summary>
    /// <param name="step">The step that was done.</param>
    /// <param name="answer">What came of it.</param>
    /// <param name="now">The time, for what expires.</param>
    public static HandshakeStep Next(HandshakeStep step, HandshakeAnswer answer, DateTimeOffset now) => (step, answer) switch
    {
        (HandshakeStep.VerifyPassword asked, HandshakeAnswer.Password found) =>
            Decided(asked.Request, Authenticating.Password(asked.Request.Route.Authentication, asked.User, found.Roles)),
        (HandshakeStep.VerifyToken asked, HandshakeAnswer.Token found) =>
            Decided(asked.Request, Authenticating.Token(asked.Request.Route.Authentication, found.Payload, now)),
        (HandshakeStep.AskPlugin asked, HandshakeAnswer.Accepted found) =>
            Decided(asked.Request, Authenticating.Plugin(asked.Request.Route.Authentication, found.User, now)),
        (HandshakeStep.AskPlugin asked, HandshakeAnswer.Refused found) => Refuse(Challenges.Beside(asked.Request.Route.Authentication, found.Rejection)),
        (HandshakeStep.AskHandler asked, HandshakeAnswer.Accepted found) => new HandshakeStep.Accept(
            asked.Request, asked.Token, found.User || asked.User, Until(asked.User, found.User)),
        (HandshakeStep.AskHandler asked, HandshakeAnswer.Keyed found) => new HandshakeStep.ClaimKey(
            asked.Request, asked.Token, found.User || asked.User, Until(asked.User, found.User), found.Key, found.Conflict),
        (HandshakeStep.ClaimKey { Conflict: KeyRule.RefuseNewer }, HandshakeAnswer.Claimed { IsTaken: true }) =>
            Refuse(Rejection.ByHandler(409, "another connection is already open in its name")),
        (HandshakeStep.ClaimKey asked, HandshakeAnswer.Claimed) => Accept(asked),
        (HandshakeStep.Accept or HandshakeStep.Refuse, _) => step,
        (_, HandshakeAnswer.Refused found) => Refuse(found.Rejection),
        _ => Refuse(Rejection.ByHandler(500, "the answer belongs to another step")),
    };

    /// <summary>The step after an answer that lets the client in: for who only wants to know what else would keep it out.</summary>
    /// <param name="step">A step that is not done.</param>
    public static HandshakeStep Presume(HandshakeStep step) => step.Match(
        verifyPassword: verify => Known(verify.Request, Option<Identity>.None),
        verifyToken: verify => Known(verify.Request, Option<Identity>.None),
        askPlugin: ask => Known(ask.Request, Option<Identity>.None),
        askHandler: ask => new HandshakeStep.Accept(ask.Request, ask.Token, ask.User, ask.User.Bind(identity => identity.Expires)),
        claimKey: Accept,
        accept: HandshakeStep (last) => last,
        refuse: last => last);

    private static HandshakeStep Accept(HandshakeStep.ClaimKey step) => new HandshakeStep.Accept(step.Request, step.Token, step.User, step.Until);

    private static HandshakeStep Decided(ExaminedRequest request, Either<Rejection, Option<Identity>> decided) =>
        decided.Match(Right: user => Known(request, user), Left: Refuse);

    /// <summary>The client is known, or need not say who it is: its handler has a say.</summary>
    private static HandshakeStep Known(ExaminedRequest request, Option<Identity> user) => request.Acceptance.Handler.Match<HandshakeStep>(
        token => new HandshakeStep.AskHandler(request, token, user),
        () => new HandshakeStep.Accept(request, Option<string>.None, user, user.Bind(identity => identity.Expires)));

    private static Option<DateTimeOffset> Until(Option<Identity> credential, Option<Identity> named) =>
        Authenticating.Until(EndOf(credential), EndOf(named || credential)) is { } end ? end : Option<DateTimeOffset>.None;

    private static DateTimeOffset? EndOf(Option<Identity> user) =>
        user.Bind(identity => identity.Expires).MatchUnsafe<DateTimeOffset?>(end => end, () => null);

    private static HandshakeStep Refuse(Rejection rejection) => new HandshakeStep.Refuse(rejection);
}
