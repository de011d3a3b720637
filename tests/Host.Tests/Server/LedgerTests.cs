using System.Net;
using PluginHost.Core.Configuration;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Server;
using PluginHost.Server.Connections;
using PluginHost.Server.Logging;
using PluginHost.Server.Transports;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Server;

/// <summary>What is kept of peers that are gone or refused is bounded, and what is counted is given back.</summary>
public sealed class LedgerTests
{
    private static readonly RatePolicy Rates = RatePolicy.Unlimited with { AddressMessages = new TokenRate(1, 1) };

    [Theory]
    [InlineData(1)]
    [InlineData(65_536)]
    public void Addresses_that_have_gone_with_something_used_up_are_remembered_up_to_a_bound(int remembered)
    {
        var ledger = new ConnectionLedger(ConnectionLimits.Default with { RememberedAddresses = remembered }, Rates, ConfigurationReader.Default.Handlers);
        for (var i = 0; i < remembered + 1000; i++)
        {
            Assert.Equal(AdmissionResult.Admitted, ledger.TryAdmit(new AddressKey((ulong)i + 1, true), 0, out var account));
            account!.EndHandshake(null);
            account.Decide(Rates, default, 1, 0);
            account.Leave(0);
        }
        Assert.Equal(remembered, ledger.Addresses);
        Assert.Equal(new ConnectionCounts(0, 0, 0), ledger.Counts);
    }

    [Fact]
    public void Few_addresses_do_not_hold_all_handshakes()
    {
        var server = new ManualServer(TestHandlers.Echoes, """{ "limits": { "pendingHandshakes": 10 } }""");
        var silent = Enumerable.Range(0, 10).Select(i => server.Connect(address: i % 2 == 0 ? "192.0.2.1" : "192.0.2.2")).ToList();
        for (byte other = 1; other <= 20; other++)
        {
            // Served in the place of the oldest of whoever holds most, and no longer in progress then.
            Assert.StartsWith("HTTP/1.1 101 ", ManualServer.Latin1(server.Say(server.Connect(address: $"198.51.100.{other}"), Request(protocol: "echo"))), StringComparison.Ordinal);
        }
        Assert.Single(silent, client => client.IsAtEnd);
        Assert.True(silent[0].IsAtEnd || silent[1].IsAtEnd);
        Assert.Equal(9, server.Ledger.Counts.Handshakes);

        // Those that wait share the places: each newcomer takes one, until all have as many.
        for (byte other = 1; other <= 20; other++) server.Connect(address: $"203.0.113.{other}");
        Assert.Equal(10, server.Ledger.Counts.Handshakes);
        Assert.Equal(AdmissionResult.TooManyHandshakes, server.LastRefusal);
        Assert.Equal(2, silent.Count(client => !client.IsAtEnd));
        Assert.Contains(server.Lines, line => line.Contains("given up: its address has the most of the handshakes in progress", StringComparison.Ordinal));
    }

    [Fact]
    public void Nobody_displaces_who_holds_no_more_and_clients_without_an_address_are_not_displaced()
    {
        var server = new ManualServer(TestHandlers.Echoes, """{ "limits": { "pendingHandshakes": 4 } }""");
        for (var i = 0; i < 4; i++) server.Connect();
        server.Connect(address: "192.0.2.1");
        Assert.Equal(AdmissionResult.TooManyHandshakes, server.LastRefusal);

        server = new ManualServer(TestHandlers.Echoes, """{ "limits": { "pendingHandshakes": 4 } }""");
        for (byte i = 1; i <= 4; i++) server.Connect(address: $"192.0.2.{i}");
        server.Connect(address: "192.0.2.9");
        Assert.Equal(AdmissionResult.TooManyHandshakes, server.LastRefusal);
        server.Connect(address: "192.0.2.1");
        Assert.Equal(AdmissionResult.TooManyHandshakes, server.LastRefusal);
    }

    [Fact]
    public void Whoever_leaves_before_it_has_asked_is_no_handshake_any_more()
    {
        var server = new ManualServer(TestHandlers.Echoes);
        foreach (var begun in new[] { [], Request("/", "echo")[..20] })
        {
            var (silent, broken) = (server.Connect(), server.Connect());
            silent.Write(begun);
            broken.Write(begun);
            server.Turn();
            Assert.Equal(2, server.Ledger.Counts.Handshakes);
            silent.EndOutput();
            broken.Break();
            server.Turn();
            Assert.Equal(new ConnectionCounts(0, 0, 0), server.Ledger.Counts);
        }
    }

    [Theory]
    [InlineData(Place.Memory, "HTTP/1.1 503 ")]
    [InlineData(Place.MemoryTls, "")]
    public async Task One_too_many_is_told_so_in_plain_text_only_where_that_is_spoken(object place, string answer)
    {
        await using var server = TestServer.Start(TransportKind.Memory, (Place)place, TestHandlers.Echoes, """ "limits": { "connections": 1 } """);
        using var first = server.Raw();
        await first.HandshakeAsync(protocol: "echo");
        using var second = new RawClient(server.OpenPlain());
        var heard = System.Text.Encoding.Latin1.GetString(await second.RestAsync());
        Assert.Equal(answer, heard[..Math.Min(heard.Length, "HTTP/1.1 503 ".Length)]);
    }

    /// <summary>A loop that accepts nothing and says how long it would wait.</summary>
    private sealed class Waiting() : AcceptingLoop(() => 0, LineLogger.Log(LogLevel.None, (_, _) => { }), null!)
    {
        public int Failed() => NextBackOff();

        public void Succeeded() => Accepted();

        public override void Listen(Listener listener) { }

        public override void StopListening() { }

        protected override void Poll(int milliseconds) { }

        protected override void Dispatch() { }

        protected override void Wake() { }

        protected override void Release() { }
    }

    [Fact]
    public void A_connection_that_is_accepted_ends_the_backing_off()
    {
        var loop = new Waiting();
        Assert.Equal([5, 10, 20], [loop.Failed(), loop.Failed(), loop.Failed()]);
        loop.Succeeded();
        Assert.Equal(5, loop.Failed());
    }

    [Theory]
    [InlineData("{}", 256 * 1024)]
    [InlineData("""{ "handlers": { "waitingBytes": "1MiB" } }""", 1024 * 1024)]
    [InlineData("""{ "handlers": { "waitingBytes": 1 } }""", 0)]
    [InlineData("""{ "handlers": { "waitingBytes": "8MiB", "waitingMessages": 100 } }""", 100 * 16 * 1024)]
    public async Task A_handler_that_does_not_keep_up_holds_back_its_peer(string configuration, int waiting)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = new ManualServer([PluginHost.Abstractions.Handler.Session("stuck", own => new SessionOf(own) { Message = (_, _) => new ValueTask(release.Task) })], configuration);
        var client = server.Open("stuck", capacity: 64 * 1024);
        var frame = Binary(Pattern(16 * 1024));
        const long plenty = 32 << 20;
        var taken = 0L;
        var at = 0;
        for (var stalled = 0; taken < plenty && stalled < 100;)
        {
            var count = Math.Max(0, client.TryWrite(frame.AsSpan(at)));
            server.Turn();
            stalled = count == 0 ? stalled + 1 : 0;
            taken += count;
            at = (at + count) % frame.Length;
        }
        // Besides those that wait for the handler, 256 KiB may lie in the buffer of one read, the rest in the stream.
        Assert.InRange(taken, waiting, waiting + (640 * 1024));
        release.SetResult();
        await server.Until(() => client.TryWrite(frame.AsSpan(at, 1)) == 1 || taken == 0, "it does not go on");
    }
}
