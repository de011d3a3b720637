using System.Diagnostics;
using System.Text;
using PluginHost.Server;
using PluginHost.Server.Connections;
using PluginHost.Server.Logging;
using PluginHost.Server.Transports;

namespace PluginHost.Tests.Server;

/// <summary>What peers cause before anybody knows them: how much of it is logged.</summary>
public sealed class StrangerTests
{
    private const string Request = " HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: ";

    private const string Routes = "\"routes\": [{ \"path\": \"/\" }]";

    private static readonly byte[] Hello = [0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0];

    [Fact]
    public async Task Many_strangers_get_few_lines_and_each_is_counted()
    {
        const int each = 250;
        await using var server = TestServer.Start(TransportKind.Memory, Place.Memory, TestHandlers.Echoes, Routes);
        server.Logger.Minimum = LogLevel.Information;
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < each; i++)
        {
            await TalkAsync(server, Hello);
            await TalkAsync(server, Encoding.ASCII.GetBytes("GET /nowhere" + Request + "13\r\n\r\n"));
        }
        server.Log.Peers.Flush();
        var lines = server.Lines.ToList();
        Assert.True(lines.Count <= 2 + watch.Elapsed.TotalSeconds / 5, string.Join('\n', lines));
        // The first is told by itself, the others with their numbers.
        Assert.Contains("listener main: TLS was spoken to a listener without \"tls\"", lines[0], StringComparison.Ordinal);
        Assert.Equal(2 * each, 1 + lines.Skip(1).SelectMany(line => line.Split("; ")).Sum(part => part.Contains(" × ", StringComparison.Ordinal)
            ? int.Parse(part.Replace("Information: unauthenticated peers: ", "", StringComparison.Ordinal).Replace("Warning: unauthenticated peers: ", "", StringComparison.Ordinal).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)
            : 0));
    }

    [Theory]
    [InlineData("GET /nowhere", "13", "refused with 404: nothing is served at this path")]
    [InlineData("GET /", "12", "refused with 426: the WebSocket version must be 13")]
    [InlineData("POST /", "13", "refused with 405: ")]
    [InlineData("GET /", "13\r\nOrigin: http://evil.example", "refused with 403: this origin may not connect")]
    [InlineData("GET /", "13\r\nSec-WebSocket-Protocol: a b", "refused with 400: Sec-WebSocket-Protocol must list different tokens")]
    public async Task Each_refusal_has_a_line_at_debug(string line, string rest, string reason)
    {
        await using var server = TestServer.Start(TransportKind.Memory, Place.Memory, TestHandlers.Echoes, Routes);
        await TalkAsync(server, Encoding.ASCII.GetBytes(line + Request + rest + "\r\n\r\n"));
        Assert.Contains(server.Lines, said => said.StartsWith("Debug: connection 1 from ", StringComparison.Ordinal) && said.Contains(", listener main: " + reason, StringComparison.Ordinal));
    }

    private static async Task TalkAsync(TestServer server, byte[] bytes)
    {
        await using var stream = server.Open();
        await stream.WriteAsync(bytes);
        await Limit.Within(stream.CopyToAsync(Stream.Null));
    }
}
