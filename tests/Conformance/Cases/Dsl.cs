using System.Buffers.Binary;
using System.Text;
using PluginHost.Conformance.Wire;

namespace PluginHost.Conformance.Cases;

/// <summary>The words that the chapters are written in.</summary>
internal static class Dsl
{
    /// <summary>The short message of most cases.</summary>
    public const string Hello = "Hello, world!";

    /// <summary>A text frame.</summary>
    public static Frame Text(string text, bool fin = true, int rsv = 0) => new(Op.Text, Utf8(text), fin, rsv);

    /// <summary>A text frame of any bytes.</summary>
    public static Frame Text(ReadOnlyMemory<byte> bytes, bool fin = true) => new(Op.Text, bytes, fin);

    /// <summary>A binary frame.</summary>
    public static Frame Binary(ReadOnlyMemory<byte> bytes, bool fin = true, int rsv = 0) => new(Op.Binary, bytes, fin, rsv);

    /// <summary>A continuation frame.</summary>
    public static Frame More(string text, bool fin) => new(Op.Continuation, Utf8(text), fin);

    /// <summary>A continuation frame of any bytes.</summary>
    public static Frame More(ReadOnlyMemory<byte> bytes, bool fin) => new(Op.Continuation, bytes, fin);

    /// <summary>A ping.</summary>
    public static Frame Ping(string text = "") => new(Op.Ping, Utf8(text));

    /// <summary>A close frame.</summary>
    public static Frame Close(int code, string reason = "") => new(Op.Close, ClosePayload(code, Utf8(reason)));

    /// <summary>The payload of a close frame.</summary>
    public static byte[] ClosePayload(int code, ReadOnlySpan<byte> reason)
    {
        var payload = new byte[2 + reason.Length];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        reason.CopyTo(payload.AsSpan(2));
        return payload;
    }

    /// <summary>A message that arrives.</summary>
    public static Arrival Echo(string text) => new(Op.Text, Utf8(text));

    /// <summary>The message of one frame, as it comes back.</summary>
    public static Arrival Echo(Frame frame) => new(frame.Opcode, frame.Payload);

    /// <summary>A pong that arrives.</summary>
    public static Arrival Pong(string text = "") => new(Op.Pong, Utf8(text));

    /// <summary>Sends frames.</summary>
    public static Step Send(params Frame[] frames) => new Step.Send(frames, Cut.None);

    /// <summary>Sends frames in a certain way.</summary>
    public static Step Send(Cut cut, params Frame[] frames) => new Step.Send(frames, cut);

    /// <summary>A message in fragments of so many bytes, the last of which may be shorter.</summary>
    public static Frame[] Fragments(int opcode, ReadOnlyMemory<byte> payload, int size)
    {
        var count = Math.Max(1, (int)(((long)payload.Length + size - 1) / size));
        return [.. Enumerable.Range(0, count).Select(i => new Frame(
            i == 0 ? opcode : Op.Continuation,
            payload.Slice(i * size, Math.Min(size, payload.Length - (i * size))),
            i == count - 1))];
    }

    /// <summary>A case in which everything is allowed: the client sends, waits for what it expects, and closes with 1000.</summary>
    public static Case Fine(string number, string title, Arrival[] arrivals, params Step[] steps) => new(
        number, title, [.. steps, new Step.Await(arrivals.Length), Send(Close(1000))], new Outcome(arrivals, new Ending(false, 1000)), []);

    /// <summary>A case in which the server must fail the connection: with the code, or non-strictly without a close frame.</summary>
    public static Case Fails(string number, string title, int code, Arrival[] arrivals, params Step[] steps) => new(
        number, title, steps, new Outcome(arrivals, new Ending(true, code)), [new Outcome(arrivals, new Ending(true, 1006))]);

    /// <summary>As <see cref="Fails"/>; frames before the violation need not have been answered either.</summary>
    public static Case FailsAfter(string number, string title, int code, Arrival[] arrivals, params Step[] steps)
    {
        var strict = Fails(number, title, code, arrivals, steps);
        return strict with
        {
            NonStrict = [.. strict.NonStrict, new Outcome([], new Ending(true, code)), new Outcome([], new Ending(true, 1006))],
        };
    }

    /// <summary>A case whose steps bring their own close frame.</summary>
    public static Case Closes(string number, string title, int[] codes, Arrival[] arrivals, params Step[] steps) => new(
        number, title, steps, new Outcome(arrivals, new Ending(false, codes)), []);

    /// <summary>Bytes from hexadecimal digits.</summary>
    public static byte[] Hex(string digits) => Convert.FromHexString(digits);

    /// <summary>Bytes of text.</summary>
    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>So many equal bytes.</summary>
    public static byte[] Filled(int count, byte value)
    {
        var bytes = new byte[count];
        bytes.AsSpan().Fill(value);
        return bytes;
    }
}
