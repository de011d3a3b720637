using LanguageExt;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Configuration;

/// <summary>Makes what the file says about authentication, for the server and for a route.</summary>
internal static class AuthenticationBuilder
{
    private const string Schemes = "schemes";

    /// <summary>Everything that is written, before a choice is made among it: what routes choose from.</summary>
    /// <param name="Whole">With every scheme that is written.</param>
    /// <param name="Chosen">The schemes that hold where a route does not say otherwise; none for all.</param>
    public sealed record Offer(AuthenticationPlan Whole, Option<Seq<string>> Chosen);

    /// <summary>Reads the server's.</summary>
    public static Offer Server(PlanScope file, ProblemCollector problems)
    {
        var none = new Offer(AuthenticationPlan.None, None);
        return file.Written("authentication").Match(
            value => Read(new PlanScope(value, AuthenticationKeys.Server), none, problems), none);
    }

    /// <summary>Reads a route's; what it does not say is the server's.</summary>
    public static AuthenticationPlan Route(PlanScope route, Offer server, ProblemCollector problems) =>
        route.Written("authentication").Match(
            value => Plan(Read(new PlanScope(value, AuthenticationKeys.Route), server, problems)), Plan(server));

    /// <summary>The choice made.</summary>
    public static AuthenticationPlan Plan(Offer offer) => offer.Chosen.Match(
        chosen => offer.Whole with
        {
            Basic = chosen.Contains("basic") ? offer.Whole.Basic : None,
            Bearer = chosen.Contains("bearer") ? offer.Whole.Bearer : None,
            Certificate = chosen.Contains("certificate") ? offer.Whole.Certificate : None,
            Plugin = chosen.Contains("plugin") ? offer.Whole.Plugin : None,
        },
        () => offer.Whole);

    /// <summary>Certificates are shown only where a listener asks for them.</summary>
    /// <param name="source">Where things stand.</param>
    /// <param name="pointer">Where to say so.</param>
    /// <param name="plan">What is wanted.</param>
    /// <param name="listeners">The listeners on which it is wanted.</param>
    public static Option<Problem> CertificateProblem(SourceMap source, string pointer, AuthenticationPlan plan, Seq<ListenerPlan> listeners)
    {
        if (plan.Certificate.IsNone) return None;
        var silent = listeners.Filter(one => one.Tls.ForAll(tls => tls.ClientCertificates == ClientCertificates.None)).Map(one => one.Name).ToArray().ToSeq();
        var alone = plan.Basic.IsNone && plan.Bearer.IsNone && plan.Plugin.IsNone && !plan.Anonymous;
        if (silent.IsEmpty || (!alone && silent.Count < listeners.Count)) return None;
        return source.ProblemAt(pointer, $"clients of the listener {Quoting.List(silent)} are asked for no certificate; "
            + "its \"tls\" needs \"clientCertificate\": \"request\" or \"require\"");
    }

    private static Offer Read(PlanScope scope, Offer otherwise, ProblemCollector problems)
    {
        var before = otherwise.Whole;
        var own = new[] { "basic", "bearer", "certificate", "plugin" }.Where(name => scope.Written(name).IsSome).ToArray().ToSeq();
        var whole = new AuthenticationPlan(
            scope.Value.Path.ToString(),
            scope.Text("realm").IfNone(before.Realm),
            scope.Flag("anonymous").IfNone(before.Anonymous),
            Access(scope, before.Access))
        {
            Basic = scope.Written("basic").Map(value => Basic(new PlanScope(value, AuthenticationKeys.Basic(scope.Section)))) | before.Basic,
            Bearer = scope.Written("bearer").Map(value => Bearer(new PlanScope(value, AuthenticationKeys.Bearer(scope.Section)), problems)) | before.Bearer,
            Certificate = scope.Written("certificate").Map(value => Certificate(new PlanScope(value, AuthenticationKeys.Certificate(scope.Section)))) | before.Certificate,
            Plugin = scope.Text("plugin") | before.Plugin,
        };
        // A route that chooses nothing has what the server has, and what it writes itself.
        var chosen = scope.Texts(Schemes) | otherwise.Chosen.Map(names => names.Concat(own.Filter(name => !names.Contains(name))).Strict());
        var offer = new Offer(whole, chosen);
        Check(scope, offer, problems);
        return offer;
    }

    private static void Check(PlanScope scope, Offer offer, ProblemCollector problems)
    {
        foreach (var name in scope.Texts(Schemes).IfNone(Seq<string>()))
        {
            var there = name switch
            {
                "basic" => offer.Whole.Basic.IsSome,
                "bearer" => offer.Whole.Bearer.IsSome,
                "certificate" => offer.Whole.Certificate.IsSome,
                "plugin" => offer.Whole.Plugin.IsSome,
                _ => true, // reported already
            };
            if (!there) PlanBuilder.At(scope, Schemes, $"{Quoting.Quote(name)} is chosen, but nothing says what it is; write the key {Quoting.Quote(name)}", problems);
        }
        var plan = Plan(offer);
        // A broken scheme has been reported, and one that is chosen without being written too.
        var nobodyAsked = offer.Whole.IsNone && scope.Written(Schemes).IsNone && scope.Value is JsonTree.Object written
            && !written.Members.Exists(member => member.Name is "basic" or "bearer" or "certificate" or "plugin");
        if (nobodyAsked)
            problems.Add(scope.Value.Start, scope.Value.Path, "nobody is asked for anything; write \"basic\", \"bearer\", \"certificate\" or \"plugin\"");
        if (plan.IsNone) return;
        if (plan.Anonymous && !plan.Access.IsEmpty)
            PlanBuilder.At(scope, "anonymous", "\"anonymous\" lets everybody in, whatever \"users\", \"roles\" and \"claims\" say; leave out one or the other", problems);
        if (plan.Anonymous && plan.Plugin.IsSome)
            PlanBuilder.At(scope, "anonymous", "about clients without a credential the plugin decides; leave out \"anonymous\" or \"plugin\"", problems);
    }

    private static AccessRules Access(PlanScope scope, AccessRules otherwise) => new(
        scope.Texts("users").IfNone(otherwise.Users),
        scope.Texts("roles").IfNone(otherwise.Roles),
        scope.Written("claims").Match(
            _ => scope.Scopes("claims", AuthenticationKeys.Claim(scope.Section))
                .Map(claim => new ClaimRule(claim.Text("name").IfNone(""), claim.Texts("values").IfNone(Seq<string>()))).ToArray().ToSeq().Strict(),
            () => otherwise.Claims));

    private static BasicPlan Basic(PlanScope basic) => new(basic.Value.Path.ToString(), basic.Text("users").IfNone(""));

    private static BearerPlan Bearer(PlanScope bearer, ProblemCollector problems) => new(
        bearer.Value.Path.ToString(),
        bearer.Scopes("keys", AuthenticationKeys.Key(bearer.Section)).Choose(key => Key(key, problems)).ToArray().ToSeq().Strict(),
        new TokenRules(
            bearer.Texts("issuers").IfNone(Seq<string>()),
            bearer.Texts("audiences").IfNone(Seq<string>()),
            bearer.Duration("clockSkew").IfNone(TimeSpan.Zero),
            bearer.Flag("requireExpiry").IfNone(true),
            bearer.Text("nameClaim").IfNone(""),
            bearer.Text("rolesClaim").IfNone("")),
        bearer.Text("query"),
        bearer.Text("subprotocol"));

    private static Option<TokenKeyPlan> Key(PlanScope key, ProblemCollector problems)
    {
        if (key.Value is not JsonTree.Object) return None;
        var kinds = new[] { "publicKey", "jwks", "secret" }.Count(name => key.Written(name).IsSome);
        if (kinds != 1)
        {
            problems.Add(key.Value.Start, key.Value.Path, "a key is one of \"publicKey\", \"jwks\" and \"secret\"");
            return None;
        }
        if (key.Written("jwks").IsSome && key.Written("id").IsSome)
            PlanBuilder.At(key, "id", "the keys of a set have ids of their own", problems);
        var source = key.Text("publicKey").Map<TokenKeySource>(path => new TokenKeySource.PublicKey(path))
            | key.Text("jwks").Map<TokenKeySource>(path => new TokenKeySource.KeySet(path))
            | key.Secret("secret").Map<TokenKeySource>(secret => new TokenKeySource.SharedSecret(secret));
        return source.Map(one => new TokenKeyPlan(key.Value.Path.ToString(), key.Text("id"), one));
    }

    private static CertificateLoginPlan Certificate(PlanScope certificate) => new(
        certificate.Value.Path.ToString(),
        certificate.Text("userName").IfNone("") switch
        {
            "commonName" => CertificateUserName.CommonName,
            "alternativeName" => CertificateUserName.AlternativeName,
            _ => CertificateUserName.Subject,
        },
        certificate.Texts("allow").IfNone(Seq<string>()));
}
