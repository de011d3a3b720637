using System.Text;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Hostile.Corpora;
using PluginHost.Hostile.Support;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Hostile.Attacks;

/// <summary>Frames that break the rules, and messages made to be expensive.</summary>
[Trait("Row", "length with the top bit set; 2^63−1; limit + 1")]
[Trait("Row", "non-minimal length; unmasked frame; RSV set; unknown opcode; fragmented or >125-byte control frame")]
[Trait("Row", "a million 0- and 1-byte fragments")]
[Trait("Row", "inflate bomb, whole and over three fragments")]
[Trait("Row", "UTF-8 cut anywhere")]
public sealed class FrameAttackTests
{
    public static TheoryData<string> Names => [.. Corpus.Frames.Select(frame => frame.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_broken_frame_is_failed_at_the_byte_that_decides_and_before_anything_is_allocated(string name)
    {
        var frame = Corpus.Frames.Single(one => one.Name == name);
        var bytes = Convert.FromHexString(frame.Hex);
        var server = new ManualServer(TestHandlers.Echoes);
        var allocated = long.MaxValue;
        // What is allocated once, by whoever comes first, does not count.
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var client = server.Open("echo");
            if (frame.InMessage) server.Say(client, Of(Opcode.Binary, [1], fin: false));
            for (var i = 0; i < frame.Decides - 1; i++) Assert.Empty(server.Say(client, [bytes[i]]));
            client.Write([bytes[frame.Decides - 1]]);
            allocated = Math.Min(allocated, Cost.Allocated(server.Turn));
            Assert.Equal(frame.Code, Answer.CloseCode(client.ReadAvailable()));
            Assert.True(client.IsAtEnd);
        }
        Assert.InRange(allocated, 0, 4096);
        // The same in one piece, with more behind it that must not be looked at.
        var whole = server.Open("echo");
        byte[] before = frame.InMessage ? Of(Opcode.Binary, [1], fin: false) : [];
        Assert.Equal(frame.Code, Answer.CloseCode(server.Say(whole, [.. before, .. bytes, .. Text("behind")])));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_million_tiny_fragments_are_1008(int each)
    {
        var server = new ManualServer(TestHandlers.Echoes);
        // The buffers that a message grows through are there: what counts is how much it holds.
        server.Feed(server.Open("echo"), Drive.Fragments(Opcode.Binary, Pattern(16_384), 16_384));
        var client = server.Open("echo");
        var first = Of(Opcode.Binary, new byte[each], fin: false);
        var next = Of(Opcode.Continuation, new byte[each], fin: false);
        var many = new byte[next.Length * 1000];
        for (var i = 0; i < 1000; i++) next.CopyTo(many, i * next.Length);
        client.Write(first);
        client.TryWrite(many); // the client's pipe has its size now
        server.Turn();
        byte[] heard = [];
        var grown = Cost.Allocated(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                client.TryWrite(many);
                server.Turn();
            }
        });
        heard = client.ReadAvailable();
        Assert.Equal(1008, Answer.CloseCode(heard));
        Assert.InRange(grown, 0, (2 * 16_384 * each) + (16 * 1024));
    }

    [Fact]
    public void A_million_fragments_where_they_are_allowed_take_twice_their_payload_at_most()
    {
        const int Count = 1_000_000;
        var server = new ManualServer(TestHandlers.Echoes, """{ "limits": { "fragments": 2000000 } }""");
        var warm = server.Open("echo");
        server.Feed(warm, Drive.Fragments(Opcode.Binary, Pattern(Count), 3));
        var client = server.Open("echo", 2 << 20);
        var payload = Pattern(Count);
        var fragments = Drive.Fragments(Opcode.Binary, payload, Count);
        server.Feed(client, fragments.AsSpan(0, 70_000)); // the client's pipe has its size now
        byte[] heard = [];
        var grown = Cost.Allocated(() => server.Feed(client, fragments.AsSpan(70_000), reads: false));
        heard = client.ReadAvailable();
        Assert.Equal(payload, Assert.Single(Answer.Frames(heard)).Payload);
        Assert.InRange(grown, 0, (2 * Count) + (16 * 1024) + (3 << 20)); // the echo in the client's pipe: up to 2 MiB and its growth
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_inflate_bomb_is_capped_while_it_inflates(int fragments)
    {
        const int Limit = 1 << 20;
        var bomb = Drive.Deflated(new byte[64 << 20]);
        Assert.InRange(bomb.Length, 1_000, Limit / 4);
        var server = new ManualServer(TestHandlers.Echoes, """{ "compression": { "enabled": true } }""");
        var client = server.OpenDeflate("echo");
        var frames = Drive.Fragments(Opcode.Binary, bomb, fragments, ReservedBits.Rsv1);
        client.Write(frames);
        var allocated = Cost.Allocated(server.Turn);
        Assert.Equal(1009, Answer.CloseCode(client.ReadAvailable()));
        Assert.InRange(allocated, 0, Limit + (1 << 20));
    }

    [Theory]
    [InlineData(1 << 16)]
    [InlineData(1 << 20)]
    public void A_message_of_a_power_of_two_needs_no_buffer_of_the_next(int length) =>
        Assert.InRange(new PluginHost.Server.Buffers.PinnedPool(0).Rent(PluginHost.Server.Connections.Loop.Headroom + length).Length, length, length + 1024);

    public static TheoryData<string> Texts => [.. Corpus.Texts.Select(text => text.Hex)];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_that_is_none_is_1007_at_the_first_impossible_byte(string hex)
    {
        var text = Corpus.Texts.Single(one => one.Hex == hex);
        var bytes = Convert.FromHexString(hex);
        foreach (var fragments in new[] { 1, 2, bytes.Length })
        {
            var server = new ManualServer(TestHandlers.Echoes);
            var client = server.Open("echo");
            var frames = Drive.Fragments(Opcode.Text, bytes, Math.Min(fragments, bytes.Length));
            var heard = server.Feed(client, frames, piece: 1);
            Assert.Equal(1007, Answer.CloseCode(heard));
        }
        // In one frame that goes on: the deciding byte, and not the end of the message, decides.
        if (text.Decides > bytes.Length) return;
        var open = new ManualServer(TestHandlers.Echoes);
        var slow = open.Open("echo");
        var frame = Of(Opcode.Text, [.. bytes, .. new byte[50]], fin: false);
        Assert.Empty(open.Say(slow, frame[..(6 + text.Decides - 1)]));
        Assert.Equal(1007, Answer.CloseCode(open.Say(slow, [frame[6 + text.Decides - 1]])));
    }

    [Fact]
    public void Every_code_point_in_every_split_is_what_the_frameworks_decoder_says()
    {
        Span<byte> bytes = stackalloc byte[4];
        for (var value = 0; value <= 0x10FFFF; value++)
        {
            if (value is >= 0xD800 and <= 0xDFFF) continue;
            var length = new Rune(value).EncodeToUtf8(bytes);
            for (var split = Math.Min(1, length - 1); split < length; split++)
            {
                var first = Utf8Validator.Validate(Utf8State.Start, bytes[..split]);
                var second = Utf8Validator.Validate(first.State, bytes[split..length]);
                if (!first.IsPossible || !second.IsPossible || !second.State.IsBoundary || (split > 0 && split < length && first.State.IsBoundary))
                    Assert.Fail($"U+{value:X4} split at {split}");
            }
        }
    }

    [Fact]
    public void Every_two_bytes_and_what_may_follow_them_are_what_the_frameworks_decoder_says()
    {
        Span<byte> bytes = stackalloc byte[4];
        byte[] third = [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF];
        for (var pair = 0; pair < 65536; pair++)
        {
            (bytes[0], bytes[1]) = ((byte)(pair >> 8), (byte)pair);
            foreach (var next in third)
            {
                bytes[2] = next;
                bytes[3] = (byte)(next ^ 0x3F);
                var expected = System.Text.Unicode.Utf8.IsValid(bytes);
                for (var split = 0; split <= 4; split++)
                {
                    var first = Utf8Validator.Validate(Utf8State.Start, bytes[..split]);
                    var isValid = first.IsPossible;
                    if (isValid)
                    {
                        var second = Utf8Validator.Validate(first.State, bytes[split..]);
                        isValid = second.IsPossible && second.State.IsBoundary;
                    }
                    if (isValid != expected) Assert.Fail($"{Convert.ToHexString(bytes)} split at {split}: {isValid}");
                }
            }
        }
    }

    [Fact]
    public void Characters_of_every_length_split_over_frames_come_back()
    {
        var server = new ManualServer(TestHandlers.Echoes);
        var client = server.Open("echo");
        for (var value = 1; value <= 0x10FFFF; value += value < 0x900 ? 13 : 1021)
        {
            if (!Rune.IsValid(value)) continue;
            var text = Encoding.UTF8.GetBytes(new Rune(value).ToString());
            for (var split = 0; split <= text.Length; split++)
            {
                var heard = server.Say(client, Of(Opcode.Text, text.AsSpan(0, split), fin: false), Of(Opcode.Continuation, text.AsSpan(split)));
                Assert.Equal(text, Assert.Single(Answer.Frames(heard)).Payload);
            }
        }
    }
}
