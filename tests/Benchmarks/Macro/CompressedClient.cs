using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Benchmarks.Macro;

/// <summary>One connection that sends the same compressed message again and again and counts what comes back.</summary>
internal sealed class CompressedClient : IDisposable
{
    private static readonly byte[] Nonce = new byte[16];

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>Connects; compression must have been agreed on.</summary>
    public async Task OpenAsync(int port)
    {
        await _socket.ConnectAsync(IPAddress.Loopback, port);
        var request = $"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + $"Sec-WebSocket-Key: {Convert.ToBase64String(Nonce)}\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
        await _socket.SendAsync(Encoding.ASCII.GetBytes(request));
        var head = HeadCursor.Response;
        while (true)
        {
            await ReceiveAsync();
            var scan = HeadScanner.Scan(head, _buffer.AsSpan(0, _end), HeadLimits.Default);
            if (scan.Kind == HeadScanKind.Incomplete) continue;
            var text = Encoding.ASCII.GetString(_buffer, 0, _end);
            if (!text.StartsWith("HTTP/1.1 101", StringComparison.Ordinal) || !text.Contains("permessage-deflate", StringComparison.Ordinal))
                throw new InvalidOperationException(text);
            _start = scan.Cursor.Position;
            return;
        }
    }

    /// <summary>Sends a batch of frames and takes as many messages.</summary>
    /// <returns>Payload bytes received.</returns>
    public async Task<long> EchoAsync(ReadOnlyMemory<byte> batch, int messages)
    {
        await _socket.SendAsync(batch);
        var bytes = 0L;
        while (true)
        {
            while (TryTake(out var length))
            {
                bytes += length;
                if (--messages == 0) return bytes;
            }
            await ReceiveAsync();
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>A masked frame with the message as the framework deflates it.</summary>
    public static byte[] Frame(byte[] message)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(message);
            deflate.Flush();
            var payload = output.ToArray()[..^4];
            return FrameEncoder.Encode(new FrameHeader(true, ReservedBits.Rsv1, Opcode.Text, true, 0x3F5C_77A1, payload.Length), payload);
        }
    }

    private bool TryTake(out int length)
    {
        var rules = new FrameRules(false, false, ReservedBits.Rsv1, int.MaxValue, false);
        var result = FrameHeaderDecoder.Decode(_buffer.AsSpan(_start, _end - _start), rules);
        length = (int)result.Header.PayloadLength;
        if (result.Status == HeaderStatus.Violation) throw new InvalidOperationException(result.Violation.ToString());
        if (result.Status != HeaderStatus.Complete || _end - _start < result.Header.Size + length) return false;
        _start += result.Header.Size + length;
        return true;
    }

    private async Task ReceiveAsync()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        var count = await _socket.ReceiveAsync(_buffer.AsMemory(_end));
        if (count == 0) throw new InvalidOperationException("the server ended the connection");
        _end += count;
    }
}
