using System.Net;
using System.Net.Sockets;
using System.Text;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Benchmarks.Hostile;

/// <summary>A client that does what no client should. It blocks.</summary>
internal sealed class HostilePeer : IDisposable
{
    private static int s_next;

    private readonly byte[] _buffer = new byte[4096];

    private HostilePeer(Socket socket) => Socket = socket;

    /// <summary>Its socket.</summary>
    public Socket Socket { get; }

    /// <summary>A request.</summary>
    public static byte[] Request(string path = "/", string protocol = "echo", string more = "") => Encoding.ASCII.GetBytes(
        $"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + $"Sec-WebSocket-Protocol: {protocol}\r\n{more}Sec-WebSocket-Version: 13\r\n\r\n");

    /// <summary>A frame as clients send it.</summary>
    public static byte[] Frame(Opcode opcode, ReadOnlySpan<byte> payload, bool fin = true, ReservedBits reserved = ReservedBits.None) =>
        FrameEncoder.Encode(new FrameHeader(fin, reserved, opcode, true, 0x12345678, payload.Length), payload);

    /// <summary>Connects, from one of several loopback addresses in turn: one of them has too few ports.</summary>
    public static HostilePeer Connect(int port, int receiveBuffer = 0) =>
        ConnectFrom((byte)(2 + (Interlocked.Increment(ref s_next) % 50)), port, receiveBuffer);

    /// <summary>Connects from 127.0.0.<paramref name="address"/>.</summary>
    public static HostilePeer ConnectFrom(byte address, int port, int receiveBuffer = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 20_000, SendTimeout = 20_000 };
        if (receiveBuffer > 0) socket.ReceiveBufferSize = receiveBuffer;
        socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, address]), 0));
        socket.Connect(IPAddress.Loopback, port);
        return new HostilePeer(socket);
    }

    /// <summary>Connects and shakes hands.</summary>
    public static HostilePeer Open(int port, string path = "/", string protocol = "echo", string more = "", int receiveBuffer = 0)
    {
        var peer = Connect(port, receiveBuffer);
        peer.Socket.Send(Request(path, protocol, more));
        if (!peer.Head().StartsWith("HTTP/1.1 101", StringComparison.Ordinal)) throw new InvalidOperationException("refused");
        return peer;
    }

    /// <summary>Sends all of it.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[Socket.Send(bytes)..];
    }

    /// <summary>Sends what the socket takes within a moment; not more.</summary>
    public int SendSome(ReadOnlySpan<byte> bytes)
    {
        Socket.Blocking = false;
        var sent = 0;
        for (var tries = 0; sent < bytes.Length && tries < 50;)
        {
            var count = Socket.Send(bytes[sent..], SocketFlags.None, out var error);
            if (error is not (SocketError.Success or SocketError.WouldBlock)) break;
            sent += Math.Max(0, count);
            if (error == SocketError.Success) continue;
            tries++;
            Thread.Sleep(2);
        }
        Socket.Blocking = true;
        return sent;
    }

    /// <summary>The head of the response.</summary>
    public string Head()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (Socket.Receive(one) == 0) return head.ToString();
            head.Append((char)one[0]);
        }
        return head.ToString();
    }

    /// <summary>Reads so many bytes.</summary>
    public byte[] Read(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var got = Socket.Receive(bytes, at, count - at, SocketFlags.None);
            if (got == 0) throw new InvalidOperationException("the server has ended the stream");
            at += got;
        }
        return bytes;
    }

    /// <summary>Reads to the end, in order or not; the close code that was said, or 0.</summary>
    public int CloseCode()
    {
        var last = new List<byte>();
        try
        {
            for (int count; (count = Socket.Receive(_buffer)) > 0;)
            {
                last.AddRange(_buffer.AsSpan(0, count));
                if (last.Count > 8192) last.RemoveRange(0, last.Count - 4096);
            }
        }
        catch (SocketException)
        {
            // A reset is an end too.
        }
        for (var at = last.Count - 4; at >= 0; at--)
            if (last[at] == 0x88 && last[at + 1] == last.Count - at - 2) return (last[at + 2] << 8) | last[at + 3];
        return 0;
    }

    /// <summary>Ends it with a reset.</summary>
    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Dispose();
    }

    public void Dispose() => Socket.Dispose();
}
