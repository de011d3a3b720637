using System.Buffers.Text;
using System.Globalization;
using LanguageExt;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>The body of an answer, as far as it has come (RFC 9112 §6).</summary>
/// <param name="Content">Its bytes, without those of the transfer coding.</param>
/// <param name="IsComplete">Nothing more is wanted: it has ended, is as long as it may be, or cannot be read any further.</param>
public readonly record struct ResponseBody(ReadOnlyMemory<byte> Content, bool IsComplete)
{
    private const int MaxChunkLine = 1024;

    private static ResponseBody Unreadable => new(default, IsComplete: true);

    /// <summary>Reads what has come behind the head. Total: what breaks the grammar ends the body.</summary>
    /// <param name="head">The head.</param>
    /// <param name="received">Everything behind it.</param>
    /// <param name="max">Bytes of content that are wanted; what is longer is cut.</param>
    public static ResponseBody Read(ResponseHead head, ReadOnlySpan<byte> received, int max)
    {
        if (head.Status is < 200 or 204 or 304) return Unreadable;
        var (codings, lengths) = (head.Headers.All("Transfer-Encoding"), head.Headers.All("Content-Length"));
        if (!codings.IsEmpty) return codings.Count == 1 && Grammar.SameName(codings[0], "chunked") ? Chunked(received, max) : Unreadable;
        if (lengths.IsEmpty) return Cut(received, max);
        return lengths.Count == 1 && long.TryParse(lengths[0], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? Cut(received, (int)Math.Min(length, max))
            : Unreadable;
    }

    private static ResponseBody Cut(ReadOnlySpan<byte> received, int wanted) =>
        new(received[..Math.Min(received.Length, wanted)].ToArray(), received.Length >= wanted);

    private static ResponseBody Chunked(ReadOnlySpan<byte> received, int max)
    {
        var content = new List<byte>();
        while (content.Count < max)
        {
            var line = received.IndexOf("\r\n"u8);
            if (line < 0) return new(content.ToArray(), received.Length > MaxChunkLine);
            // The size is hexadecimal; extensions may follow it (RFC 9112 §7.1).
            if (!Utf8Parser.TryParse(received[..line], out int size, out _, 'x') || size <= 0) return new(content.ToArray(), IsComplete: true);
            received = received[(line + 2)..];
            content.AddRange(received[..Math.Min(Math.Min(size, received.Length), max - content.Count)]);
            if (received.Length < size + 2L) return new(content.ToArray(), content.Count == max);
            received = received[(size + 2)..];
        }
        return new(content.ToArray(), IsComplete: true);
    }
}
