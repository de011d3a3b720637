using System.Net;
using System.Net.Sockets;
using LanguageExt;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Benchmarks.Load;

/// <summary>One WebSocket of a load: sends the same frame again and again, and reads messages, whose every byte it compares.</summary>
internal sealed class LoadConnection(Socket socket, byte[] expected) : IDisposable
{
    private static readonly FrameRules s_first = new(false, false, ReservedBits.None, int.MaxValue, false);
    private static readonly FrameRules s_next = s_first with { InMessage = true };

    private readonly byte[] _header = new byte[FrameHeader.MaxSize];
    private readonly Queue<long> _sentAt = new();
    private int _headerLength;
    private long _remaining;
    private bool _inMessage;
    private bool _fin;
    private int _offset;
    private long _unsent;
    private long _sent;

    public int Descriptor { get; } = (int)socket.Handle;

    /// <summary>Connects, shakes hands by the core's client side.</summary>
    /// <param name="port">Where.</param>
    /// <param name="subprotocol">What to offer.</param>
    /// <param name="expected">The payload of every message that comes.</param>
    /// <param name="receiveBuffer">What the system keeps of what is not read, roughly; 0 for what is usual.</param>
    public static LoadConnection Open(int port, string? subprotocol, byte[] expected, int receiveBuffer = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0) socket.ReceiveBufferSize = receiveBuffer;
        socket.Connect(IPAddress.Loopback, port);
        var offer = ClientOffer.To($"127.0.0.1:{port}", "/");
        if (subprotocol is not null) offer = offer with { Subprotocols = new[] { subprotocol }.ToSeq() };
        var request = ClientHandshake.Build(offer, new byte[16]).Match(fine => fine, fault => throw new InvalidOperationException(fault.Explanation));
        socket.Send(request.ToBytes());
        var buffer = new byte[4096];
        var length = 0;
        while (true)
        {
            var count = socket.Receive(buffer, length, buffer.Length - length, SocketFlags.None);
            if (count == 0) throw new InvalidOperationException("the server ended the connection in the handshake");
            length += count;
            var scan = HeadScanner.Scan(HeadCursor.Response, buffer.AsSpan(0, length), HeadLimits.Default);
            if (scan.Kind == HeadScanKind.Incomplete) continue;
            var head = buffer.AsSpan(0, scan.Cursor.Position);
            ClientHandshake.Check(request, head).Match(fine => fine, fault => throw new InvalidOperationException(fault.Explanation));
            socket.Blocking = false;
            return new LoadConnection(socket, expected);
        }
    }

    /// <summary>Queues that many copies of the frame and sends what the socket takes.</summary>
    /// <param name="frames">Copies of the frame in a row, at least as many as are ever in flight, and one.</param>
    /// <param name="frameLength">The length of one.</param>
    /// <param name="count">How many to send.</param>
    /// <param name="now">For the latency, nanoseconds.</param>
    public void Send(ReadOnlySpan<byte> frames, int frameLength, int count, long now)
    {
        for (var i = 0; i < count; i++) _sentAt.Enqueue(now);
        _unsent += (long)count * frameLength;
        Flush(frames, frameLength);
    }

    /// <summary>A message is on its way that nobody here has asked for.</summary>
    /// <param name="now">For the latency, nanoseconds.</param>
    public void Expect(long now) => _sentAt.Enqueue(now);

    /// <summary>Sends what waits.</summary>
    public void Flush(ReadOnlySpan<byte> frames, int frameLength)
    {
        while (_unsent > 0)
        {
            var start = (int)(_sent % frameLength);
            var count = Epoll.Send(Descriptor, frames.Slice(start, (int)Math.Min(_unsent, frames.Length - start)));
            if (count == -2) throw new InvalidOperationException("the server broke the connection");
            if (count == 0) return;
            _sent += count;
            _unsent -= count;
        }
    }

    /// <summary>Takes what was received.</summary>
    /// <returns>Messages completed.</returns>
    public int Take(ReadOnlySpan<byte> bytes, long now, LatencyHistogram? latencies)
    {
        var messages = 0;
        while (!bytes.IsEmpty)
        {
            if (_remaining > 0)
            {
                var piece = bytes[..(int)Math.Min(bytes.Length, _remaining)];
                Compare(piece);
                _remaining -= piece.Length;
                bytes = bytes[piece.Length..];
                if (_remaining > 0) break;
                if (EndFrame(now, latencies)) messages++;
                continue;
            }
            var result = Decode(bytes, out var used);
            bytes = bytes[used..];
            if (result.Status == HeaderStatus.Incomplete) break;
            if (result.Status == HeaderStatus.Violation || Opcodes.IsControl(result.Header.Opcode))
                throw new InvalidOperationException($"unexpected: {result}");
            _remaining = result.Header.PayloadLength;
            _fin = result.Header.Fin;
            if (_remaining == 0 && EndFrame(now, latencies)) messages++;
        }
        return messages;
    }

    private HeaderResult Decode(ReadOnlySpan<byte> bytes, out int used)
    {
        var rules = _inMessage ? s_next : s_first;
        if (_headerLength == 0)
        {
            var whole = FrameHeaderDecoder.Decode(bytes, rules);
            used = whole.Status == HeaderStatus.Complete ? whole.Header.Size : bytes.Length;
            if (whole.Status == HeaderStatus.Incomplete) Keep(bytes);
            return whole;
        }
        var before = _headerLength;
        Keep(bytes[..Math.Min(bytes.Length, _header.Length - before)]);
        var result = FrameHeaderDecoder.Decode(_header.AsSpan(0, _headerLength), rules);
        used = result.Status == HeaderStatus.Complete ? result.Header.Size - before : bytes.Length;
        if (result.Status == HeaderStatus.Complete) _headerLength = 0;
        return result;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_header.AsSpan(_headerLength));
        _headerLength += bytes.Length;
    }

    private bool EndFrame(long now, LatencyHistogram? latencies)
    {
        _inMessage = !_fin;
        if (!_fin) return false;
        if (_offset != expected.Length) throw new InvalidOperationException($"a message of {_offset} bytes for one of {expected.Length}");
        _offset = 0;
        if (_sentAt.TryDequeue(out var sent)) latencies?.Add(now - sent);
        return true;
    }

    private void Compare(ReadOnlySpan<byte> piece)
    {
        if (_offset + piece.Length > expected.Length || !piece.SequenceEqual(expected.AsSpan(_offset, piece.Length)))
            throw new InvalidOperationException("what came back is not what was sent");
        _offset += piece.Length;
    }

    public void Dispose() => socket.Dispose();
}
