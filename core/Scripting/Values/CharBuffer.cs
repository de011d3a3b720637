using System.Globalization;

namespace PluginHost.Core.Scripting.Values;

/// <summary>Characters that grow at the end; the storage is kept when it is emptied.</summary>
internal sealed class CharBuffer
{
    private const int KeptAtMost = 64 * 1024;

    private char[] _characters = [];

    public int Length { get; private set; }

    public ReadOnlySpan<char> Span => _characters.AsSpan(0, Length);

    public ReadOnlySpan<char> From(int start) => _characters.AsSpan(start, Length - start);

    public void Append(char character)
    {
        if (Length == _characters.Length) Grow(1);
        _characters[Length++] = character;
    }

    public void Append(ReadOnlySpan<char> text)
    {
        if (text.Length > _characters.Length - Length) Grow(text.Length);
        text.CopyTo(_characters.AsSpan(Length));
        Length += text.Length;
    }

    public void Append<T>(T number, string? format = null) where T : ISpanFormattable
    {
        int written;
        while (!number.TryFormat(_characters.AsSpan(Length), out written, format, CultureInfo.InvariantCulture)) Grow(32);
        Length += written;
    }

    /// <summary>Cuts off what was added after a length that the buffer had.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Empties the buffer. Storage beyond 128 KiB is let go.</summary>
    public void Reset()
    {
        Length = 0;
        if (_characters.Length > KeptAtMost) _characters = [];
    }

    public override string ToString() => new(Span);

    private void Grow(int more) =>
        Array.Resize(ref _characters, Math.Max(Math.Max(256, Length + more), (int)Math.Min(Array.MaxLength, _characters.Length * 2L)));
}
