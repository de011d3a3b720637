using System.Collections.Concurrent;
using System.Text;
using PluginHost.Abstractions;
using PluginHost.Server.Connections;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Server;

/// <summary>Calls of a session handler that overlap on one connection.</summary>
public sealed class OverlapTests
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
    private readonly ConcurrentQueue<string> _notes = new();
    private int _inFlight;
    private int _most;

    private TaskCompletionSource Gate(string text) => _gates.GetOrAdd(text, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>Answers each message once its gate opens; until then it overlaps.</summary>
    private HandlerDescription Slow(int max, Action<Session>? opened = null) => Handler.Session("slow", own => new SessionOf(own)
    {
        Opened = session =>
        {
            opened?.Invoke(session);
            return default;
        },
        Called = async (session, message, call) =>
        {
            var text = message.ToString();
            _notes.Enqueue($"begin {text}");
            await call.OverlapAsync();
            for (int now = Interlocked.Increment(ref _inFlight), before; now > (before = Volatile.Read(ref _most)) && Interlocked.CompareExchange(ref _most, now, before) != before;) { }
            try
            {
                await Gate(text).Task.WaitAsync(call.Cancellation);
                if (text.StartsWith("throw", StringComparison.Ordinal)) throw new InvalidOperationException(text);
                session.SendText($"{text}/{message}");
            }
            catch (OperationCanceledException)
            {
                _notes.Enqueue($"cancelled {text}");
                throw;
            }
            finally
            {
                Interlocked.Decrement(ref _inFlight);
            }
        },
        Closed = (_, _) =>
        {
            _notes.Enqueue($"closed, {Volatile.Read(ref _inFlight)} in flight");
            return default;
        },
    }).WithOverlappingCalls(max);

    private static string Hex(string text) => $"81{Encoding.ASCII.GetByteCount(text):X2}{Convert.ToHexString(Encoding.ASCII.GetBytes(text))}";

    [Fact]
    public async Task Calls_that_overlap_are_answered_as_they_complete_and_keep_their_messages()
    {
        var server = new ManualServer([Slow(8)]);
        var client = server.Open("slow");
        server.Say(client, Text("a"), Text("b"), Text("c"));
        await server.Until(() => _inFlight == 3, $"{_inFlight} in flight");
        Assert.Equal(["begin a", "begin b", "begin c"], _notes);
        foreach (var text in (string[])["c", "a", "b"])
        {
            Gate(text).SetResult();
            var heard = "";
            await server.Until(() => (heard += ManualServer.Hex(client)).Length > 0, $"no answer to {text}");
            Assert.Equal(Hex($"{text}/{text}"), heard);
        }
    }

    [Theory]
    [InlineData(3, 256, 3)]
    [InlineData(256, 3, 3)]
    public async Task No_more_calls_overlap_than_declared_and_configured_and_then_the_client_is_slowed_down(int declared, int configured, int expected)
    {
        var server = new ManualServer([Slow(declared)], $$"""{ "handlers": { "overlappingCalls": {{configured}}, "waitingMessages": 4 } }""");
        var client = server.Open("slow");
        for (var i = 0; i < 20; i++) server.Say(client, Text($"{i}"));
        await server.Until(() => _inFlight == expected && server.Connections[0].IsReadingPaused, $"{_inFlight} in flight");
        // One more has begun and waits for room, with the turn.
        await server.Until(() => _notes.Count == expected + 1, $"{_notes.Count} have begun");
        for (var i = 0; i < 20; i++) Gate($"{i}").TrySetResult();
        var heard = new StringBuilder();
        await server.Until(() => heard.Append(ManualServer.Hex(client)).ToString().Contains(Hex("19/19"), StringComparison.Ordinal), "not all were answered");
        Assert.Equal(expected, _most);
        Assert.False(server.Connections[0].IsReadingPaused);
    }

    [Fact]
    public async Task A_call_that_throws_after_it_has_overlapped_closes_its_connection_and_cancels_the_others()
    {
        var server = new ManualServer([Slow(8)]);
        var (client, other) = (server.Open("slow"), server.Open("slow"));
        server.Say(client, Text("a"), Text("throw"), Text("b"));
        server.Say(other, Text("theirs"));
        await server.Until(() => _inFlight == 4, $"{_inFlight} in flight");
        Gate("throw").SetResult();
        await server.Until(() => _notes.Contains("cancelled a") && _notes.Contains("cancelled b"), string.Join(", ", _notes));
        Assert.Equal("880203F3", ManualServer.Hex(client));
        server.Say(client, Close(1011, ""));
        await server.Until(() => _notes.Contains("closed, 1 in flight"), string.Join(", ", _notes)); // the other's
        Assert.Single(server.Lines, line => line.Contains("handler \"slow\" of test failed: InvalidOperationException: throw", StringComparison.Ordinal));
        Gate("theirs").SetResult();
        await server.Until(() => ManualServer.Hex(other) == Hex("theirs/theirs"), "the other was not answered");
    }

    [Fact]
    public async Task A_call_that_waits_for_room_is_given_up_with_its_connection()
    {
        var server = new ManualServer([Slow(1)]);
        var client = server.Open("slow");
        server.Say(client, Text("a"), Text("b"));
        await server.Until(() => _notes.Contains("begin b"), "the second has not begun");
        client.Break();
        await server.Until(() => _notes.Contains("closed, 0 in flight"), string.Join(", ", _notes));
        Assert.Equal(["begin a", "begin b", "cancelled a", "closed, 0 in flight"], _notes);
        Assert.DoesNotContain(server.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_last_call_waits_for_those_in_flight_only_for_a_time_and_the_log_counts_them()
    {
        var stuck = new TaskCompletionSource();
        var closed = 0;
        var server = new ManualServer([Handler.Session("stuck", own => new SessionOf(own)
        {
            Called = async (_, _, call) =>
            {
                await call.OverlapAsync();
                Interlocked.Increment(ref _inFlight);
                await stuck.Task;
            },
            Closed = (_, _) =>
            {
                Interlocked.Increment(ref closed);
                return default;
            },
        }).WithOverlappingCalls(2)], """{ "handlers": { "afterClose": "700ms" } }""");
        var client = server.Open("stuck");
        server.Say(client, Text("a"), Text("b"));
        await server.Until(() => _inFlight == 2, $"{_inFlight} in flight");
        client.Break();
        server.Pass(600);
        Assert.Equal(0, closed);
        server.Pass(300);
        await server.Until(() => closed == 1, "the handler was not told");
        Assert.Single(server.Lines, line => line.Contains("has 2 calls that did not end within 700 ms of the connection", StringComparison.Ordinal));
        stuck.SetResult();
    }

    [Fact]
    public async Task Without_the_declaration_a_call_cannot_overlap_and_is_told_what_is_missing()
    {
        var server = new ManualServer([Handler.Session("plain", own => new SessionOf(own) { Called = (_, _, call) => call.OverlapAsync() })]);
        var client = server.Open("plain");
        server.Say(client, Text("a"));
        var heard = new List<byte>();
        await server.Until(
            () =>
            {
                heard.AddRange(client.ReadAvailable());
                return heard.Count > 0;
            },
            "nothing was answered");
        Assert.Equal("880203F3", Convert.ToHexString([.. heard]));
        Assert.Contains(server.Lines, line => line.Contains("WithOverlappingCalls", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_call_that_does_not_wait_for_room_keeps_the_turn_and_answers_that_there_is_none()
    {
        var go = new TaskCompletionSource();
        var server = new ManualServer([Handler.Session("try", own => new SessionOf(own)
        {
            Called = async (session, message, call) =>
            {
                if (!call.TryOverlap())
                {
                    session.SendText($"too many: {message}");
                    return;
                }
                Assert.True(call.TryOverlap()); // again does nothing
                await call.OverlapAsync();
                await go.Task;
                session.SendText($"done: {message}");
            },
        }).WithOverlappingCalls(1)]);
        var client = server.Open("try");
        var heard = new StringBuilder();
        server.Say(client, Text("a"), Text("b"), Text("c"));
        await server.Until(() => heard.Append(ManualServer.Hex(client)).Length == (Hex("too many: b") + Hex("too many: c")).Length, heard.ToString());
        Assert.Equal(Hex("too many: b") + Hex("too many: c"), heard.ToString());
        go.SetResult();
        await server.Until(() => ManualServer.Hex(client) == Hex("done: a"), "the first was not answered");
    }

    [Fact]
    public async Task A_call_that_is_used_after_it_has_completed_does_nothing_to_its_successor()
    {
        var stale = new List<Call>();
        var go = new TaskCompletionSource();
        var server = new ManualServer([Handler.Session("stale", own => new SessionOf(own)
        {
            Called = async (session, message, call) =>
            {
                if (message.ToString() == "first")
                {
                    stale.Add(call);
                    return;
                }
                Interlocked.Increment(ref _inFlight);
                await go.Task;
            },
        }).WithOverlappingCalls(4)]);
        var client = server.Open("stale");
        server.Say(client, Text("first"), Text("second"), Text("third"));
        await server.Until(() => _inFlight == 1, $"{_inFlight} in flight");
        Assert.True(stale[0].TryOverlap());
        await stale[0].OverlapAsync();
        Assert.True(stale[0].Cancellation.IsCancellationRequested);
        server.Turn();
        Assert.Equal(1, _inFlight); // the second still has the turn
        go.SetResult();
        await server.Until(() => _inFlight == 2, "the third has not begun");
    }

    [Fact]
    public async Task A_call_that_awaits_for_long_is_not_named_as_slow_and_one_that_blocks_is()
    {
        var (awaits, blocks) = (new TaskCompletionSource(), new ManualResetEventSlim());
        var server = new ManualServer([Handler.Session("mixed", own => new SessionOf(own)
        {
            Called = async (_, message, call) =>
            {
                await call.OverlapAsync();
                Interlocked.Increment(ref _inFlight);
                await awaits.Task;
                if (message.ToString() == "block") blocks.Wait();
            },
        }).WithOverlappingCalls(4)]);
        var client = server.Open("mixed");
        server.Say(client, Text("a"), Text("block"));
        await server.Until(() => _inFlight == 2, $"{_inFlight} in flight");
        server.Pass(5_000);
        Assert.Empty(server.Lines);
        awaits.SetResult();
        await Wait.Until(
            () =>
            {
                server.Pass(300);
                return !server.Lines.IsEmpty;
            },
            () => "the blocked thread was not named");
        Assert.Contains("has been running for over 1000 ms", Assert.Single(server.Lines), StringComparison.Ordinal);
        blocks.Set();
    }

    [Theory]
    [InlineData("session")]
    [InlineData("inline")]
    [InlineData("pure")]
    public async Task Timers_are_told_apart_and_run_out_as_calls_in_their_order(string tier)
    {
        void Set(Session session, string text)
        {
            if (text == "stop") session.StopTimer(2);
            else for (var id = 1; id <= 3; id++) session.SetTimer(id, TimeSpan.FromSeconds(4 - id));
        }
        Step<int> Next(int state, Event e) => e.Kind switch
        {
            EventKind.Text when e.Message.ToString() == "stop" => Step.To(state, Command.StopTimer(2)),
            EventKind.Text => Step.To(state, Enumerable.Range(1, 3).Select(id => Command.SetTimer(id, TimeSpan.FromSeconds(4 - id)))),
            EventKind.Timer => Step.To(state, Command.SendText($"{e.Timer}")),
            _ => Step.To(state),
        };
        var server = new ManualServer([tier switch
        {
            "session" => Handler.Session("timed", own => new SessionOf(own)
            {
                Called = (session, message, _) =>
                {
                    Set(session, message.ToString());
                    Interlocked.Increment(ref _inFlight);
                    return default;
                },
                Timer = (session, id) =>
                {
                    session.SendText($"{id}");
                    return default;
                },
            }),
            "inline" => Handler.Inline("timed", own => new InlineOf(own)
            {
                Message = (session, message) =>
                {
                    Set(session, message.ToString());
                    Interlocked.Increment(ref _inFlight);
                },
                Timer = (session, id) => session.SendText($"{id}"),
            }),
            _ => Handler.Pure<int>("timed", _ => Step.To(0), Next),
        }]);
        var client = server.Open("timed");
        server.Say(client, Text("set"));
        server.Say(client, Text("stop"));
        if (tier != "pure") await server.Until(() => _inFlight == 2, "not set");
        server.Turn();
        server.Pass(900);
        Assert.Equal("", ManualServer.Hex(client));
        var heard = "";
        for (var i = 0; i < 40; i++)
        {
            server.Pass(100);
            if (tier == "session") await Task.Yield();
            heard += ManualServer.Hex(client);
        }
        await server.Until(() => (heard += ManualServer.Hex(client)).Length >= 12, heard);
        Assert.Equal(Hex("3") + Hex("1"), heard);
    }

    [Fact]
    public void A_connection_has_at_most_64_timers_and_one_set_again_counts_once()
    {
        var timers = new HandlerTimers();
        for (var round = 0; round < 3; round++)
            for (var id = 0; id < HandlerTimers.Max; id++) timers.Set(id, 1000 - id);
        Assert.Throws<InvalidOperationException>(() => timers.Set(64, 1));
        Assert.Equal(1000 - 63, timers.DueAt);
        timers.Stop(63);
        timers.Stop(999);
        timers.Set(64, 5);
        Assert.Equal(5, timers.DueAt);
        Assert.False(timers.TryTake(4, out _));
        Assert.True(timers.TryTake(5, out var first));
        Assert.Equal(64, first);
        timers.End();
        timers.Set(1, 1);
        Assert.False(timers.TryTake(long.MaxValue - 1, out _));
    }

    [Theory]
    [InlineData("session")]
    [InlineData("inline")]
    [InlineData("pure")]
    public async Task An_exception_that_closes_is_no_fault_of_the_handler(string tier)
    {
        static void Throw(string text) => throw new CloseConnectionException(int.Parse(text, System.Globalization.CultureInfo.InvariantCulture), "not so");
        var server = new ManualServer([tier switch
        {
            "session" => Handler.Session("strict", own => new SessionOf(own)
            {
                Called = async (_, message, _) =>
                {
                    await Task.Yield();
                    Throw(message.ToString());
                },
            }),
            "inline" => Handler.Inline("strict", own => new InlineOf(own) { Message = (_, message) => Throw(message.ToString()) }),
            _ => Handler.Pure<int>("strict", _ => Step.To(0), (state, e) =>
            {
                if (e.Kind == EventKind.Text) Throw(e.Message.ToString());
                return Step.To(state);
            }),
        }]);
        for (var i = 0; i < 30; i++) // more than any bound on faults
        {
            var client = server.Open("strict");
            var heard = new List<byte>(server.Say(client, Text("4007")));
            await server.Until(
                () =>
                {
                    heard.AddRange(client.ReadAvailable());
                    return heard.Count > 0;
                },
                "not closed");
            Assert.Equal("8808" + "0FA7" + Convert.ToHexString("not so"u8), Convert.ToHexString([.. heard]));
        }
        Assert.Empty(server.Lines);
        Assert.Equal(0, server.Guard("strict").Counters.Faults);
        var last = server.Open("strict");
        server.Say(last, Text("1011"));
        await server.Until(() => server.Guard("strict").Counters.Faults == 1, "1011 does not count");
    }
}
