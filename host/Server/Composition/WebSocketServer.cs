using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using LanguageExt;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Serving.Routing;
using PluginHost.Server.Connections;
using PluginHost.Server.Counters;
using PluginHost.Server.Handshakes;
using PluginHost.Server.Loading;
using PluginHost.Server.Logging;
using PluginHost.Server.Topics;
using PluginHost.Server.Transports;
using PluginHost.Server.Transports.Epoll;
using PluginHost.Server.Transports.Memory;
using PluginHost.Server.Transports.Sockets;

namespace PluginHost.Server.Composition;

/// <summary>The running server: loops, listeners, connections. It owns no plugin; whoever made it stops them after it.</summary>
internal sealed partial class WebSocketServer : IConnectionFactory, IAsyncDisposable
{
    /// <summary>How often certificates, users and keys are looked at for changes.</summary>
    internal static readonly TimeSpan FileInterval = TimeSpan.FromSeconds(2);

    /// <summary>Connections that are sent their close frame before the loop does something else.</summary>

    private static readonly byte[] Busy = Rejection.Of(RejectionReason.Unavailable).ToBytes();

    private readonly ServerOptions _options;
    private readonly AcceptingLoop[] _loops;
    private readonly Thread[] _threads;
    private readonly FrozenDictionary<string, Entrance> _entrances;
    private readonly List<Listener> _listeners = [];
    private readonly List<string> _socketFiles = [];
    private readonly ConnectionLedger _ledger;
    private Watchdog? _watchdog;
    private bool _isStarted;
    private readonly TopicFabric _topics;
    private readonly ConnectionDirectory _directory;
    private Generation _generation;
    private ShutdownPlan _shutdown;
    private long _ids;
    private int _next;
    private int _stopping;
    private readonly Timer? _files;
    private readonly Authenticator _authenticator;

    private WebSocketServer(ServerOptions options, BoundPlan plan, IReadOnlyDictionary<string, PluginHandler> handlers, TopicFabric topics, ConnectionDirectory directory)
    {
        _options = options;
        _topics = topics;
        _directory = directory;
        Handlers = new HandlerTable(plan.Plan.Handlers.Shares);
        _authenticator = new Authenticator(plan.Plan, options.Authentication, options.Authenticators, Handlers, options.Time.GetUtcNow);
        _generation = new Generation(plan, handlers, topics, directory, Handlers, _authenticator);
        _shutdown = plan.Plan.Shutdown;
        _entrances = plan.Plan.Listeners.ToFrozenDictionary(
            listener => listener.Name, listener => new Entrance(listener, plan.Plan.Addresses, options.Tls.GetValueOrDefault(listener.Name)));
        _ledger = new ConnectionLedger(plan.Plan.Limits.Connections, plan.Plan.Connection.Rates, plan.Plan.Handlers);
        _loops = [.. Enumerable.Range(0, LoopCount(options)).Select(_ => MakeLoop())];
        for (var i = 0; i < _loops.Length; i++)
        {
            _loops[i].Topics = topics.Attach(_loops[i], i);
            _loops[i].KeepsRecords = options.KeepsRecords;
            _loops[i].TimeOfDay = options.Time;
        }
        directory.Attach(_loops);
        if (options.Tls.Count > 0 || _authenticator.HasFiles) _files = new Timer(_ => RefreshFiles(), null, FileInterval, Timeout.InfiniteTimeSpan);
        _threads = options.IsDriven ? [] : [.. _loops.Select((loop, i) => new Thread(loop.Run) { IsBackground = true, Name = $"loop {i}" })];
    }

    /// <summary>The listeners by name, with the addresses they are bound to.</summary>
    public IReadOnlyList<(string Name, EndPoint EndPoint)> Listeners => [.. _listeners.Select(named => (named.Name, named.EndPoint))];

    /// <summary>New connections are accepted. False from the first moment of a stop on: who sends clients here should send no more.</summary>
    public bool IsReady => Volatile.Read(ref _isStarted) && Volatile.Read(ref _stopping) == 0;

    /// <summary>Connections and handshakes in progress.</summary>
    public ConnectionCounts Counts => _ledger.Counts;

    /// <summary>A listener speaks TLS.</summary>
    public bool IsSecure(string listener) => _options.Tls.ContainsKey(listener);

    /// <summary>The loops.</summary>
    public IReadOnlyList<Loop> Loops => _loops;

    /// <summary>What new connections are served by.</summary>
    public Generation Generation => Volatile.Read(ref _generation);

    /// <summary>What is counted of handlers.</summary>
    public HandlerTable Handlers { get; }

    /// <summary>Milliseconds that only go forward.</summary>
    public Func<long> Clock => _options.Clock;

    /// <summary>The last faults of handlers, the newest first.</summary>
    public IReadOnlyList<FaultReport> Faults => _options.Log.Faults.Newest;

    /// <summary>The topics.</summary>
    public TopicFabric Topics => _topics;

    /// <summary>Connections that are not over.</summary>
    public int ConnectionCount => _loops.Sum(loop => loop.ConnectionCount);

    /// <summary>The transport in use.</summary>
    public TransportKind Transport => Resolve(_options.Transport);

    /// <summary>Opens every listener and begins to serve, with topics of its own that no other server shares.</summary>
    public static Either<Seq<ListenProblem>, WebSocketServer> Start(
        ServerOptions options, BoundPlan plan, IReadOnlyDictionary<string, PluginHandler> handlers) =>
        Start(options, plan, handlers, MakeTopics(options, plan, new NoBackplane()));

    /// <inheritdoc cref="Start(ServerOptions, BoundPlan, IReadOnlyDictionary{string, PluginHandler}, TopicFabric, ConnectionDirectory)"/>
    public static Either<Seq<ListenProblem>, WebSocketServer> Start(
        ServerOptions options, BoundPlan plan, IReadOnlyDictionary<string, PluginHandler> handlers, TopicFabric topics) =>
        Start(options, plan, handlers, topics, new ConnectionDirectory(topics.Server));

    /// <summary>Opens every listener and begins to serve. On any problem nothing stays open.</summary>
    /// <param name="options">What does not come from the file.</param>
    /// <param name="plan">What is served.</param>
    /// <param name="handlers">The handlers by token; their plugins have been started.</param>
    /// <param name="topics">The topics, made by <see cref="MakeTopics"/> of the same options and plan; this server's alone.</param>
    /// <param name="directory">Where connections are found; this server's alone.</param>
    public static Either<Seq<ListenProblem>, WebSocketServer> Start(
        ServerOptions options, BoundPlan plan, IReadOnlyDictionary<string, PluginHandler> handlers, TopicFabric topics, ConnectionDirectory directory)
    {
        var server = new WebSocketServer(options, plan, handlers, topics, directory);
        var problems = server.Transport == TransportKind.Memory ? [] : server.Bind(plan.Plan.Listeners);
        if (problems.Count > 0)
        {
            server.CloseListeners();
            foreach (var loop in server._loops) loop.Discard();
            return problems.ToSeq();
        }
        foreach (var loop in server._loops)
            foreach (var listener in server._listeners)
                loop.Listen(listener);
        foreach (var thread in server._threads) thread.Start();
        if (!options.IsDriven) server._watchdog = new Watchdog(server._loops, (long)plan.Plan.Handlers.Slow.TotalMilliseconds, options.Clock);
        Volatile.Write(ref server._isStarted, true);
        return server;
    }

    /// <summary>The topics of a server that is going to be started: plugins may publish to them before.</summary>
    public static TopicFabric MakeTopics(ServerOptions options, BoundPlan plan, IBackplane backplane) => new(
        plan.Plan.Topics, LoopCount(options), TopicFabric.EpochAt(options.Time.GetUtcNow()), options.IsDriven ? 1 : Random.Shared.NextInt64(1, 1L << 53), backplane);

    /// <summary>Of a server without threads: does what is to be done at this time.</summary>
    /// <returns>Milliseconds until something is due; −1 for never.</returns>
    public long Drive() => _loops.Select(loop => loop.Drive()).ToArray().Where(left => left >= 0).DefaultIfEmpty(-1).Min();

    /// <summary>Opens a connection without a socket; only with <see cref="TransportKind.Memory"/>.</summary>
    /// <param name="listener">The name of the listener that it seems to come from.</param>
    /// <param name="capacity">Bytes that either direction holds.</param>
    /// <param name="remote">The address that the client seems to have.</param>
    public MemoryClient ConnectInMemory(string listener, int capacity, EndPoint? remote = null) =>
        ((MemoryLoop)NextLoop(_loops[0])).Connect(listener, capacity, remote);

    /// <inheritdoc/>
    AddressAccount? IConnectionFactory.Admit(Loop loop, EndPoint? remote, string listener)
    {
        var key = _entrances[listener].IsTrustedProxy(remote) ? AddressKey.None : ConnectionLedger.KeyOf(remote);
        var result = _ledger.TryAdmit(key, loop.Now, out var account);
        if (result is AdmissionResult.Admitted or AdmissionResult.Displacing) return account;
        _options.Log.Peers.Note(LogLevel.Warning, $"a connection from {remote?.ToString() ?? "an unknown address"}", Reason(result), loop.Now);
        switch (result)
        {
            case AdmissionResult.TooManyOfAddress: loop.Counters.RefusedOfAddress++; break;
            case AdmissionResult.TooManyHandshakes: loop.Counters.RefusedHandshakes++; break;
            default: loop.Counters.RefusedConnections++; break;
        }
        return account;
    }

    private static string Reason(AdmissionResult why) => why switch
    {
        AdmissionResult.TooManyOfAddress => "refused: its address has as many as it may have (limits.connectionsPerAddress)",
        AdmissionResult.TooManyHandshakes => "refused: as many handshakes as may be are in progress (limits.pendingHandshakes)",
        _ => "refused: as many as may be are open (limits.connections)",
    };

    /// <inheritdoc/>
    ReadOnlySpan<byte> IConnectionFactory.Refusal(string listener) => _options.Tls.ContainsKey(listener) ? default : Busy;

    /// <summary>New connections are served by this from now on; those that are there go on as they began.</summary>
    /// <param name="plan">A plan with the same listeners.</param>
    /// <param name="handlers">The handlers by token, ready to be called.</param>
    public void Serve(BoundPlan plan, IReadOnlyDictionary<string, PluginHandler> handlers) =>
        Volatile.Write(ref _generation, new Generation(plan, handlers, _topics, _directory, Handlers, _authenticator, _generation));

    /// <summary>A plugin has failed outside of any call: that counts against all of its handlers. From any thread.</summary>
    public void PluginFailed(string plugin) => Volatile.Read(ref _generation).PluginFailed(plugin, _options.Clock(), _options.Log);

    /// <summary>Asks every loop for a sign of life.</summary>
    /// <param name="within">How long they may take.</param>
    /// <returns>False where one has not answered in time: something keeps it busy.</returns>
    public async Task<bool> RespondsAsync(TimeSpan within)
    {
        try
        {
            await OnEachLoop(_ => { }).WaitAsync(within).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Makes the connection for an accepted stream.</summary>
    void IConnectionFactory.Create(Loop loop, Channel channel, string listener, AddressAccount? account)
    {
        var generation = Volatile.Read(ref _generation);
        var refusal = _entrances[listener].Enter((PulledChannel)channel, loop);
        var connection = new Connection(
            loop, channel, generation, generation.Connecting, generation.SendLimits, Interlocked.Increment(ref _ids), listener, account);
        if (refusal is not null)
        {
            _options.Log.Peers.Note(LogLevel.Information, connection.Peer, $"{refusal}; closed", loop.Now);
            connection.Abort();
        }
        else if (Volatile.Read(ref _stopping) != 0)
        {
            connection.Stop((CloseCode)_shutdown.Code, (long)_shutdown.Drain.TotalMilliseconds);
        }
    }

    /// <summary>Spreads connections over the loops in turn.</summary>
    public Loop NextLoop(Loop accepting) =>
        _loops.Length == 1 ? accepting : _loops[(uint)Interlocked.Increment(ref _next) % (uint)_loops.Length];

    /// <summary>Looks at the files of certificates, users and keys, then again after a while; one at a time.</summary>
    private void RefreshFiles()
    {
        try
        {
            _authenticator.Refresh(_options.Log);
        }
        catch (Exception exception)
        {
            _options.Log.Write(LogLevel.Error, $"users and keys cannot be read again: {exception.GetType().Name}");
        }
        foreach (var (name, tls) in _options.Tls)
        {
            try
            {
                tls.Refresh(_options.Log);
            }
            catch (Exception exception)
            {
                _options.Log.Write(LogLevel.Error, $"listener {name}: the certificate cannot be read again: {ExceptionText.Describe(exception)}");
            }
        }
        if (Volatile.Read(ref _stopping) == 0) _files!.Change(FileInterval, Timeout.InfiniteTimeSpan);
    }

    private AcceptingLoop MakeLoop() => Transport switch
    {
        TransportKind.Epoll => new EpollLoop(_options.Clock, _options.Log, this),
        TransportKind.Memory => new MemoryLoop(_options.Clock, _options.Log, this),
        _ => new SocketsLoop(_options.Clock, _options.Log, this),
    };

    private static int LoopCount(ServerOptions options) => options.Loops > 0 ? options.Loops : Environment.ProcessorCount;

    private static TransportKind Resolve(TransportKind wanted) =>
        wanted != TransportKind.Default ? wanted : OperatingSystem.IsLinux() ? TransportKind.Epoll : TransportKind.Sockets;

    // ---- Listeners ----

    private List<ListenProblem> Bind(Seq<ListenerPlan> plans)
    {
        var problems = new List<ListenProblem>();
        foreach (var plan in plans)
        {
            if (_options.Passed.TryGetValue(plan.Name, out var passed))
            {
                _listeners.AddRange(passed.Select(socket => new Listener(plan.Name, socket)));
                continue;
            }
            try
            {
                var endPoint = ListenSocket.EndPointOf(plan.Address, _options.BaseDirectory);
                _listeners.Add(new Listener(plan.Name, ListenSocket.Open(endPoint)));
                if (endPoint is UnixDomainSocketEndPoint) _socketFiles.Add(endPoint.ToString()!);
            }
            catch (Exception exception) when (ListenSocket.IsExpected(exception))
            {
                problems.Add(new ListenProblem(plan.Name, $"cannot listen on {plan.Address}: {ListenSocket.Advice(exception)}"));
            }
        }
        return problems;
    }

    private void CloseListeners()
    {
        foreach (var listener in _listeners) listener.Socket.Dispose();
        foreach (var file in _socketFiles) File.Delete(file);
        _socketFiles.Clear();
    }
}
