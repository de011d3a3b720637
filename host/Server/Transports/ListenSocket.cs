using System.Net;
using System.Net.Sockets;
using PluginHost.Core.Serving.Plans;

namespace PluginHost.Server.Transports;

/// <summary>Opens sockets to listen on, and says what to do when that cannot be done.</summary>
public static class ListenSocket
{
    /// <summary>Where to bind.</summary>
    /// <param name="address">The address.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    public static EndPoint EndPointOf(ListenAddress address, string folder) => address.Match<EndPoint>(
        (host, port) => host switch
        {
            "localhost" => new IPEndPoint(IPAddress.Loopback, port),
            "*" => new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port),
            _ => new IPEndPoint(IPAddress.Parse(host), port),
        },
        path => new UnixDomainSocketEndPoint(Path.GetFullPath(path, folder)));

    /// <summary>A socket that listens and does not block.</summary>
    /// <exception cref="Exception">What <see cref="IsExpected"/> names.</exception>
    public static Socket Open(EndPoint endPoint)
    {
        var isUnix = endPoint is UnixDomainSocketEndPoint;
        if (isUnix) RemoveStaleSocket(endPoint);
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            if (!isUnix && !OperatingSystem.IsWindows()) socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            if (endPoint is IPEndPoint ip && ip.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Blocking = false;
            socket.Bind(endPoint);
            socket.Listen(1024);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        return socket;
    }

    /// <summary>A server that was killed leaves its socket file behind. One that nobody listens on any more is removed; anything else is left alone.</summary>
    private static void RemoveStaleSocket(EndPoint endPoint)
    {
        var path = endPoint.ToString()!;
        if (!File.Exists(path)) return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(endPoint);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused && !CanBeOpened(path))
        {
            File.Delete(path);
        }
    }

    /// <summary>It is a file, not a socket: connecting to it is refused just the same, and it may be somebody's data.</summary>
    private static bool CanBeOpened(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return true; // it cannot be known
        }
        catch (IOException)
        {
            return false; // ENXIO: sockets cannot be opened
        }
    }

    /// <summary>An exception of opening a socket that is no fault of this program.</summary>
    public static bool IsExpected(Exception exception) => exception is SocketException or IOException or UnauthorizedAccessException or ArgumentException;

    /// <summary>What is wrong and what to do about it.</summary>
    public static string Advice(Exception exception) => exception switch
    {
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
            "the address is in use; stop what listens there, or choose another port (0 picks a free one)",
        SocketException { SocketErrorCode: SocketError.AccessDenied } or UnauthorizedAccessException =>
            "permission denied; ports below 1024 and other users' folders need more rights",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => "this machine has no such address; use one of its own, or \"*\" for all",
        ArgumentException => $"{exception.Message}; the path of a Unix socket has at most 107 bytes",
        _ => exception.Message,
    };
}
