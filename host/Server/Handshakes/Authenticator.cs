using LanguageExt;
using PluginHost.Abstractions;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Handshakes;
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
/// answers for what takes too long. What is decided is decided by <see cref="HandshakeMachine"/>. Credentials leave no trace in the log.
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
        _plugins = plugins.ToDictionary(entry => entry.Key, entry => new PluginAuthenticator(
            entry.Value, new HandlerGuard($"authentication of {entry.Key}", plan.Handlers, counters.Of("authentication", entry.Key), counters.Threads)));
        _gate = new VerificationGate(plan.Verification.Concurrency.IfNone(VerificationGate.DefaultWidth), plan.Verification.Waiting);
        _utcNow = utcNow;
    }

    /// <summary>There is nothing to look after.</summary>
    public bool HasFiles => !_stores.IsEmpty;

    /// <summary>Verifications in progress and those that wait.</summary>
    internal VerificationGate Gate => _gate;

    /// <summary>The plugins of a set that authenticate.</summary>
    public static IEnumerable<KeyValuePair<string, Func<HandshakeInfo, CancellationToken, ValueTask<Decision>>>> Of(PluginSet plugins) =>
        plugins.Plugins.Where(plugin => plugin.Description.Authenticate is not null).Select(plugin => KeyValuePair.Create(plugin.Id, plugin.Description.Authenticate!));

    /// <summary>Looks whether files have changed.</summary>
    public void Refresh(ServerLog log) => _stores.Refresh(log);

    /// <summary>The time.</summary>
    public DateTimeOffset Now => _utcNow();

    /// <summary>How long a user's time lasts from now on, in milliseconds; <see cref="long.MaxValue"/> for ever.</summary>
    public long TimeLeft(Option<DateTimeOffset> expires) => expires.Filter(end => end < DateTimeOffset.MaxValue)
        .Match(end => Math.Max(0, (long)Math.Ceiling((end - _utcNow()).TotalMilliseconds)), () => long.MaxValue);

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

    /// <summary>Verifies a password; on the connection's loop.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="step">What is to be verified.</param>
    /// <param name="answered">Takes the answer, on the loop.</param>
    public void Verify(Connection connection, HandshakeStep.VerifyPassword step, Action<HandshakeAnswer> answered)
    {
        var store = _stores.Of(step.Request.Route.Authentication.Basic.Match(basic => basic, () => throw new InvalidOperationException()));
        var now = connection.Loop.Now;
        if (store.Remembered(step.User, step.Text, now) is { IsSome: true } roles) answered(new HandshakeAnswer.Password(roles));
        else _ = VerifyAsync(connection, step, () => Task.FromResult<HandshakeAnswer>(new HandshakeAnswer.Password(store.Verify(step.User, step.Text, now))), answered);
    }

    /// <summary>Verifies the signature of a token; on the connection's loop.</summary>
    /// <inheritdoc cref="Verify(Connection, HandshakeStep.VerifyPassword, Action{HandshakeAnswer})" path="/param"/>
    public void Verify(Connection connection, HandshakeStep.VerifyToken step, Action<HandshakeAnswer> answered)
    {
        var store = _stores.Of(step.Request.Route.Authentication.Bearer.Match(bearer => bearer, () => throw new InvalidOperationException()));
        _ = VerifyAsync(connection, step, async () => new HandshakeAnswer.Token(await store.VerifyAsync(step.Text).ConfigureAwait(false)), answered);
    }

    /// <summary>Asks a plugin; on the connection's loop.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="step">Which plugin.</param>
    /// <param name="shown">The handshake with its credential.</param>
    /// <param name="answered">Takes the answer, on the loop.</param>
    public void Ask(Connection connection, HandshakeStep.AskPlugin step, Func<HandshakeInfo> shown, Action<HandshakeAnswer> answered)
    {
        var plugin = _plugins[step.Id];
        if (connection.Accounting.RefusesOffender()) return;
        var retryAfter = plugin.Guard.Ask(connection.Accounting.SourceOf(null), connection.Loop.Now, connection.Loop.Log);
        if (retryAfter > 0) connection.Refuse(Rejection.Unavailable(retryAfter));
        else _ = AskAsync(connection, step.Id, plugin, shown, answered);
    }

    /// <summary>What a plugin or a handler has decided.</summary>
    public static HandshakeAnswer AnswerOf(Decision decision) => decision.Match<HandshakeAnswer>(
        user => new HandshakeAnswer.Accepted(user is null ? None : Some(ToIdentity(user))),
        (status, reason, challenge) => new HandshakeAnswer.Refused(Refusal(status, reason, challenge)));

    /// <summary>Who a client is, for handlers.</summary>
    public static User ToUser(Identity identity) => new(identity.Name)
    {
        Scheme = identity.Scheme,
        Claims = [.. identity.Claims.Map(claim => KeyValuePair.Create(claim.Name, claim.Value))],
        Roles = [.. identity.Roles],
        Expires = identity.Expires.MatchUnsafe<DateTimeOffset?>(end => end, () => null),
    };

    /// <summary>Waits for a turn, verifies on the thread pool, and goes on on the loop.</summary>
    private async Task VerifyAsync(Connection connection, HandshakeStep step, Func<Task<HandshakeAnswer>> verify, Action<HandshakeAnswer> answered)
    {
        HandshakeAnswer answer;
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
                answer = await Task.Run(verify, cancellation).ConfigureAwait(false);
                failed = HandshakeMachine.Next(step, answer, _utcNow()) is HandshakeStep.Refuse;
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
            connection.Loop.Log.Write(
                LogLevel.Error, $"connection {connection.Id}: a credential could not be verified: {exception.GetType().Name}; answered with 500");
            answer = new HandshakeAnswer.Refused(Rejection.ByHandler(500, "the credential could not be verified"));
        }
        connection.Loop.Post(connection, () => answered(answer));
    }

    private static async Task AskAsync(Connection connection, string id, PluginAuthenticator plugin, Func<HandshakeInfo> shown, Action<HandshakeAnswer> answered)
    {
        Action answer;
        try
        {
            var cancellation = connection.Abandoned;
            var info = shown();
            var decision = AnswerOf(await Task.Run(() => plugin.Ask(info, cancellation).AsTask(), cancellation).ConfigureAwait(false));
            answer = () => answered(decision);
        }
        catch (Exception exception)
        {
            // The plugin saw the credential: an exception's text might repeat it.
            var type = exception.GetType().Name;
            var line = $"connection {connection.Id}: authentication by {id} failed: {type}; answered with 500";
            answer = () =>
            {
                if (!connection.AwaitsDecision) return;
                connection.Loop.Log.Write(LogLevel.Error, line);
                connection.Loop.Log.Faults.Add(connection.Id, null, id, new FaultText(null, type));
                connection.Accounting.CountFault(plugin.Guard, null);
                connection.Refuse(Rejection.ByHandler(500, "the authentication failed"));
            };
        }
        connection.Loop.Post(connection, answer);
    }

    private static Rejection Refusal(int status, string reason, string? challenge)
    {
        var rejection = Rejection.ByHandler(status, reason);
        return challenge is null ? rejection : rejection with { Headers = rejection.Headers.Add(new HeaderField("WWW-Authenticate", challenge)) };
    }

    private static Identity ToIdentity(User user) => new(
        user.Name,
        user.Scheme,
        user.Claims.Select(claim => new IdentityClaim(claim.Key, claim.Value)).ToArray().ToSeq().Strict(),
        user.Roles.ToArray().ToSeq().Strict(),
        user.Expires is { } end ? Some(end) : None);
}
