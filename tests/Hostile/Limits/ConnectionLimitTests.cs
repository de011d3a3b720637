using PluginHost.Core.Policy.Limits;
using PluginHost.Hostile.Support;
using PluginHost.Tests.Server;

namespace PluginHost.Hostile.Limits;

/// <summary>How many there may be: at the real defaults, and where the file says otherwise.</summary>
[Trait("Row", "connections; per address; handshakes in progress")]
public sealed class ConnectionLimitTests
{
    [Theory]
    [InlineData("{}", 10_000)]
    [InlineData("""{ "limits": { "connections": 7 } }""", 7)]
    public void Connections(string settings, int most)
    {
        var server = new ManualServer(TestHandlers.Echoes, settings);
        for (var i = 0; i < most; i++)
        {
            var client = server.Loop.Connect("default", 1024, new System.Net.IPEndPoint(0x0100000A + ((long)i << 16), 1));
            client.Write(ClientFrames.Request(protocol: "echo"));
            if (i % 100 == 99) server.Turn();
        }
        server.Turn();
        Assert.Equal(most, server.Loop.ConnectionCount);
        Refused(server, "192.0.2.1:1", AdmissionResult.TooManyConnections);
        // One leaves, one comes.
        server.Connections[0].Abort();
        Assert.Equal(101, Status(server, "192.0.2.1:1"));
        Refused(server, "192.0.2.2:1", AdmissionResult.TooManyConnections);
    }

    [Theory]
    [InlineData("{}", 100, "192.0.2.7", "192.0.2.8")]
    [InlineData("{}", 100, "[2001:db8:0:1::7]", "[2001:db8:0:2::7]")]
    [InlineData("""{ "limits": { "connectionsPerAddress": 3 } }""", 3, "192.0.2.7", "192.0.2.8")]
    public void Per_address(string settings, int most, string address, string other)
    {
        var server = new ManualServer(TestHandlers.Echoes, settings);
        for (var i = 0; i < most; i++) Assert.Equal(101, Status(server, $"{address}:{i + 1}"));
        Refused(server, $"{address}:9999", AdmissionResult.TooManyOfAddress);
        Assert.Equal(101, Status(server, $"{other}:1"));
        server.Connections[0].Abort();
        Assert.Equal(101, Status(server, $"{address}:9999"));
        Refused(server, $"{address}:9998", AdmissionResult.TooManyOfAddress);
    }

    [Fact]
    public void A_network_of_IPv6_counts_as_one_address()
    {
        var server = new ManualServer(TestHandlers.Echoes, """{ "limits": { "connectionsPerAddress": 2 } }""");
        Assert.Equal(101, Status(server, "[2001:db8::1]:1"));
        Assert.Equal(101, Status(server, "[2001:db8::ffff:1:2]:1"));
        Refused(server, "[2001:db8::3]:1", AdmissionResult.TooManyOfAddress);
    }

    [Theory]
    [InlineData("{}", 200)]
    [InlineData("""{ "limits": { "pendingHandshakes": 2 } }""", 2)]
    public void Handshakes_in_progress(string settings, int most)
    {
        var server = new ManualServer(TestHandlers.Echoes, settings);
        var waiting = Enumerable.Range(0, most).Select(i => server.Connect(address: $"10.0.{i}.1:1")).ToArray();
        Refused(server, "192.0.2.1:1", AdmissionResult.TooManyHandshakes);
        Assert.Equal(101, Answer.Status(server.Say(waiting[0], ClientFrames.Request(protocol: "echo"))));
        Assert.Equal(101, Status(server, "192.0.2.1:1"));
        // One that is refused is over too.
        Assert.Equal(400, Answer.Status(server.Say(waiting[1], ClientFrames.Request(protocol: "nobody.serves.this"))));
        Assert.Equal(most - 2, server.Ledger.Counts.Handshakes);
        server.Pass(5_300); // the others have had their time
        Assert.Equal(0, server.Ledger.Counts.Handshakes);
    }

    private static int Status(ManualServer server, string address) =>
        Answer.Status(server.Say(server.Connect(address: address), ClientFrames.Request(protocol: "echo")));

    private static void Refused(ManualServer server, string address, AdmissionResult why)
    {
        var before = server.Loop.ConnectionCount;
        var client = server.Connect(address: address);
        Assert.Equal("refused", ManualServer.Latin1(client.ReadAvailable()));
        Assert.True(client.IsAtEnd);
        Assert.Equal((why, before), (server.LastRefusal, server.Loop.ConnectionCount));
    }
}
