using LanguageExt;
using PluginHost.Abstractions;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server.Authentication;
using PluginHost.Server.Connections;
using PluginHost.Server.Counters;
using PluginHost.Server.Loading;
using PluginHost.Server.Logging;
using static LanguageExt.Prelude;
using Decision = PluginHost.Abstractions.HandshakeDecision;

namespace PluginHost.Server.Handshakes;

/// <summary>A plugin that authenticates clients.</summary>
/// <param name="Ask">Asks it.</param>
/// <param name="Guard">What is known about its conduct.</param>
internal sealed record PluginAuthenticator(Func<HandshakeInfo, CancellationToken, ValueTask<Decision>> Ask, HandlerGuard Guard);

/// <summary>
/// Finds out who a client is, for the connection's loop: what takes long is done on the thread pool, the loop goes on, and the connection's own deadline
/// answers for what takes too long. What is decided is decided by <see cref="Authenticating"/>. Credentials leave no trace in the log.
/// </summary>
internal sealed class Authenticator
{
    private readonly AuthenticationStores _stores;
    private readonly IReadOnlyDictionary<string, PluginAuthenticator> _plugins;
    private readonly VerificationGate _gate;
    private readonly Func<DateTimeOffset> _utcNow;

    /// <summary>Makes it.</summary>
    /// <param name="plan">What is served.</param>
    /// <param name="stores">The users and keys that the plan names.</param>
    /// <param name="plugins">The plugins that authenticate, by id.</param>
    /// <param name="counters">What is counted of them.</param>
    /// <param name="utcNow">The time.</param>
    public Authenticator(
        ServerPlan plan,
        AuthenticationStores stores,
        IEnumerable<KeyValuePair<string, Func<HandshakeInfo, CancellationToken, ValueTask<Decision>>>> plugins,
        HandlerTable counters,
        Func<DateTimeOffset> utcNow)
    {
        _stores = stores;
        _plugins = plugins.ToDictionary(one => one.Key, one => new PluginAuthenticator(
            one.Value, new HandlerGuard($"authentication of {one.Key}", plan.Handlers, counters.Of("authentication", one.Key), counters.Threads)));
        _gate = new VerificationGate(plan.Verifications.IfNone(VerificationGate.DefaultWidth));
        _utcNow = utcNow;
    }

    /// <summary>What a connection goes on with.</summary>
    /// <param name="Plan">What its route wants.</param>
    /// <param name="Shown">The handshake with its credential, for plugins.</param>
    /// <param name="Accepted">Goes on, on the loop, with the user; <see langword="null"/> where it need not say who it is.</param>
    public sealed record Errand(AuthenticationPlan Plan, Func<HandshakeInfo> Shown, Action<User?> Accepted);

    /// <summary>There is nothing to look after.</summary>
    public bool HasFiles => !_stores.IsEmpty;

    /// <summary>Verifications in progress and those that wait.</summary>
    internal VerificationGate Gate => _gate;

    /// <summary>The plugins of a set that authenticate.</summary>
    public static IEnumerable<KeyValuePair<string, Func<HandshakeInfo, CancellationToken, ValueTask<Decision>>>> Of(PluginSet plugins) =>
        plugins.Plugins.Where(one => one.Description.Authenticate is not null).Select(one => KeyValuePair.Create(one.Id, one.Description.Authenticate!));

    /// <summary>Looks whether files have changed.</summary>
    public void Refresh(ServerLog log) => _stores.Refresh(log);

    /// <summary>How long a user's time lasts from now on, in milliseconds; <see cref="long.MaxValue"/> for ever.</summary>
    public long TimeLeft(DateTimeOffset? expires) => expires is { } end && end < DateTimeOffset.MaxValue
        ? Math.Max(0, (long)Math.Ceiling((end - _utcNow()).TotalMilliseconds))
        : long.MaxValue;

    /// <summary>What a verified certificate says.</summary>
    public static Option<CertificateFacts> FactsOf(ClientCertificate? certificate) => certificate is null
        ? None
        : new CertificateFacts(
            certificate.Subject,
            certificate.CommonName is { } name ? Some(name) : None,
            certificate.Issuer,
            certificate.Thumbprint,
            certificate.Names.ToArray().ToSeq().Strict(),
            certificate.NotAfter);

    /// <summary>Does what is to be done; on the connection's loop.</summary>
    public void Take(Connection connection, AuthenticationStep step, Errand errand)
    {
        switch (step)
        {
            case AuthenticationStep.Known known:
                errand.Accepted(known.User.MatchUnsafe<User?>(ToUser, () => null));
                break;
            case AuthenticationStep.Password password:
                Password(connection, password.User, password.Text, errand);
                break;
            case AuthenticationStep.Token token:
                _ = VerifyTokenAsync(connection, token.Text, errand);
                break;
            case AuthenticationStep.Plugin plugin:
                Ask(connection, plugin.Id, errand);
                break;
        }
    }

    private Task VerifyTokenAsync(Connection connection, string token, Errand errand) => VerifyAsync(connection, errand, async () =>
        Authenticating.Token(errand.Plan, await TokensOf(errand.Plan).VerifyAsync(token).ConfigureAwait(false), _utcNow()));

    private TokenStore TokensOf(AuthenticationPlan plan) => _stores.Of(plan.Bearer.Match(one => one, () => throw new InvalidOperationException()));

    private void Password(Connection connection, string user, string password, Errand errand)
    {
        var store = _stores.Of(errand.Plan.Basic.Match(one => one, () => throw new InvalidOperationException()));
        var now = connection.Loop.Now;
        if (store.Remembered(user, password, now) is { IsSome: true } roles)
            Conclude(connection, errand, Authenticating.Password(errand.Plan, user, roles));
        else
            _ = VerifyAsync(connection, errand, () => Task.FromResult(Authenticating.Password(errand.Plan, user, store.Verify(user, password, now))));
    }

    /// <summary>Waits for a turn, verifies on the thread pool, and goes on on the loop.</summary>
    private async Task VerifyAsync(Connection connection, Errand errand, Func<Task<Either<Rejection, Option<Identity>>>> verify)
    {
        Either<Rejection, Option<Identity>> outcome;
        var cancellation = connection.Abandoned;
        try
        {
            var address = ConnectionLedger.KeyOf(connection.Channel.RemoteEndPoint);
            if (!await _gate.EnterAsync(address, cancellation).ConfigureAwait(false))
            {
                connection.Loop.Post(connection, () => connection.Refuse(Rejection.Unavailable(1)));
                return;
            }
            var failed = false;
            try
            {
                outcome = await Task.Run(verify, cancellation).ConfigureAwait(false);
                failed = outcome.IsLeft;
            }
            finally
            {
                _gate.Leave(address, failed);
            }
        }
        catch (OperationCanceledException)
        {
            return; // nobody waits for the answer any more
        }
        catch (Exception exception)
        {
            // Its text might repeat what was verified.
            var line = $"connection {connection.Id}: a credential could not be verified: {exception.GetType().Name}; answered with 500";
            connection.Loop.Log.Write(LogLevel.Error, line);
            outcome = Rejection.ByHandler(500, "the credential could not be verified");
        }
        connection.Loop.Post(connection, () => Conclude(connection, errand, outcome));
    }

    private static void Conclude(Connection connection, Errand errand, Either<Rejection, Option<Identity>> outcome)
    {
        if (!connection.AwaitsDecision) return;
        outcome.Match(
            Right: identity => errand.Accepted(identity.MatchUnsafe<User?>(ToUser, () => null)),
            Left: connection.Refuse);
    }

    private void Ask(Connection connection, string id, Errand errand)
    {
        var plugin = _plugins[id];
        if (connection.RefusesOffender()) return;
        var retryAfter = plugin.Guard.Ask(connection.SourceOf(null), connection.Loop.Now, connection.Loop.Log);
        if (retryAfter > 0) connection.Refuse(Rejection.Unavailable(retryAfter));
        else _ = AskAsync(connection, id, plugin, errand);
    }

    private async Task AskAsync(Connection connection, string id, PluginAuthenticator plugin, Errand errand)
    {
        Action answer;
        try
        {
            var cancellation = connection.Abandoned;
            var info = errand.Shown();
            var decision = await Task.Run(() => plugin.Ask(info, cancellation).AsTask(), cancellation).ConfigureAwait(false);
            answer = decision.Match<Action>(
                user => () => Conclude(connection, errand, Authenticating.Plugin(errand.Plan, user is null ? None : Some(ToIdentity(user)), _utcNow())),
                (status, reason, challenge) => () => connection.Refuse(Challenges.Beside(errand.Plan, Generation.Refusal(status, reason, challenge))));
        }
        catch (Exception exception)
        {
            // The plugin saw the credential: an exception's text might repeat it.
            var line = $"connection {connection.Id}: authentication by {id} failed: {exception.GetType().Name}; answered with 500";
            answer = () =>
            {
                if (!connection.AwaitsDecision) return;
                connection.Loop.Log.Write(LogLevel.Error, line);
                connection.CountFault(plugin.Guard, null);
                connection.Refuse(Rejection.ByHandler(500, "the authentication failed"));
            };
        }
        connection.Loop.Post(connection, answer);
    }

    private static User ToUser(Identity identity) => new(identity.Name)
    {
        Scheme = identity.Scheme,
        Claims = [.. identity.Claims.Map(claim => KeyValuePair.Create(claim.Name, claim.Value))],
        Roles = [.. identity.Roles],
        Expires = identity.Expires.MatchUnsafe<DateTimeOffset?>(end => end, () => null),
    };

    private static Identity ToIdentity(User user) => new(
        user.Name,
        user.Scheme,
        user.Claims.Select(claim => new IdentityClaim(claim.Key, claim.Value)).ToArray().ToSeq().Strict(),
        user.Roles.ToArray().ToSeq().Strict(),
        user.Expires is { } end ? Some(end) : None);
}
