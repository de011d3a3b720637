using LanguageExt;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;
using static PluginHost.Core.Configuration.Kinds;

namespace PluginHost.Core.Configuration;

/// <summary>The keys that say how clients prove who they are, for the server and for a route.</summary>
internal static class AuthenticationKeys
{
    private static readonly TokenRules Usual = TokenRules.Default;
    private static readonly Kind<Seq<string>> Texts = ListOf(TextKinds.SomeText);

    private static readonly Fields<BasicPlan> Basic = Fields.Of(
        Fields.Pointer,
        Key.Required("users", TextKinds.FilePath, "The file of users, a line each; the command hash-password makes one. It is read again when it changes."),
        (pointer, users) => new BasicPlan(pointer, users));

    private static readonly Key<Option<string>> PublicKey =
        Key.Optional("publicKey", TextKinds.FilePath, "A public key or certificate, PEM: RSA for RS256, P-256 for ES256.");

    private static readonly Key<Option<string>> KeySet = Key.Optional("jwks", TextKinds.FilePath, "A JSON Web Key Set.");

    private static readonly Key<Option<Secret>> SharedSecret =
        Key.Optional("secret", Hidden("secret"), "A secret for HS256, of 32 bytes at least: \"{env:NAME}\" or \"{file:PATH}\".");

    private static readonly Key<Option<string>> KeyId = Key.Optional("id", TextKinds.SomeText,
        "The key id (kid) of tokens that are signed with it; a key set has its own.", "By default any.");

    private static readonly Fields<TokenKeyPlan> TokenKey = Fields.Of(
        Fields.Pointer,
        Fields.Of(PublicKey, KeySet, SharedSecret, (key, set, secret) =>
            key.Map<TokenKeySource>(path => new TokenKeySource.PublicKey(path))
            | set.Map<TokenKeySource>(path => new TokenKeySource.KeySet(path))
            | secret.Map<TokenKeySource>(text => new TokenKeySource.SharedSecret(text))),
        KeyId,
        // Without a source there is a fault, so that nobody sees this.
        (pointer, source, id) => new TokenKeyPlan(pointer, id, source.IfNone(() => new TokenKeySource.KeySet(""))))
        .Ensure(scope => Sources(scope) == 1 ? [] : [scope.Fault("a key is one of \"publicKey\", \"jwks\" and \"secret\"")])
        .Ensure(KeyId, scope => Sources(scope) == 1 && scope.Writes(KeySet.Name) ? Some("the keys of a set have ids of their own") : None);

    private static readonly Fields<BearerPlan> Bearer = Fields.Of(
        Fields.Pointer,
        Key.Required("keys", ListOf(Kinds.Object(TokenKey), "at least one key is needed"), "Whose signature counts. Files are read again when they change."),
        Fields.Of(
            Key.Optional("issuers", Texts, "Who may have issued a token (iss).", "By default anybody whose key counts."),
            Key.Optional("audiences", Texts, "Whom a token may be for (aud).", "By default only tokens count that name nobody."),
            Key.Of("clockSkew", Duration(TimeSpan.Zero, TimeSpan.FromMinutes(10)), Usual.ClockSkew, "How far the issuer's clock and this one's may be apart."),
            Key.Of("requireExpiry", Flag, Usual.RequireExpiry, "A token without a time at which it expires (exp) does not count."),
            Key.Of("nameClaim", TextKinds.SomeText, Usual.NameClaim, "The claim that is the user's name."),
            Key.Of("rolesClaim", TextKinds.SomeText, Usual.RolesClaim, "The claim that holds the user's roles."),
            (issuers, audiences, skew, expiry, name, roles) => new TokenRules(issuers.IfNone([]), audiences.IfNone([]), skew, expiry, name, roles)),
        Key.Optional("query", TextKinds.Parameter,
            "The query parameter that may carry a token, for clients that cannot send the header.", "By default none."),
        Key.Optional("subprotocol", TextKinds.TokenStart,
            "What an offered subprotocol begins with that carries a token, such as \"bearer.\".", "By default none."),
        (pointer, keys, rules, query, subprotocol) => new BearerPlan(pointer, keys, rules, query, subprotocol));

    private static readonly Fields<CertificateLoginPlan> Certificate = Fields.Of(
        Fields.Pointer,
        Key.Of("userName", Choice(
            ("subject", CertificateUserName.Subject), ("commonName", CertificateUserName.CommonName), ("alternativeName", CertificateUserName.AlternativeName)),
            CertificateUserName.Subject,
            "Which name in the certificate is the user's: the whole subject, its common name, or the first subject alternative name."),
        Key.Optional("allow", Texts,
            "Subjects (\"CN=charger-17, O=Example\") or alternative names (\"dns:charger-17.example.com\") of which a certificate must have one.",
            "By default every certificate that verifies counts."),
        (pointer, name, allow) => new CertificateLoginPlan(pointer, name, allow.IfNone([])));

    private static readonly Fields<ClaimRule> Claim = Fields.Of(
        Key.Required("name", TextKinds.SomeText, "The claim."),
        Key.Optional("values", Texts, "One of these must be among its values.", "By default any value will do."),
        (name, values) => new ClaimRule(name, values.IfNone([])));

    private static readonly Key<Option<BasicPlan>> BasicWay = Key.Optional("basic", Kinds.Object(Basic), "HTTP Basic: names and passwords (RFC 7617).");

    private static readonly Key<Option<BearerPlan>> BearerWay =
        Key.Optional("bearer", Kinds.Object(Bearer), "Bearer tokens (RFC 6750): signed JSON Web Tokens (RFC 7519).");

    private static readonly Key<Option<CertificateLoginPlan>> CertificateWay = Key.Optional("certificate", Kinds.Object(Certificate),
        "Certificates of the TLS handshake, from listeners whose tls.clientCertificate asks for them.");

    private static readonly Key<Option<string>> PluginWay =
        Key.Optional("plugin", TextKinds.PluginId, "The plugin that decides about clients that show no other credential.");

    private static readonly Seq<string> Ways = Seq(BasicWay.Name, BearerWay.Name, CertificateWay.Name, PluginWay.Name);

    private static readonly Key<Option<Seq<string>>> Schemes = Key.Optional("schemes", ListOf(Choice(Ways.Map(way => (way, way)).ToArray())),
        "Which of the ways below a client may use; an empty list asks nobody.", "By default all that are written.")
        .WhenInherited("By default the server's, and those written here.");

    private static readonly Key<bool> Anonymous = Key.Of("anonymous", Flag, AuthenticationPlan.None.Anonymous,
        "Clients that show no credential are served too, without a user; otherwise 401.");

    private static readonly Key<Option<Seq<string>>> Users =
        Key.Optional("users", Texts, "Only these users may connect; others get 403.", "By default all.");

    private static readonly Key<Option<Seq<string>>> Roles =
        Key.Optional("roles", Texts, "Only users with one of these roles may connect; others get 403.", "By default all.");

    private static readonly Key<Option<Seq<ClaimRule>>> Claims = Key.Optional("claims", ListOf(Kinds.Object(Claim)),
        "What a user's token, or whatever else it is known by, must say, each; otherwise 403.");

    private static readonly Fields<AuthenticationPlan> Authentication = Fields.Of(
        Schemes,
        Anonymous,
        Key.Of("realm", TextKinds.Realm, AuthenticationPlan.None.Realm, "What users are told they log in to."),
        Fields.Of(BasicWay, BearerWay, CertificateWay, PluginWay, (basic, bearer, certificate, plugin) => fun((AuthenticationPlan plan) =>
            plan with { Basic = basic, Bearer = bearer, Certificate = certificate, Plugin = plugin })),
        Fields.Of(Users, Roles, Claims, (users, roles, claims) => new AccessRules(users.IfNone([]), roles.IfNone([]), claims.IfNone([]))),
        Fields.Pointer,
        (_, anonymous, realm, ways, access, pointer) => ways(new AuthenticationPlan(pointer, realm, anonymous, access)))
        .With(new Fields<Option<Seq<string>>>([], scope => Chosen(scope)), Choose)
        .Ensure(Contradictions)
        .On(ReloadRule.NewConnections);

    /// <summary>The server's, and how passwords and tokens are verified.</summary>
    public static Key<(AuthenticationPlan Plan, VerificationPlan Verification)> OfServer { get; } = Key.Section("authentication", Fields.Of(
        Authentication,
        Key.Optional("concurrency", Whole(1, 1024),
            "Passwords and tokens that are verified at the same time; others wait.", "By default half as many as there are processors, at least one."),
        Key.Of("waiting", Whole(1, 1_000_000), 1000, "Clients that may wait for that; more are refused with 503, those first that have just failed."),
        Key.Of("remembered", Whole(0, 1_000_000), 1000, "Passwords of one file that were right and are not verified again for a while."),
        Key.Of("rememberedFor", Duration(TimeSpan.Zero, TimeSpan.FromDays(1)), TimeSpan.FromMinutes(1), "How long that is."),
        (plan, concurrency, waiting, remembered, time) => (plan, new VerificationPlan(concurrency, waiting, remembered, time))).On(ReloadRule.Restart), "How clients prove who they are, on every route that does not say otherwise.",
        mayBeEmpty: false);

    /// <summary>A route's.</summary>
    public static Key<AuthenticationPlan> OfRoute { get; } = Key.Section(
        "authentication", Authentication.Inherited(), "How clients prove who they are, where it differs from what the server says.",
        inherits: true, mayBeEmpty: false);

    private static int Sources(Scope key) => new[] { PublicKey.Name, KeySet.Name, SharedSecret.Name }.Count(key.Writes);

    /// <summary>The ways that are chosen; none for all. A route that chooses nothing has what the server has, and what it writes itself.</summary>
    private static Option<Seq<string>> Chosen(Scope scope) => Schemes.Find(scope).Flatten()
        .Map(chosen => scope.Writes(Schemes.Name) ? chosen : chosen.Concat(Ways.Filter(way => scope.Writes(way) && !chosen.Contains(way))).Strict());

    private static AuthenticationPlan Choose(AuthenticationPlan plan, Option<Seq<string>> chosen) => chosen.Match(
        ways => plan with
        {
            Basic = ways.Contains(BasicWay.Name) ? plan.Basic : None,
            Bearer = ways.Contains(BearerWay.Name) ? plan.Bearer : None,
            Certificate = ways.Contains(CertificateWay.Name) ? plan.Certificate : None,
            Plugin = ways.Contains(PluginWay.Name) ? plan.Plugin : None,
        },
        plan);

    private static IEnumerable<Fault> Contradictions(Scope scope)
    {
        if (scope.Own is null) yield break;
        var written = Ways.Filter(way => scope.Find(way) is not null).Strict();
        foreach (var name in Schemes.Find(scope with { Otherwise = null }).Flatten().IfNone([]).Filter(name => !written.Contains(name)))
            yield return scope.Fault(Schemes.Name, $"{Quoting.Quote(name)} is chosen, but nothing says what it is; write the key {Quoting.Quote(name)}");
        if (written.IsEmpty && !scope.Writes(Schemes.Name))
            yield return scope.Fault("nobody is asked for anything; write \"basic\", \"bearer\", \"certificate\" or \"plugin\"");
        var used = Chosen(scope).Match(chosen => written.Filter(way => chosen.Contains(way)), written).Strict();
        if (used.IsEmpty || !Anonymous.Find(scope).IfNone(false)) yield break;
        if (new[] { Users, Roles }.Exists(key => key.Find(scope).Flatten().Exists(names => !names.IsEmpty)) || Claims.Find(scope).Flatten().Exists(claims => !claims.IsEmpty))
            yield return scope.Fault(Anonymous.Name, "\"anonymous\" lets everybody in, whatever \"users\", \"roles\" and \"claims\" say; leave out one or the other");
        if (used.Contains(PluginWay.Name))
            yield return scope.Fault(Anonymous.Name, "about clients without a credential the plugin decides; leave out \"anonymous\" or \"plugin\"");
    }
}
