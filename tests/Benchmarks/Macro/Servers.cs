using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PluginHost.Benchmarks.Macro;

/// <summary>Publishes this server once, and starts both servers as a scenario wants them, each pinned to the first core.</summary>
internal sealed class Servers : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pluginhost-benchmark-").FullName;
    private readonly Dictionary<(ServerVariant, bool), ServerProcess> _running = [];
    private readonly string _host;
    private readonly string? _bunProgram;
    private readonly Dictionary<ServerVariant, ServerProcess> _bun = [];
    private ServerProcess? _bare;

    /// <summary>What a run needs.</summary>
    /// <param name="published">The published server; <see langword="null"/> publishes it.</param>
    /// <param name="bun">The program <c>bun</c>; <see langword="null"/> does without.</param>
    public Servers(string? published, string? bun = null)
    {
        _bunProgram = bun;
        _host = published ?? Path.Combine(_folder, "published");
        if (published is null) Shell.Run("dotnet", "publish", Shell.InRepository("host"), "-c", "Release", "-o", _host, "-v", "quiet", "-nologo");
        WriteCertificate();
    }

    /// <summary>This server.</summary>
    public ServerProcess Ours(ServerVariant variant) => Get(variant, ours: true);

    /// <summary>ASP.NET Core's.</summary>
    public ServerProcess Theirs(ServerVariant variant) => Get(variant is ServerVariant.Sockets ? ServerVariant.Plain : variant, ours: false);

    /// <summary>A bare loop, which is what the system's own work costs.</summary>
    public ServerProcess Bare() => _bare ??= ServerProcess.Start("a bare loop", typeof(Servers).Assembly.Location, "floor");

    /// <summary>There is a server on Bun.</summary>
    public bool HasBun => _bunProgram is not null;

    /// <summary>One on Bun, which is uWebSockets below JavaScript.</summary>
    public ServerProcess Bun(ServerVariant variant)
    {
        if (_bun.TryGetValue(variant, out var running)) return running;
        foreach (var server in _bun.Values) server.Dispose();
        _bun.Clear();
        return _bun[variant] = ServerProcess.StartProgram(
            "Bun", pinned: true, _bunProgram!, [Shell.InRepository("tests/Benchmarks/BunEcho/echo.js"), .. Arguments(variant)]);
    }

    /// <summary>Ends what runs, so that the next server is a new process.</summary>
    public void Stop()
    {
        foreach (var server in _running.Values) server.Dispose();
        _running.Clear();
        foreach (var server in _bun.Values) server.Dispose();
        _bun.Clear();
        _bare?.Dispose();
        _bare = null;
    }

    /// <summary>This server with that many loops, not pinned.</summary>
    public ServerProcess OursWithLoops(int loops) => ServerProcess.Start(
        $"PluginHost, {loops} loops", pinned: false, Path.Combine(_host, "PluginHost.dll"), "run", "--config", Configuration(ServerVariant.Plain), "--loops", $"{loops}");

    /// <summary>This server, one more of it.</summary>
    public ServerProcess OursForTopics() => ServerProcess.Start(
        "PluginHost", Path.Combine(_host, "PluginHost.dll"), "run", "--config", Configuration(ServerVariant.Plain), "--loops", "1");

    public void Dispose()
    {
        Stop();
        Directory.Delete(_folder, recursive: true);
    }

    private ServerProcess Get(ServerVariant variant, bool ours)
    {
        if (_running.TryGetValue((variant, ours), out var running)) return running;
        // No more than one pair at a time, so that idle servers do not weigh on the others.
        foreach (var key in _running.Keys.Where(key => key.Item1 != variant && key.Item2 == ours).ToArray())
        {
            _running[key].Dispose();
            _running.Remove(key);
        }
        return _running[(variant, ours)] = ours ? StartOurs(variant) : StartTheirs(variant);
    }

    private ServerProcess StartOurs(ServerVariant variant) => ServerProcess.Start(
        "PluginHost", Path.Combine(_host, "PluginHost.dll"),
        ["run", "--config", Configuration(variant), "--loops", "1", .. variant == ServerVariant.Sockets ? ["--transport", "sockets"] : Array.Empty<string>()]);

    private ServerProcess StartTheirs(ServerVariant variant) => ServerProcess.Start(
        "ASP.NET Core", Shell.Built("tests/Benchmarks/AspNetEcho", "AspNetEcho.dll"), Arguments(variant));

    private string[] Arguments(ServerVariant variant) => variant switch
    {
        ServerVariant.Secure => ["tls", Certificate, Key],
        ServerVariant.FanOut => ["broadcast"],
        _ => [],
    };

    private string Certificate => Path.Combine(_folder, "certificate.pem");

    private string Key => Path.Combine(_folder, "key.pem");

    private string Configuration(ServerVariant variant)
    {
        var file = Path.Combine(_folder, $"{variant}.json");
        var tls = variant == ServerVariant.Secure ? """, "tls": { "certificate": "certificate.pem", "key": "{file:key.pem}" }""" : "";
        File.WriteAllText(file, $$"""
            {
              "listeners": [{ "address": "127.0.0.1:0"{{tls}} }],
              "plugins": { "directory": {{Quoted(Path.Combine(_host, "plugins"))}},
                           "entries": { "bench": { "path": {{Quoted(Shell.Built("tests/Benchmarks/BenchPlugin", "bench.dll"))}} } } },
              "routes": [{ "path": "/", "protocols": ["echo", "bench.pure", "bench.pool", "bench.allocated", "bench.topics", "broadcast"], "noOffer": "echo", "origins": "any" }],
              "limits": { "connections": 20000, "connectionsPerAddress": 20000, "pendingHandshakes": 10000 },
              "keepAlive": { "ping": "1h" },
              "topics": { "subscriptionsPerConnection": 1000000, "count": 1000000 }
            }
            """);
        return file;
    }

    private static string Quoted(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(Key, key.ExportPkcs8PrivateKeyPem());
    }
}
