using System.Collections.Frozen;
using LanguageExt;
using PluginHost.Abstractions;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Policy.Topics;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Handshakes;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Serving.Routing;
using PluginHost.Server.Connections;
using PluginHost.Server.Counters;
using PluginHost.Server.Handlers;
using PluginHost.Server.Loading;
using PluginHost.Server.Logging;
using PluginHost.Server.Topics;
using Decision = PluginHost.Abstractions.HandshakeDecision;

namespace PluginHost.Server.Handshakes;

/// <summary>
/// One generation of what is served: the plan and the handlers of the loaded plugins. Immutable; a connection is decided on by the generation that it
/// came in on. What is decided here is decided by the core; this only joins the answers and asks the handler, where it wants to be asked.
/// </summary>
internal sealed class Generation : IHandshakeService
{
    private static readonly IReadOnlyDictionary<string, string> NoValues = new Dictionary<string, string>(0).AsReadOnly();

    private readonly BoundPlan _plan;
    private readonly IReadOnlyDictionary<string, PluginHandler> _handlers;
    private readonly FrozenDictionary<string, ListenerPlan> _listeners;
    private readonly FrozenDictionary<BoundRoute, RouteTerms> _terms;
    private readonly FrozenDictionary<HandlerDescription, HandlerGuard> _guards;

    private readonly FrozenDictionary<string, Served> _served;
    private readonly Authenticator _authenticator;

    /// <summary>Makes a generation.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="handlers">The handlers by token.</param>
    /// <param name="topics">The topics of the server.</param>
    /// <param name="directory">Where connections are found.</param>
    /// <param name="counters">What is counted of handlers.</param>
    /// <param name="authenticator">Finds out who clients are, on routes that want to know.</param>
    /// <param name="before">The one whose place it takes: what is known about handlers that go on is kept, a quarantine too.</param>
    public Generation(
        BoundPlan plan,
        IReadOnlyDictionary<string, PluginHandler> handlers,
        TopicFabric topics,
        ConnectionDirectory directory,
        HandlerTable counters,
        Authenticator authenticator,
        Generation? before = null)
    {
        _authenticator = authenticator;
        _plan = plan;
        _handlers = handlers;
        _listeners = plan.Plan.Listeners.ToFrozenDictionary(listener => listener.Name);
        var server = plan.Plan.Connection;
        Connecting = SettingsOf(plan.Plan, server, plan.Plan.Limits.Message, plan.Plan.Limits.FragmentsFor(plan.Plan.Limits.Message));
        SendLimits = SendLimits.Of(server.SendQueue);
        _terms = plan.Routes.Values.SelectMany(routes => routes).Distinct<BoundRoute>(ReferenceEqualityComparer.Instance)
            .ToFrozenDictionary(
                route => route, route => TermsOf(plan.Plan, route), (IEqualityComparer<BoundRoute>)ReferenceEqualityComparer.Instance);
        _guards = handlers.GroupBy(entry => entry.Value.Description, (IEqualityComparer<HandlerDescription>)ReferenceEqualityComparer.Instance)
            .ToFrozenDictionary(
                entry => entry.Key,
                entry => before?._guards.GetValueOrDefault(entry.Key) ?? new HandlerGuard(
                    NameOf(entry.First().Key, entry.First().Value), plan.Plan.Handlers, counters.Of(entry.First().Key, entry.First().Value.Plugin.Id),
                    counters.Threads),
                (IEqualityComparer<HandlerDescription>)ReferenceEqualityComparer.Instance);
        _served = handlers.ToFrozenDictionary(
            entry => entry.Key,
            entry => new Served(
                entry.Value.Description,
                new ServedHandler(
                    NameOf(entry.Key, entry.Value),
                    entry.Key,
                    entry.Value.Plugin.Id,
                    directory,
                    () => entry.Value.Plugin.Context,
                    _guards[entry.Value.Description],
                    new TopicAccess(topics, PermissionOf(plan.Plan, entry.Value.Plugin), entry.Value.Plugin.Id, entry.Value.Description.Encode),
                    RunnerOf(entry.Value.Description, _guards[entry.Value.Description]))),
            StringComparer.Ordinal);
    }

    /// <summary>What serves a token.</summary>
    /// <param name="Description">What its plugin says of it.</param>
    /// <param name="Handler">What its connections need of it.</param>
    private sealed record Served(HandlerDescription Description, ServedHandler Handler);

    private static Func<Connection, HandlerRunner> RunnerOf(HandlerDescription description, HandlerGuard guard) =>
        description.Tier.Match<Func<Connection, HandlerRunner>>(
            pure => connection => new PureRunner(connection, pure()),
            session => connection => new SessionRunner(connection, session, guard, description.MaxOverlappingCalls),
            inline => connection => new InlineRunner(connection, inline));

    private static TopicPermission PermissionOf(ServerPlan plan, LoadedPlugin plugin) =>
        plugin.IsScript ? plan.Scripts.TopicsOf(Path.GetFileNameWithoutExtension(plugin.Id)) : plan.Plugins.TopicsOf(plugin.Id);

    /// <summary>The settings of a connection whose route is not known yet.</summary>
    public ConnectionSettings Connecting { get; }

    /// <summary>The marks of a send queue while the route is not known yet.</summary>
    public SendLimits SendLimits { get; }

    /// <summary>The handlers: the first token of each, and what is known about it.</summary>
    public IEnumerable<HandlerGuard> Guards => _guards.Values;

    /// <summary>What connections are routed by.</summary>
    public BoundPlan Plan => _plan;

    /// <summary>The handlers by token.</summary>
    public IReadOnlyDictionary<string, PluginHandler> Handlers => _handlers;

    /// <summary>What is known about the handler of a token.</summary>
    public HandlerGuard Guard(string token) => _guards[_handlers[token].Description];

    /// <summary>A plugin has failed outside of any call: that counts against all of its handlers.</summary>
    public void PluginFailed(string plugin, long now, ServerLog log)
    {
        foreach (var description in _handlers.Values.Where(entry => entry.Plugin.Id == plugin).Select(entry => entry.Description).Distinct<HandlerDescription>(
            ReferenceEqualityComparer.Instance))
            _guards[description].Faulted(null, now, log);
    }

    /// <inheritdoc/>
    public void Decide(Connection connection, ReadOnlySpan<byte> head) => Do(connection, Begin(connection, head), null);

    private HandshakeStep Begin(Connection connection, ReadOnlySpan<byte> head)
    {
        var read = ServerHandshake.Read(head, _plan.Plan.Limits.Head);
        if (read.IsLeft) return new HandshakeStep.Refuse((Rejection)read);
        var request = (UpgradeRequest)read;
        var channel = connection.Channel;
        var listener = _listeners.TryGetValue(connection.ListenerName, out var named) ? named : Option<ListenerPlan>.None;
        var client = FindClient(connection, named, request);
        return client.IsLeft
            ? new HandshakeStep.Refuse((Rejection)client)
            : HandshakeMachine.Begin(
                _plan, listener, request,
                new Origination(connection.ListenerName, (Option<Address>)client, channel.IsSecure, Authenticator.FactsOf(channel.ClientCertificate)));
    }

    /// <summary>Does a step; on the connection's loop.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="step">The step.</param>
    /// <param name="shown">What the handler has been shown, if it was asked.</param>
    private void Do(Connection connection, HandshakeStep step, HandshakeInfo? shown)
    {
        switch (step)
        {
            case HandshakeStep.VerifyPassword verify:
                _authenticator.Verify(connection, verify, answer => Answered(connection, step, answer, null));
                break;
            case HandshakeStep.VerifyToken verify:
                _authenticator.Verify(connection, verify, answer => Answered(connection, step, answer, null));
                break;
            case HandshakeStep.AskPlugin ask:
                _authenticator.Ask(connection, ask, () => Info(connection, ask.Request.Request, ask.Request, null), answer => Answered(connection, step, answer, null));
                break;
            case HandshakeStep.AskHandler ask:
                Ask(connection, ask);
                break;
            case HandshakeStep.ClaimKey claim:
                Claim(connection, claim, shown);
                break;
            case HandshakeStep.Accept accept:
                connection.Accept(Accepted(connection, accept, shown));
                break;
            case HandshakeStep.Refuse refuse:
                connection.Refuse(refuse.Rejection);
                break;
        }
    }

    /// <summary>An answer has come; on the connection's loop. Nobody may wait for it any more.</summary>
    private void Answered(Connection connection, HandshakeStep step, HandshakeAnswer answer, HandshakeInfo? shown)
    {
        if (connection.AwaitsDecision) Do(connection, HandshakeMachine.Next(step, answer, _authenticator.Now), shown);
    }

    /// <summary>Who the client is: the peer, or whom a trusted proxy names. From here on its address is the connection's.</summary>
    private static Either<Rejection, Option<Address>> FindClient(Connection connection, ListenerPlan? listener, UpgradeRequest request)
    {
        var channel = connection.Channel;
        var peer = Peers.AddressOf(channel.RemoteEndPoint);
        if (listener is null) return peer;
        var found = Forwarding.Find(listener.Proxies, peer, request.Head.Headers);
        if (found.IsLeft) return (Rejection)found;
        var forwarded = (Option<ForwardedClient>)found;
        if (forwarded.IsNone) return peer;
        var client = (ForwardedClient)forwarded;
        client.Address.Iter(entry => channel.RemoteEndPoint = Peers.EndPointOf(entry, client.Port));
        if (!connection.Accounting.CountAs(channel.RemoteEndPoint)) return Rejection.Of(RejectionReason.Unavailable);
        client.Secure.Iter(secure => channel.ClientIsSecure = secure);
        return client.Address || peer;
    }

    private AcceptedHandshake Accepted(Connection connection, HandshakeStep.Accept accept, HandshakeInfo? shown)
    {
        var (route, acceptance) = (accept.Request.Route, accept.Request.Acceptance);
        var deflate = accept.Request.Deflate.MatchUnsafe<DeflateAgreement?>(agreed => agreed, () => null);
        var terms = _terms[route];
        var user = accept.User.MatchUnsafe<User?>(Authenticator.ToUser, () => null);
        return new AcceptedHandshake(
            deflate is null ? terms.Settings : terms.CompressedSettings,
            terms,
            acceptance.ToBytes(),
            shown is null ? Info(connection, accept.Request.Plain, accept.Request, user) : shown with { User = user },
            acceptance.CloseAfter,
            deflate,
            route.Compression,
            accept.Handler.MatchUnsafe<ServedHandler?>(token => _served[token].Handler, () => null),
            _authenticator.TimeLeft(accept.Until));
    }

    /// <summary>Asks the handler, where it wants to be asked and is not held off.</summary>
    private void Ask(Connection connection, HandshakeStep.AskHandler step)
    {
        var (description, handler) = _served[step.Token];
        if (connection.Accounting.RefusesOffender()) return;
        var user = step.User.MatchUnsafe<User?>(Authenticator.ToUser, () => null);
        var retryAfter = handler.Guard.Ask(connection.Accounting.SourceOf(user?.Name), connection.Loop.Now, connection.Loop.Log);
        if (retryAfter > 0) Answered(connection, step, new HandshakeAnswer.Refused(Rejection.Unavailable(retryAfter)), null);
        else if (description is { Decide: null, Key: null }) Answered(connection, step, Agreed, null);
        else _ = AskHandlerAsync(connection, step, description, Info(connection, step.Request.Plain, step.Request, user), handler);
    }

    private static readonly HandshakeAnswer Agreed = new HandshakeAnswer.Accepted(Option<Identity>.None);

    private static string NameOf(string token, PluginHandler handler) => $"\"{token}\" of {handler.Plugin.Id}";

    /// <summary>Asks the handler on the thread pool; the loop goes on. The connection's own deadline answers for one that takes too long.</summary>
    private async Task AskHandlerAsync(
        Connection connection, HandshakeStep.AskHandler step, HandlerDescription description, HandshakeInfo info, ServedHandler handler)
    {
        Action answer;
        try
        {
            var cancellation = connection.Abandoned;
            var answered = await handler.Guard.Threads.RunAsync(() => DecideAsync(description, info, cancellation), cancellation).ConfigureAwait(false);
            answer = () => Answered(connection, step, answered, info);
        }
        catch (Exception exception)
        {
            var what = ExceptionText.Split(exception);
            var line = $"connection {connection.Id}: the handshake decision of {handler.Name} failed: {ExceptionText.Describe(exception)}; answered with 500";
            answer = () =>
            {
                if (!connection.AwaitsDecision) return;
                connection.Loop.Log.Write(LogLevel.Error, line);
                connection.Loop.Log.Faults.Add(connection.Id, handler.Token, handler.Plugin, what);
                connection.Accounting.CountFault(handler.Guard, info.User?.Name);
                Answered(connection, step, new HandshakeAnswer.Refused(Rejection.ByHandler(500, "the handler failed")), info);
            };
        }
        connection.Loop.Post(connection, answer);
    }

    /// <summary>What the handler says, and the key that it gives the connection of whom it has found.</summary>
    private static async Task<HandshakeAnswer> DecideAsync(HandlerDescription description, HandshakeInfo info, CancellationToken cancellation)
    {
        var decision = description.Decide is { } decide ? await decide(info, cancellation).ConfigureAwait(true) : Decision.Accept;
        var answer = Authenticator.AnswerOf(decision);
        if (description.Key is not { } keyOf || answer is not HandshakeAnswer.Accepted accepted) return answer;
        var user = decision.Match(found => found, (_, _, _) => null);
        var key = keyOf(user is null ? info : info with { User = user });
        if (string.IsNullOrEmpty(key)) return answer;
        return key.Length <= MaxKey
            ? new HandshakeAnswer.Keyed(accepted.User, key, RuleOf(description.KeyConflict))
            : throw new ArgumentException($"A key has at most {MaxKey} characters.");
    }

    private const int MaxKey = 256;

    private static KeyRule RuleOf(KeyConflict conflict) => conflict switch
    {
        KeyConflict.ReplaceOlder => KeyRule.ReplaceOlder,
        KeyConflict.RefuseNewer => KeyRule.RefuseNewer,
        _ => KeyRule.KeepBoth, // a case that this host does not know is not done
    };

    private void Claim(Connection connection, HandshakeStep.ClaimKey step, HandshakeInfo? shown)
    {
        var handler = _served[step.Token].Handler;
        var (claim, isTaken) = handler.Directory.Claim(handler.Plugin, step.Key, connection, step.Conflict);
        connection.Opening!.Claim = claim;
        Answered(connection, step, new HandshakeAnswer.Claimed(isTaken), shown);
    }

    private static HandshakeInfo Info(Connection connection, UpgradeRequest request, ExaminedRequest found, User? user)
    {
        var target = request.Head.Target;
        return new HandshakeInfo
        {
            ConnectionId = connection.Id,
            Path = target.Path,
            RawPath = target.RawPath,
            RouteValues = found.Values.IsEmpty ? NoValues : found.Values.ToDictionary(pair => pair.Key, pair => pair.Value).AsReadOnly(),
            Query = target.RawQuery,
            QueryValues = Listed(target.Query, entry => KeyValuePair.Create(entry.Name, entry.Value)),
            Headers = Listed(request.Head.Headers.Lines, line => KeyValuePair.Create(line.Name, line.Value)),
            RemoteEndPoint = connection.Channel.RemoteEndPoint,
            LocalEndPoint = connection.Channel.LocalEndPoint,
            IsSecure = connection.Channel.IsSecure,
            ClientCertificate = connection.Channel.ClientCertificate,
            Subprotocol = found.Acceptance.Subprotocol.MatchUnsafe<string?>(token => token, () => null),
            OfferedSubprotocols = Listed(request.Offered, token => token),
            Origin = request.Origins.IsEmpty ? null : request.Origins[0],
            User = user,
        };
    }

    private static IReadOnlyList<TResult> Listed<T, TResult>(Seq<T> values, Func<T, TResult> map)
    {
        if (values.IsEmpty) return [];
        var listed = new TResult[values.Count];
        for (var i = 0; i < listed.Length; i++) listed[i] = map(values[i]);
        return listed.AsReadOnly();
    }

    private static RouteTerms TermsOf(ServerPlan plan, BoundRoute route)
    {
        var settings = SettingsOf(plan, route.Connection, route.MessageLimit, route.FragmentLimit);
        return new RouteTerms(
            settings, settings with { FirstFrameBits = ReservedBits.Rsv1 }, SendLimits.Of(route.Connection.SendQueue), route.Connection.Rates);
    }

    private static ConnectionSettings SettingsOf(ServerPlan plan, ConnectionPlan connection, int message, int fragments) => new(
        Role.Server,
        plan.Limits.Head,
        ReservedBits.None,
        message,
        fragments,
        Milliseconds(plan.Limits.Handshake),
        Milliseconds(connection.Assembly),
        Milliseconds(connection.KeepAlive.Ping),
        Milliseconds(connection.KeepAlive.Timeout),
        Milliseconds(connection.KeepAlive.Close))
    {
        ControlFrames = connection.ControlFrames,
        MaxWaitingPongs = connection.WaitingPongs,
        SendTimeout = Milliseconds(connection.SendQueue.Timeout),
    };

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
