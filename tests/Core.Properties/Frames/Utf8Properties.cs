using System.Buffers;
using System.Text;
using PluginHost.Core.Properties.Support;
using PluginHost.Core.Protocol.Frames;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Frames;

/// <summary>The validator against the framework's decoder, one <see cref="Rune"/> at a time, and against itself at every cut.</summary>
public sealed class Utf8Properties
{
    [Property(MaxTest = 2000)]
    public void Cuts_change_neither_the_verdict_nor_the_first_impossible_byte(byte[] noise, int seed)
    {
        var random = new Random(seed);
        byte[] middle = random.Next(2) == 0 ? noise : [];
        byte[] bytes = [.. Streams.Text(random, random.Next(70)), .. middle, .. Streams.Text(random, random.Next(70))];
        AssertAsReference(bytes);
        for (var cut = 0; cut <= bytes.Length; cut++)
            Assert.Equal(Validate(bytes), Validate(bytes, cut));
        Assert.Equal(Validate(bytes), Validate(bytes, [.. Enumerable.Range(1, Math.Max(0, bytes.Length - 1))]));
        int[] cuts = [random.Next(bytes.Length + 1), random.Next(bytes.Length + 1), random.Next(bytes.Length + 1)];
        Assert.Equal(Validate(bytes), Validate(bytes, [.. cuts.Order()]));
    }

    [Fact]
    public void Every_code_point_is_valid_alone_and_at_every_cut()
    {
        Span<byte> bytes = stackalloc byte[6];
        for (var value = 0; value <= 0x10FFFF; value++)
        {
            if (!Rune.IsValid(value)) continue;
            var length = new Rune(value).EncodeToUtf8(bytes);
            for (var cut = 0; cut < length; cut++)
            {
                var first = Utf8Validator.Validate(Utf8State.Start, bytes[..cut]);
                if (!first.IsPossible || first.State.Needed != (cut == 0 ? 0 : length - cut)) Assert.Fail($"U+{value:X} cut at {cut}");
                var second = Utf8Validator.Validate(first.State, bytes[cut..length]);
                if (!second.IsPossible || !second.State.IsBoundary) Assert.Fail($"U+{value:X} after the cut at {cut}");
            }
        }
    }

    [Fact]
    public void Every_sequence_of_up_to_three_bytes_is_judged_as_the_framework_judges_it()
    {
        var bytes = new byte[3];
        for (var value = 0; value < 1 << 24; value++)
        {
            (bytes[0], bytes[1], bytes[2]) = ((byte)(value >> 16), (byte)(value >> 8), (byte)value);
            // One ASCII byte in front is as good as another.
            if (bytes[0] is > 0 and < 0x7F) continue;
            var (impossible, needed) = Reference(bytes);
            var result = Utf8Validator.Validate(Utf8State.Start, bytes);
            if (result.FirstImpossible != impossible || (impossible < 0 && result.State.Needed != needed)) AssertAsReference(bytes);
        }
        for (var value = 0; value < 1 << 16; value++)
        {
            AssertAsReference([(byte)(value >> 8), (byte)value]);
            if (value < 256) AssertAsReference([(byte)value]);
        }
    }

    [Fact]
    public void Sequences_of_four_bytes_around_every_bound_are_judged_as_the_framework_judges_them()
    {
        byte[] edges =
            [0, 0x41, 0x7F, 0x80, 0x81, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF];
        for (var lead = 0xEE; lead <= 0xFF; lead++)
        {
            for (var second = 0; second < 256; second++)
            {
                foreach (var third in edges)
                {
                    foreach (var fourth in edges)
                    {
                        byte[] bytes = [(byte)lead, (byte)second, third, fourth];
                        var (impossible, needed) = Reference(bytes);
                        var result = Utf8Validator.Validate(Utf8State.Start, bytes);
                        if (result.FirstImpossible != impossible || (impossible < 0 && result.State.Needed != needed))
                            AssertAsReference(bytes);
                    }
                }
            }
        }
    }

    private static void AssertAsReference(ReadOnlySpan<byte> bytes)
    {
        var (impossible, needed) = Reference(bytes);
        var result = Utf8Validator.Validate(Utf8State.Start, bytes);
        Assert.True(impossible == result.FirstImpossible, Convert.ToHexString(bytes));
        if (impossible < 0) Assert.True(needed == result.State.Needed, Convert.ToHexString(bytes));
    }

    /// <summary>The first byte after which no text is possible, by the framework: a prefix of a character is possible where the framework
    /// wants more data. And how many bytes finish the last character, by its first byte.</summary>
    private static (int Impossible, int Needed) Reference(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            var status = Rune.DecodeFromUtf8(bytes[at..], out _, out var used);
            if (status == OperationStatus.Done)
            {
                at += used;
                continue;
            }
            if (status == OperationStatus.NeedMoreData)
                return (-1, (bytes[at] >= 0xF0 ? 4 : bytes[at] >= 0xE0 ? 3 : 2) - (bytes.Length - at));
            var possible = 0;
            while (Rune.DecodeFromUtf8(bytes.Slice(at, possible + 1), out _, out _) == OperationStatus.NeedMoreData) possible++;
            return (at + possible, 0);
        }
        return (-1, 0);
    }

    private static (int Impossible, Utf8State State) Validate(ReadOnlySpan<byte> bytes, params int[] cuts)
    {
        var state = Utf8State.Start;
        var from = 0;
        foreach (var cut in (int[])[.. cuts, bytes.Length])
        {
            var result = Utf8Validator.Validate(state, bytes[from..cut]);
            if (!result.IsPossible) return (from + result.FirstImpossible, default);
            (state, from) = (result.State, cut);
        }
        return (-1, state);
    }
}
