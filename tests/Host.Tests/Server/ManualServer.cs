using System.Collections.Concurrent;
using System.Net;
using PluginHost.Abstractions;
using PluginHost.Core.Policy.Limits;
using PluginHost.Server.Authentication;
using PluginHost.Server.Connections;
using PluginHost.Server.Handshakes;
using PluginHost.Server.Logging;
using PluginHost.Server.Topics;
using PluginHost.Server.Transports;
using PluginHost.Server.Transports.Memory;

namespace PluginHost.Tests.Server;

/// <summary>A server without threads: one in-memory loop that is turned by hand, with a clock that only the test moves.</summary>
internal sealed class ManualServer : IConnectionFactory
{
    private readonly Generation _generation;
    private static long _servers;
    private long _clock = 1_000_000;
    private long _ids;

    /// <summary>Makes it.</summary>
    /// <param name="handlers">What it serves.</param>
    /// <param name="settings">The configuration.</param>
    /// <param name="backplane">What carries topics to other servers; none by default.</param>
    /// <param name="folder">Where files of users and keys are.</param>
    /// <param name="authenticators">Plugins that authenticate, by id.</param>
    public ManualServer(
        IEnumerable<HandlerDescription> handlers,
        string settings = "{}",
        IBackplane? backplane = null,
        string folder = "/",
        IReadOnlyDictionary<string, Func<HandshakeInfo, CancellationToken, ValueTask<HandshakeDecision>>>? authenticators = null)
    {
        var table = TestHandlers.Table(handlers);
        var plan = TestServer.Bind(settings, table, [.. authenticators?.Keys ?? []]);
        var (stores, problems) = AuthenticationStores.Load(plan.Plan, folder);
        Assert.Empty(problems);
        Counters = new(plan.Plan.Handlers.Shares);
        Authenticator = new Authenticator(plan.Plan, stores, authenticators ?? new Dictionary<string, Func<HandshakeInfo, CancellationToken, ValueTask<HandshakeDecision>>>(), Counters, () => UtcNow);
        Topics = new TopicFabric(plan.Plan.Topics, 1, firstEpoch: 100, Interlocked.Increment(ref _servers), backplane ?? new NoBackplane());
        Directory = new ConnectionDirectory(Topics.Server);
        _generation = new Generation(plan, table, Topics, Directory, Counters, Authenticator);
        Ledger = new ConnectionLedger(plan.Plan.Limits.Connections, plan.Plan.Connection.Rates, plan.Plan.Handlers);
        Loop = new MemoryLoop(() => _clock, LineLogger.Log(LogLevel.Trace, (level, line) => Lines.Enqueue($"{level}: {line}")), this);
        Loop.Topics = Topics.Attach(Loop, 0);
        Directory.Attach([Loop]);
    }

    /// <summary>What is counted of handlers.</summary>
    public PluginHost.Server.Counters.HandlerTable Counters { get; }

    /// <summary>Finds out who clients are.</summary>
    public Authenticator Authenticator { get; }

    /// <summary>The time of day, which goes with the loop's.</summary>
    public DateTimeOffset UtcNow => Began.AddMilliseconds(_clock - 1_000_000);

    /// <summary>The time of day when the server was made.</summary>
    public static DateTimeOffset Began { get; } = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The topics.</summary>
    public TopicFabric Topics { get; }

    /// <summary>Where connections are found.</summary>
    public ConnectionDirectory Directory { get; }

    /// <summary>The loop.</summary>
    public MemoryLoop Loop { get; }

    /// <summary>The topics as the loop sees them.</summary>
    public LoopTopics LoopTopics => Topics.On(Loop);

    /// <summary>Counts the connections.</summary>
    public ConnectionLedger Ledger { get; }

    /// <summary>What was answered to the last connection.</summary>
    public AdmissionResult LastRefusal { get; private set; }

    /// <summary>What is known about the handler of a token.</summary>
    public HandlerGuard Guard(string token) => _generation.Guard(token);

    /// <summary>The time of the loop.</summary>
    public long Now => _clock;

    /// <summary>The clock, which the loop reads at its next turn.</summary>
    public long Clock { get => _clock; set => _clock = value; }

    /// <summary>What has been logged.</summary>
    public ConcurrentQueue<string> Lines { get; } = new();

    /// <summary>The connections, in the order in which they came.</summary>
    public List<Connection> Connections { get; } = [];

    /// <summary>Stands between connections and the decision on their handshakes.</summary>
    public Func<IHandshakeService, IHandshakeService> Wrap { get; init; } = service => service;

    /// <inheritdoc/>
    public AddressAccount? Admit(Loop loop, EndPoint? remote, string listener)
    {
        LastRefusal = Ledger.TryAdmit(ConnectionLedger.KeyOf(remote), loop.Now, out var account);
        return account;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Refusal(string listener) => "refused"u8;

    /// <inheritdoc/>
    public void Create(Loop loop, Channel channel, string listener, AddressAccount? account)
    {
        var settings = _generation.Connecting;
        Connections.Add(new Connection(loop, channel, Wrap(_generation), settings, _generation.SendLimits, ++_ids, listener, account));
    }

    /// <inheritdoc/>
    public Loop NextLoop(Loop accepting) => accepting;

    /// <summary>Turns the loop until nothing is left to be done at this time.</summary>
    public void Turn()
    {
        for (var i = 0; i < 20; i++) Loop.Turn(mayWait: false);
    }

    /// <summary>Lets time pass, in steps that a loop would take.</summary>
    public void Pass(long milliseconds)
    {
        for (var end = _clock + milliseconds; _clock < end;)
        {
            _clock = Math.Min(end, _clock + 50);
            Loop.Turn(mayWait: false);
        }
        Turn();
    }

    /// <summary>Turns until something is so that other threads bring about.</summary>
    public Task Until(Func<bool> isSo, string otherwise) => Wait.Until(
        () =>
        {
            Turn();
            return isSo();
        },
        () => otherwise);

    /// <summary>A new client.</summary>
    public MemoryClient Connect(int capacity = 1 << 20, string? address = null)
    {
        var client = Loop.Connect("default", capacity, address is null ? null : IPEndPoint.Parse(address));
        Turn();
        return client;
    }

    /// <summary>A client whose handshake is done.</summary>
    public MemoryClient Open(string protocol, int capacity = 1 << 20, string? address = null, string path = "/")
    {
        var client = Connect(capacity, address);
        Assert.StartsWith("HTTP/1.1 101 ", Latin1(Say(client, ClientFrames.Request(path, protocol))), StringComparison.Ordinal);
        return client;
    }

    /// <summary>The client sends; what it is answered at once.</summary>
    public byte[] Say(MemoryClient client, params byte[][] pieces)
    {
        foreach (var piece in pieces) client.Write(piece);
        Turn();
        return client.ReadAvailable();
    }

    /// <summary>The same as hexadecimal digits.</summary>
    public string SayHex(MemoryClient client, params byte[][] pieces) => Convert.ToHexString(Say(client, pieces));

    /// <summary>What the client has been sent, as hexadecimal digits.</summary>
    public static string Hex(MemoryClient client) => Convert.ToHexString(client.ReadAvailable());

    /// <summary>Bytes as text.</summary>
    public static string Latin1(byte[] bytes) => System.Text.Encoding.Latin1.GetString(bytes);
}
