using System.Buffers.Binary;
using System.Globalization;
using System.Net.WebSockets;
using PluginHost.Core.Properties.Support;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Tests.Support;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Connection;

/// <summary>
/// The machine beside <see cref="WebSocket"/> of the framework: fed the same bytes, both give the same messages, answer with the same
/// close code and see the same close code, but for the differences that are listed and explained here.
/// </summary>
[Properties(Arbitrary = [typeof(Streams)])]
public sealed class DifferentialProperties
{
    /// <summary>Where the two differ, when that is so, and why.</summary>
    private sealed record KnownDifference(string Rule, Func<Outcome, Outcome, bool> Applies, string Reason);

    private static readonly KnownDifference[] KnownDifferences =
    [
        new("length not minimal", (ours, _) => ours.Violation == ViolationKind.NonMinimalLength,
            "RFC 6455 §5.2 demands the shortest form; the framework takes any."),
        new("message too big", (ours, _) => ours.Violation is ViolationKind.MessageTooBig or ViolationKind.TooManyFragments,
            "The framework has no limit: it hands out pieces and leaves the counting to its caller."),
        new("close without a code", (ours, theirs) => ours is { Received: 1005, Sent: 1005 } && theirs is { Received: 1000, Sent: 1000 },
            "RFC 6455 §7.1.5 calls it 1005; the framework says that it was 1000."),
        new("early end", (ours, theirs) => ours.Violation != ViolationKind.None && theirs is { Sent: null, Received: null }
                && ours.Messages.Count == theirs.Messages.Count,
            "The machine needs only the deciding byte; the framework waits for the rest of a frame that never comes whole."),
        new("close reason", (ours, theirs) => ours.Violation == ViolationKind.InvalidCloseReason && theirs.Sent == 1002,
            "RFC 6455 §8.1 asks for 1007 where text is not UTF-8; the framework answers a broken reason with 1002."),
    ];

    /// <summary>What came of a stream.</summary>
    private sealed record Outcome(List<string> Messages, int? Sent, int? Received, ViolationKind Violation)
    {
        public bool IsSame(Outcome other) => Messages.SequenceEqual(other.Messages) && Sent == other.Sent && Received == other.Received;

        public override string ToString() => $"{Messages.Count} messages, sent {Sent}, received {Received}, {Violation}";
    }

    [Property(MaxTest = 400)]
    public async Task The_framework_does_the_same_or_differs_for_a_listed_reason(FrameStream stream)
    {
        var ours = Ours(stream);
        var theirs = await Theirs(stream);
        if (ours.IsSame(theirs)) return;
        Assert.True(
            KnownDifferences.Any(d => d.Applies(ours, theirs)),
            $"ours:   {ours}\ntheirs: {theirs}");
        // Whatever is said about the violation: what came before it is the same.
        var common = Math.Min(ours.Messages.Count, theirs.Messages.Count);
        Assert.Equal(ours.Messages[..common], theirs.Messages[..common]);
        Assert.InRange(ours.Messages.Count, 0, theirs.Messages.Count);
    }

    [Theory]
    [InlineData("length not minimal", "82FE000101020304FF")]
    [InlineData("message too big", "82FF00000000000186A101020304")]
    [InlineData("close without a code", "888000000000")]
    [InlineData("early end", "82FF80")]
    [InlineData("close reason", "88830000000003E8FF")]
    public async Task Every_listed_difference_is_one(string rule, string hex)
    {
        var stream = new FrameStream(Role.Server, [new("example", Convert.FromHexString(hex))], 0);
        var (ours, theirs) = (Ours(stream), await Theirs(stream));
        Assert.False(ours.IsSame(theirs), $"{ours} and {theirs}");
        Assert.True(KnownDifferences.Single(d => d.Rule == rule).Applies(ours, theirs), $"ours: {ours}\ntheirs: {theirs}");
    }

    [Fact]
    public async Task Every_close_code_is_judged_as_the_framework_judges_it()
    {
        for (var code = 999; code <= 5000; code++)
        {
            var stream = new FrameStream(Role.Server, [new("close", Frame.Close(code))], 0);
            var (ours, theirs) = (Ours(stream), await Theirs(stream));
            Assert.True(ours.IsSame(theirs), $"{code}: {ours} but {theirs}");
        }
    }

    private static Outcome Ours(FrameStream stream)
    {
        var wire = Wire.Open(Settings.Of(stream.Receiver)).Receive(stream.Bytes);
        var closed = wire.Events.Find(e => e.StartsWith("closed ", StringComparison.Ordinal));
        var violation = closed is null ? ViolationKind.None : Enum.Parse<ViolationKind>(closed.Split(' ')[2]);
        return new(
            [.. wire.Events.Where(e => e.Split(' ')[0] is "Text" or "Binary")],
            Code(wire.Events, "send close "),
            violation == ViolationKind.None ? Code(wire.Events, "closed ") : null,
            violation);
    }

    private static int? Code(List<string> events, string start) =>
        events.Find(e => e.StartsWith(start, StringComparison.Ordinal)) is { } found
            ? int.Parse(found[start.Length..].Split(' ')[0], CultureInfo.InvariantCulture)
            : null;

    private static async Task<Outcome> Theirs(FrameStream stream)
    {
        var ends = new Ends(stream.Bytes);
        using var socket = WebSocket.CreateFromStream(
            ends, new WebSocketCreationOptions { IsServer = stream.Receiver == Role.Server, KeepAliveInterval = Timeout.InfiniteTimeSpan });
        var messages = new List<string>();
        var message = new MemoryStream();
        var buffer = new byte[100_000];
        int? received = null;
        try
        {
            while (received is null)
            {
                var result = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    received = (int)socket.CloseStatus!.Value;
                    await socket.CloseOutputAsync(socket.CloseStatus.Value, null, CancellationToken.None);
                    break;
                }
                message.Write(buffer, 0, result.Count);
                if (!result.EndOfMessage) continue;
                messages.Add($"{result.MessageType} {Convert.ToHexString(message.ToArray())}");
                message.SetLength(0);
            }
        }
        catch (WebSocketException)
        {
            // The bytes that it sent tell the rest.
        }
        return new(messages, ends.SentCloseCode(stream.Receiver == Role.Client), received, ViolationKind.None);
    }

    /// <summary>Both ends of a stream in memory: what is read was given, what is written is kept. Then the input ends.</summary>
    private sealed class Ends(byte[] input) : Stream
    {
        private readonly MemoryStream _input = new(input);
        private readonly MemoryStream _output = new();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public int? SentCloseCode(bool masked)
        {
            var sent = _output.ToArray();
            for (var at = 0; at < sent.Length;)
            {
                var header = FrameHeaderDecoder.Decode(
                    sent.AsSpan(at), new FrameRules(masked, false, ReservedBits.None, int.MaxValue, false)).Header;
                var payload = sent.AsSpan(at + header.Size, (int)header.PayloadLength);
                Masking.Apply(payload, header.MaskingKey);
                if (header.Opcode == Opcode.Close) return payload.Length == 0 ? 1005 : BinaryPrimitives.ReadUInt16BigEndian(payload);
                at += header.Size + payload.Length;
            }
            return null;
        }

        public override int Read(byte[] buffer, int offset, int count) => _input.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(_input.Read(buffer.Span));

        public override void Write(byte[] buffer, int offset, int count) => _output.Write(buffer, offset, count);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _output.Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
