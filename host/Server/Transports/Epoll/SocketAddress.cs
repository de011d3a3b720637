using System.Buffers.Binary;
using System.Net;

namespace PluginHost.Server.Transports.Epoll;

/// <summary>Reads Linux's <c>struct sockaddr</c>.</summary>
internal static class SocketAddressReader
{
    /// <summary>Room for any address.</summary>
    public const int MaxSize = 128;

    private const ushort InterNetwork = 2;
    private const ushort InterNetworkV6 = 10;

    /// <summary>The address, or <see langword="null"/> for a family that has none to show.</summary>
    public static EndPoint? Read(ReadOnlySpan<byte> address)
    {
        if (address.Length < 2) return null;
        switch (BitConverter.ToUInt16(address))
        {
            case InterNetwork when address.Length >= 8:
                return new IPEndPoint(new IPAddress(address.Slice(4, 4)), BinaryPrimitives.ReadUInt16BigEndian(address[2..]));
            case InterNetworkV6 when address.Length >= 28:
                var ip = new IPAddress(address.Slice(8, 16), BitConverter.ToUInt32(address[24..]));
                if (ip.IsIPv4MappedToIPv6) ip = ip.MapToIPv4();
                return new IPEndPoint(ip, BinaryPrimitives.ReadUInt16BigEndian(address[2..]));
            default:
                return null;
        }
    }
}
