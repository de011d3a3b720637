using System.Globalization;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Hostile.Corpora;
using PluginHost.Hostile.Support;
using PluginHost.Server.Connections;
using PluginHost.Server.Transports.Memory;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Hostile.Fuzzing;

/// <summary>
/// The whole server without threads under random sequences of what clients, handlers and the clock do, cut at random. Whatever happens: no internal error,
/// every frame it sends is one, no queue beyond its bound, and when all have gone nothing is left.
/// </summary>
public sealed class ServerFuzzTests
{
    private const string Settings = """
        {
          "limits": { "message": "20KiB", "fragments": 40, "sendQueue": "16KiB", "controlFramesPerSecond": 1000, "connections": 40, "connectionsPerAddress": 40 },
          "compression": { "enabled": true, "contextTakeover": true, "threshold": 10 },
          "handlers": { "faults": 100000 },
          "routes": [
            { "path": "/" },
            { "path": "/drop", "slowConsumer": "dropOldest", "compression": { "enabled": false }, "rates": { "messagesPerSecond": 20, "over": "delay" } },
            { "path": "/new", "slowConsumer": "dropNewest", "compression": { "contextTakeover": false } }
          ]
        }
        """;

    private static readonly byte[][] Frames = [.. Corpus.Frames.Select(frame => Convert.FromHexString(frame.Hex))];
    private static readonly byte[] Compressed = Drive.Deflated(Pattern(3_000));
    private static readonly string[] Protocols = ["echo", "echo.inline", "moody", "topics"];
    private static readonly string[] Paths = ["/", "/drop", "/new"];

    [Fact]
    public void Sequences() => Fuzzer.Run("server", [], (input, mutator) => new Sequence(input, mutator).Run(), length => (256L << 20) + (200_000L * length));

    private sealed class Sequence(byte[] input, Mutator mutator)
    {
        private readonly List<(MemoryClient Client, MemoryStream Heard)> _clients = [];
        private readonly HashSet<MemoryClient> _left = [];
        private readonly List<Session> _sessions = [];
        private ManualServer _server = null!;
        private int _at;
        private bool _isOver;

        public void Run()
        {
            _server = new ManualServer(
            [
                .. TestHandlers.Echoes.Take(2),
                Handler.Inline("moody", own => new InlineOf(own) { Opened = _sessions.Add, Message = Moody, Closed = (session, _) => _sessions.Remove(session) }),
                Handler.Inline("topics", own => new InlineOf(own) { Opened = session => session.Topics.Subscribe("t/#"), Message = (session, message) => session.Topics.Publish("t/a", Publication.Of(message)) }),
            ], Settings);
            for (var steps = 0; _at < input.Length && steps < 300; steps++) Step();
            Finish();
        }

        private int Next(int below) => _at < input.Length ? input[_at++] % below : 0;

        private void Moody(Session session, BorrowedMessage message)
        {
            if (_isOver) return;
            switch (message.Length % 9)
            {
                case 0: throw new InvalidOperationException("moody");
                case 1: session.Close(4000 + (message.Length % 100), "moody"); break;
                case 2: session.PauseReading(); break;
                case 3: foreach (var one in _sessions.ToArray()) one.ResumeReading(); break;
                case 4: for (var i = 0; i < 30; i++) session.SendBinary(Pattern(Math.Min(message.Length * 10, 20_000))); break;
                case 5: foreach (var one in _sessions.ToArray()) one.Send(message); break;
                case 6: Elsewhere.Run(() => session.SendText("from elsewhere")); break;
                case 7: session.Send(message); session.Send(message); session.Close(1000, ""); session.Send(message); break;
                default: session.SendText(message.Length.ToString(CultureInfo.InvariantCulture)); break;
            }
        }

        private void Step()
        {
            var what = Next(16);
            if (what < 3 || _clients.Count == 0)
            {
                Open();
                return;
            }
            var number = Next(_clients.Count);
            var (client, heard) = _clients[number];
            switch (what)
            {
                case 3 or 4: Send(client, Text(new string('x', Next(200)))); break;
                case 5: Send(client, Binary(Pattern(1 + (Next(256) * 80)))); break;
                case 6: Send(client, Drive.Fragments(Opcode.Binary, Pattern(Next(256)), 1 + Next(45))); break;
                case 7: Send(client, Drive.Fragments(Opcode.Binary, Compressed, 1 + Next(4), ReservedBits.Rsv1)); break;
                case 8: Send(client, Of(Next(2) == 0 ? Opcode.Ping : Opcode.Pong, Pattern(Next(126)))); break;
                case 9: Send(client, Frames[Next(Frames.Length)]); break;
                case 10: Send(client, mutator.Next([Text("seed"), .. Frames])); break;
                case 11: Send(client, Close(1000 + Next(20), "bye")); break;
                case 12: _server.Pass(1L << Next(16)); break;
                case 13: Read(client, heard, Next(256) * 100); break;
                case 14: Leave(client, Next(3)); break;
                default: if (Next(4) == 0 && number < _server.Connections.Count) _server.Connections[number].Stop(CloseCode.GoingAway, 0); break;
            }
            Check();
        }

        private void Open()
        {
            var client = _server.Connect(1 << (8 + Next(8)));
            var more = Next(3) == 0 ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "";
            Send(client, Request(Paths[Next(Paths.Length)], Protocols[Next(Protocols.Length)], more));
            _clients.Add((client, new MemoryStream()));
        }

        private void Send(MemoryClient client, byte[] bytes)
        {
            foreach (var piece in mutator.Cut(bytes))
            {
                client.TryWrite(piece); // what there is no room for is lost: then it is nonsense
                if (mutator.Random.Next(3) == 0) _server.Turn();
            }
            _server.Turn();
        }

        private void Read(MemoryClient client, MemoryStream heard, int most)
        {
            Span<byte> buffer = new byte[Math.Clamp(most, 1, 64 * 1024)];
            for (int count; most > 0 && (count = client.TryRead(buffer[..Math.Min(most, buffer.Length)])) > 0; most -= count)
            {
                heard.Write(buffer[..count]);
                _server.Turn();
            }
        }

        private void Leave(MemoryClient client, int how)
        {
            _left.Add(client);
            if (how == 0) client.Break();
            else client.EndOutput();
        }

        private void Check()
        {
            foreach (var connection in _server.Connections) Assert.InRange(connection.WaitingBytes, 0, (16 + 40 + 64) * 1024);
            Assert.DoesNotContain(_server.Lines, line => line.Contains("internal error", StringComparison.Ordinal));
        }

        private void Finish()
        {
            // A handler that has paused reading may do so for ever: that is its own affair.
            _isOver = true;
            foreach (var session in _sessions.ToArray()) session.ResumeReading();
            _server.Turn();
            foreach (var (client, heard) in _clients) Read(client, heard, int.MaxValue >> 8);
            _server.Pass(100_000);
            foreach (var (client, heard) in _clients) Read(client, heard, int.MaxValue >> 8);
            _server.Pass(10_000);
            Check();
            Assert.Equal(0, _server.Loop.ConnectionCount);
            Assert.Equal((0, 0), (_server.Ledger.Counts.Connections, _server.Ledger.Counts.Handshakes));
            foreach (var (client, heard) in _clients) AreFrames(heard.ToArray(), client.IsReset || _left.Contains(client));
            _server.LoopTopics.Dispose();
            _server.Topics.Close();
        }

        /// <summary>One response, then frames as RFC 6455 has them, nothing after a close; cut off only by a reset, or for a client that has left first.</summary>
        private static void AreFrames(byte[] heard, bool mayBeCut)
        {
            var end = heard.AsSpan().IndexOf("\r\n\r\n"u8);
            if (end < 0 || !heard.AsSpan().StartsWith("HTTP/1.1 101 "u8)) return;
            var rest = heard.AsSpan(end + 4);
            var closed = false;
            while (!rest.IsEmpty)
            {
                Assert.False(closed, "something follows a close frame");
                if (rest.Length < 2) break;
                Assert.True(rest[0] is 0x81 or 0x82 or 0xC1 or 0xC2 or 0x88 or 0x89 or 0x8A, $"first byte {rest[0]:X2}");
                long length = rest[1];
                Assert.InRange(length, 0, 127);
                var head = length switch { 126 => 4, 127 => 10, _ => 2 };
                if (rest.Length < head) break;
                if (head == 4) length = (rest[2] << 8) | rest[3];
                if (head == 10) length = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(rest[2..]);
                if (rest.Length < head + length) break;
                closed = rest[0] == 0x88;
                rest = rest[(head + (int)length)..];
            }
            if (!mayBeCut) Assert.True(rest.IsEmpty, $"{rest.Length} bytes of a frame that was not finished");
        }
    }
}
