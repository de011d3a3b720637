using System.Globalization;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Hostile.Faults;

/// <summary>
/// Each way in which a handler misbehaves, by a real plugin in its own folder under the real server: 1011 on that socket only, its plugin named in one line,
/// and clients of another subprotocol lose nothing meanwhile.
/// </summary>
[Trait("Row", "handlers that misbehave")]
public sealed class FaultMatrixTests(FaultHost host) : IClassFixture<FaultHost>
{
    [Theory]
    [InlineData("throw.pure", "at once")]
    [InlineData("throw.inline", "at once")]
    [InlineData("throw.session", "at once")]
    [InlineData("throw.later", "later")]
    [InlineData("void.pure", "in async void")]
    [InlineData("void.inline", "in async void")]
    [InlineData("void.session", "in async void")]
    [InlineData("utf8.inline", "not valid UTF-8")]
    [InlineData("utf8.session", "not valid UTF-8")]
    [InlineData("utf8.string", "lone surrogate")]
    public Task A_handler_that_throws_costs_its_own_socket(string protocol, string said) => host.WhileOthersGoOn(async () =>
    {
        using var sibling = await host.OpenAsync(protocol);
        using var client = await host.OpenAsync(protocol);
        await client.SendAsync(Text("go"));
        await client.ExpectCloseAsync(1011);
        await client.SendAsync(Close(1011));
        await client.ExpectEndAsync();
        await sibling.SendAsync(Text("fine"));
        Assert.Equal("fine", (await sibling.FrameAsync()).Text);
        await host.Logs($"handler \"{protocol}\" of faulty failed");
        Assert.Contains(said, host.Log, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("void.pure.open")]
    [InlineData("void.pure.tick")]
    public Task What_a_pure_handler_leaves_running_costs_its_own_socket(string protocol) => host.WhileOthersGoOn(async () =>
    {
        using var client = await host.OpenAsync(protocol);
        await client.ExpectCloseAsync(1011);
        await host.Logs($"handler \"{protocol}\" of faulty failed: InvalidOperationException: in async void");
    });

    [Theory]
    [InlineData("construct.inline")]
    [InlineData("construct.session")]
    public Task A_constructor_that_throws_costs_its_own_socket(string protocol) => host.WhileOthersGoOn(async () =>
    {
        using var client = await host.OpenAsync(protocol);
        await client.ExpectCloseAsync(1011);
        await host.Logs($"handler \"{protocol}\" of faulty failed: InvalidOperationException: in the constructor");
    });

    [Theory]
    [InlineData("dispose.inline", "in Dispose")]
    [InlineData("dispose.session", "in DisposeAsync")]
    public Task A_Dispose_that_throws_is_a_line(string protocol, string said) => host.WhileOthersGoOn(async () =>
    {
        using var client = await host.OpenAsync(protocol);
        await client.SendAsync(Text("fine"));
        Assert.Equal("fine", (await client.FrameAsync()).Text);
        await client.SendAsync(Close(1000));
        await client.ExpectCloseAsync(1000);
        await host.Logs($"handler \"{protocol}\" of faulty failed: InvalidOperationException: {said}");
    });

    [Theory]
    [InlineData("never")]
    [InlineData("deaf")]
    [InlineData("block")]
    public Task A_handler_that_does_not_come_back_is_named_and_holds_up_nobody(string protocol) => host.WhileOthersGoOn(async () =>
    {
        // More than there are threads for a handler: those beyond wait, and no other handler does.
        var stuck = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => host.OpenAsync(protocol)));
        foreach (var client in stuck) await client.SendAsync(Text("go"));
        // A call that awaits keeps no thread, and is named only when its connection is over.
        if (protocol == "block") await host.Logs($"a call of handler \"{protocol}\" of faulty has been running for over 200 ms");
        using var session = await host.OpenAsync("threads");
        await session.SendAsync(Text("fine"));
        Assert.Equal("fine", (await session.FrameAsync()).Text);
        foreach (var client in stuck) client.Dispose();
        if (protocol != "block") await host.Logs($"handler \"{protocol}\" of faulty has 1 call that did not end within 5000 ms of the connection");
    });

    [Fact]
    public Task A_handler_that_floods_a_peer_that_does_not_read_is_bounded() => host.WhileOthersGoOn(async () =>
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.OpenAsync("flood")));
        foreach (var client in clients) await client.SendAsync(Text("go"));
        // Whoever floods finds the queue full and loses the connection with 1008; what the kernel holds is read on the way.
        foreach (var client in clients)
        {
            await client.GoneAsync();
            client.Dispose();
        }
    });

    [Fact]
    public Task Sends_from_many_threads_arrive_whole() => host.WhileOthersGoOn(async () =>
    {
        using var client = await host.OpenAsync("threads");
        await client.SendAsync(Text("go"));
        var next = new int[8];
        for (var frame = await client.FrameAsync(); frame.Opcode == Opcode.Text; frame = await client.FrameAsync())
        {
            var parts = frame.Text.Split(':');
            Assert.Equal(next[int.Parse(parts[0], CultureInfo.InvariantCulture)]++, int.Parse(parts[1], CultureInfo.InvariantCulture));
        }
        Assert.All(next, count => Assert.Equal(200, count));
    });

    [Theory]
    [InlineData("loop")]
    [InlineData("loop.later")]
    public async Task A_handler_that_blocks_the_loop_is_named(string protocol)
    {
        using var client = await host.OpenAsync(protocol);
        await client.SendAsync(Text("go"));
        await host.Logs($"a call of handler \"{protocol}\" of faulty has been blocking its event loop for over 200 ms");
        await client.SendAsync(Text("fine"));
        Assert.Equal("fine", (await client.FrameAsync()).Text);
    }

    [Fact]
    public Task A_handler_that_keeps_failing_is_quarantined_and_tried_again() => host.WhileOthersGoOn(async () =>
    {
        using var before = await host.OpenAsync("recovers");
        for (var i = 0; i < FaultHost.Faults; i++)
        {
            using var client = await host.OpenAsync("recovers");
            await client.SendAsync(Text("go"));
            await client.ExpectCloseAsync(1011);
        }
        await host.Logs($"handler \"recovers\" of faulty: quarantined after {FaultHost.Faults} faults");
        // What is open stays open, and a new client comes in again once the time is over, without anybody's doing.
        await before.SendAsync(Text("fine"));
        Assert.Equal("fine", (await before.FrameAsync()).Text);
        var refused = 0;
        while (await host.StatusAsync("recovers") != 101)
        {
            refused++;
            await Task.Delay(20);
        }
        await host.Logs("handler \"recovers\" of faulty: at most 1 client let through");
        Assert.NotEqual(0, refused);
    });

    [Fact]
    public Task A_plugin_that_keeps_throwing_them_is_quarantined() => host.WhileOthersGoOn(async () =>
    {
        using var client = await host.OpenAsync("stray");
        for (var i = 0; i < FaultHost.Faults; i++)
        {
            await client.SendAsync(Text("pool"));
            Assert.Equal("pool", (await client.FrameAsync()).Text);
        }
        await host.Logs("handler \"stray\" of stray: quarantined");
        await host.Logs("handler \"stray.decision\" of stray: quarantined");
    });
}
