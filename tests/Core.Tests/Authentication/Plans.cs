using LanguageExt;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Tests.Handshake;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Tests.Authentication;

/// <summary>Plans, requests and certificates that tests start from.</summary>
internal static class Plans
{
    public const string Token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2ln";

    public static DateTimeOffset Now { get; } = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public static BearerPlan Bearer { get; } = new("/b", Seq<TokenKeyPlan>(), TokenRules.Default, Some("access_token"), Some("bearer."));

    public static AuthenticationPlan WithBasic { get; } = AuthenticationPlan.None with { Basic = new BasicPlan("/basic", "users") };

    public static AuthenticationPlan WithBearer { get; } = AuthenticationPlan.None with { Bearer = Bearer };

    public static AuthenticationPlan WithCertificate { get; } =
        AuthenticationPlan.None with { Certificate = new CertificateLoginPlan("/c", CertificateUserName.Subject, Seq<string>()) };

    public static AuthenticationPlan WithPlugin { get; } = AuthenticationPlan.None with { Plugin = "gate" };

    public static AuthenticationPlan WithAll { get; } = WithBasic with { Bearer = Bearer, Certificate = WithCertificate.Certificate };

    public static CertificateFacts Facts { get; } = new(
        "CN=charger-17, O=Example", "charger-17", "CN=authority", new string('A', 64), Seq("dns:charger-17.example", "ip:192.0.2.1"), Now.AddDays(1));

    public static UpgradeRequest Request(string target = "/", params string[] lines) =>
        Heads.Accepted(Heads.Starting($"GET {target} HTTP/1.1")[..^2] + string.Concat(lines.Select(line => line + "\r\n")) + "\r\n");

    public static string Basic(string user, string password) => "Authorization: Basic " + Credentials.WriteBasic(user, password);

    public static Rejection Refused<T>(Either<Rejection, T> outcome) =>
        outcome.Match(_ => throw new InvalidOperationException("accepted"), rejection => rejection);

    public static T Accepted<T>(Either<Rejection, T> outcome) =>
        outcome.Match(found => found, rejection => throw new InvalidOperationException(rejection.Reply));

    public static string[] ChallengesOf(Rejection rejection) =>
        [.. rejection.Headers.Filter(one => one.Name == "WWW-Authenticate").Map(one => one.Value)];
}
