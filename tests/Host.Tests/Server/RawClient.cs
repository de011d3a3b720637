using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Transports.Memory;

namespace PluginHost.Tests.Server;

/// <summary>A frame that the server sent.</summary>
internal sealed record ReceivedFrame(bool Fin, Opcode Opcode, byte[] Payload)
{
    /// <summary>The payload as text.</summary>
    public string Text => Encoding.UTF8.GetString(Payload);

    /// <summary>The code of a close frame.</summary>
    public int Code => Payload.Length < 2 ? 1005 : BinaryPrimitives.ReadUInt16BigEndian(Payload);
}

/// <summary>Frames as a client writes them.</summary>
internal static class ClientFrames
{
    private const uint Key = 0x5AC3_19F7;

    /// <summary>A masked frame.</summary>
    public static byte[] Of(Opcode opcode, ReadOnlySpan<byte> payload, bool fin = true, ReservedBits reserved = ReservedBits.None) =>
        FrameEncoder.Encode(new FrameHeader(fin, reserved, opcode, true, Key, payload.Length), payload);

    /// <summary>A text message.</summary>
    public static byte[] Text(string text) => Of(Opcode.Text, Encoding.UTF8.GetBytes(text));

    /// <summary>A binary message.</summary>
    public static byte[] Binary(ReadOnlySpan<byte> payload) => Of(Opcode.Binary, payload);

    /// <summary>A close frame.</summary>
    public static byte[] Close(int code, string reason = "") =>
        Of(Opcode.Close, FrameEncoder.ClosePayload((CloseCode)code, Encoding.UTF8.GetBytes(reason)));

    /// <summary>An upgrade request.</summary>
    public static byte[] Request(string path = "/", string? protocol = null, string more = "") => Encoding.ASCII.GetBytes(
        $"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + (protocol is null ? "" : $"Sec-WebSocket-Protocol: {protocol}\r\n") + more + "Sec-WebSocket-Version: 13\r\n\r\n");

    /// <summary>Bytes that differ from place to place.</summary>
    public static byte[] Pattern(int length, int seed = 0)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) bytes[i] = (byte)((i * 31) + (i >> 8) + seed);
        return bytes;
    }

    /// <summary>ASCII that differs from place to place.</summary>
    public static byte[] TextPattern(int length, int seed = 0)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) bytes[i] = (byte)(' ' + (((i * 7) + (i >> 6) + seed) % 95));
        return bytes;
    }
}

/// <summary>A client that says exactly which bytes go out and sees which come in.</summary>
internal sealed class RawClient(Stream stream) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>The stream.</summary>
    public Stream Stream => stream;

    /// <summary>Sends bytes.</summary>
    public async Task SendAsync(params byte[][] pieces) => await stream.WriteAsync(pieces.SelectMany(piece => piece).ToArray(), Limit.Token());

    /// <summary>Sends the request and reads the head of the answer.</summary>
    public async Task<string> RequestAsync(byte[] request)
    {
        await SendAsync(request);
        return await HeadAsync();
    }

    /// <summary>Opens the connection.</summary>
    public async Task HandshakeAsync(string path = "/", string? protocol = null) =>
        Assert.StartsWith("HTTP/1.1 101 ", await RequestAsync(ClientFrames.Request(path, protocol)), StringComparison.Ordinal);

    /// <summary>Everything up to and including an empty line.</summary>
    public async Task<string> HeadAsync()
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) head.Append((char)await ByteAsync());
        return head.ToString();
    }

    /// <summary>The next frame.</summary>
    public async Task<ReceivedFrame> FrameAsync()
    {
        var first = await ByteAsync();
        var second = await ByteAsync();
        Assert.True((second & 0x80) == 0, "a server's frames are not masked");
        long length = second;
        if (second == 126) length = BinaryPrimitives.ReadUInt16BigEndian(await BytesAsync(2));
        else if (second == 127) length = BinaryPrimitives.ReadInt64BigEndian(await BytesAsync(8));
        return new ReceivedFrame((first & 0x80) != 0, (Opcode)(first & 15), await BytesAsync((int)length));
    }

    /// <summary>The next frame, which has that opcode and payload.</summary>
    public async Task ExpectAsync(Opcode opcode, ReadOnlyMemory<byte> payload)
    {
        var frame = await FrameAsync();
        Assert.Equal(opcode, frame.Opcode);
        Assert.True(frame.Fin);
        if (!payload.Span.SequenceEqual(frame.Payload)) Assert.Equal(payload.ToArray(), frame.Payload);
    }

    /// <summary>The next frame closes with that code.</summary>
    public async Task ExpectCloseAsync(int code)
    {
        var frame = await FrameAsync();
        Assert.Equal((Opcode.Close, code), (frame.Opcode, frame.Code));
    }

    /// <summary>Nothing more comes, and the stream ends in order.</summary>
    public async Task ExpectEndAsync() => Assert.Equal("", Convert.ToHexString(await RestAsync()));

    /// <summary>Everything up to the end of the stream.</summary>
    public async Task<byte[]> RestAsync()
    {
        using var rest = new MemoryStream();
        rest.Write(_buffer, _start, _end - _start);
        _start = _end;
        await stream.CopyToAsync(rest, Limit.Token());
        return rest.ToArray();
    }

    /// <summary>The stream ends, in order or with a reset; what comes before does not matter.</summary>
    public async Task GoneAsync()
    {
        try
        {
            await RestAsync();
        }
        catch (IOException)
        {
            // A reset is an end too.
        }
    }

    /// <summary>Ends the client's half.</summary>
    public void EndOutput()
    {
        if (stream is MemoryClient memory) memory.EndOutput();
        else if (stream is SslStream secure) secure.ShutdownAsync().GetAwaiter().GetResult();
        else ((NetworkStream)stream).Socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Breaks the connection with a reset.</summary>
    public void Reset()
    {
        var inner = stream is SslStream secure ? TestCertificates.Inner(secure) : stream;
        if (inner is MemoryClient memory)
        {
            memory.Break();
            return;
        }
        var socket = ((NetworkStream)inner).Socket;
        if (socket.AddressFamily != AddressFamily.Unix) socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    private async Task<byte> ByteAsync()
    {
        if (_start == _end) await FillAsync();
        return _buffer[_start++];
    }

    private async Task<byte[]> BytesAsync(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            if (_start == _end) await FillAsync();
            var take = Math.Min(count - at, _end - _start);
            _buffer.AsSpan(_start, take).CopyTo(bytes.AsSpan(at));
            _start += take;
            at += take;
        }
        return bytes;
    }

    private async Task FillAsync()
    {
        _start = 0;
        _end = await stream.ReadAsync(_buffer, Limit.Token());
        if (_end == 0) throw new EndOfStreamException("the server has ended the stream");
    }
}
