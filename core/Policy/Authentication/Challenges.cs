using LanguageExt;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Policy.Authentication;

/// <summary>The answers to clients that are not, or not well enough, known.</summary>
public static class Challenges
{
    private const string Header = "WWW-Authenticate";

    /// <summary>
    /// A client shows no credential: 401 with the challenge of each scheme (RFC 9110 §15.5.2). Certificates have no challenge: where nothing else will do, 403.
    /// </summary>
    /// <param name="plan">What the route wants.</param>
    public static Rejection Missing(AuthenticationPlan plan) => plan.Basic.IsNone && plan.Bearer.IsNone
        ? Rejection.Of(RejectionReason.Forbidden) with { Explanation = "a client certificate is needed here" }
        : Unauthenticated(plan, "");

    /// <summary>What a client shows is no credential.</summary>
    /// <param name="plan">What the route wants.</param>
    /// <param name="fault">Why: several are 400 (RFC 6750 §3.1), others 401.</param>
    public static Rejection Malformed(AuthenticationPlan plan, CredentialFault fault) => fault switch
    {
        CredentialFault.Several => Rejection.Of(RejectionReason.Credentials) with { Headers = All(plan, Error("invalid_request", "one credential at a time")) },
        CredentialFault.MalformedToken => Unauthenticated(plan, Error("invalid_token", "the token is malformed")),
        _ => Unauthenticated(plan, ""),
    };

    /// <summary>A name and password that are not known. Which of the two is wrong is not said.</summary>
    /// <param name="plan">What the route wants.</param>
    public static Rejection WrongPassword(AuthenticationPlan plan) => Unauthenticated(plan, "");

    /// <summary>A token that does not count (RFC 6750 §3.1).</summary>
    /// <param name="plan">What the route wants.</param>
    /// <param name="fault">Why. Only what its owner can do something about is said.</param>
    public static Rejection WrongToken(AuthenticationPlan plan, TokenFault fault) => Unauthenticated(plan, Error("invalid_token", fault switch
    {
        TokenFault.Expired => "the token has expired",
        TokenFault.NotYetValid => "the token is not valid yet",
        _ => "the token is not valid here",
    }));

    /// <summary>A user that may not connect: 403; with a token, saying so in its own terms (RFC 6750 §3.1).</summary>
    /// <param name="plan">What the route wants.</param>
    /// <param name="byToken">The client has shown a token.</param>
    public static Rejection Forbidden(AuthenticationPlan plan, bool byToken) => byToken
        ? Rejection.Of(RejectionReason.Forbidden) with
        {
            Headers = Seq<HeaderField>.Empty.Add(new(Header, Bearer(plan, Error("insufficient_scope", "this user may not connect here")))),
        }
        : Rejection.Of(RejectionReason.Forbidden);

    /// <summary>A plugin's challenge, beside those of the other schemes.</summary>
    /// <param name="plan">What the route wants.</param>
    /// <param name="rejection">The plugin's refusal.</param>
    public static Rejection Beside(AuthenticationPlan plan, Rejection rejection) =>
        rejection.Status == 401 ? rejection with { Headers = rejection.Headers.Concat(All(plan, "")).Strict() } : rejection;

    private static Rejection Unauthenticated(AuthenticationPlan plan, string error) =>
        Rejection.Of(RejectionReason.Unauthenticated) with { Headers = All(plan, error) };

    /// <summary>One line for each scheme.</summary>
    private static Seq<HeaderField> All(AuthenticationPlan plan, string error)
    {
        var headers = Seq<HeaderField>.Empty;
        if (plan.Bearer.IsSome) headers = headers.Add(new(Header, Bearer(plan, error)));
        // RFC 7617 §2.1: names and passwords are UTF-8.
        if (plan.Basic.IsSome) headers = headers.Add(new(Header, $"Basic realm={Quoted(plan.Realm)}, charset=\"UTF-8\""));
        return headers;
    }

    private static string Bearer(AuthenticationPlan plan, string error) => $"Bearer realm={Quoted(plan.Realm)}{error}";

    private static string Error(string code, string description) => $", error=\"{code}\", error_description=\"{description}\"";

    private static string Quoted(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
