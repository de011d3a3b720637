using System.Net.WebSockets;
using System.Text;
using PluginHost.Abstractions;
using PluginHost.Plugins.Echo;
using PluginHost.Server;
using PluginHost.Testing;

namespace PluginHost.Kit.Tests;

/// <summary>Conversations with a plugin in memory.</summary>
public sealed class HostTests
{
    /// <summary>Answers each message a second later, beside the next ones.</summary>
    internal static Plugin Slow() => new PluginOf(Handler.Session("slow", session => new SessionOf
    {
        Text = async (message, call) =>
        {
            var text = message.ToString();
            await call.OverlapAsync();
            await Task.Delay(TimeSpan.FromSeconds(1), session.Context.Time, call.Cancellation);
            session.SendText($"{text}, done");
        },
    }).WithOverlappingCalls(8));

    [Fact]
    public async Task A_call_in_flight_answers_before_its_connection_is_closed()
    {
        await using var host = await TestHost.StartAsync(Slow());
        var client = await host.OpenAsync("slow");
        await client.SayAsync("one");
        await client.SayAsync("two");
        Assert.Equal(2, client.CallsInFlight);
        var closes = host.StopAsync(TimeSpan.FromSeconds(30));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        string[] answers = [await client.ExpectTextAsync(), await client.ExpectTextAsync()];
        Assert.Equal(["one, done", "two, done"], answers.Order());
        Assert.Equal(1001, Assert.Single(await closes).Code);
        Assert.True(client.IsFinished);
        Assert.Null(client.Fault);
    }

    [Fact]
    public async Task The_clock_is_exact_and_is_that_of_the_plugin()
    {
        await using var host = await TestHost.StartAsync(new PluginOf(Handler.Pure<int>("test", _ => Step.To(0, Command.SetTimer(7, TimeSpan.FromSeconds(10))), (state, e) =>
            e.Kind == EventKind.Timer ? Step.To(state, [Command.SendText($"{e.Timer} at {e.Time:mm:ss.fff}"), Command.SetTimer(7, TimeSpan.FromMilliseconds(1500))]) : Step.To(state))));
        var client = await host.OpenAsync("test");
        host.Clock.Advance(TimeSpan.FromMilliseconds(9999));
        await client.ExpectNothingAsync();
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("7 at 00:10.000", await client.ExpectTextAsync());
        host.Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("7 at 00:11.500", await client.ExpectTextAsync());
        Assert.Equal("7 at 00:13.000", await client.ExpectTextAsync());
        await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task A_fault_is_that_of_its_connection_and_closes_it()
    {
        await using var host = await TestHost.StartAsync(Wrong.Parses());
        var (one, other) = (await host.OpenAsync("test"), await host.OpenAsync("test"));
        await one.SayAsync("one");
        Assert.Equal(1011, (await one.ExpectCloseAsync()).Code);
        Assert.IsType<FormatException>(one.Fault);
        await other.SayAsync("2");
        Assert.Equal("2", await other.ExpectTextAsync());
        Assert.Null(other.Fault);
        Assert.Contains(host.Log, line => line.StartsWith("Error: ", StringComparison.Ordinal) && line.Contains("FormatException", StringComparison.Ordinal));
        var wrong = await Assert.ThrowsAsync<ExpectationException>(() => one.ExpectTextAsync());
        Assert.Contains("closed with 1011", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_expected_and_does_not_come_is_said()
    {
        await using var host = await TestHost.StartAsync(new EchoPlugin(), new TestSettings { Patience = TimeSpan.FromMilliseconds(50) });
        var client = await host.OpenAsync("echo");
        Assert.Contains("nothing has come", (await Assert.ThrowsAsync<ExpectationException>(() => client.ExpectTextAsync())).Message, StringComparison.Ordinal);
        await client.SayAsync(new byte[] { 1, 2 });
        Assert.Contains("0102", (await Assert.ThrowsAsync<ExpectationException>(() => client.ExpectTextAsync())).Message, StringComparison.Ordinal);
        await client.SayAsync("x");
        Assert.Contains("a message has come: x", (await Assert.ThrowsAsync<ExpectationException>(() => client.ExpectCloseAsync())).Message, StringComparison.Ordinal);
        await client.SayAsync("y");
        await Assert.ThrowsAsync<ExpectationException>(() => client.ExpectNothingAsync());
    }

    [Fact]
    public async Task A_client_that_reads_nothing_makes_the_server_wait()
    {
        await using var host = await TestHost.StartAsync(new PluginOf(Handler.Inline("test", session => new InlineOf(session) { Text = (own, message) => own.SendBinary(new byte[50_000]) })));
        var client = await host.OpenAsync("test");
        client.StopReading();
        for (var i = 0; i < 4; i++) client.Say(ClientStep.Text("more"));
        client.ResumeReading();
        for (var i = 0; i < 4; i++) Assert.Equal(50_000, (await client.ExpectBinaryAsync()).Length);
    }

    [Fact]
    public async Task A_connection_that_is_lost_is_over_and_its_handler_is_told()
    {
        await using var host = await TestHost.StartAsync(Slow());
        var client = await host.OpenAsync("slow");
        await client.SayAsync("one");
        client.Break();
        await client.SettleAsync();
        Assert.True(client.IsOver);
        var closing = await host.OpenAsync("slow");
        await closing.CloseAsync(1000, "");
        Assert.True(closing.IsFinished);
    }

    [Fact]
    public async Task Options_that_are_wrong_keep_the_plugin_from_starting()
    {
        var wrong = await Assert.ThrowsAsync<StartupException>(() => TestHost.StartAsync(new Plugins.Chat.ChatPlugin(), new TestSettings { Options = """{ "history": -1 }""" }));
        Assert.Contains("/history", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_is_loaded_from_its_file_as_the_host_does_it()
    {
        await using var host = await TestHost.StartAsync(typeof(EchoPlugin).Assembly.Location, new TestSettings());
        var client = await host.OpenAsync("echo");
        await client.SayAsync("hello");
        Assert.Equal("hello", await client.ExpectTextAsync());
    }

    [Fact]
    public async Task A_script_is_served_too()
    {
        var folder = Directory.CreateTempSubdirectory("kit-");
        try
        {
            var file = Path.Combine(folder.FullName, "hi.sbn");
            await File.WriteAllTextAsync(file, "{{## protocols: hi ##}}\n{{\nfunc on_message\n  send ('hi ' + message)\nend\n}}");
            await using var host = await TestHost.StartAsync(file, new TestSettings());
            var client = await host.OpenAsync("hi");
            await client.SayAsync("you");
            Assert.Equal("hi you", await client.ExpectTextAsync());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_whole_server_speaks_with_clients_of_the_framework(bool compression)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var server = await TestServer.StartAsync(new EchoPlugin());
        using var client = await server.ConnectAsync(new TestRequest("echo") { Compression = compression, Path = "/any" }, limit.Token);
        Assert.Equal("echo", client.SubProtocol);
        await client.SendAsync(Encoding.UTF8.GetBytes("hello"), WebSocketMessageType.Text, true, limit.Token);
        var buffer = new byte[100];
        var received = await client.ReceiveAsync(buffer.AsMemory(), limit.Token);
        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, received.Count));
        await Assert.ThrowsAsync<WebSocketException>(() => server.ConnectAsync("other", limit.Token));
        var stopped = server.StopAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(WebSocketMessageType.Close, (await client.ReceiveAsync(buffer.AsMemory(), limit.Token)).MessageType);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, client.CloseStatus);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
        await stopped;
    }
}
