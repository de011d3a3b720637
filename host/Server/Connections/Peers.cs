using System.Net;
using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using static LanguageExt.Prelude;

namespace PluginHost.Server.Connections;

/// <summary>Addresses of the framework as the core's, and back.</summary>
internal static class Peers
{
    /// <summary>The address of an end point; none for a Unix socket, and where there is no end point.</summary>
    public static Option<Address> AddressOf(EndPoint? endPoint)
    {
        if (endPoint is not IPEndPoint ip) return None;
        Span<byte> bytes = stackalloc byte[16];
        return ip.Address.TryWriteBytes(bytes, out var count) ? Address.FromBytes(bytes[..count]) : None;
    }

    /// <summary>The end point of an address.</summary>
    public static IPEndPoint EndPointOf(Address address, int port) => new(new IPAddress(address.ToBytes()), port);
}
