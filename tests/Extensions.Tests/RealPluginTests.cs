using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text;
using LanguageExt;
using Microsoft.Extensions.Logging;
using PluginHost.Abstractions;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server;
using PluginHost.Tests;
using PluginHost.Tests.Loading;

namespace PluginHost.Extensions.Tests;

/// <summary>A plugin that was built on the package, in a folder of its own, loaded and served by the real server.</summary>
public sealed class RealPluginTests(OutsidePlugin outside) : IDisposable, IClassFixture<OutsidePlugin>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TempFolder _temp = new();
    private readonly Lines _lines = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Its_folder_holds_the_package_and_nothing_of_the_framework()
    {
        var files = Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "testplugins", "services"), "*.dll").Select(Path.GetFileName);
        Assert.Equal(["PluginHost.Extensions.dll", "services.dll"], files.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task It_is_served_in_all_tiers()
    {
        await using var server = await StartAsync("""{ "greeting": "welcome", "unwelcome": "eve", "step": 5 }""");
        var plugin = Assert.Single(server.Prepared.Plugins.Plugins);
        Assert.Equal(("services", "3.1.0"), (plugin.Description.Name, plugin.Description.Version));

        using (var client = await ConnectAsync(server, "greeter", "ada"))
        {
            Assert.Equal("welcome, ada: hi", await AskAsync(client, "hi"));
            Assert.Equal("Done", await AskAsync(client, "topics"));
            Assert.Equal("what?", await AskAsync(client, "ask"));
            // The call overlaps: the answer to it is read while it waits.
            Assert.Equal(["it was 42", "thanks"], new[] { await AskAsync(client, "answer 42"), await ReceiveAsync(client) }.Order());
            Assert.Equal("for what?", await AskAsync(client, "answer 43"));
            await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "", new CancellationTokenSource(Limit).Token);
        }

        await _lines.Expect("ada has left");
        using (var client = await ConnectAsync(server, "shouter", "bob")) Assert.Equal("bob: HO", await AskAsync(client, "ho"));
        await _lines.Expect("bob has left");
        using (var client = await ConnectAsync(server, "counter", "x"))
        {
            Assert.Equal("5", await AskAsync(client, "x"));
            Assert.Equal("10", await AskAsync(client, "x"));
        }

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(server, "greeter", "eve"));
        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_log_lines_have_fields()
    {
        await using var server = await StartAsync("{}");
        using var client = await ConnectAsync(server, "greeter", "ada");
        await AskAsync(client, "log");
        var line = await _lines.Expect("ada has said 3 things");
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Equal("PluginHost.Plugins.services", line.Category);
        Assert.Equal("{Name} has said {Count} things", line.Fields["{OriginalFormat}"]);
        Assert.Equal(("ada", "3", "the hall", "in the hall", "greeting", "TestPlugins.Services.Greeter"),
            (line.Fields["Name"], line.Fields["Count"], line.Fields["Place"], line.Fields["scope"], line.Fields["event"], line.Fields["category"]));
        Assert.Contains("System.InvalidOperationException: oh", line.Fields["exception"], StringComparison.Ordinal);
        // What is made in the scope of a connection writes to its log.
        Assert.Contains("connection", line.Fields.Keys);
    }

    [Fact]
    public async Task Its_health_is_told()
    {
        await using var server = await StartAsync("""{ "breaks": true }""");
        await _lines.Expect("Breaker has failed");
        await Until(() => server.Observation.Health.Checks.Count == 2);
        Assert.Equal(
            [("services", "Breaker", HealthStatus.Unhealthy, "InvalidOperationException: it broke"), ("services", "pulse", HealthStatus.Degraded, "faint")],
            server.Observation.Health.Checks.Select(check => (check.Plugin, check.Check, check.Status, check.Text)));
    }

    [Fact]
    public void Its_options_are_checked_before_it_starts()
    {
        var problems = Prepare("""{ "greting": "x", "step": 0, "home": 5 }""").Match(_ => [], all => all.Select(problem => problem.ToString()!).ToArray());
        Assert.Equal(3, problems.Length);
        Assert.Contains(problems, problem => problem.Contains("/greting: is not known; did you mean greeting?", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("/step: expected 1 to 100", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("/home: expected an absolute address such as https://example.com/, found a number", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_is_unloaded_after_everything_was_used()
    {
        using var home = new Home();
        var context = await ServeAsync(home);
        for (var i = 0; i < 100 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(10);
        }

        Assert.False(context.IsAlive);
        Assert.Contains(_lines.All, line => line.Text == "the clerk has gone");
    }

    [Fact]
    public async Task The_guides_plugin_is_built_from_the_package_and_served()
    {
        var source = OutsidePlugin.FirstCode("docs/writing-plugins.md", "csharp", "\n## With a container, options and hosted services\n");
        var output = outside.Build("weather", "csproj", source, "Extensions");
        Assert.Equal(["PluginHost.Extensions.dll", "weather.dll"], Directory.EnumerateFiles(output, "*.dll").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using var home = new Home();
        await using var server = await StartAsync($$"""{ "source": "{{home.Address}}", "every": "1h" }""", output);
        using var client = await ConnectAsync(server, "weather.v1", "x");
        // What the background service has published is kept for whoever comes.
        Assert.Equal("sweet home", await ReceiveAsync(client));
        Assert.Equal("Vienna: sweet home", await AskAsync(client, "Vienna"));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference> ServeAsync(Home home)
    {
        await using var server = await StartAsync($$"""{ "home": "{{home.Address}}", "breaks": true }""");
        var context = ContextOf();
        foreach (var name in (string[])["ada", "bob", "eve"])
        {
            using var client = await ConnectAsync(server, "greeter", name);
            Assert.Equal("sweet home", await AskAsync(client, "home"));
            Assert.Equal("logged", await AskAsync(client, "log"));
            Assert.Equal("what?", await AskAsync(client, "ask"));
            using var shouter = await ConnectAsync(server, "shouter", name);
            await AskAsync(shouter, "ho");
            using var counter = await ConnectAsync(server, "counter", name);
            await AskAsync(counter, "ho");
        }

        await Until(() => server.Observation.Health.Checks.Count == 2);
        var report = await server.StopAsync();
        Assert.Empty(report.Problems);
        return context;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference ContextOf() =>
        new(AssemblyLoadContext.All.Last(context => context.Assemblies.Any(assembly => assembly.GetName().Name == "services")), trackResurrection: true);

    private static async Task Until(Func<bool> isSo)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!isSo()) await Task.Delay(1, limit.Token);
    }

    private static async Task<ClientWebSocket> ConnectAsync(RunningServer server, string token, string name)
    {
        var client = new ClientWebSocket();
        client.Options.AddSubProtocol(token);
        await client.ConnectAsync(new Uri($"{server.Listeners[0].Url}?name={name}"), new CancellationTokenSource(Limit).Token);
        return client;
    }

    private static async Task<string> AskAsync(ClientWebSocket client, string text)
    {
        await client.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, new CancellationTokenSource(Limit).Token);
        return await ReceiveAsync(client);
    }

    private static async Task<string> ReceiveAsync(ClientWebSocket client)
    {
        var buffer = new byte[4096];
        var result = await client.ReceiveAsync(buffer, new CancellationTokenSource(Limit).Token);
        return Encoding.UTF8.GetString(buffer, 0, result.Count);
    }

    private Either<Seq<StartupProblem>, Prepared> Prepare(string options, string? folder = null)
    {
        folder ??= Path.Combine(AppContext.BaseDirectory, "testplugins", "services");
        var id = Path.GetFileName(folder);
        _temp.Copy(folder, "plugins", id);
        _temp.Write("plugins.json", $$"""
            { "listeners": [{ "name": "main", "address": "127.0.0.1:0" }], "plugins": { "entries": { "{{id}}": { "options": {{options}} } } } }
            """);
        return Preparation.Prepare(new StartupSettings(null, Prelude.Seq<ListenAddress>(), _temp.Path, _temp.Path));
    }

    private async Task<RunningServer> StartAsync(string options, string? folder = null)
    {
        var prepared = Prepare(options, folder).IfLeft(problems => throw new Xunit.Sdk.XunitException(string.Join('\n', problems)));
        var started = await RunningServer.StartAsync(prepared, new StartOptions { Loggers = _lines, Loops = 1 }, CancellationToken.None);
        return started.IfLeft(problems => throw new Xunit.Sdk.XunitException(string.Join('\n', problems)));
    }

    /// <summary>An HTTP server of one answer.</summary>
    private sealed class Home : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public Home()
        {
            _listener.Start();
            _ = ServeAsync();
        }

        public string Address => $"http://{_listener.LocalEndpoint}/";

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    var stream = client.GetStream();
                    var request = new StreamReader(stream);
                    while (await request.ReadLineAsync() is { Length: > 0 }) { }
                    await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nsweet home"u8.ToArray());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
            {
                // the test is over
            }
        }
    }

    /// <summary>The log of the server.</summary>
    private sealed class Lines : ILoggerFactory
    {
        private readonly ConcurrentQueue<Line> _all = new();

        public IEnumerable<Line> All => _all;

        public async Task<Line> Expect(string text)
        {
            await Until(() => _all.Any(line => line.Text == text));
            return _all.First(line => line.Text == text);
        }

        public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose() { }

        private sealed class Logger(Lines lines, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                var fields = new Dictionary<string, string>();
                if (state is IEnumerable<KeyValuePair<string, object?>> values)
                    foreach (var (name, value) in values) fields[name] = value?.ToString() ?? "";
                lines._all.Enqueue(new(category, logLevel, formatter(state, exception), fields));
            }
        }
    }

    private sealed record Line(string Category, LogLevel Level, string Text, IReadOnlyDictionary<string, string> Fields);
}
