using System.Collections.Concurrent;
using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Connections;
using PluginHost.Server.Transports;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Server;

/// <summary>Connections that are told to end: calls in flight finish and answer, then they are closed.</summary>
public sealed class DrainTests
{
    private readonly ConcurrentQueue<string> _notes = new();
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inFlight;

    private static string Hex(string text) => $"81{Encoding.ASCII.GetByteCount(text):X2}{Convert.ToHexString(Encoding.ASCII.GetBytes(text))}";

    private const string GoingAway = "880203E9";

    private HandlerDescription Answering => Handler.Session("answers", own => new SessionOf(own)
    {
        Called = async (session, message, call) =>
        {
            await call.OverlapAsync();
            Interlocked.Increment(ref _inFlight);
            await _go.Task.WaitAsync(call.Cancellation);
            session.SendText($"{message}");
        },
        Stopping = (session, stop, _) =>
        {
            _notes.Enqueue($"stopping {stop.Code} {stop.Timeout.TotalSeconds} {session.Stopping.IsCancellationRequested}");
            return default;
        },
    }).WithOverlappingCalls(1000);

    [Theory]
    [InlineData(TransportKind.Epoll)]
    [InlineData(TransportKind.Sockets)]
    public async Task A_hundred_calls_in_flight_are_answered_before_the_server_is_gone(TransportKind transport)
    {
        await using var server = TestServer.Start(transport, Place.Tcp4, [Answering], """ "shutdown": { "drain": "20s" } """);
        using var client = await server.RawOpenAsync("answers");
        for (var i = 0; i < 100; i++) await client.SendAsync(Text($"{i:00}"));
        await Wait.Until(() => Volatile.Read(ref _inFlight) == 100, () => $"{_inFlight} in flight");
        var stopped = server.Server.StopAsync(CancellationToken.None);
        await Wait.Until(() => !_notes.IsEmpty, () => "the handler was not told");
        Assert.Equal(["stopping 1001 20 True"], _notes);
        await client.SendAsync(Text("late")); // it is not read any more
        _go.SetResult();
        var answers = new HashSet<string>();
        for (var i = 0; i < 100; i++)
        {
            var frame = await client.FrameAsync();
            Assert.Equal(Opcode.Text, frame.Opcode);
            answers.Add(Encoding.ASCII.GetString(frame.Payload));
        }
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i:00}"), answers.Order());
        await client.ExpectCloseAsync(1001);
        await client.SendAsync(Close(1001, ""));
        Assert.Equal(0, await stopped);
        Assert.Equal(100, _inFlight);
    }

    [Fact]
    public async Task Calls_that_do_not_finish_in_time_are_cancelled_and_the_connection_is_closed_with_the_same_code()
    {
        var server = new ManualServer([Answering]);
        var client = server.Open("answers");
        server.Say(client, Text("a"));
        await server.Until(() => _inFlight == 1, "not in flight");
        server.Connections[0].Stop(CloseCode.GoingAway, 2_000);
        server.Pass(1_900);
        Assert.Equal("", ManualServer.Hex(client));
        server.Pass(300);
        Assert.Equal(GoingAway, ManualServer.Hex(client));
        server.Say(client, Close(1001, ""));
        Assert.NotEqual(Phase.CloseSent, server.Connections[0].Phase);
        Assert.DoesNotContain(server.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("pure")]
    [InlineData("inline")]
    [InlineData("session")]
    public async Task The_handler_may_say_good_bye_and_is_told_nothing_that_comes_later(string tier)
    {
        var server = new ManualServer([tier switch
        {
            "pure" => Handler.Pure<int>("polite", _ => Step.To(0), (state, e) => e.Kind switch
            {
                EventKind.Stopping => Step.To(state, Command.SendText($"bye {e.Stop.Code}")),
                EventKind.Text => Step.To(state, Command.Send(e.Message)),
                _ => Step.To(state),
            }),
            "inline" => Handler.Inline("polite", own => new InlineOf(own)
            {
                Message = (session, message) => session.Send(message),
                Stopping = (session, stop) => session.SendText($"bye {stop.Code}"),
            }),
            _ => Handler.Session("polite", own => new SessionOf(own)
            {
                Called = (session, message, _) =>
                {
                    session.Send(message);
                    return default;
                },
                Stopping = async (session, stop, _) =>
                {
                    await Task.Yield();
                    session.SendText($"bye {stop.Code}");
                },
            }),
        }]);
        var client = server.Open("polite");
        server.Connections[0].Stop(CloseCode.GoingAway, 10_000);
        client.Write(Text("more"));
        var heard = "";
        await server.Until(() => (heard += ManualServer.Hex(client)).EndsWith(GoingAway, StringComparison.Ordinal), heard);
        Assert.Equal(Hex("bye 1001") + GoingAway, heard);
        // The peer's close frame is read.
        server.Say(client, Close(1001, ""));
        Assert.NotEqual(Phase.CloseSent, server.Connections[0].Phase);
        Assert.Equal("", ManualServer.Hex(client));
    }

    [Fact]
    public async Task Who_resumes_reading_has_taken_over_and_closes_by_itself()
    {
        var server = new ManualServer([Handler.Inline("asks", own => new InlineOf(own)
        {
            Message = (session, message) =>
            {
                session.SendText($"thanks for {message}");
                session.Close(4000, "done");
            },
            Stopping = (session, _) =>
            {
                session.SendText("last words?");
                session.ResumeReading();
            },
        })]);
        var client = server.Open("asks");
        server.Connections[0].Stop(CloseCode.GoingAway, 10_000);
        server.Pass(5_000);
        Assert.Equal(Hex("last words?"), ManualServer.Hex(client));
        Assert.Equal(Hex("thanks for them") + "88060FA0" + Convert.ToHexString("done"u8), server.SayHex(client, Text("them")));
        var idle = server.Open("asks");
        server.Connections[1].Stop(CloseCode.GoingAway, 1_000);
        server.Pass(1_200); // it has taken over, and its time is over all the same
        Assert.Equal(Hex("last words?") + GoingAway, ManualServer.Hex(idle));
        await Task.CompletedTask;
    }

    [Fact]
    public void What_waits_to_be_sent_is_sent_before_the_close_frame()
    {
        var server = new ManualServer([Handler.Inline("big", own => new InlineOf(own) { Message = (session, _) => session.SendBinary(new byte[50_000]) })]);
        var client = server.Open("big", capacity: 4096);
        client.Write(Text("go"));
        server.Turn();
        server.Connections[0].Stop(CloseCode.GoingAway, 10_000);
        server.Turn();
        var heard = new List<byte>();
        for (var i = 0; i < 40; i++)
        {
            heard.AddRange(client.ReadAvailable());
            server.Turn();
        }
        Assert.Equal(50_004 + 4, heard.Count);
        Assert.Equal(GoingAway, Convert.ToHexString([.. heard[^4..]]));
    }

    [Fact]
    public void A_connection_that_is_told_to_end_before_its_handshake_is_refused()
    {
        var server = new ManualServer(TestHandlers.Echoes);
        var client = server.Connect();
        server.Connections[0].Stop(CloseCode.GoingAway, 10_000);
        server.Turn();
        Assert.StartsWith("HTTP/1.1 503 ", ManualServer.Latin1(client.ReadAvailable()), StringComparison.Ordinal);
    }
}
