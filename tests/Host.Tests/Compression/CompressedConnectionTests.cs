using System.IO.Compression;
using System.Net.WebSockets;
using System.Text;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server;
using PluginHost.Server.Transports;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Compression;

/// <summary>permessage-deflate over the wire (RFC 7692).</summary>
public sealed class CompressedConnectionTests
{
    private const string On = """ "compression": { "enabled": true, "threshold": 0 } """;
    private const string Takeover = """ "compression": { "enabled": true, "contextTakeover": true, "threshold": 0 } """;

    public static TheoryData<string, string, string?> Answers => new()
    {
        { On, "permessage-deflate", "permessage-deflate; server_no_context_takeover; client_no_context_takeover" },
        { Takeover, "permessage-deflate; client_max_window_bits", "permessage-deflate" },
        { Takeover, "permessage-deflate; server_max_window_bits=10", "permessage-deflate; server_max_window_bits=10" },
        { Takeover, "permessage-deflate; server_max_window_bits=8", null },
        { Takeover, "permessage-deflate; server_max_window_bits=8, permessage-deflate", "permessage-deflate" },
        { Takeover, "permessage-deflate; mystery=1", null },
        { """ "compression": { "enabled": false } """, "permessage-deflate", null },
        { """ "keepAlive": {} """, "permessage-deflate", null },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task The_answer_names_what_was_agreed_on_and_a_declined_offer_is_served_plain(string settings, string offer, string? answer)
    {
        await using var server = TestServer.Start(TransportKind.Memory, Place.Memory, TestHandlers.Echoes, settings);
        using var client = server.Raw();
        var head = await client.RequestAsync(ClientFrames.Request(protocol: "echo.inline", more: $"Sec-WebSocket-Extensions: {offer}\r\n"));

        Assert.StartsWith("HTTP/1.1 101 ", head);
        var line = head.Split("\r\n").FirstOrDefault(one => one.StartsWith("Sec-WebSocket-Extensions: ", StringComparison.Ordinal));
        Assert.Equal(answer, line?["Sec-WebSocket-Extensions: ".Length..]);
        await client.SendAsync(ClientFrames.Text("plain"));
        var frame = await client.FrameAsync();
        if (answer is null) Assert.Equal("plain", frame.Text);
    }

    [Fact]
    public async Task A_compressed_message_in_fragments_with_a_ping_between_is_inflated()
    {
        await using var server = TestServer.Start(TransportKind.Memory, Place.Memory, TestHandlers.Echoes, """ "compression": { "enabled": true } """);
        using var client = await OpenAsync(server);
        var text = string.Concat(Enumerable.Repeat("größer ✓ ", 10));
        var compressed = Deflate(Encoding.UTF8.GetBytes(text));

        await client.SendAsync(
            ClientFrames.Of(Opcode.Text, compressed.AsSpan(0, 3), fin: false, ReservedBits.Rsv1),
            ClientFrames.Of(Opcode.Ping, "?"u8),
            ClientFrames.Of(Opcode.Continuation, compressed.AsSpan(3, compressed.Length - 4), fin: false),
            ClientFrames.Of(Opcode.Continuation, compressed.AsSpan(compressed.Length - 1)));

        await client.ExpectAsync(Opcode.Pong, "?"u8.ToArray());
        Assert.Equal(text, (await client.FrameAsync()).Text); // below the threshold: sent as it is
    }

    [Fact]
    public async Task A_block_marked_as_the_last_is_taken()
    {
        await using var server = TestServer.Start(TransportKind.Memory, Place.Memory, TestHandlers.Echoes, """ "compression": { "enabled": true } """);
        using var client = await OpenAsync(server);
        // RFC 7692 §7.2.3.4 and §7.2.3.3: "Hello" in a final block, and in a block without compression.
        await client.SendAsync(ClientFrames.Of(Opcode.Text, Convert.FromHexString("F348CDC9C90700" + "00"), true, ReservedBits.Rsv1));
        Assert.Equal("Hello", (await client.FrameAsync()).Text);
        await client.SendAsync(ClientFrames.Of(Opcode.Text, Convert.FromHexString("000500FAFF48656C6C6F00"), true, ReservedBits.Rsv1));
        Assert.Equal("Hello", (await client.FrameAsync()).Text);
    }

    [Theory]
    [InlineData("C1 82 00000000 FFFF", 1007)] // no deflate data
    [InlineData("C9 80 00000000", 1002)] // RSV1 on a ping
    [InlineData("C8 80 00000000", 1002)] // on a close
    [InlineData("41 80 00000000 C0 80 00000000", 1002)] // on a continuation
    [InlineData("A1 80 00000000", 1002)] // RSV2
    [InlineData("91 80 00000000", 1002)] // RSV3
    [InlineData("C1 83 00000000 FAFF3F", 1007)] // inflates to bytes that are not UTF-8, or is not deflate data
    public async Task What_is_not_allowed_fails_the_connection(string frames, int code)
    {
        await using var server = TestServer.Start(TransportKind.Memory, Place.Memory, TestHandlers.Echoes, On);
        using var client = await OpenAsync(server);

        await client.SendAsync(Convert.FromHexString(frames.Replace(" ", "", StringComparison.Ordinal)));

        await client.ExpectCloseAsync(code);
    }

    [Fact]
    public async Task Compressed_text_that_is_not_utf8_fails_with_1007()
    {
        await using var server = TestServer.Start(TransportKind.Memory, Place.Memory, TestHandlers.Echoes, On);
        using var client = await OpenAsync(server);

        await client.SendAsync(ClientFrames.Of(Opcode.Text, Deflate([0x61, 0xFF, 0x61]), true, ReservedBits.Rsv1));

        await client.ExpectCloseAsync(1007);
    }

    [Theory]
    [InlineData(1, 1000, true)]
    [InlineData(1, 1001, false)]
    [InlineData(3, 1000, true)]
    [InlineData(3, 1001, false)]
    public async Task The_limit_counts_what_a_message_inflates_to(int fragments, int length, bool accepted)
    {
        await using var server = TestServer.Start(
            TransportKind.Memory, Place.Memory, TestHandlers.Echoes, """ "limits": { "message": 1000 }, "compression": { "enabled": true } """);
        using var client = await OpenAsync(server);

        await client.SendAsync(Fragments(Deflate(new byte[length]), fragments));

        if (accepted) Assert.Equal(length, (await client.FrameAsync()).Payload.Length);
        else await client.ExpectCloseAsync(1009);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_bomb_is_stopped_while_it_inflates(int fragments)
    {
        await using var server = TestServer.Start(
            TransportKind.Epoll, Place.Tcp4, TestHandlers.Echoes, """ "limits": { "message": "2MiB" }, "compression": { "enabled": true } """, loops: 1);
        var bomb = Deflate(new byte[1 << 30]); // about 1 MB
        for (var i = 0; i < 3; i++)
        {
            using var client = await OpenAsync(server);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await client.SendAsync(Fragments(bomb, fragments));
            await client.ExpectCloseAsync(1009);
            // Everything that was allocated on the way, freed or not, the test's own copies of the bomb included.
            var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            if (i > 0) Assert.InRange(allocated, 0, (5L * bomb.Length) + (4 << 20));
        }
        await server.EmptyAsync();
    }

    [Theory]
    [InlineData(true, 15)]
    [InlineData(true, 9)]
    [InlineData(false, 15)]
    [InlineData(false, 10)]
    public async Task The_frameworks_client_gets_back_what_it_sends(bool takeover, int bits)
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("COMPRESSED_MESSAGES"), out var wanted) ? wanted / 4 : 2_500;
        var settings = $$"""
            "compression": { "enabled": true, "contextTakeover": {{(takeover ? "true" : "false")}}, "threshold": 10, "serverWindowBits": {{bits}},
                             "clientWindowBits": {{bits}} }
            """;
        await using var server = TestServer.Start(TransportKind.Epoll, Place.Tcp4, TestHandlers.Echoes, settings);
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("echo.inline");
        client.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
        using var handler = new SocketsHttpHandler { ConnectCallback = (_, _) => ValueTask.FromResult(server.Open()) };
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        await client.ConnectAsync(new Uri("ws://localhost/"), invoker, Limit.Token());

        var random = new Random(bits);
        var buffer = new byte[1 << 20];
        var echoed = 0;
        for (var i = 0; i < count; i++)
        {
            var message = ClientFrames.TextPattern(random.Next(100) == 0 ? random.Next(200_000) : random.Next(400), i);
            var flags = WebSocketMessageFlags.EndOfMessage | (random.Next(4) == 0 ? WebSocketMessageFlags.DisableCompression : 0);
            await client.SendAsync(message, WebSocketMessageType.Text, flags, Limit.Token());
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await client.ReceiveAsync(buffer.AsMemory(length), Limit.Token());
                length += part.Count;
            }
            while (!part.EndOfMessage);
            Assert.True(buffer.AsSpan(0, length).SequenceEqual(message), $"message {i} of {message.Length} bytes came back changed");
            echoed++;
        }
        Assert.Equal(count, echoed);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Limit.Token());
    }

    [Fact]
    public async Task Sends_from_other_threads_are_compressed_too()
    {
        await using var server = TestServer.Start(TransportKind.Epoll, Place.Tcp4, TestHandlers.Echoes, Takeover);
        using var client = server.Raw();
        await client.RequestAsync(ClientFrames.Request(protocol: "echo.session", more: "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
        using var inflater = new PluginHost.Server.Compression.Inflater(15);

        for (var i = 0; i < 3; i++)
        {
            var message = ClientFrames.TextPattern(2000, i);
            await client.SendAsync(ClientFrames.Of(Opcode.Text, message));
            var frame = await client.FrameAsync();
            Assert.True(frame.Payload.Length < message.Length / 2, "not compressed");
            var room = new byte[3000];
            var step = inflater.Inflate([.. frame.Payload, .. PluginHost.Server.Compression.MessageDeflate.Tail], room);
            Assert.Equal(message, room.AsSpan(0, step.Written).ToArray());
        }
    }

    [Theory]
    [InlineData(On, 0)]
    [InlineData(Takeover, 2)]
    public async Task What_connections_hold_outside_the_collectors_memory_goes_with_them(string settings, int streamsPerConnection)
    {
        const int Count = 200;
        await using var server = TestServer.Start(TransportKind.Epoll, Place.Tcp4, TestHandlers.Echoes, settings, loops: 1);
        var clients = new List<RawClient>();
        for (var i = 0; i < Count; i++) clients.Add(await OpenAsync(server));
        var before = PluginHost.Server.Compression.Zlib.Live;
        foreach (var client in clients)
        {
            await client.SendAsync(ClientFrames.Of(Opcode.Text, Deflate("hello hello hello"u8.ToArray()), true, ReservedBits.Rsv1));
            await client.FrameAsync();
        }
        // Other tests run beside this one: their few streams are within the tolerance.
        Assert.InRange(PluginHost.Server.Compression.Zlib.Live - before, (streamsPerConnection * Count) - 50, (streamsPerConnection * Count) + 50);
        foreach (var client in clients) client.Dispose();
        await server.EmptyAsync();
        Assert.InRange(PluginHost.Server.Compression.Zlib.Live - before, -50, 50);
    }

    [Fact]
    public void Memory_freed_in_quantity_is_given_back_to_the_system()
    {
        if (!OperatingSystem.IsLinux()) return;
        var before = PluginHost.Server.Compression.NativeHeap.Trims;
        for (var freed = 0L; freed < PluginHost.Server.Compression.NativeHeap.TrimAfter; freed += 256 * 1024)
            new PluginHost.Server.Compression.Deflater(1, 15).Dispose();
        Assert.True(SpinWait.SpinUntil(() => PluginHost.Server.Compression.NativeHeap.Trims > before, TimeSpan.FromSeconds(20)));
    }

    private static async Task<RawClient> OpenAsync(TestServer server)
    {
        var client = server.Raw();
        var head = await client.RequestAsync(ClientFrames.Request(protocol: "echo.inline", more: "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
        Assert.Contains("Sec-WebSocket-Extensions: permessage-deflate", head);
        return client;
    }

    private static byte[][] Fragments(byte[] compressed, int count)
    {
        var size = (compressed.Length + count - 1) / count;
        return [.. compressed.Chunk(size).Select((piece, i) => ClientFrames.Of(
            i == 0 ? Opcode.Binary : Opcode.Continuation, piece, fin: (i + 1) * size >= compressed.Length,
            i == 0 ? ReservedBits.Rsv1 : ReservedBits.None))];
    }

    /// <summary>As a client that is not of this project deflates: the framework's stream, flushed, and without the last four bytes.</summary>
    private static byte[] Deflate(byte[] message)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(message);
            deflate.Flush();
            return output.ToArray()[..^4];
        }
    }
}
