using System.Text;

namespace PluginHost.Hostile.Corpora;

/// <summary>Every opcode with every fault (RFC 6455 §5), and text that is none. What must come of them follows from the RFC, not from this server.</summary>
internal static class FrameCorpus
{
    private const int Limit = 1 << 20;

    public static IEnumerable<HostileFrame> Frames() =>
    [
        .. Enumerable.Range(0, 16).SelectMany(OfOpcode),
        new("a continuation without a message", "8080" + "00000000", 1, 1002, false),
        new("a text within a message", "8180" + "00000000", 1, 1002, true),
        new("a binary within a message", "8280" + "00000000", 1, 1002, true),
        new("a close with one byte", "8881" + "00000000" + "03", 2, 1002, false),
        .. CloseCodes(),
    ];

    private static IEnumerable<HostileFrame> OfOpcode(int opcode)
    {
        var control = opcode >= 8;
        var known = opcode is 0 or 1 or 2 or 8 or 9 or 10;
        var within = opcode == 0;
        var fin = 0x80 | opcode;
        HostileFrame Make(string fault, int decides, int code, params byte[] bytes) =>
            new($"opcode {opcode:X}: {fault}", Convert.ToHexString(bytes), decides, code, within);

        foreach (var (name, bit) in new[] { ("RSV1", 0x40), ("RSV2", 0x20), ("RSV3", 0x10), ("all reserved bits", 0x70) })
        {
            yield return Make(name, 1, 1002, (byte)(fin | bit), 0x80, 0, 0, 0, 0);
            yield return Make(name + " without FIN", 1, 1002, (byte)(opcode | bit), 0x80, 0, 0, 0, 0);
        }
        if (!known)
        {
            yield return Make("unknown", 1, 1002, (byte)fin, 0x80, 0, 0, 0, 0);
            yield return Make("unknown, without FIN", 1, 1002, (byte)opcode, 0x80, 0, 0, 0, 0);
            yield break;
        }
        yield return Make("unmasked", 2, 1002, (byte)fin, 0x02, 0x03, 0xE8);
        yield return Make("unmasked and long", 2, 1002, (byte)fin, 0x7E, 0x01, 0x00);
        if (control)
        {
            yield return Make("fragmented", 1, 1002, (byte)opcode, 0x80, 0, 0, 0, 0);
            yield return Make("126 bytes", 2, 1002, (byte)fin, 0xFE, 0x00, 0x7E, 0, 0, 0, 0);
            yield return Make("64-bit length", 2, 1002, (byte)fin, 0xFF, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
            yield break;
        }
        yield return Make("16-bit length of 125", 4, 1002, (byte)fin, 0xFE, 0x00, 0x7D, 0, 0, 0, 0);
        yield return Make("16-bit length of 0", 4, 1002, (byte)fin, 0xFE, 0x00, 0x00, 0, 0, 0, 0);
        yield return Make("64-bit length of 65535", 8, 1002, (byte)fin, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0);
        yield return Make("64-bit length of 125", 8, 1002, (byte)fin, 0xFF, 0, 0, 0, 0, 0, 0, 0, 125, 0, 0, 0, 0);
        yield return Make("length with the top bit", 3, 1002, (byte)fin, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0);
        yield return Make("length 2^64 - 1", 3, 1002, (byte)fin, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0);
        yield return Make("length 2^63 - 1", 3, 1009, (byte)fin, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0);
        yield return Make("length 2^32", 6, 1009, (byte)fin, 0xFF, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
        // With a fragment of one byte before it, the limit is crossed by a byte less: what decides is the same byte or an earlier one.
        if (!within) yield return Make("length limit + 1", 10, 1009, (byte)fin, 0xFF, 0, 0, 0, 0, 0, Limit >> 16, 0, 1, 0, 0, 0, 0);
        if (within) yield return Make("length limit, after one byte", 8, 1009, (byte)fin, 0xFF, 0, 0, 0, 0, 0, Limit >> 16, 0, 0, 0, 0, 0, 0);
    }

    private static IEnumerable<HostileFrame> CloseCodes()
    {
        foreach (var code in new[] { 0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535 })
        {
            // The first byte decides where no code begins with it.
            var possible = Enumerable.Range(0, 5000).Any(one => one >> 8 == code >> 8 && (one is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or >= 3000));
            yield return new($"a close with code {code}", $"8882{0:X8}{code:X4}", possible ? 8 : 7, 1002, false);
        }
        yield return new("a close whose reason is no UTF-8", "8884" + "00000000" + "03E8FFFE", 9, 1007, false);
        yield return new("a close whose reason ends within a character", "8883" + "00000000" + "03E8C3", 9, 1007, false);
    }

    public static IEnumerable<HostileText> Texts()
    {
        foreach (var (name, hex) in new[]
        {
            ("a lone continuation", "80"), ("a lone continuation", "BF"), ("an overlong of two", "C080"), ("an overlong of two", "C1BF"), ("an overlong of three", "E08080"),
            ("an overlong of three", "E09FBF"), ("an overlong of four", "F0808080"), ("an overlong of four", "F08FBFBF"), ("a surrogate", "EDA080"), ("a surrogate", "EDBFBF"),
            ("a pair of surrogates", "EDA080EDB080"), ("above U+10FFFF", "F4908080"), ("above U+10FFFF", "F7BFBFBF"), ("five bytes", "F888808080"), ("six bytes", "FC8480808080"),
            ("FE", "FE"), ("FF", "FF"), ("two begun and not ended", "C3"), ("three begun and not ended", "E2"), ("three begun and not ended", "E282"), ("four begun and not ended", "F0"),
            ("four begun and not ended", "F09F"), ("four begun and not ended", "F09F98"), ("two ended by ASCII", "C328"), ("three ended by ASCII", "E22882"), ("three ended by ASCII", "E28228"),
            ("four ended by ASCII", "F0288CBC"), ("four ended by ASCII", "F09F2898"), ("four ended by ASCII", "F09F9828"), ("a start after a start", "C3C3"), ("a start after a start", "E2E282AC"),
        })
        {
            foreach (var before in new[] { "", "a", "\u00e9\u20ac", new string('x', 40) })
            {
                var bytes = Encoding.UTF8.GetBytes(before).Concat(Convert.FromHexString(hex)).ToArray();
                yield return new($"{name}, after {before.Length} characters", Convert.ToHexString(bytes), Decides(bytes));
            }
        }
    }

    /// <summary>The framework's own decoder says how many bytes decide.</summary>
    private static int Decides(byte[] bytes)
    {
        for (var length = 1; length <= bytes.Length; length++)
            if (!IsPossible(bytes.AsSpan(0, length))) return length;
        return bytes.Length + 1;
    }

    private static bool IsPossible(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out _, out var consumed);
            if (status == System.Buffers.OperationStatus.NeedMoreData) return true;
            if (status != System.Buffers.OperationStatus.Done) return false;
            bytes = bytes[consumed..];
        }
        return true;
    }
}
