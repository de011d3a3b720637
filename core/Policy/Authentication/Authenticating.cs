using LanguageExt;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Policy.Authentication;

/// <summary>What is to be done to know who a client is.</summary>
public abstract record AuthenticationStep
{
    private AuthenticationStep() { }

    private protected abstract int Closed { get; }

    /// <summary>Calls the function that belongs to this case.</summary>
    public T Match<T>(Func<Option<Identity>, T> known, Func<string, string, T> password, Func<string, T> token, Func<string, T> plugin) => this switch
    {
        Known k => known(k.User),
        Password p => password(p.User, p.Text),
        Token t => token(t.Text),
        _ => plugin(((Plugin)this).Id),
    };

    /// <summary>Nothing.</summary>
    /// <param name="User">Who it is; none for a client that need not say.</param>
    public sealed record Known(Option<Identity> User) : AuthenticationStep
    {
        private protected override int Closed => 0;
    }

    /// <summary>Verify a password, then ask <see cref="Authenticating.Password"/>.</summary>
    /// <param name="User">The name.</param>
    /// <param name="Text">The password.</param>
    public sealed record Password(string User, string Text) : AuthenticationStep
    {
        private protected override int Closed => 1;

        /// <inheritdoc/>
        public override string ToString() => "(a password)";
    }

    /// <summary>Verify the signature of a token, then ask <see cref="Authenticating.Token"/>.</summary>
    /// <param name="Text">The token.</param>
    public sealed record Token(string Text) : AuthenticationStep
    {
        private protected override int Closed => 2;

        /// <inheritdoc/>
        public override string ToString() => "(a token)";
    }

    /// <summary>Ask a plugin, then <see cref="Authenticating.Plugin"/>.</summary>
    /// <param name="Id">Its id.</param>
    public sealed record Plugin(string Id) : AuthenticationStep
    {
        private protected override int Closed => 3;
    }
}

/// <summary>Decides who a client is and whether it may connect. Passwords and signatures are verified elsewhere; what follows from it is decided here.</summary>
public static class Authenticating
{
    /// <summary>Looks at a request.</summary>
    /// <param name="plan">What the route wants.</param>
    /// <param name="request">The request, with its credential.</param>
    /// <param name="certificate">What the client has shown in the TLS handshake, verified.</param>
    /// <returns>What is to be done, or the answer.</returns>
    public static Either<Rejection, AuthenticationStep> Begin(AuthenticationPlan plan, UpgradeRequest request, Option<CertificateFacts> certificate)
    {
        if (plan.IsNone) return new AuthenticationStep.Known(Option<Identity>.None);
        return Credentials.Find(plan, request, certificate).MapLeft(fault => Challenges.Malformed(plan, fault)).Bind(found => found.Match(
            credential => credential.Match<Either<Rejection, AuthenticationStep>>(
                (user, password) => new AuthenticationStep.Password(user, password),
                token => new AuthenticationStep.Token(token),
                facts => Certificate(plan, facts).Map<AuthenticationStep>(identity => new AuthenticationStep.Known(identity))),
            () => WithoutCredential(plan)));
    }

    /// <summary>A password was verified.</summary>
    /// <param name="plan">What the route wants.</param>
    /// <param name="user">The name.</param>
    /// <param name="roles">The user's roles; none where the password is not right or there is no such user.</param>
    public static Either<Rejection, Option<Identity>> Password(AuthenticationPlan plan, string user, Option<Seq<string>> roles) => roles.Match(
        found => Allowed(plan, new Identity(user, "Basic", Seq<IdentityClaim>.Empty, found, Option<DateTimeOffset>.None)),
        () => Challenges.WrongPassword(plan));

    /// <summary>A token was verified.</summary>
    /// <param name="plan">What the route wants.</param>
    /// <param name="payload">What it says, JSON; or why its signature does not count.</param>
    /// <param name="now">The time.</param>
    public static Either<Rejection, Option<Identity>> Token(AuthenticationPlan plan, Either<TokenFault, ReadOnlyMemory<byte>> payload, DateTimeOffset now)
    {
        var rules = plan.Bearer.Match(bearer => bearer.Rules, () => TokenRules.Default);
        return payload.Bind(json => TokenClaims.Read(json)).Bind(claims => rules.Check(claims, now))
            .MapLeft(fault => Challenges.WrongToken(plan, fault))
            .Bind(identity => Allowed(plan, identity));
    }

    /// <summary>A plugin has accepted.</summary>
    /// <param name="plan">What the route wants.</param>
    /// <param name="user">Whom it has found; none where it has not said.</param>
    /// <param name="now">The time.</param>
    public static Either<Rejection, Option<Identity>> Plugin(AuthenticationPlan plan, Option<Identity> user, DateTimeOffset now) => user.Match(
        identity => identity.Expires.Exists(end => end <= now) ? Challenges.Forbidden(plan, byToken: false) : Allowed(plan, identity),
        () => plan.Access.IsEmpty ? Option<Identity>.None : Challenges.Forbidden(plan, byToken: false));

    /// <summary>Until when a connection may last: a handler may name its user anew, and yet not make the time longer that the credential gave it.</summary>
    /// <param name="credential">When the credential ends to hold; <see langword="null"/> for never.</param>
    /// <param name="named">When the time of the user ends whom the handler has named; <see langword="null"/> for never.</param>
    public static DateTimeOffset? Until(DateTimeOffset? credential, DateTimeOffset? named) =>
        credential is { } end && !(named < end) ? end : named;

    private static Either<Rejection, AuthenticationStep> WithoutCredential(AuthenticationPlan plan) => plan.Plugin.Match<Either<Rejection, AuthenticationStep>>(
        id => new AuthenticationStep.Plugin(id),
        () => plan.Anonymous ? new AuthenticationStep.Known(Option<Identity>.None) : Challenges.Missing(plan));

    private static Either<Rejection, Option<Identity>> Certificate(AuthenticationPlan plan, CertificateFacts facts)
    {
        var login = plan.Certificate.IfNone(() => new CertificateLoginPlan("", CertificateUserName.Subject, Seq<string>.Empty));
        if (!login.Allow.IsEmpty && !login.Allow.Exists(name => name == facts.Subject || facts.Names.Contains(name)))
            return Challenges.Forbidden(plan, byToken: false);
        return NameOf(login.UserName, facts).Filter(name => name.Length > 0).Match(
            name => Allowed(plan, new Identity(name, "Certificate", ClaimsOf(facts), Seq<string>.Empty, facts.NotAfter)),
            () => Challenges.Forbidden(plan, byToken: false));
    }

    private static Option<string> NameOf(CertificateUserName which, CertificateFacts facts) => which switch
    {
        CertificateUserName.CommonName => facts.CommonName,
        CertificateUserName.AlternativeName => facts.Names.HeadOrNone().Map(name => name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..]),
        _ => facts.Subject,
    };

    private static Seq<IdentityClaim> ClaimsOf(CertificateFacts facts) =>
        new IdentityClaim[] { new("subject", facts.Subject), new("issuer", facts.Issuer), new("thumbprint", facts.Thumbprint) }
            .Concat(facts.Names.Map(name => new IdentityClaim("name", name))).ToArray().ToSeq().Strict();

    private static Either<Rejection, Option<Identity>> Allowed(AuthenticationPlan plan, Identity identity) => plan.Access.Allows(identity)
        ? Option<Identity>.Some(identity)
        : Challenges.Forbidden(plan, identity.Scheme == "Bearer");
}
