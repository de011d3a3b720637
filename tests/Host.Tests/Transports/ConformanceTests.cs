using System.Net.WebSockets;
using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server;
using PluginHost.Server.Transports;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Transports;

/// <summary>What every transport must do alike. This part: messages; the others: the handshake, closing, slow readers.</summary>
public abstract partial class ConformanceTests : IAsyncLifetime
{
    private readonly TransportKind _transport;
    private readonly Place _place;
    private TestServer? _server;

    private protected ConformanceTests(int transport, Place place) => (_transport, _place) = ((TransportKind)transport, place);

    private const int Mebibyte = 1 << 20;

    private TestServer Server => _server ??= Start("");

    private TestServer Start(string settings, params IEnumerable<HandlerDescription> more) =>
        TestServer.Start(_transport, _place, [.. TestHandlers.Echoes, .. more], settings);

    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_server is null) return;
        await _server.DisposeAsync();
        Assert.DoesNotContain(_server.Lines, line => line.Contains("internal error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("echo")]
    [InlineData("echo.inline")]
    [InlineData("echo.session")]
    public async Task Every_size_comes_back(string protocol)
    {
        using var client = await Server.ConnectAsync("/", protocol);
        int[] sizes =
        [
            0, 1, 124, 125, 126, 127, 128, 4095, 4096, 4097, 16383, 16384, 65534, 65535, 65536, 65537, 131071, 131072, 131073, 262127, 262128,
            262129, 262130, 262143, 262144, 262145, Mebibyte - 1, Mebibyte,
        ];
        foreach (var size in sizes)
        {
            await EchoAsync(client, WebSocketMessageType.Binary, Pattern(size, size));
            await EchoAsync(client, WebSocketMessageType.Text, TextPattern(size, size));
        }
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", Limit.Token());
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
    }

    [Fact]
    public async Task Text_beyond_ascii_comes_back()
    {
        using var client = await Server.ConnectAsync("/", "echo");
        var text = string.Concat(Enumerable.Repeat("aé€😀", 5000));
        await EchoAsync(client, WebSocketMessageType.Text, Encoding.UTF8.GetBytes(text));
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused_with_1009()
    {
        using var client = await Server.RawOpenAsync("echo");
        var frame = Binary(Pattern(Mebibyte + 1));
        await client.SendAsync(frame[..14]); // the header decides
        await client.ExpectCloseAsync(1009);
        client.EndOutput();
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task Fragments_with_pings_between_them_come_back_as_one_message()
    {
        using var client = await Server.RawOpenAsync("echo");
        await client.SendAsync(
            Of(Opcode.Text, "one "u8, fin: false), Of(Opcode.Ping, "a"u8), Of(Opcode.Continuation, ""u8, fin: false),
            Of(Opcode.Continuation, "two "u8, fin: false), Of(Opcode.Ping, "b"u8), Of(Opcode.Continuation, "three"u8));
        await client.ExpectAsync(Opcode.Pong, "a"u8.ToArray());
        await client.ExpectAsync(Opcode.Pong, "b"u8.ToArray());
        await client.ExpectAsync(Opcode.Text, "one two three"u8.ToArray());
    }

    [Fact]
    public async Task A_long_fragmented_message_comes_back_whole()
    {
        using var client = await Server.ConnectAsync("/", "echo");
        var payload = Pattern(Mebibyte);
        int[] cuts = [0, 1, 3, 200_000, 200_000, 262_144, 524_288, 700_001, Mebibyte];
        for (var i = 1; i < cuts.Length; i++)
            await client.SendAsync(payload.AsMemory(cuts[i - 1]..cuts[i]), WebSocketMessageType.Binary, i == cuts.Length - 1, Limit.Token());
        Assert.Equal(payload, await ReceiveAsync(client));
    }

    [Fact]
    public async Task Many_messages_in_one_packet_come_back_in_order()
    {
        using var client = await Server.RawOpenAsync("echo");
        var texts = Enumerable.Range(0, 500).Select(i => $"message {i}").ToArray();
        await client.SendAsync([.. texts.Select(Text)]);
        foreach (var text in texts) await client.ExpectAsync(Opcode.Text, Encoding.UTF8.GetBytes(text));
    }

    [Fact]
    public async Task One_byte_a_packet_is_as_good()
    {
        using var client = Server.Raw();
        byte[] all = [.. Request("/", "echo"), .. Text("hé"), .. Of(Opcode.Ping, "p"u8), .. Binary(Pattern(200)), .. Close(1000, "bye")];
        foreach (var one in all) await client.SendAsync([one]);
        Assert.StartsWith("HTTP/1.1 101", await client.HeadAsync(), StringComparison.Ordinal);
        await client.ExpectAsync(Opcode.Text, "hé"u8.ToArray());
        await client.ExpectAsync(Opcode.Pong, "p"u8.ToArray());
        await client.ExpectAsync(Opcode.Binary, Pattern(200));
        await client.ExpectCloseAsync(1000);
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task Large_messages_back_to_back_come_back_while_more_are_sent()
    {
        using var client = await Server.RawOpenAsync("echo");
        var messages = Enumerable.Range(0, 12).Select(i => Pattern(Mebibyte - i, i)).ToArray();
        var sending = Task.Run(async () =>
        {
            foreach (var message in messages) await client.SendAsync(Binary(message));
        });
        foreach (var message in messages) await client.ExpectAsync(Opcode.Binary, message);
        await sending;
    }

    [Fact]
    public async Task Clients_do_not_see_each_others_messages()
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Server.RawOpenAsync("echo")));
        await Task.WhenAll(clients.Select(async (client, who) =>
        {
            for (var i = 0; i < 50; i++)
            {
                var payload = Pattern((who * 731) + (i * 97), who);
                await client.SendAsync(Binary(payload));
                await client.ExpectAsync(Opcode.Binary, payload);
            }
        }));
        foreach (var client in clients) client.Dispose();
        await Server.EmptyAsync();
    }

    private static async Task EchoAsync(ClientWebSocket client, WebSocketMessageType type, byte[] payload)
    {
        var sending = client.SendAsync(payload, type, true, Limit.Token());
        var back = await ReceiveAsync(client, type);
        await sending;
        if (!payload.AsSpan().SequenceEqual(back)) Assert.Fail($"{payload.Length} bytes of {type} came back as {back.Length} other bytes");
    }

    private static async Task<byte[]> ReceiveAsync(WebSocket client, WebSocketMessageType type = WebSocketMessageType.Binary)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[65536];
        while (true)
        {
            var result = await client.ReceiveAsync(buffer.AsMemory(), Limit.Token());
            Assert.Equal(type, result.MessageType);
            whole.Write(buffer, 0, result.Count);
            if (result.EndOfMessage) return whole.ToArray();
        }
    }
}
