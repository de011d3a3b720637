using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using PluginHost.Admin;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server;
using PluginHost.Server.Composition;
using PluginHost.Server.Logging;
using PluginHost.Server.Metrics;
using PluginHost.Server.Transports;
using PluginHost.Tests.Cli;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Admin;

/// <summary>The admin address as such: what it answers to, health, start and stop.</summary>
public class AdminTests
{
    [Fact]
    public async Task Readiness_follows_the_server_from_its_start_to_its_end()
    {
        await using var server = TestServer.Start(TransportKind.Sockets, Place.Tcp4, TestHandlers.Echoes, "\"shutdown\": { \"drain\": \"1h\" }, \"keepAlive\": { \"close\": \"1h\" }");
        await using var admin = await OpenAdmin.StartAsync();

        Assert.Equal((503, "starting\n"), await admin.GetAsync("/readyz"));
        Assert.Equal((200, "live\n"), await admin.GetAsync("/healthz"));

        using var watched = admin.Watch(server.Server);
        Assert.Equal((200, "ready\n"), await admin.GetAsync("/readyz"));

        using var client = await server.RawOpenAsync();
        using var hurry = new CancellationTokenSource();
        var stop = server.Server.StopAsync(hurry.Token); // the client does not answer, so it waits
        Assert.Equal((503, "draining\n"), await admin.GetAsync("/readyz"));
        Assert.Equal((200, "live\n"), await admin.GetAsync("/healthz"));
        Assert.False(stop.IsCompleted);

        await hurry.CancelAsync();
        await Limit.Within(stop);
        Assert.Equal((503, "draining\n"), await admin.GetAsync("/readyz"));
    }

    [Fact]
    public async Task The_process_says_where_its_page_is_and_is_live_but_not_ready_while_it_drains()
    {
        using var folder = new TempFolder();
        var config = folder.Write("plugins.json", """{ "admin": {}, "keepAlive": { "close": "1h" }, "shutdown": { "drain": "1h" } }""");
        await using var host = HostProcess.Start(folder.Path, "--config", config, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--json");
        var url = (await host.StartedAsync())["default"];
        var admin = System.Text.Json.JsonDocument.Parse(host.Output.Split('\n')[0]).RootElement.GetProperty("admin").GetString()!;
        using var http = new HttpClient { BaseAddress = new Uri(admin) };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/readyz")).StatusCode);

        using var client = await Served.ConnectAsync(url);
        host.Signal(15);
        await client.ReceiveAsync(new byte[10], Served.Limit()); // 1001, which is not answered
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/readyz")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/healthz")).StatusCode);

        host.Signal(15);
        Assert.Equal(143, (await host.EndAsync()).ExitCode);
    }

    [Theory]
    [InlineData("/admin/no/such", 404)]
    [InlineData("/healthz/", 404)]
    [InlineData("/../healthz", 200)] // as HttpClient sends it: /healthz
    [InlineData("/%2e%2e/plugins.json", 404)]
    public async Task What_is_not_there_is_not_found(string path, int status)
    {
        await using var admin = await OpenAdmin.StartAsync();
        Assert.Equal(status, (await admin.GetAsync(path)).Status);
    }

    [Fact]
    public async Task Only_its_own_names_and_no_other_site_are_answered()
    {
        await using var admin = await OpenAdmin.StartAsync();

        Assert.Equal(421, await admin.StatusAsync(HttpMethod.Get, ("Host", "rebound.example")));
        Assert.Equal(421, await admin.StatusAsync(HttpMethod.Get, ("Host", $"rebound.example:{new Uri(admin.Listener.Url).Port}"), ("Sec-Fetch-Site", "same-origin")));
        Assert.Equal(200, await admin.StatusAsync(HttpMethod.Get, ("Host", "localhost:9")));
        Assert.Equal(403, await admin.StatusAsync(HttpMethod.Get, ("Origin", "https://evil.example")));
        Assert.Equal(403, await admin.StatusAsync(HttpMethod.Get, ("Sec-Fetch-Site", "cross-site")));
        Assert.Equal(405, await admin.StatusAsync(HttpMethod.Post));
        Assert.Equal(405, await admin.StatusAsync(HttpMethod.Options, ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "GET")));
    }

    [Fact]
    public async Task No_answer_may_be_framed_read_by_others_or_kept()
    {
        await using var admin = await OpenAdmin.StartAsync();
        foreach (var path in (string[])["/healthz", "/nothing"])
        {
            using var answer = await admin.Http.GetAsync(path);
            Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("same-origin", answer.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
            Assert.Equal("no-store", answer.Headers.GetValues("Cache-Control").Single());
            Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
            Assert.False(answer.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_a_problem_of_the_start()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var folder = new TempFolder();
        var run = await HostProcess.RunAsync(
            folder.Path, "--config", folder.Write("plugins.json", $$"""{ "admin": { "address": "{{taken.LocalEndpoint}}" } }"""), "--listen", "127.0.0.1:0");

        run.Failed(1);
        Assert.Equal(
            [$"admin: cannot listen on {taken.LocalEndpoint}: the address is in use; stop what listens there, or choose another port (0 picks a free one); "
                + "--admin takes another address, or off"],
            run.Problems);
    }

    [Fact]
    public async Task On_an_address_that_others_reach_the_log_warns()
    {
        await using (var everywhere = await OpenAdmin.StartAsync("*:0"))
        {
            var line = Assert.Single(everywhere.Lines);
            Assert.StartsWith($"Warning: admin: *:{new Uri(everywhere.Listener.Url).Port} can be reached from other machines.", line, StringComparison.Ordinal);
            Assert.Equal(421, await everywhere.StatusAsync(HttpMethod.Get, ("Host", "rebound.example")));
        }
        await using var here = await OpenAdmin.StartAsync();
        Assert.Empty(here.Lines);
        Assert.StartsWith("http://127.0.0.1:", here.Listener.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Unix_socket_is_served_too_and_goes_with_the_server()
    {
        using var folder = new TempFolder();
        var path = folder["admin.sock"];
        await using (await OpenAdmin.StartAsync("unix:" + path))
        {
            using var http = new HttpClient(new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellation) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            });
            Assert.Equal("live\n", await http.GetStringAsync("http://localhost/healthz"));
        }
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task Check_says_where_it_is_and_who_reaches_it_and_explain_knows_its_page()
    {
        using var folder = new TempFolder();
        folder.Write("plugins.json", """{ "admin": { "address": "*:8081" } }""");
        var check = await HostProcess.RunAsync(folder.Path, "check");
        Assert.Contains("admin: *:8081", check.Lines);
        Assert.Equal(["admin: *:8081 can be reached from other machines, and asks for no password"], check.Problems);
        var other = await HostProcess.RunAsync(folder.Path, "check", "--admin", "127.0.0.1:9");
        Assert.Contains("admin: 127.0.0.1:9", other.Lines);
        Assert.Empty(other.Problems);
        Assert.DoesNotContain((await HostProcess.RunAsync(folder.Path, "check", "--admin", "off")).Lines, line => line.StartsWith("admin:", StringComparison.Ordinal));
        (await HostProcess.RunAsync(folder.Path, "check", "--admin", "somewhere")).Failed(2);

        var explain = await HostProcess.RunAsync(folder.Path, "explain", "--offer", "echo", "--origin", "http://127.0.0.1:8081");
        Assert.Contains(explain.Lines, line => line.EndsWith("origin http://127.0.0.1:8081: the server's admin page", StringComparison.Ordinal));
        Assert.Equal(0, explain.ExitCode);
    }

    /// <summary>Nobody pays for what is not configured.</summary>
    [Fact]
    public async Task Without_it_Kestrel_is_not_loaded()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var folder = new TempFolder();
        await using var host = HostProcess.Start(folder.Path, "--config", folder.Write("plugins.json", "{}"), "--listen", "127.0.0.1:0", "--json");
        using (var client = await Served.ConnectAsync((await host.StartedAsync())["default"], "echo")) Assert.Equal("hello", await client.AskAsync("hello"));
        var pid = System.Text.Json.JsonDocument.Parse(host.Output.Split('\n')[0]).RootElement.GetProperty("pid").GetInt32();
        var maps = await File.ReadAllTextAsync($"/proc/{pid}/maps");
        Assert.Contains("PluginHost.Core.dll", maps, StringComparison.Ordinal);
        Assert.DoesNotContain("Kestrel", maps, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_key_nothing_is_opened()
    {
        var opened = await AdminListener.StartAsync(
            LanguageExt.Option<AdminSite>.None, new AdminState(), "/", NullLogger.Instance);
        Assert.True(opened.IfLeft((StartupProblem _) => throw new InvalidOperationException()).IsNone);
    }
}

/// <summary>An open admin address on a free port.</summary>
internal sealed class OpenAdmin : IAsyncDisposable
{
    private OpenAdmin(AdminListener listener, AdminState state, System.Collections.Concurrent.ConcurrentQueue<string> lines)
    {
        (Listener, State, Lines) = (listener, state, lines);
        Http = new HttpClient { Timeout = Limit.Time };
        if (listener.Url.StartsWith("http", StringComparison.Ordinal)) Http.BaseAddress = new Uri(listener.Url);
    }

    /// <summary>What it tells about.</summary>
    public AdminState State { get; }

    /// <summary>The address.</summary>
    public AdminListener Listener { get; }

    /// <summary>What it has logged.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; }

    /// <summary>A client of it.</summary>
    public HttpClient Http { get; }

    /// <summary>Opens one.</summary>
    public static async Task<OpenAdmin> StartAsync(string address = "127.0.0.1:0", AdminState? state = null, AdminLimits? limits = null)
    {
        state ??= new AdminState();
        var lines = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var log = new LineLogger(LogLevel.Debug, (level, line) => lines.Enqueue($"{level}: {line}"));
        var site = new AdminSite(ListenAddress.Parse(address).IfLeft((string problem) => throw new ArgumentException(problem)), LanguageExt.Seq<string>.Empty) { Limits = limits ?? AdminLimits.Default };
        var opened = await AdminListener.StartAsync(site, state, "/", log);
        return new OpenAdmin(opened.IfLeft((StartupProblem problem) => throw new InvalidOperationException(problem.ToString())).IfNone(() => throw new InvalidOperationException()), state, lines);
    }

    /// <summary>From now on it tells about a server.</summary>
    public ServerObservation Watch(WebSocketServer server) => State.Served = new ServerObservation(server, isSampled: true);

    /// <summary>Asks for a path.</summary>
    public async Task<(int Status, string Body)> GetAsync(string path)
    {
        using var answer = await Http.GetAsync(path);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The status of the answer to a request for <c>/healthz</c> with these headers.</summary>
    public async Task<int> StatusAsync(HttpMethod method, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, "/healthz");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await Http.SendAsync(request);
        return (int)answer.StatusCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Listener.DisposeAsync();
    }
}
