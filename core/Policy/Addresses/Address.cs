using System.Globalization;
using LanguageExt;

namespace PluginHost.Core.Policy.Addresses;

/// <summary>
/// An IP address. An IPv4 address is the IPv6 address it is mapped to (RFC 4291 §2.5.5.2), so that both spellings of one host are equal.
/// </summary>
/// <param name="Bits">The 128 bits, the first of the text highest.</param>
public readonly record struct Address(UInt128 Bits)
{
    private const int Groups = 8;

    /// <summary>It stands for an IPv4 address.</summary>
    public bool IsIPv4 => Bits >> 32 == 0xFFFF;

    /// <summary>The address of bytes in network order.</summary>
    /// <param name="bytes">4 or 16 bytes.</param>
    /// <returns>None for any other number of bytes.</returns>
    public static Option<Address> FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is not (4 or 16)) return Option<Address>.None;
        var bits = bytes.Length == 4 ? (UInt128)0xFFFF : 0;
        foreach (var next in bytes) bits = (bits << 8) | next;
        return new Address(bits);
    }

    /// <summary>The bytes in network order: 4 for IPv4, otherwise 16.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[IsIPv4 ? 4 : 16];
        for (var i = 0; i < bytes.Length; i++) bytes[^(i + 1)] = (byte)(Bits >> (8 * i));
        return bytes;
    }

    /// <summary>Reads an address.</summary>
    /// <param name="text">
    /// IPv4 as four decimal numbers without leading zeros; IPv6 (RFC 4291 §2.2) without brackets and zone, perhaps with an IPv4 tail.
    /// </param>
    public static Option<Address> Parse(string text) => text.Contains(':', StringComparison.Ordinal)
        ? ParseIPv6(text)
        : ParseIPv4(text).Map(bits => new Address(((UInt128)0xFFFF << 32) | bits));

    /// <summary>IPv4 with dots, IPv6 as RFC 5952 writes it.</summary>
    public override string ToString() => IsIPv4 ? Dotted((uint)Bits) : Colons();

    private static Option<uint> ParseIPv4(string text)
    {
        var parts = text.Split('.');
        if (parts.Length != 4) return Option<uint>.None;
        var bits = 0u;
        foreach (var part in parts)
        {
            if (part.Length is 0 or > 3 || !part.All(char.IsAsciiDigit) || (part.Length > 1 && part[0] == '0')) return Option<uint>.None;
            var number = uint.Parse(part, CultureInfo.InvariantCulture);
            if (number > 255) return Option<uint>.None;
            bits = (bits << 8) | number;
        }
        return bits;
    }

    private static Option<Address> ParseIPv6(string text)
    {
        var gap = text.IndexOf("::", StringComparison.Ordinal);
        if (gap < 0)
            return Fields(text, mayEndInIPv4: true).Filter(all => all.Count == Groups).Map(all => Join(all));
        return
            from front in Fields(text[..gap], mayEndInIPv4: false)
            from back in Fields(text[(gap + 2)..], mayEndInIPv4: true)
            where front.Count + back.Count < Groups
            select Join([.. front, .. Enumerable.Repeat((ushort)0, Groups - front.Count - back.Count), .. back]);
    }

    private static Option<Seq<ushort>> Fields(string text, bool mayEndInIPv4)
    {
        if (text.Length == 0) return Seq<ushort>.Empty;
        var parts = text.Split(':');
        var fields = new List<ushort>(Groups);
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length is > 0 and <= 4 && parts[i].All(char.IsAsciiHexDigit))
                fields.Add(ushort.Parse(parts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            else if (mayEndInIPv4 && i == parts.Length - 1 && ParseIPv4(parts[i]) is { IsSome: true } tail)
                tail.Iter(bits => fields.AddRange([(ushort)(bits >> 16), (ushort)bits]));
            else
                return Option<Seq<ushort>>.None;
        }
        return fields.ToArray().ToSeq();
    }

    private static Address Join(IEnumerable<ushort> fields) => new(fields.Aggregate((UInt128)0, (bits, field) => (bits << 16) | field));

    private static string Dotted(uint bits) =>
        string.Create(CultureInfo.InvariantCulture, $"{bits >> 24}.{(bits >> 16) & 255}.{(bits >> 8) & 255}.{bits & 255}");

    // RFC 5952 §4: lower case, no leading zeros, "::" for the first of the longest runs of two or more zero fields.
    private string Colons()
    {
        var bits = Bits;
        var fields = Enumerable.Range(0, Groups).Select(i => (ushort)(bits >> (16 * (Groups - 1 - i)))).ToArray();
        var (start, length) = MaxZeros(fields);
        if (length < 2) return Hex(fields);
        return Hex(fields[..start]) + "::" + Hex(fields[(start + length)..]);
    }

    private static string Hex(ushort[] fields) => string.Join(':', fields.Select(field => field.ToString("x", CultureInfo.InvariantCulture)));

    private static (int Start, int Length) MaxZeros(ushort[] fields)
    {
        var best = (Start: 0, Length: 0);
        for (var i = 0; i < fields.Length; i++)
        {
            var length = fields[i..].TakeWhile(field => field == 0).Count();
            if (length > best.Length) best = (i, length);
        }
        return best;
    }
}
