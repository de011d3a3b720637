using System.Collections.Frozen;
using LanguageExt;
using PluginHost.Abstractions;
using PluginHost.Authentication;
using PluginHost.Core.Addresses;
using PluginHost.Core.Authentication;
using PluginHost.Core.Configuration;
using PluginHost.Core.Connection;
using PluginHost.Core.Frames;
using PluginHost.Core.Handshake;
using PluginHost.Core.Limits;
using PluginHost.Core.Routing;
using PluginHost.Core.Topics;
using PluginHost.Loading;
using PluginHost.Metrics;
using PluginHost.Server.Handlers;
using PluginHost.Server.Topics;
using Decision = PluginHost.Abstractions.HandshakeDecision;

namespace PluginHost.Server;

/// <summary>What a connection needs to go on after an accepted handshake.</summary>
/// <param name="Settings">The settings of its route, with what was agreed on.</param>
/// <param name="Terms">What else its route says about connections.</param>
/// <param name="Reply">The 101.</param>
/// <param name="Info">The facts that handlers see.</param>
/// <param name="CloseAfter">Closed right after the 101.</param>
/// <param name="Deflate">What was agreed on about compression, or <see langword="null"/>.</param>
/// <param name="Compression">How messages are compressed, where that was agreed on.</param>
/// <param name="HandlerName">The token and the plugin of its handler, for logs.</param>
/// <param name="Guard">What is known about its handler; <see langword="null"/> where there is none.</param>
/// <param name="CreateRunner">Makes what calls its handler; <see langword="null"/> where it is closed at once.</param>
/// <param name="Topics">What its handler may do with topics; <see langword="null"/> where it is closed at once.</param>
/// <param name="TimeLeft">Milliseconds until what the client has proved itself with ends to hold; <see cref="long.MaxValue"/> for never.</param>
internal sealed record AcceptedHandshake(
    ConnectionSettings Settings,
    RouteTerms Terms,
    byte[] Reply,
    HandshakeInfo Info,
    bool CloseAfter,
    DeflateAgreement? Deflate,
    CompressionPlan Compression,
    string HandlerName,
    HandlerGuard? Guard,
    Func<Connection, HandlerRunner>? CreateRunner,
    TopicAccess? Topics,
    long TimeLeft);

/// <summary>What a route says about its connections.</summary>
/// <param name="Settings">Without compression.</param>
/// <param name="CompressedSettings">With compression: RSV1 of a message's first frame marks it (RFC 7692 §6).</param>
/// <param name="SendLimits">Of their send queues.</param>
/// <param name="Rates">What their peers may send.</param>
internal sealed record RouteTerms(ConnectionSettings Settings, ConnectionSettings CompressedSettings, SendLimits SendLimits, RatePolicy Rates);

/// <summary>Decides on handshakes.</summary>
internal interface IHandshakeService
{
    /// <summary>Decides on a complete head, now or later: calls <see cref="Connection.Accept"/> or <see cref="Connection.Refuse"/> on the connection's loop.</summary>
    void Decide(Connection connection, ReadOnlySpan<byte> head);
}

/// <summary>
/// One generation of what is served: the plan and the handlers of the loaded plugins. Immutable; a connection is decided on by the generation that it
/// came in on. What is decided here is decided by the core; this only joins the answers and asks the handler, where it wants to be asked.
/// </summary>
internal sealed class Generation : IHandshakeService
{
    private readonly BoundPlan _plan;
    private readonly IReadOnlyDictionary<string, PluginHandler> _handlers;
    private readonly FrozenDictionary<string, ListenerPlan> _listeners;
    private readonly FrozenDictionary<BoundRoute, RouteTerms> _terms;
    private readonly FrozenDictionary<HandlerDescription, HandlerGuard> _guards;

    private readonly FrozenDictionary<string, TopicAccess> _access;
    private readonly Authenticator _authenticator;

    /// <summary>Makes a generation.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="handlers">The handlers by token.</param>
    /// <param name="topics">The topics of the server.</param>
    /// <param name="counters">What is counted of handlers.</param>
    /// <param name="authenticator">Finds out who clients are, on routes that want to know.</param>
    /// <param name="before">The one whose place it takes: what is known about handlers that go on is kept, a quarantine too.</param>
    public Generation(
        BoundPlan plan,
        IReadOnlyDictionary<string, PluginHandler> handlers,
        TopicFabric topics,
        HandlerTable counters,
        Authenticator authenticator,
        Generation? before = null)
    {
        _authenticator = authenticator;
        _access = handlers.ToFrozenDictionary(
            one => one.Key,
            one => new TopicAccess(topics, PermissionOf(plan.Plan, one.Value.Plugin), one.Value.Plugin.Id, one.Value.Description.Encode),
            StringComparer.Ordinal);
        _plan = plan;
        _handlers = handlers;
        _listeners = plan.Plan.Listeners.ToFrozenDictionary(one => one.Name);
        var server = plan.Plan.Connection;
        Connecting = SettingsOf(plan.Plan, server, plan.Plan.Limits.Message, plan.Plan.Limits.FragmentsFor(plan.Plan.Limits.Message));
        SendLimits = SendLimits.Of(server.SendQueue);
        _terms = plan.Routes.Values.SelectMany(routes => routes).Distinct<BoundRoute>(ReferenceEqualityComparer.Instance)
            .ToFrozenDictionary(
                route => route, route => TermsOf(plan.Plan, route), (IEqualityComparer<BoundRoute>)ReferenceEqualityComparer.Instance);
        _guards = handlers.GroupBy(one => one.Value.Description, (IEqualityComparer<HandlerDescription>)ReferenceEqualityComparer.Instance)
            .ToFrozenDictionary(
                one => one.Key,
                one => before?._guards.GetValueOrDefault(one.Key) ?? new HandlerGuard(
                    NameOf(one.First().Key, one.First().Value), plan.Plan.Handlers, counters.Of(one.First().Key, one.First().Value.Plugin.Id)),
                (IEqualityComparer<HandlerDescription>)ReferenceEqualityComparer.Instance);
    }

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
        foreach (var description in _handlers.Values.Where(one => one.Plugin.Id == plugin).Select(one => one.Description).Distinct<HandlerDescription>(
            ReferenceEqualityComparer.Instance))
            _guards[description].Faulted(now, log);
    }

    /// <inheritdoc/>
    public void Decide(Connection connection, ReadOnlySpan<byte> head)
    {
        var decision =
            from request in ServerHandshake.Read(head, _plan.Plan.Limits.Head)
            from client in FindClient(connection, request)
            from place in Route(connection, request)
            from _ in place.Route.Addresses.Check(client)
            let plain = CredentialStripping.Strip(place.Route.Authentication, request) // from here on only who verifies it sees the credential
            let deflate = Deflate(place.Route.Compression, request)
            from acceptance in Negotiation.Decide(
                place.Route.Policy, plain, connection.Channel.IsSecure, chosen => deflate.Map(agreed => agreed.Response).ToSeq(), Seq<HeaderField>.Empty)
            from step in Authenticating.Begin(
                place.Route.Authentication, request, Authenticator.FactsOf(connection.Channel.ClientCertificate))
            select (request, plain, place, acceptance, deflate, step);
        decision.Match(
            Right: found => _authenticator.Take(connection, found.step, new Authenticator.Errand(
                found.place.Route.Authentication,
                () => Info(connection, found.request, found.place.Values, found.acceptance),
                user => Ask(
                    connection, Info(connection, found.plain, found.place.Values, found.acceptance) with { User = user }, found.place.Route, found.acceptance,
                    found.deflate.MatchUnsafe<DeflateAgreement?>(agreed => agreed.Agreement, () => null)))),
            Left: rejection => Authenticator.Refuse(connection, rejection));
    }

    private static Option<(DeflateAgreement Agreement, ExtensionOffer Response)> Deflate(CompressionPlan compression, UpgradeRequest request) =>
        compression.Enabled
            ? PerMessageDeflate.Negotiate(compression.Policy, request.Extensions)
            : Option<(DeflateAgreement, ExtensionOffer)>.None;

    /// <summary>Who the client is: the peer, or whom a trusted proxy names. From here on its address is the connection's.</summary>
    private Either<Rejection, Option<Address>> FindClient(Connection connection, UpgradeRequest request)
    {
        var channel = connection.Channel;
        var peer = Peers.AddressOf(channel.RemoteEndPoint);
        if (!_listeners.TryGetValue(connection.ListenerName, out var listener)) return peer;
        return Forwarding.Find(listener.Proxies, peer, request.Head.Headers).Bind(found => found.Match(
            client =>
            {
                client.Address.Iter(address => channel.RemoteEndPoint = Peers.EndPointOf(address, client.Port));
                if (!connection.CountAs(channel.RemoteEndPoint)) return Rejection.Of(RejectionReason.Unavailable);
                client.Secure.Iter(secure => channel.ClientIsSecure = secure);
                return _plan.Plan.Addresses.Check(client.Address).Bind(_ => listener.Addresses.Check(client.Address)).Map(_ => client.Address);
            },
            // Where nobody is named, the peer has been looked at when it was accepted, unless it is a proxy.
            () => _plan.Plan.Addresses.Check(peer).Bind(_ => listener.Addresses.Check(peer)).Map(_ => peer)));
    }

    private Either<Rejection, (BoundRoute Route, HashMap<string, string> Values)> Route(Connection connection, UpgradeRequest request) =>
        Router.Route(_plan, connection.ListenerName, request.Head.Target.RawPath).Match<Either<Rejection, (BoundRoute, HashMap<string, string>)>>(
            (route, values) => (route, values),
            _ => Rejection.Of(RejectionReason.NotFound),
            _ => Rejection.Of(RejectionReason.MalformedHead));

    private void Ask(
        Connection connection,
        HandshakeInfo info,
        BoundRoute route,
        Acceptance acceptance,
        DeflateAgreement? deflate)
    {
        var compression = route.Compression;
        var terms = _terms[route];
        var settings = deflate is null ? terms.Settings : terms.CompressedSettings;
        var token = acceptance.Handler.IfNone("");
        if (!_handlers.TryGetValue(token, out var handler))
        {
            connection.Accept(
                new AcceptedHandshake(
                    settings, terms, acceptance.ToBytes(), info, acceptance.CloseAfter, deflate, compression, "", null, null, null, long.MaxValue));
            return;
        }

        var guard = _guards[handler.Description];
        var retryAfter = guard.Ask(connection.Loop.Now, connection.Loop.Log);
        if (retryAfter > 0)
        {
            connection.Refuse(Rejection.Unavailable(retryAfter));
            return;
        }
        var name = NameOf(token, handler);
        AcceptedHandshake Accepted(HandshakeInfo decided) => new(
            settings, terms, acceptance.ToBytes(), decided, acceptance.CloseAfter, deflate, compression, name, guard,
            opened => CreateRunner(opened, handler.Description, guard),
            _access[token],
            _authenticator.TimeLeft(Earlier(info.User?.Expires, decided.User?.Expires)));

        if (handler.Description.Decide is not { } decide) connection.Accept(Accepted(info));
        else _ = AskHandlerAsync(connection, decide, info, Accepted, name, guard);
    }

    /// <summary>A handler may name the user anew, and yet not make its time longer.</summary>
    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is { } end && !(other < end) ? end : other;

    private static string NameOf(string token, PluginHandler handler) => $"\"{token}\" of {handler.Plugin.Id}";

    /// <summary>Asks the handler on the thread pool; the loop goes on. The connection's own deadline answers for one that takes too long.</summary>
    private static async Task AskHandlerAsync(
        Connection connection,
        Func<HandshakeInfo, CancellationToken, ValueTask<Decision>> decide,
        HandshakeInfo info,
        Func<HandshakeInfo, AcceptedHandshake> accepted,
        string name,
        HandlerGuard guard)
    {
        Action answer;
        try
        {
            var cancellation = connection.Abandoned;
            var decision = await guard.Threads.RunAsync(() => decide(info, cancellation).AsTask(), cancellation).ConfigureAwait(false);
            answer = decision.Match<Action>(
                user => () => connection.Accept(accepted(user is null ? info : info with { User = user })),
                (status, reason, challenge) => () => connection.Refuse(Refusal(status, reason, challenge)));
        }
        catch (Exception exception)
        {
            var line = $"connection {connection.Id}: the handshake decision of {name} failed: {Loop.Describe(exception)}; answered with 500";
            answer = () =>
            {
                if (!connection.AwaitsDecision) return;
                connection.Loop.Log.Write(LogLevel.Error, line);
                guard.Faulted(connection.Loop.Now, connection.Loop.Log);
                connection.Refuse(Rejection.ByHandler(500, "the handler failed"));
            };
        }
        connection.Loop.Post(connection, answer);
    }

    /// <summary>A plugin's refusal.</summary>
    internal static Rejection Refusal(int status, string reason, string? challenge)
    {
        var rejection = Rejection.ByHandler(status, reason);
        return challenge is null ? rejection : rejection with { Headers = rejection.Headers.Add(new HeaderField("WWW-Authenticate", challenge)) };
    }

    private static HandlerRunner CreateRunner(Connection connection, HandlerDescription description, HandlerGuard guard) =>
        description.Match<HandlerRunner>(
            pure => new PureRunner(connection, pure()),
            session => new SessionRunner(connection, session, guard),
            inline => new InlineRunner(connection, inline));

    private static HandshakeInfo Info(Connection connection, UpgradeRequest request, HashMap<string, string> values, Acceptance acceptance)
    {
        var target = request.Head.Target;
        return new HandshakeInfo
        {
            ConnectionId = connection.Id,
            Path = target.Path,
            RawPath = target.RawPath,
            RouteValues = values.ToDictionary(pair => pair.Key, pair => pair.Value).AsReadOnly(),
            Query = target.RawQuery,
            QueryValues = [.. target.Query.Map(one => KeyValuePair.Create(one.Name, one.Value))],
            Headers = [.. request.Head.Headers.Lines.Map(line => KeyValuePair.Create(line.Name, line.Value))],
            RemoteEndPoint = connection.Channel.RemoteEndPoint,
            LocalEndPoint = connection.Channel.LocalEndPoint,
            IsSecure = connection.Channel.IsSecure,
            ClientCertificate = connection.Channel.ClientCertificate,
            Subprotocol = acceptance.Subprotocol.MatchUnsafe<string?>(token => token, () => null),
            OfferedSubprotocols = [.. request.Offered],
            Origin = request.Origins.HeadOrNone().MatchUnsafe<string?>(origin => origin, () => null),
        };
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
        SendTimeout = Milliseconds(connection.SendQueue.Timeout),
    };

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
