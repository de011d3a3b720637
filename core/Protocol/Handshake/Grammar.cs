using System.Buffers;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>The character classes of RFC 7230 that the handshake is written in.</summary>
public static class Grammar
{
    private const string TokenText = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly SearchValues<char> TokenChars = SearchValues.Create(TokenText);

    private static readonly SearchValues<char> ControlChars = SearchValues.Create(Controls());

    /// <summary>
    /// Whether the text is a token: one or more <c>tchar</c> (RFC 7230 §3.2.6). Subprotocols, extensions and header names are tokens.
    /// </summary>
    /// <param name="text">Any text; the empty one is no token.</param>
    public static bool IsToken(string text) => IsToken(text.AsSpan());

    /// <summary>
    /// Whether the text may stand in a header value: Latin-1, no control character but the tab, so no line can be smuggled (RFC 7230 §3.2).
    /// </summary>
    /// <param name="text">Any text; the empty one is a value.</param>
    public static bool IsFieldValue(string text) =>
        text.AsSpan().IndexOfAny(ControlChars) < 0 && text.AsSpan().IndexOfAnyExceptInRange('\0', '\u00ff') < 0;

    internal static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && text.IndexOfAnyExcept(TokenChars) < 0;

    /// <summary>How many characters from the start of the text are <c>tchar</c>.</summary>
    internal static int TokenLength(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExcept(TokenChars);
        return end < 0 ? text.Length : end;
    }

    /// <summary>Without the optional white space (space, tab) around it.</summary>
    internal static ReadOnlySpan<char> TrimSpace(ReadOnlySpan<char> text) => text.Trim(" \t");

    internal static bool SameName(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    internal static ReadOnlySpan<byte> TokenBytes =>
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8;

    private static char[] Controls() =>
        [.. Enumerable.Range(0, 0x20).Append(0x7f).Where(c => c != '\t').Select(c => (char)c)];
}
