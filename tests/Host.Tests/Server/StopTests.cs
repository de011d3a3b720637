using PluginHost.Core.Protocol.Frames;
using PluginHost.Server;
using PluginHost.Server.Composition;
using PluginHost.Server.Connections;
using PluginHost.Server.Transports;

namespace PluginHost.Tests.Server;

/// <summary>The server's end.</summary>
public sealed class StopTests
{
    [Theory]
    [InlineData("", 100)]
    [InlineData(""" "shutdown": { "batch": 7 } """, 7)]
    public async Task Connections_are_closed_in_batches_between_which_the_loop_does_other_things(string settings, int batch)
    {
        await using var server = TestServer.Start(TransportKind.Memory, Place.Memory, TestHandlers.Echoes, settings, loops: 1);
        var clients = await Task.WhenAll(Enumerable.Range(0, (2 * batch) + 50).Select(_ => server.RawOpenAsync("echo")));
        var loop = server.Server.Loops[0];
        using var goOn = new ManualResetEventSlim();
        loop.Post(() => goOn.Wait()); // what is posted meanwhile is done in one turn
        var stop = server.Server.StopAsync(CancellationToken.None);
        var closing = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() => closing.SetResult(loop.Connections.Count(connection => connection.Phase == Core.Protocol.Connection.Phase.CloseSent)));
        goOn.Set();
        Assert.Equal(batch, await closing.Task);
        foreach (var client in clients)
        {
            await client.ExpectAsync(Opcode.Close, new byte[] { 0x03, 0xE9 }); // 1001
            client.Dispose();
        }
        await stop;
    }
}
