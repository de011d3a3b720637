using System.Buffers.Binary;

namespace PluginHost.Core.Policy.Limits;

/// <summary>
/// What counts as one address where connections and rates are counted by address: an IPv4 address, or an IPv6 network of /64, the least that
/// one subscriber has. The default value stands for no address, as with Unix sockets.
/// </summary>
/// <param name="Network">The number; 0 for no address.</param>
/// <param name="IsIPv6">Of an IPv6 network.</param>
public readonly record struct AddressKey(ulong Network, bool IsIPv6)
{
    private const int IPv4Length = 4;
    private const int IPv6Length = 16;

    /// <summary>No address.</summary>
    public static AddressKey None => default;

    /// <summary>There is no address.</summary>
    public bool IsNone => this == default;

    /// <summary>The key of an address.</summary>
    /// <param name="address">4 or 16 bytes in network order; any other number is no address. An IPv4 address in IPv6 form counts as IPv4.</param>
    public static AddressKey Of(ReadOnlySpan<byte> address)
    {
        if (address.Length == IPv4Length) return new(BinaryPrimitives.ReadUInt32BigEndian(address) | (1UL << 32), false);
        if (address.Length != IPv6Length) return None;
        var mapped = address[..10].IndexOfAnyExcept((byte)0) < 0 && address[10] == 0xFF && address[11] == 0xFF;
        return mapped ? Of(address[12..]) : new(BinaryPrimitives.ReadUInt64BigEndian(address), true);
    }
}
