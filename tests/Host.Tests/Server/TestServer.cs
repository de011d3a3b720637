using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using LanguageExt;
using PluginHost.Abstractions;
using PluginHost.Core.Configuration;
using PluginHost.Core.Serving.Routing;
using PluginHost.Server;
using PluginHost.Server.Composition;
using PluginHost.Server.Loading;
using PluginHost.Server.Logging;
using PluginHost.Server.Transports;
using PluginHost.Server.Transports.Tls;

namespace PluginHost.Tests.Server;

/// <summary>What a connection comes in on.</summary>
public enum Place
{
    /// <summary>TCP over IPv4.</summary>
    Tcp4,

    /// <summary>TCP over IPv6.</summary>
    Tcp6,

    /// <summary>A Unix domain socket.</summary>
    Unix,

    /// <summary>No socket.</summary>
    Memory,

    /// <summary>TLS over TCP over IPv4.</summary>
    Tls,

    /// <summary>TLS without a socket.</summary>
    MemoryTls,
}

/// <summary>A running server with the tests' own handlers, on a free port or in a folder of its own.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly string? _folder;
    private readonly Place _place;

    private TestServer(Place place, string? folder, WebSocketServer server, ConcurrentQueue<string> lines, LineLogger logger, ServerLog log) =>
        (_place, _folder, Server, Lines, Logger, Log) = (place, folder, server, lines, logger, log);

    /// <summary>What its log writes to.</summary>
    public LineLogger Logger { get; }

    /// <summary>Its log.</summary>
    public ServerLog Log { get; }

    /// <summary>The server.</summary>
    public WebSocketServer Server { get; }

    /// <summary>What it has logged.</summary>
    public ConcurrentQueue<string> Lines { get; }

    /// <summary>Where it listens.</summary>
    public EndPoint EndPoint => Server.Listeners[0].EndPoint;

    /// <summary>Starts it.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="place">Where it listens.</param>
    /// <param name="handlers">What it serves.</param>
    /// <param name="settings">The rest of the configuration: members of the object, without braces.</param>
    /// <param name="loops">Event loops.</param>
    /// <param name="listener">More members of the listener, each with a comma before it.</param>
    public static TestServer Start(
        TransportKind transport, Place place, IEnumerable<HandlerDescription> handlers, string settings = "", int loops = 2, string listener = "")
    {
        var folder = place == Place.Unix ? Directory.CreateTempSubdirectory("ws-").FullName : null;
        var address = place switch
        {
            Place.Tcp6 => "[::1]:0",
            Place.Unix => $"unix:{folder}/s",
            _ => "127.0.0.1:0",
        };
        var shutdown = settings.Contains("shutdown", StringComparison.Ordinal) ? "" : """, "shutdown": { "drain": "2s" }""";
        // Tests come in numbers from one address; those of the limits themselves write their own.
        var many = settings.Contains("\"limits\"", StringComparison.Ordinal) || settings.StartsWith("\"listeners", StringComparison.Ordinal)
            ? ""
            : """, "limits": { "connectionsPerAddress": 100000, "pendingHandshakes": 100000 }""";
        var more = many + (settings.Length == 0 ? "" : ", " + settings);
        var table = TestHandlers.Table(handlers);
        var tls = place is Place.Tls or Place.MemoryTls ? $$""", "tls": { "certificate": "{{TestCertificates.ServerPem}}" }""" : "";
        var plan = Bind($$"""{ "listeners": [{ "name": "main", "address": "{{address}}"{{tls}}{{listener}} }]{{shutdown}}{{more}} }""", table);
        var lines = new ConcurrentQueue<string>();
        var logger = new LineLogger(LogLevel.Debug, (level, line) => lines.Enqueue($"{level}: {line}"));
        var log = new ServerLog(logger);
        var loaded = TlsListeners.Load(plan.Plan, folder ?? "/");
        Assert.Empty(loaded.Problems);
        var options = new ServerOptions(transport, loops, folder ?? "/", () => Environment.TickCount64, log) { Tls = loaded.Listeners, KeepsRecords = plan.Plan.Admin.IsSome };
        var server = WebSocketServer.Start(options, plan, table)
            .IfLeft(problems => throw new InvalidOperationException(string.Join('\n', problems)));
        return new TestServer(place, folder, server, lines, logger, log);
    }

    /// <summary>A configuration and handlers, joined.</summary>
    public static BoundPlan Bind(string json, IReadOnlyDictionary<string, PluginHandler> table, params string[] authenticators) =>
        ConfigurationReader.Read(Encoding.UTF8.GetBytes(json))
            .Bind(plan => PlanValidation.Bind(plan, table.Keys.Select(token => new RegisteredHandler(token, "test", "test.dll")).ToSeq(), authenticators.ToSeq()))
            .IfLeft(problems => throw new InvalidOperationException(string.Join('\n', problems)));

    /// <summary>A new stream to the server, encrypted where the server's are.</summary>
    /// <param name="capacity">In memory: bytes that either direction holds.</param>
    /// <param name="receiveBuffer">On sockets: the size of the client's receive buffer; 0 leaves it.</param>
    public Stream Open(int capacity = 65536, int receiveBuffer = 0)
    {
        var plain = OpenPlain(capacity, receiveBuffer);
        if (_place is not (Place.Tls or Place.MemoryTls)) return plain;
        var secure = new SslStream(plain);
        secure.AuthenticateAsClientAsync(TestCertificates.Client("localhost"), Limit.Token()).GetAwaiter().GetResult();
        return secure;
    }

    /// <summary>A new stream to the server, as the transport has it.</summary>
    public Stream OpenPlain(int capacity = 65536, int receiveBuffer = 0)
    {
        if (_place is Place.Memory or Place.MemoryTls) return Server.ConnectInMemory("main", capacity);
        var socket = NewSocket();
        if (receiveBuffer > 0) socket.ReceiveBufferSize = receiveBuffer;
        socket.Connect(EndPoint);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>In memory: a new client with an address.</summary>
    public RawClient From(string address) => new(Server.ConnectInMemory("main", 65536, IPEndPoint.Parse(address)));

    /// <summary>A new client that writes bytes by hand.</summary>
    public RawClient Raw(int capacity = 65536, int receiveBuffer = 0) => new(Open(capacity, receiveBuffer));

    /// <summary>A client whose handshake is done.</summary>
    public async Task<RawClient> RawOpenAsync(string? protocol = null, string path = "/", int capacity = 65536, int receiveBuffer = 0)
    {
        var client = Raw(capacity, receiveBuffer);
        await client.HandshakeAsync(path, protocol);
        return client;
    }

    /// <summary>The framework's client, connected.</summary>
    public async Task<ClientWebSocket> ConnectAsync(string path = "/", params string[] protocols)
    {
        var client = new ClientWebSocket();
        foreach (var protocol in protocols) client.Options.AddSubProtocol(protocol);
        using var handler = new SocketsHttpHandler { ConnectCallback = (_, _) => ValueTask.FromResult(Open()) };
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        await client.ConnectAsync(new Uri("ws://localhost" + path), invoker, Limit.Token());
        return client;
    }

    /// <summary>Waits until nobody is connected any more.</summary>
    public Task EmptyAsync() => Wait.Until(() => Server.ConnectionCount == 0, () => $"{Server.ConnectionCount} connections are left");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }

    private Socket NewSocket() => EndPoint is IPEndPoint
        ? new Socket(EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
        : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}

/// <summary>The longest that a test waits for anything before it has failed.</summary>
internal static class Limit
{
    /// <summary>Generous: the machine may be busy.</summary>
    public static TimeSpan Time { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Cancelled after that time.</summary>
    public static CancellationToken Token() => new CancellationTokenSource(Time).Token;

    /// <summary>The task, within that time.</summary>
    public static Task Within(Task task) => task.WaitAsync(Time);

    /// <summary>The task, within that time.</summary>
    public static Task<T> Within<T>(Task<T> task) => task.WaitAsync(Time);
}

/// <summary>A thread that is not the loop's.</summary>
internal static class Elsewhere
{
    /// <summary>Runs an action there and waits for its end.</summary>
    public static void Run(Action action)
    {
        var thread = new Thread(() => action());
        thread.Start();
        thread.Join();
    }
}

/// <summary>Waits for what nobody announces, such as a counter.</summary>
internal static class Wait
{
    /// <summary>Looks again and again until it is so.</summary>
    public static async Task Until(Func<bool> isSo, Func<string> otherwise)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!isSo())
        {
            if (watch.Elapsed > Limit.Time) Assert.Fail(otherwise());
            await Task.Delay(1);
        }
    }
}
