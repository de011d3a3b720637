using System.Globalization;
using PluginHost.Abstractions;
using PluginHost.Core.Policy.Limits;
using PluginHost.Hostile.Support;
using PluginHost.Server.Connections;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Hostile.Faults;

/// <summary>Quarantine and watchdog by a clock that the test moves.</summary>
[Trait("Row", "handlers that misbehave")]
public sealed class HandlerGuardTests
{
    // These clients have no address, and so count as one.
    private const string OneSource = """{ "handlers": { "faultSources": 1 } }""";

    private static HandlerDescription Failing(Func<bool> fails) => Handler.Inline("failing", own => new InlineOf(own)
    {
        Message = (session, message) =>
        {
            if (fails()) throw new InvalidOperationException("again");
            session.Send(message);
        },
    });

    private static string Ask(ManualServer server, string protocol) =>
        ManualServer.Latin1(server.Say(server.Connect(), Request(protocol: protocol)));

    private static void Fault(ManualServer server)
    {
        var client = server.Open("failing");
        Assert.Equal(1011, Answer.CloseCode(server.Say(client, Text("x"))));
    }

    [Fact]
    public void Five_faults_in_ten_seconds_and_not_four_are_a_quarantine_of_half_a_minute()
    {
        var fails = true;
        var server = new ManualServer([.. TestHandlers.Echoes, Failing(() => fails)], OneSource);
        for (var i = 0; i < 4; i++) Fault(server);
        Assert.Equal(QuarantinePhase.Healthy, server.Guard("failing").Phase);
        var open = server.Open("failing");
        Fault(server);
        Assert.Equal(QuarantinePhase.Quarantined, server.Guard("failing").Phase);
        var refused = Ask(server, "failing");
        Assert.StartsWith("HTTP/1.1 503 ", refused, StringComparison.Ordinal);
        Assert.Contains("\r\nRetry-After: 30\r\n", refused, StringComparison.Ordinal);
        Assert.Equal(101, Answer.Status(server.Say(server.Connect(), Request(protocol: "echo"))));
        // What is open goes on.
        fails = false;
        Assert.Equal("810161", server.SayHex(open, Text("a")));
        server.Pass(29_900);
        Assert.StartsWith("HTTP/1.1 503 ", Ask(server, "failing"), StringComparison.Ordinal);
        server.Pass(100);
        // One is let through; the others when it has gone well for the window.
        Assert.StartsWith("HTTP/1.1 101 ", Ask(server, "failing"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 503 ", Ask(server, "failing"), StringComparison.Ordinal);
        server.Pass(10_000);
        Assert.StartsWith("HTTP/1.1 101 ", Ask(server, "failing"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 101 ", Ask(server, "failing"), StringComparison.Ordinal);
        Assert.Equal(QuarantinePhase.Healthy, server.Guard("failing").Phase);
        Assert.Equal(3, server.Lines.Count(line => line.Contains("handler \"failing\" of test: ", StringComparison.Ordinal)));
    }

    [Fact]
    public void One_client_takes_a_handler_from_nobody_and_is_refused_itself()
    {
        var server = new ManualServer([.. TestHandlers.Echoes, Handler.Inline("fails-on-x", own => new InlineOf(own) { Message = (_, _) => throw new InvalidOperationException() })]);
        var (attacker, victim) = ("192.0.2.1", "198.51.100.1");
        for (var i = 0; i < 20; i++)
        {
            var client = server.Connect(address: attacker);
            Assert.StartsWith("HTTP/1.1 101 ", ManualServer.Latin1(server.Say(client, Request(protocol: "fails-on-x"))), StringComparison.Ordinal);
            Assert.Equal(1011, Answer.CloseCode(server.Say(client, Text("x"))));
            Assert.StartsWith("HTTP/1.1 101 ", ManualServer.Latin1(server.Say(server.Connect(address: victim), Request(protocol: "fails-on-x"))), StringComparison.Ordinal);
        }
        var refused = ManualServer.Latin1(server.Say(server.Connect(address: attacker), Request(protocol: "fails-on-x")));
        Assert.StartsWith("HTTP/1.1 429 ", refused, StringComparison.Ordinal);
        Assert.Contains("\r\nRetry-After: 30\r\n", refused, StringComparison.Ordinal);
        // Other handlers too; and others are served.
        Assert.StartsWith("HTTP/1.1 429 ", ManualServer.Latin1(server.Say(server.Connect(address: attacker), Request(protocol: "echo"))), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 101 ", ManualServer.Latin1(server.Say(server.Connect(address: victim), Request(protocol: "fails-on-x"))), StringComparison.Ordinal);
        server.Pass(30_000);
        Assert.StartsWith("HTTP/1.1 101 ", ManualServer.Latin1(server.Say(server.Connect(address: attacker), Request(protocol: "echo"))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_constructor_that_fails_has_seen_no_input_and_quarantines()
    {
        var server = new ManualServer([.. TestHandlers.Echoes, Handler.Inline("broken", _ => throw new InvalidOperationException())]);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(QuarantinePhase.Healthy, server.Guard("broken").Phase);
            server.Say(server.Connect(), Request(protocol: "broken"));
        }
        Assert.Equal(QuarantinePhase.Quarantined, server.Guard("broken").Phase);
    }

    [Fact]
    public void Faults_that_lie_further_apart_are_forgotten()
    {
        var server = new ManualServer([.. TestHandlers.Echoes, Failing(() => true)], OneSource);
        for (var i = 0; i < 12; i++)
        {
            Fault(server);
            server.Pass(2_550);
        }
        Assert.Equal(QuarantinePhase.Healthy, server.Guard("failing").Phase);
    }

    [Fact]
    public void A_fault_in_the_trial_quarantines_again()
    {
        var server = new ManualServer([.. TestHandlers.Echoes, Failing(() => true)], OneSource);
        for (var i = 0; i < 5; i++) Fault(server);
        server.Pass(30_000);
        Fault(server);
        Assert.Equal(QuarantinePhase.Quarantined, server.Guard("failing").Phase);
        Assert.StartsWith("HTTP/1.1 503 ", Ask(server, "failing"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_on_the_pool_is_named_once_after_a_second_also_when_it_had_to_wait_for_a_thread()
    {
        using var first = new ManualResetEventSlim();
        using var second = new ManualResetEventSlim();
        var begun = 0;
        var server = new ManualServer(
            [Handler.Session("slow", own => new SessionOf(own)
            {
                Message = (_, message) =>
                {
                    Interlocked.Increment(ref begun);
                    (message.ToString() == "first" ? first : second).Wait();
                    return default;
                },
            })],
            """{ "handlers": { "threads": 1 } }""");
        var one = server.Open("slow");
        var two = server.Open("slow");
        server.Say(one, Text("first"));
        await server.Until(() => Volatile.Read(ref begun) == 1, "the first call has not begun");
        server.Say(two, Text("second"));
        server.Pass(500);
        Assert.Empty(server.Lines);
        server.Pass(1_000);
        Assert.StartsWith("Warning: connection 1: a call of handler \"slow\" of test has been running for over 1000 ms", Assert.Single(server.Lines), StringComparison.Ordinal);
        server.Pass(5_000);
        Assert.Single(server.Lines);
        first.Set();
        await server.Until(() => Volatile.Read(ref begun) == 2, "the second call has not begun");
        server.Pass(1_600);
        Assert.Equal(2, server.Lines.Count);
        Assert.StartsWith("Warning: connection 2: a call of handler \"slow\"", server.Lines.Last(), StringComparison.Ordinal);
        second.Set();
    }

    [Fact]
    public async Task Decisions_that_block_take_no_more_threads_than_their_handler_may_have()
    {
        using var release = new ManualResetEventSlim();
        var (running, most) = (0, 0);
        var blocks = Handler.Inline("blocks", own => new InlineOf(own)).WithDecision((_, _) =>
        {
            var now = Interlocked.Increment(ref running);
            for (int before; now > (before = Volatile.Read(ref most)) && Interlocked.CompareExchange(ref most, now, before) != before;) { }
            release.Wait(CancellationToken.None);
            Interlocked.Decrement(ref running);
            return ValueTask.FromResult(HandshakeDecision.Accept);
        });
        var server = new ManualServer([.. TestHandlers.Echoes, blocks], """{ "handlers": { "threads": 3 } }""");
        var clients = Enumerable.Range(0, 40).Select(_ => server.Connect()).ToArray();
        foreach (var client in clients) server.Say(client, Request(protocol: "blocks"));
        await server.Until(() => Volatile.Read(ref running) == 3, "they have not begun");
        Assert.NotEmpty(server.Say(server.Open("echo"), Text("a")));
        release.Set();
        foreach (var client in clients)
        {
            byte[] head = [];
            await server.Until(() => (head = [.. head, .. client.ReadAvailable()]).Length > 0, "no answer");
            Assert.Equal(101, Answer.Status(head));
        }
        Assert.Equal(3, most);
    }

    [Fact]
    public void A_call_that_blocks_a_loop_is_named_once_and_counts_as_a_fault()
    {
        ManualServer server = null!;
        Watchdog watchdog = null!;
        var passes = new Action<long>(milliseconds =>
        {
            for (var passed = 0; passed < milliseconds; passed += 250)
            {
                server.Clock += 250;
                watchdog.Look();
            }
        });
        server = new ManualServer(
            [.. TestHandlers.Echoes, Handler.Inline("blocks", own => new InlineOf(own) { Message = (_, message) => passes(int.Parse(message.ToString(), CultureInfo.InvariantCulture)) })],
            """{ "handlers": { "faults": 2, "faultSources": 1 } }""");
        using (watchdog = new Watchdog([server.Loop], 1_000, () => server.Now, isManual: true))
        {
            var client = server.Open("blocks");
            server.Say(client, Text("1000"));
            Assert.Empty(server.Lines);
            server.Say(client, Text("5000"));
            Assert.StartsWith(
                "Error: connection 1: a call of handler \"blocks\" of test has been blocking its event loop for over 1000 ms", Assert.Single(server.Lines), StringComparison.Ordinal);
            server.Say(client, Text("2000"));
            Assert.Equal(QuarantinePhase.Quarantined, server.Guard("blocks").Phase);
        }
    }
}
