namespace PluginHost.Core.Policy.Topics;

/// <summary>How long a topic's name or pattern may be.</summary>
/// <param name="Bytes">Bytes in UTF-8, 1 and above.</param>
/// <param name="Levels">Levels, 1 and above.</param>
public sealed record TopicLength(int Bytes, int Levels)
{
    /// <summary>256 bytes, 16 levels.</summary>
    public static TopicLength Default { get; } = new(256, 16);
}

/// <summary>What is wrong with the name of a topic or with a pattern.</summary>
public enum TopicFault : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It is empty.</summary>
    Empty,

    /// <summary>It has too many bytes.</summary>
    TooLong,

    /// <summary>It has too many levels.</summary>
    TooManyLevels,

    /// <summary>It holds a control character or a lone surrogate.</summary>
    NotText,

    /// <summary>The name of a topic holds <c>+</c> or <c>#</c>.</summary>
    WildcardInName,

    /// <summary>In a pattern, <c>+</c> shares its level with something, or <c>#</c> is not the last level.</summary>
    MisplacedWildcard,
}

/// <summary>
/// Names of topics and patterns over them, as in MQTT 5 §4.7: levels separated by <c>/</c>; in a pattern <c>+</c> stands for any one level and a
/// last <c>#</c> for the level above it and everything below. Levels may be empty. Names are compared exactly. A pattern that begins with a
/// wildcard matches no topic that begins with <c>$</c>.
/// </summary>
public static class TopicSyntax
{
    /// <summary>Looks at the name of a topic.</summary>
    public static TopicFault CheckName(ReadOnlySpan<char> name, TopicLength length)
    {
        var fault = CheckText(name, length);
        return fault == TopicFault.None && name.IndexOfAny('+', '#') >= 0 ? TopicFault.WildcardInName : fault;
    }

    /// <summary>Looks at a pattern. A name is a pattern that matches that topic only.</summary>
    public static TopicFault CheckPattern(ReadOnlySpan<char> pattern, TopicLength length)
    {
        var fault = CheckText(pattern, length);
        if (fault != TopicFault.None) return fault;
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] is not ('+' or '#')) continue;
            var last = i == pattern.Length - 1;
            var alone = (i == 0 || pattern[i - 1] == '/') && (last || pattern[i + 1] == '/');
            if (!alone || (pattern[i] == '#' && !last)) return TopicFault.MisplacedWildcard;
        }
        return TopicFault.None;
    }

    /// <summary>A valid pattern has a wildcard, so it is more than a name.</summary>
    public static bool HasWildcard(ReadOnlySpan<char> pattern) => pattern.IndexOfAny('+', '#') >= 0;

    /// <summary>Whether a topic is one of a pattern's.</summary>
    /// <param name="pattern">A valid pattern.</param>
    /// <param name="topic">A valid name.</param>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> topic)
    {
        if (topic[0] == '$' && pattern[0] is '+' or '#') return false;
        var rest = new Levels(topic);
        for (var wanted = new Levels(pattern); ; wanted = wanted.Next(), rest = rest.Next())
        {
            if (wanted.IsEnd) return rest.IsEnd;
            if (wanted.First is "#") return true;
            if (rest.IsEnd || (wanted.First is not "+" && !wanted.First.SequenceEqual(rest.First))) return false;
        }
    }

    /// <summary>Whether every topic that matches one pattern matches another too.</summary>
    /// <param name="wide">A valid pattern.</param>
    /// <param name="narrow">A valid pattern or name.</param>
    public static bool Covers(ReadOnlySpan<char> wide, ReadOnlySpan<char> narrow)
    {
        if (narrow[0] == '$' && wide[0] is '+' or '#') return false;
        if (narrow is "#") narrow = "+/#"; // the same: a name has one level at least
        else if (narrow is "/#") narrow = "/+/#"; // and is not empty
        var rest = new Levels(narrow);
        for (var wanted = new Levels(wide); ; wanted = wanted.Next(), rest = rest.Next())
        {
            if (wanted.IsEnd) return rest.IsEnd;
            if (wanted.First is "#") return true;
            if (rest.IsEnd || rest.First is "#") return false;
            if (wanted.First is not "+" && !wanted.First.SequenceEqual(rest.First)) return false;
        }
    }

    /// <summary>The fault in words.</summary>
    public static string Describe(TopicFault fault, TopicLength length) => fault switch
    {
        TopicFault.None => "",
        TopicFault.Empty => "it is empty",
        TopicFault.TooLong => $"it has more than {length.Bytes} bytes",
        TopicFault.TooManyLevels => $"it has more than {length.Levels} levels",
        TopicFault.NotText => "it holds a control character or a lone surrogate",
        TopicFault.WildcardInName => "the name of a topic holds neither \"+\" nor \"#\"",
        _ => "\"+\" stands alone in its level, \"#\" alone in the last",
    };

    private static TopicFault CheckText(ReadOnlySpan<char> text, TopicLength length)
    {
        if (text.IsEmpty) return TopicFault.Empty;
        // No character takes less than a byte: what is far too long is not looked at.
        if (text.Length > length.Bytes) return TopicFault.TooLong;
        var (bytes, levels) = (0, 1);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '/') levels++;
            if (char.IsControl(c)) return TopicFault.NotText;
            if (char.IsSurrogate(c))
            {
                if (!char.IsHighSurrogate(c) || ++i == text.Length || !char.IsLowSurrogate(text[i])) return TopicFault.NotText;
                bytes += 4;
            }
            else
            {
                bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            }
        }
        if (bytes > length.Bytes) return TopicFault.TooLong;
        return levels > length.Levels ? TopicFault.TooManyLevels : TopicFault.None;
    }

    /// <summary>The levels of a text from some level on.</summary>
    private readonly ref struct Levels
    {
        private readonly ReadOnlySpan<char> _text;
        private readonly int _length;

        public Levels(ReadOnlySpan<char> text)
        {
            _text = text;
            var slash = text.IndexOf('/');
            _length = slash < 0 ? text.Length : slash;
        }

        /// <summary>There is no level any more. (An empty last level is one.)</summary>
        public bool IsEnd { get; private init; }

        public ReadOnlySpan<char> First => _text[.._length];

        public Levels Next() => _length == _text.Length ? new Levels(default) { IsEnd = true } : new Levels(_text[(_length + 1)..]);
    }
}
