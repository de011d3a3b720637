using PluginHost.Abstractions;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Server;

/// <summary>A handler's say before the 101.</summary>
public sealed class DecisionTests
{
    private static ManualServer Server(Func<HandshakeInfo, CancellationToken, ValueTask<HandshakeDecision>> decide, Action<Session>? opened = null) =>
        new([Handler.Inline("asked", own => new InlineOf(own) { Opened = opened ?? (_ => { }) }).WithDecision(decide)]);

    private static async Task<string> ReplyAsync(ManualServer server)
    {
        var client = server.Connect();
        client.Write(Request("/", "asked"));
        var reply = "";
        await server.Until(() => (reply += ManualServer.Latin1(client.ReadAvailable())).Length > 0, "there is no reply");
        return reply;
    }

    [Fact]
    public async Task It_accepts_and_names_the_user()
    {
        string? user = null;
        var server = Server(
            async (info, _) =>
            {
                await Task.Yield();
                return HandshakeDecision.AcceptAs("user of " + info.Subprotocol);
            },
            session => user = session.Handshake.User?.Name);
        Assert.StartsWith("HTTP/1.1 101 ", await ReplyAsync(server), StringComparison.Ordinal);
        Assert.Equal("user of asked", user);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(429)]
    [InlineData(503)]
    public async Task It_refuses_with_a_status_and_the_handler_is_not_made(int status)
    {
        var server = Server((_, _) => new(HandshakeDecision.Refuse(status, "not you")), _ => Assert.Fail("opened"));
        var reply = await ReplyAsync(server);
        Assert.StartsWith($"HTTP/1.1 {status} ", reply, StringComparison.Ordinal);
        Assert.EndsWith(": not you\n", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_challenges()
    {
        var server = Server((_, _) => new(HandshakeDecision.Challenge("Bearer realm=\"x\"", "who are you")));
        var reply = await ReplyAsync(server);
        Assert.StartsWith("HTTP/1.1 401 Unauthorized\r\n", reply, StringComparison.Ordinal);
        Assert.Contains("\r\nWWW-Authenticate: Bearer realm=\"x\"\r\n", reply, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("at once")]
    [InlineData("later")]
    [InlineData("null")]
    public async Task It_fails_with_500_and_one_line(string how)
    {
        var server = Server(async (_, _) =>
        {
            if (how == "later") await Task.Yield();
            return how == "null" ? null! : throw new FormatException("secret");
        });
        var reply = await ReplyAsync(server);
        Assert.StartsWith("HTTP/1.1 500 ", reply, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", reply, StringComparison.Ordinal);
        Assert.Contains("the handshake decision of \"asked\" of test failed", Assert.Single(server.Lines, line => line.StartsWith("Error", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_faults_put_the_handler_in_quarantine()
    {
        var asked = 0;
        var server = new ManualServer(
            [Handler.Inline("asked", own => new InlineOf(own)).WithDecision((_, _) => ++asked > 2 ? new(HandshakeDecision.Accept) : throw new FormatException())],
            """{ "handlers": { "faults": 2, "faultSources": 1 } }""");
        Assert.StartsWith("HTTP/1.1 500 ", await ReplyAsync(server), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 500 ", await ReplyAsync(server), StringComparison.Ordinal);
        var reply = await ReplyAsync(server);
        Assert.StartsWith("HTTP/1.1 503 ", reply, StringComparison.Ordinal);
        Assert.Contains("\r\nRetry-After: 30\r\n", reply, StringComparison.Ordinal);
        Assert.Equal(2, asked);
        server.Pass(30_000);
        Assert.StartsWith("HTTP/1.1 101 ", await ReplyAsync(server), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_answers_too_late_and_the_deadline_has_answered_503_and_cancelled_it(bool accepts)
    {
        var late = new TaskCompletionSource<HandshakeDecision>(TaskCreationOptions.RunContinuationsAsynchronously);
        var token = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = Server(
            (_, cancellation) =>
            {
                token.SetResult(cancellation);
                return new(late.Task);
            },
            _ => Assert.Fail("opened"));
        var client = server.Connect();
        client.Write(Request("/", "asked"));
        server.Turn();
        var asked = await Limit.Within(token.Task);
        server.Pass(4_800);
        Assert.Empty(client.ReadAvailable());
        Assert.False(asked.IsCancellationRequested);
        server.Pass(330);
        Assert.StartsWith("HTTP/1.1 503 ", ManualServer.Latin1(client.ReadAvailable()), StringComparison.Ordinal);
        await server.Until(() => asked.IsCancellationRequested, "the handler was not told");
        if (accepts) late.SetResult(HandshakeDecision.Accept);
        else late.SetException(new FormatException("nobody asks any more"));
        for (var i = 0; i < 20; i++) await Task.Run(server.Turn); // the answer comes by way of the thread pool
        client.EndOutput();
        await server.Until(() => server.Loop.ConnectionCount == 0, "the connection is still there");
        Assert.Empty(client.ReadAvailable());
        Assert.Empty(server.Lines);
    }

    [Fact]
    public async Task A_client_that_leaves_cancels_it_and_what_the_callback_throws_harms_nobody()
    {
        var token = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = Server(async (_, cancellation) =>
        {
            cancellation.Register(() => throw new FormatException("thrown by a callback"));
            token.SetResult(cancellation);
            await Task.Delay(Timeout.Infinite, cancellation);
            return HandshakeDecision.Accept;
        });
        var client = server.Connect();
        client.Write(Request("/", "asked"));
        server.Turn();
        var asked = await Limit.Within(token.Task);
        client.Break();
        server.Pass(5_200); // nothing is read while the decision is awaited: the deadline finds the stream broken
        await server.Until(() => asked.IsCancellationRequested && server.Loop.ConnectionCount == 0, "the handler was not told");
        await server.Until(() => server.Lines.Any(line => line.Contains("a callback on cancellation failed", StringComparison.Ordinal)), "nothing was logged");
    }
}
