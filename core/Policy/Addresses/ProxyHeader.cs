using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using LanguageExt;

namespace PluginHost.Core.Policy.Addresses;

/// <summary>How far the reading of a PROXY header has come.</summary>
public enum ProxyHeaderKind : byte
{
    /// <summary>What has come may be the beginning of one.</summary>
    Incomplete,

    /// <summary>It is there.</summary>
    Complete,

    /// <summary>It is none, and no further byte can make it one.</summary>
    Malformed,
}

/// <summary>What the first bytes of a connection say about its client, told by a proxy.</summary>
/// <param name="Kind">How far it has come.</param>
/// <param name="Length">Bytes of a complete header; the client's own follow.</param>
/// <param name="HasSource">The header names an address; otherwise the connection is the proxy's own, or the proxy does not know.</param>
/// <param name="Source">The client's address.</param>
/// <param name="Port">The client's port.</param>
/// <param name="Secure">The client has spoken TLS with the proxy (version 2 only).</param>
public readonly record struct ProxyHeader(
    ProxyHeaderKind Kind, int Length = 0, bool HasSource = false, Address Source = default, int Port = 0, bool Secure = false)
{
    /// <summary>Bytes of a header at most. Version 1 has at most 107; of version 2 no proxy is known to send more than a few hundred.</summary>
    public const int MaxLength = 2048;

    private const int MaxLengthV1 = 107;
    private const int FixedLengthV2 = 16;
    private const byte SslType = 0x20;

    private static ReadOnlySpan<byte> SignatureV1 => "PROXY "u8;

    private static ReadOnlySpan<byte> SignatureV2 => "\r\n\r\n\0\r\nQUIT\n"u8;

    private static ProxyHeader Malformed => new(ProxyHeaderKind.Malformed);

    /// <summary>Reads a header of version 1 or 2 of the PROXY protocol. Total; never looks behind the header.</summary>
    /// <param name="bytes">What has come so far, from the first byte of the connection on.</param>
    public static ProxyHeader Read(ReadOnlySpan<byte> bytes)
    {
        if (IsPrefix(bytes, SignatureV2)) return bytes.Length < FixedLengthV2 ? default : ReadV2(bytes);
        if (IsPrefix(bytes, SignatureV1)) return ReadV1(bytes);
        return Malformed;
    }

    private static bool IsPrefix(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature)
    {
        var count = Math.Min(bytes.Length, signature.Length);
        return bytes[..count].SequenceEqual(signature[..count]);
    }

    private static ProxyHeader ReadV1(ReadOnlySpan<byte> bytes)
    {
        var line = bytes[..Math.Min(bytes.Length, MaxLengthV1)];
        var end = line.IndexOf((byte)'\n');
        if (end < 0) return bytes.Length < MaxLengthV1 && IsTextSoFar(line) ? default : Malformed;
        if (line[end - 1] != '\r' || !IsText(line[..(end - 1)])) return Malformed;
        var words = Encoding.ASCII.GetString(line[..(end - 1)]).Split(' ');
        if (words[1] == "UNKNOWN") return new(ProxyHeaderKind.Complete, end + 1);
        if (words.Length != 6 || words[1] is not ("TCP4" or "TCP6")) return Malformed;
        var isV4 = words[1] == "TCP4";
        return Named(words[2], isV4)
            .Bind(source => Named(words[3], isV4).Map(_ => source))
            .Bind(source => Port16(words[4]).Bind(port => Port16(words[5]).Map(_ => (source, port))))
            .Match(client => new ProxyHeader(ProxyHeaderKind.Complete, end + 1, true, client.source, client.port), () => Malformed);
    }

    private static bool IsText(ReadOnlySpan<byte> bytes) => bytes.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0;

    private static bool IsTextSoFar(ReadOnlySpan<byte> bytes) => IsText(bytes.EndsWith("\r"u8) ? bytes[..^1] : bytes);

    private static Option<Address> Named(string text, bool isV4) =>
        isV4 == text.Contains(':', StringComparison.Ordinal) ? Option<Address>.None : Address.Parse(text);

    private static Option<int> Port16(string text) =>
        text.Length is > 0 and <= 5 && text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0')
            && int.Parse(text, CultureInfo.InvariantCulture) is var port && port <= 65535
            ? port
            : Option<int>.None;

    private static ProxyHeader ReadV2(ReadOnlySpan<byte> bytes)
    {
        var command = bytes[12];
        var length = FixedLengthV2 + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        if (command is not (0x20 or 0x21) || length > MaxLength) return Malformed;
        // Datagrams do not come over a stream.
        var addresses = bytes[13] switch { 0x00 => 0, 0x11 => 4, 0x21 => 16, 0x31 => 108, _ => -1 };
        var behind = FixedLengthV2 + 2 * addresses + (addresses is 4 or 16 ? 4 : 0);
        if (command == 0x21 && (addresses < 0 || length < behind)) return Malformed;
        if (bytes.Length < length) return default;
        if (command == 0x20) return new(ProxyHeaderKind.Complete, length); // the proxy's own: what stands there means nothing
        var secure = Secured(bytes[behind..length]);
        if (secure < 0) return Malformed;
        if (addresses is not (4 or 16)) return new(ProxyHeaderKind.Complete, length, Secure: secure > 0);
        var source = Address.FromBytes(bytes.Slice(FixedLengthV2, addresses)).IfNone(default(Address));
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[(FixedLengthV2 + 2 * addresses)..]);
        return new(ProxyHeaderKind.Complete, length, true, source, port, secure > 0);
    }

    /// <summary>1 where the client has spoken TLS, 0 where not, −1 where the list of further values is broken.</summary>
    private static int Secured(ReadOnlySpan<byte> values)
    {
        var secured = 0;
        while (!values.IsEmpty)
        {
            if (values.Length < 3) return -1;
            var length = BinaryPrimitives.ReadUInt16BigEndian(values[1..]);
            if (values.Length < 3 + length) return -1;
            if (values[0] == SslType)
            {
                if (length < 5) return -1;
                secured = values[3] & 1;
            }
            values = values[(3 + length)..];
        }
        return secured;
    }
}
