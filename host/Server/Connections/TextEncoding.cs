using System.Buffers;
using System.Text.Unicode;

namespace PluginHost.Server.Connections;

/// <summary>Text on its way out: a handler's mistake is found here, not by the peer (RFC 6455 §5.6).</summary>
internal static class TextEncoding
{
    /// <summary>Encodes into the buffer.</summary>
    /// <param name="text">The text.</param>
    /// <param name="buffer">At least three bytes for each character.</param>
    /// <exception cref="ArgumentException">The text holds lone surrogates.</exception>
    public static ReadOnlySpan<byte> Encode(string text, Span<byte> buffer)
    {
        var status = Utf8.FromUtf16(text, buffer, out _, out var written, replaceInvalidSequences: false);
        return status == OperationStatus.Done
            ? buffer[..written]
            : throw new ArgumentException("The text holds a lone surrogate, which is not text in any encoding.", nameof(text));
    }

    /// <summary>Checks text that a handler gives as UTF-8.</summary>
    /// <exception cref="ArgumentException">It is not UTF-8.</exception>
    public static void Check(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8)) throw new ArgumentException("The text is not valid UTF-8 (RFC 6455 §5.6).", nameof(utf8));
    }
}
