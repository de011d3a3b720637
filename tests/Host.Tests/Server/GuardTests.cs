using PluginHost.Abstractions;
using PluginHost.Server.Connections;
using PluginHost.Server.Handshakes;
using PluginHost.Server.Logging;
using PluginHost.Server.Transports;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Server;

/// <summary>A fault of the host itself costs the connection in whose turn it happens, never the loop.</summary>
public sealed class GuardTests
{
    private const int Slack = PluginHost.Server.Buffers.PinnedPool.Slack;

    /// <summary>Decides as it should, and then fails.</summary>
    private sealed class Failing(IHandshakeService inner) : IHandshakeService
    {
        public void Decide(Connection connection, ReadOnlySpan<byte> head)
        {
            inner.Decide(connection, head);
            if (head.IndexOf("X-Fail"u8) >= 0) throw new NotSupportedException("a fault of the host");
        }
    }

    [Fact]
    public void A_fault_in_a_turn_resets_that_connection_and_nothing_of_it_reaches_another()
    {
        var closed = new List<CloseInfo>();
        var server = new ManualServer(
            [.. TestHandlers.Echoes, Handler.Inline("inline", own => new InlineOf(own) { Closed = (_, close) => closed.Add(close) })])
        {
            Wrap = service => new Failing(service),
        };
        var other = server.Open("echo");
        var client = server.Connect();
        client.Write(Request("/", "inline", "X-Fail: 1\r\n"));
        other.Write(Text("a"));
        server.Turn();
        Assert.True(client.IsReset);
        Assert.Equal("810161", ManualServer.Hex(other));
        Assert.Equal(1006, Assert.Single(closed).Code);
        Assert.Equal(1, server.Loop.ConnectionCount);
        Assert.StartsWith("Error: connection 2: internal error, NotSupportedException: a fault of the host (", Assert.Single(server.Lines), StringComparison.Ordinal);
        server.Pass(10_000);
        Assert.Equal("810162", server.SayHex(other, Text("b")));
    }

    [Fact]
    public void A_fault_in_the_mailbox_is_logged_and_the_rest_is_read()
    {
        var server = new ManualServer(TestHandlers.Echoes);
        var client = server.Open("echo");
        var done = false;
        server.Loop.Post(() => throw new NotSupportedException("one"));
        server.Loop.Post(server.Connections[0], () => throw new NotSupportedException("two"));
        server.Loop.Post(() => done = true);
        server.Turn();
        Assert.True(done);
        Assert.True(client.IsReset);
        Assert.Equal(2, server.Lines.Count);
    }

    /// <summary>A stream whose sends fail with what no stream should throw.</summary>
    private sealed class BrokenChannel : Channel
    {
        public bool IsBroken { get; set; }

        public bool? ClosedWithReset { get; private set; }

        public override System.Net.EndPoint? LocalEndPoint => null;

        public override long Send(ReadOnlySpan<PluginHost.Server.Buffers.Segment> segments)
        {
            if (IsBroken) throw new NotSupportedException("a fault of the transport");
            var sent = 0L;
            foreach (var segment in segments) sent += segment.Length;
            return sent;
        }

        public override void WantWritable(PluginHost.Server.Buffers.SendQueue waiting) { }

        public override void ResumeReading() { }

        public override void ReadOn() { }

        public override void EndOutput() { }

        public override void Close(bool reset) => ClosedWithReset = reset;
    }

    [Theory]
    [InlineData("timer")]
    [InlineData("end of the turn")]
    [InlineData("mailbox")]
    public void A_fault_resets_its_connection_wherever_the_loop_enters_it(string where)
    {
        Session? session = null;
        var server = new ManualServer([.. TestHandlers.Echoes, Handler.Inline("inline", own => new InlineOf(own) { Opened = opened => session = opened })]);
        var other = server.Open("echo");
        var channel = new BrokenChannel();
        ((IConnectionFactory)server).Create(server.Loop, channel, "default", null);
        var request = Request("/", "inline");
        var target = channel.Connection.InputTarget();
        request.CopyTo(target.Array.AsSpan(target.Start));
        channel.Connection.Receive(target, request.Length);
        channel.IsBroken = true;
        if (where == "mailbox") Elsewhere.Run(() => session!.SendText("posted"));
        else if (where == "end of the turn") channel.Connection.Close(Core.Protocol.Frames.CloseCode.NormalClosure, "");
        server.Pass(where == "timer" ? 20_200 : 1);
        Assert.True(channel.ClosedWithReset);
        Assert.Equal(1, server.Loop.ConnectionCount);
        Assert.Contains("connection 2: internal error, NotSupportedException: a fault of the transport", Assert.Single(server.Lines), StringComparison.Ordinal);
        other.ReadAvailable();
        Assert.Equal("810162", server.SayHex(other, Text("b")));
    }

    [Fact]
    public void A_log_that_throws_harms_nobody()
    {
        var log = LineLogger.Log(LogLevel.Debug, (_, _) => throw new IOException("closed pipe"));
        log.Write(LogLevel.Error, "unheard");
    }

    [Fact]
    public void An_array_that_is_returned_twice_shows_in_debug_builds()
    {
        var pool = new PluginHost.Server.Buffers.PinnedPool(1 << 20);
        var array = pool.Rent(5000);
        Assert.Equal(8192 + Slack, array.Length);
        pool.Return(array);
        Assert.Equal(8192 + Slack, pool.KeptBytes);
#if DEBUG
        Assert.Throws<InvalidOperationException>(() => pool.Return(array));
#endif
        Assert.Same(array, pool.Rent(8192));
    }

    [Fact]
    public void The_pool_keeps_no_more_than_its_bound_and_nothing_that_is_larger_than_its_largest_size()
    {
        var pool = new PluginHost.Server.Buffers.PinnedPool(4 * (4096 + Slack));
        var arrays = Enumerable.Range(0, 10).Select(_ => pool.Rent(4096)).ToArray();
        foreach (var array in arrays) pool.Return(array);
        Assert.Equal(4 * (4096 + Slack), pool.KeptBytes);
        pool.Return(pool.Rent(5 << 20));
        Assert.Equal(4 * (4096 + Slack), pool.KeptBytes);
        Assert.Equal(4096 + Slack, pool.Rent(0).Length);
        Assert.Equal(4096 + Slack, pool.Rent(4096 + Slack).Length);
        Assert.Equal(8192 + Slack, pool.Rent(4096 + Slack + 1).Length);
    }
}
