using System.Globalization;
using LanguageExt;

using PluginHost.Core.Text;

namespace PluginHost.Core.Policy.Addresses;

/// <summary>All addresses that begin with the same bits (RFC 4632 §3.1, RFC 4291 §2.3).</summary>
/// <param name="First">The first of them: every bit behind the prefix is zero.</param>
/// <param name="Length">Bits of the prefix, 0 to 128; that of an IPv4 network is 96 more than what is written.</param>
public readonly record struct Network(Address First, int Length)
{
    private const int MappedBits = 96;

    /// <summary>Whether the address is one of them. Linear in nothing: two operations.</summary>
    /// <param name="address">Any address.</param>
    public bool Contains(Address address) => Length == 0 || (address.Bits ^ First.Bits) >> (128 - Length) == 0;

    /// <summary>Reads an address, which stands for itself alone, or an address, a slash and the length of the prefix.</summary>
    /// <param name="text"><c>192.0.2.7</c>, <c>192.0.2.0/24</c>, <c>2001:db8::/32</c>.</param>
    /// <returns>The network, or what is wrong with the text.</returns>
    public static Either<string, Network> Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var name = slash < 0 ? text : text[..slash];
        return Address.Parse(name).Match<Either<string, Network>>(
            address => slash < 0 ? new Network(address, 128) : WithLength(address, !name.Contains(':', StringComparison.Ordinal), text[(slash + 1)..]),
            () => $"expected an address or network such as \"192.0.2.7\", \"10.0.0.0/8\" or \"2001:db8::/32\", found \"{Quoting.Escape(text, 80)}\"");
    }

    /// <summary>As it is written.</summary>
    public override string ToString()
    {
        if (Length == 128) return First.ToString();
        var shown = First.IsIPv4 && Length >= MappedBits ? Length - MappedBits : Length;
        return string.Create(CultureInfo.InvariantCulture, $"{First}/{shown}");
    }

    private static Either<string, Network> WithLength(Address address, bool isIPv4, string digits)
    {
        var most = isIPv4 ? 32 : 128;
        if (digits.Length is 0 or > 3 || !digits.All(char.IsAsciiDigit) || (digits.Length > 1 && digits[0] == '0')
            || int.Parse(digits, CultureInfo.InvariantCulture) is var written && written > most)
            return $"the length of a network's prefix is a number from 0 to {most}, not \"{Quoting.Escape(digits, 80)}\"";
        var length = isIPv4 ? written + MappedBits : written;
        var first = new Address(length == 0 ? 0 : address.Bits >> (128 - length) << (128 - length));
        var network = new Network(first, length);
        return first == address ? network : $"{address}/{written} has bits behind its prefix; write {network}";
    }
}
