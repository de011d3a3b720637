using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using LanguageExt;
using PluginHost.Abstractions;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server;
using PluginHost.Server.Composition;
using PluginHost.Server.Logging;
using PluginHost.Server.Transports;
using PluginHost.Server.Transports.Tls;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Tls;

/// <summary>A server whose listener speaks TLS as a test says, with files of its own.</summary>
internal sealed class TlsHost : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tls-");
    private WebSocketServer? _server;

    /// <summary>What it has logged.</summary>
    public ConcurrentQueue<string> Lines { get; } = new();

    /// <summary>Where its lines go.</summary>
    public ServerLog Log => LineLogger.Log(LogLevel.Debug, (level, line) => Lines.Enqueue($"{level}: {line}"));

    /// <summary>The handshakes that were accepted.</summary>
    public ConcurrentQueue<HandshakeInfo> Seen { get; } = new();

    /// <summary>The listener.</summary>
    public TlsListener Listener { get; private set; } = null!;

    /// <summary>The server.</summary>
    public WebSocketServer Server => _server!;

    /// <summary>Its folder.</summary>
    public string Folder => _folder.FullName;

    /// <summary>Writes a file of the server's.</summary>
    public TlsHost File(string name, string text)
    {
        System.IO.File.WriteAllText(Path.Combine(Folder, name), text);
        return this;
    }

    /// <summary>Writes a file of the server's.</summary>
    public TlsHost File(string name, byte[] bytes)
    {
        System.IO.File.WriteAllBytes(Path.Combine(Folder, name), bytes);
        return this;
    }

    /// <summary>What is wrong with a listener's TLS.</summary>
    public IEnumerable<CertificateProblem> Problems(string tls) => TlsListeners.Load(Plan(tls), Folder).Problems;

    /// <summary>Starts it.</summary>
    /// <param name="tls">The object behind <c>tls</c>.</param>
    /// <param name="settings">More members of the configuration.</param>
    public TlsHost Start(string tls, string settings = "")
    {
        HandlerDescription[] handlers =
            [Handler.Inline("echo", own => new InlineOf(own) { Opened = session => Seen.Enqueue(session.Handshake), Message = (session, message) => session.Send(message) })];
        var table = TestHandlers.Table(handlers);
        var bound = TestServer.Bind(Json(tls, settings), table);
        var loaded = TlsListeners.Load(bound.Plan, Folder);
        Assert.Empty(loaded.Problems);
        Listener = loaded.Listeners["main"];
        var options = new ServerOptions(TransportKind.Default, 1, Folder, () => Environment.TickCount64, Log) { Tls = loaded.Listeners };
        _server = WebSocketServer.Start(options, bound, table).IfLeft(problems => throw new InvalidOperationException(string.Join('\n', problems)));
        return this;
    }

    /// <summary>A stream whose TLS handshake is done.</summary>
    public async Task<SslStream> OpenAsync(SslClientAuthenticationOptions options)
    {
        var secure = new SslStream(Plain());
        await secure.AuthenticateAsClientAsync(options, Limit.Token());
        return secure;
    }

    /// <summary>A connection that is open.</summary>
    public async Task<RawClient> ConnectAsync(SslClientAuthenticationOptions? options = null)
    {
        var client = new RawClient(await OpenAsync(options ?? TestCertificates.Client("localhost")));
        await client.HandshakeAsync("/", "echo");
        return client;
    }

    /// <summary>A stream without TLS.</summary>
    public NetworkStream Plain()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect((IPEndPoint)Server.Listeners[0].EndPoint);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>The thumbprint of the certificate that a new handshake is shown.</summary>
    public async Task<string> ShownAsync(string name = "localhost")
    {
        using var secure = new SslStream(Plain(), false, (_, _, _, _) => true);
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name }, Limit.Token());
        return secure.RemoteCertificate!.GetCertHashString();
    }

    /// <summary>Waits for a line of the log.</summary>
    public Task LineAsync(string part) => Wait.Until(
        () => Lines.Any(line => line.Contains(part, StringComparison.Ordinal)), () => $"no line with \"{part}\", but {string.Join('\n', Lines)}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _folder.Delete(recursive: true);
        Assert.DoesNotContain(Lines, line => line.Contains("internal error", StringComparison.Ordinal));
    }

    private static ServerPlan Plan(string tls) => TestServer.Bind(Json(tls, ""), TestHandlers.Table(TestHandlers.Echoes)).Plan;

    private static string Json(string tls, string settings) =>
        $$"""{ "listeners": [{ "name": "main", "address": "127.0.0.1:0", "tls": {{tls}} }]{{(settings.Length > 0 ? ", " + settings : "")}} }""";
}
