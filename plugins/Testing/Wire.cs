using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Server.Transports.Memory;

namespace PluginHost.Testing;

/// <summary>How a message is cut on its way. Everything follows from the numbers that it is given.</summary>
/// <param name="chance">Where they come from.</param>
internal sealed class Cutting(Random chance)
{
    /// <summary>Cuts bytes into pieces, empty ones among them where that is allowed.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Cut(ReadOnlyMemory<byte> bytes, bool mayBeEmpty)
    {
        for (var pieces = 0; ; pieces++)
        {
            var size = pieces < 24 && chance.Next(3) > 0 ? chance.Next(mayBeEmpty ? 0 : 1, Math.Max(2, Math.Min(bytes.Length, chance.Next(4) == 0 ? bytes.Length : 9))) : bytes.Length;
            if (size >= bytes.Length) break;
            yield return bytes[..size];
            bytes = bytes[size..];
        }
        yield return bytes;
    }

    /// <summary>A ping comes here.</summary>
    public bool HasPing() => chance.Next(4) == 0;

    /// <summary>A message is compressed, where that was agreed on.</summary>
    public bool Compresses() => chance.Next(4) > 0;

    /// <summary>The next message is sent before all has been done about this one.</summary>
    public bool Hurries() => chance.Next(2) == 0;
}

/// <summary>A client of one connection: frames out, frames in. Under its host's lock.</summary>
/// <param name="connection">The connection.</param>
internal sealed class Wire(MemoryConnection connection)
{
    private const uint Key = 0x5AC3_19F7;
    private static readonly byte[] Tail = [0, 0, 0xFF, 0xFF];

    private readonly Queue<ReadOnlyMemory<byte>> _out = new();
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly List<byte> _in = [];
    private readonly List<byte> _message = [];
    private Opcode _opcode;
    private bool _isCompressed;
    private bool _isEncoded;

    /// <summary>The head of the server's answer, once it has come.</summary>
    public string? Head { get; private set; }

    /// <summary>The status of the answer.</summary>
    public int Status { get; private set; }

    /// <summary>What came after the head of an answer that refuses.</summary>
    public string Body => Encoding.UTF8.GetString([.. _in]);

    /// <summary>Whole messages that have come.</summary>
    public Queue<(bool IsText, byte[] Bytes)> Received { get; } = new();

    /// <summary>The server's close frame: its code, 1005 for none, and its reason; <see langword="null"/> until it has come.</summary>
    public (int Code, string Reason)? Close { get; private set; }

    /// <summary>The client has sent a close frame.</summary>
    public bool HasClosed { get; private set; }

    /// <summary>Nothing will come any more.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Nothing is read.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Something is left to be written.</summary>
    public bool HasOutput => _out.Count > 0 && !IsAtEnd;

    /// <summary>Sends the request.</summary>
    public void Ask(TestRequest request)
    {
        var text = new StringBuilder($"GET {request.Path} HTTP/1.1\r\n");
        if (!request.Headers.Keys.Contains("Host", StringComparer.OrdinalIgnoreCase)) text.Append("Host: localhost\r\n");
        text.Append("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n");
        if (request.Subprotocols.Count > 0) text.Append(CultureInfo.InvariantCulture, $"Sec-WebSocket-Protocol: {string.Join(", ", request.Subprotocols)}\r\n");
        if (request.Compression) text.Append("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n");
        foreach (var (name, value) in request.Headers) text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        _out.Enqueue(Encoding.Latin1.GetBytes(text.Append("\r\n").ToString()));
    }

    /// <summary>Sends a message.</summary>
    /// <param name="isText">Text or binary.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="cutting">How it is cut; <see langword="null"/> for one frame in one piece.</param>
    public void Say(bool isText, ReadOnlyMemory<byte> payload, Cutting? cutting)
    {
        var compresses = _isCompressed && (cutting?.Compresses() ?? true);
        var rest = compresses ? Deflate(payload.Span) : payload;
        var bytes = new List<byte>();
        var frames = cutting is null ? [rest] : cutting.Cut(rest, mayBeEmpty: true).ToArray();
        for (var i = 0; i < frames.Length; i++)
        {
            if (cutting?.HasPing() == true) bytes.AddRange(Frame(Opcode.Ping, "?"u8, true, ReservedBits.None));
            var opcode = i > 0 ? Opcode.Continuation : isText ? Opcode.Text : Opcode.Binary;
            bytes.AddRange(Frame(opcode, frames[i].Span, i == frames.Length - 1, compresses && i == 0 ? ReservedBits.Rsv1 : ReservedBits.None));
        }
        ReadOnlyMemory<byte> whole = bytes.ToArray();
        foreach (var segment in cutting?.Cut(whole, mayBeEmpty: false) ?? [whole]) _out.Enqueue(segment);
    }

    /// <summary>Sends a close frame.</summary>
    public void SayClose(int code, string reason)
    {
        if (HasClosed) return;
        HasClosed = true;
        var payload = code == 1005 ? [] : FrameEncoder.ClosePayload((CloseCode)code, Encoding.UTF8.GetBytes(reason));
        _out.Enqueue(Frame(Opcode.Close, payload, true, ReservedBits.None));
    }

    /// <summary>Writes a piece of what is to be written, and reads what has come.</summary>
    /// <returns>Whether anything has moved.</returns>
    public bool Exchange()
    {
        var moved = Write();
        while (!IsPaused && !IsAtEnd)
        {
            var count = connection.Read(_buffer);
            if (count == 0) break;
            moved = true;
            if (count < 0) End();
            else _in.AddRange(_buffer.AsSpan(0, count));
            if (Head is null) ReadHead();
            if (Status == 101) while (ReadFrame()) { }
        }
        return moved;
    }

    /// <summary>The server has ended its half of the stream: the client ends its own.</summary>
    private void End()
    {
        IsAtEnd = true;
        connection.Stream.Dispose();
    }

    private bool Write()
    {
        if (!_out.TryPeek(out var piece)) return false;
        var count = connection.Write(piece.Span);
        if (count < 0)
        {
            _out.Clear();
            return true;
        }
        if (count < piece.Length)
        {
            if (count == 0) return false;
            var rest = _out.ToArray();
            _out.Clear();
            _out.Enqueue(piece[count..]);
            foreach (var next in rest.Skip(1)) _out.Enqueue(next);
            return true;
        }
        _out.Dequeue();
        return true;
    }

    private void ReadHead()
    {
        var bytes = _in.ToArray();
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0) return;
        Head = Encoding.Latin1.GetString(bytes, 0, end);
        Status = int.Parse(Head.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture);
        _isCompressed = Status == 101 && Head.Contains(PerMessageDeflate.Name, StringComparison.OrdinalIgnoreCase);
        _in.RemoveRange(0, end + 4);
    }

    private bool ReadFrame()
    {
        var bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_in);
        var read = FrameHeaderDecoder.Decode(bytes, new FrameRules(false, _opcode != 0, _isCompressed ? ReservedBits.Rsv1 : ReservedBits.None, int.MaxValue, false));
        if (read.Status == HeaderStatus.Violation) throw new InvalidOperationException($"The server has sent a frame that is wrong: {read.Violation}.");
        if (read.Status == HeaderStatus.Incomplete || bytes.Length < read.Header.Size + read.Header.PayloadLength) return false;
        var header = read.Header;
        var payload = bytes.Slice(header.Size, (int)header.PayloadLength).ToArray();
        _in.RemoveRange(0, header.Size + payload.Length);
        switch (header.Opcode)
        {
            case Opcode.Ping:
                _out.Enqueue(Frame(Opcode.Pong, payload, true, ReservedBits.None));
                break;
            case Opcode.Pong:
                break;
            case Opcode.Close:
                Close = payload.Length < 2 ? (1005, "") : ((payload[0] << 8) | payload[1], Encoding.UTF8.GetString(payload, 2, payload.Length - 2));
                SayClose(Close.Value.Code, "");
                break;
            default:
                Add(header, payload);
                break;
        }
        return true;
    }

    private void Add(FrameHeader header, byte[] payload)
    {
        if (header.Opcode != Opcode.Continuation) (_opcode, _isEncoded) = (header.Opcode, header.Reserved.HasFlag(ReservedBits.Rsv1));
        _message.AddRange(payload);
        if (!header.Fin) return;
        byte[] whole = [.. _message];
        Received.Enqueue((_opcode == Opcode.Text, _isEncoded ? Inflate(whole) : whole));
        _message.Clear();
        _opcode = 0;
    }

    private static byte[] Frame(Opcode opcode, ReadOnlySpan<byte> payload, bool fin, ReservedBits reserved) =>
        FrameEncoder.Encode(new FrameHeader(fin, reserved, opcode, true, Key, payload.Length), payload);

    private static byte[] Deflate(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty) return [0];
        using var bytes = new MemoryStream();
        using var deflate = new DeflateStream(bytes, CompressionLevel.Fastest, leaveOpen: true);
        deflate.Write(payload);
        deflate.Flush();
        var all = bytes.ToArray();
        return all.AsSpan().EndsWith(Tail) ? all[..^Tail.Length] : all; // RFC 7692 §7.2.1
    }

    private static byte[] Inflate(byte[] payload)
    {
        using var inflate = new DeflateStream(new MemoryStream([.. payload, .. Tail]), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            for (int count; (count = inflate.Read(buffer)) > 0;) bytes.Write(buffer, 0, count);
        }
        catch (InvalidDataException)
        {
            // The stream has no final block: what is behind the last byte is not asked for by the protocol.
        }
        return bytes.ToArray();
    }
}
