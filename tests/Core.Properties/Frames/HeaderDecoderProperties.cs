using PluginHost.Core.Protocol.Frames;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Frames;

/// <summary>
/// The decoder against a reference that knows only whole headers: it says which are allowed, and how a prefix can go on. A violation must
/// be found at the first byte after which no allowed header is possible, and be one that the rules name.
/// </summary>
public sealed class HeaderDecoderProperties
{
    private static readonly long[] Limits =
        [0, 1, 124, 125, 126, 127, 255, 256, 1000, 65534, 65535, 65536, 65537, 70_000, 1 << 20, int.MaxValue, long.MaxValue];

    private static IEnumerable<FrameRules> AllRules =>
        from masked in new[] { true, false }
        from inMessage in new[] { true, false }
        from bits in Enumerable.Range(0, 8)
        from limit in Limits
        from full in new[] { true, false }
        select new FrameRules(masked, inMessage, (ReservedBits)(bits << 4), limit, full);

    [Fact]
    public void Every_two_first_bytes_under_every_rule()
    {
        foreach (var rules in AllRules)
        {
            for (var first = 0; first < 256; first++)
            {
                var allowed = FirstByteAllowed((byte)first, rules);
                var alone = FrameHeaderDecoder.Decode([(byte)first], rules);
                if (alone.Status == HeaderStatus.Violation == allowed) Assert.Fail($"{first:X2} under {rules}");
                // What follows a byte that is refused is not looked at: some values are as good as all.
                for (var second = 0; second < 256; second += allowed ? 1 : 63)
                {
                    var expected = allowed ? SecondByteAllowed((byte)first, (byte)second, rules) ? 0 : 2 : 1;
                    var result = FrameHeaderDecoder.Decode([(byte)first, (byte)second], rules);
                    var decidedBy = result.Status == HeaderStatus.Violation ? result.DecidedBy : 0;
                    if (decidedBy != expected || (!allowed && result != alone))
                        Assert.Fail($"{first:X2}{second:X2} under {rules}: {result}, expected {expected}");
                }
            }
        }
    }

    [Property(MaxTest = 3000)]
    public void Every_prefix_of_a_long_length_under_every_rule(ulong length, int shift, int pick, bool wide)
    {
        var rules = AllRules.ElementAt(Math.Abs(pick % 1088)) with { InMessage = false, NoMoreFragments = false };
        var value = length >> Math.Abs(shift % 64);
        byte[] bytes = wide
            ? [0x82, 127, .. BitConverter.GetBytes(value).Reverse(), 1, 2, 3, 4]
            : [0x82, 126, .. BitConverter.GetBytes((ushort)value).Reverse(), 1, 2, 3, 4];
        if (rules.ExpectMasked) bytes[1] |= 0x80;
        CheckPrefixes(bytes, rules);
    }

    [Fact]
    public void Every_length_around_every_bound_under_every_rule()
    {
        ulong[] bounds =
        [
            0, 125, 126, 255, 256, 1000, 65535, 65536, 70_000, 1 << 20, int.MaxValue, 1UL << 32, 1UL << 62, 1UL << 63, ulong.MaxValue,
        ];
        foreach (var rules in AllRules.Where(r => !r.InMessage && !r.NoMoreFragments && r.FirstFrameBits == ReservedBits.None))
        {
            foreach (var value in bounds.SelectMany(b => new[] { b - 1, b, b + 1 }))
            {
                var mask = (byte)(rules.ExpectMasked ? 0x80 : 0);
                CheckPrefixes([0x81, (byte)(mask | 127), .. BitConverter.GetBytes(value).Reverse(), 1, 2, 3, 4], rules);
                CheckPrefixes([0x81, (byte)(mask | 126), .. BitConverter.GetBytes((ushort)value).Reverse(), 1, 2, 3, 4], rules);
            }
        }
    }

    private static void CheckPrefixes(byte[] bytes, FrameRules rules)
    {
        var size = (bytes[1] & 0x7F) == 126 ? 2 : 8;
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var result = FrameHeaderDecoder.Decode(bytes.AsSpan(0, cut), rules);
            var first = Enumerable.Range(2, size + 1).FirstOrDefault(n => !LengthPossible(bytes, n - 2, size, rules.MaxPayload));
            var expected = first != 0 && first <= cut ? HeaderStatus.Violation
                : cut >= 2 + size + (rules.ExpectMasked ? 4 : 0) ? HeaderStatus.Complete
                : HeaderStatus.Incomplete;
            if (result.Status != expected || (expected == HeaderStatus.Violation && result.DecidedBy != first))
                Assert.Fail($"{Convert.ToHexString(bytes.AsSpan(0, cut))} under {rules}: {result}, expected {expected} at {first}");
            if (expected == HeaderStatus.Violation) CheckKind(bytes, size, rules, result.Violation);
        }
    }

    /// <summary>Whether an allowed length begins with the first <paramref name="known"/> octets of this one.</summary>
    private static bool LengthPossible(byte[] bytes, int known, int size, long limit)
    {
        System.Numerics.BigInteger least = 0, most = 0;
        for (var i = 0; i < size; i++)
        {
            least = (least * 256) + (i < known ? bytes[2 + i] : 0);
            most = (most * 256) + (i < known ? bytes[2 + i] : 255);
        }
        var from = System.Numerics.BigInteger.Max(least, size == 2 ? 126 : 65536);
        var to = System.Numerics.BigInteger.Min(most, limit);
        return from <= to;
    }

    /// <summary>The named rule is really broken, by the length as it stands in full.</summary>
    private static void CheckKind(byte[] bytes, int size, FrameRules rules, ViolationKind kind)
    {
        var value = new System.Numerics.BigInteger(bytes.AsSpan(2, size), isUnsigned: true, isBigEndian: true);
        var minimal = size == 2 ? 126 : 65536;
        var broken = kind switch
        {
            ViolationKind.LengthTopBitSet => size == 8 && bytes[2] >= 0x80,
            ViolationKind.NonMinimalLength => value < minimal,
            // Decided by the form alone, when the limit is below all that the form is for.
            ViolationKind.MessageTooBig => value > rules.MaxPayload || minimal > rules.MaxPayload,
            _ => false,
        };
        Assert.True(broken, $"{kind}: {Convert.ToHexString(bytes)} under {rules}");
    }

    private static bool FirstByteAllowed(byte first, FrameRules rules)
    {
        var (fin, bits, opcode) = (first >= 0x80, first & 0x70, first & 0x0F);
        return opcode switch
        {
            0 => bits == 0 && rules.InMessage && !rules.NoMoreFragments,
            1 or 2 => !rules.InMessage && (bits | (int)rules.FirstFrameBits) == (int)rules.FirstFrameBits,
            8 or 9 or 10 => bits == 0 && fin,
            _ => false,
        };
    }

    private static bool SecondByteAllowed(byte first, byte second, FrameRules rules)
    {
        if (second >= 0x80 != rules.ExpectMasked) return false;
        var length = second & 0x7F;
        return (first & 0x0F) switch
        {
            8 => length < 126 && length != 1,
            9 or 10 => length < 126,
            _ => (length == 126 ? 126 : length == 127 ? 65536 : length) <= rules.MaxPayload,
        };
    }
}
