using LanguageExt;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Scripts;

/// <summary>Which names an <c>include</c> may use: paths below the folder of scripts, written the same way on every system.</summary>
public static class IncludePath
{
    private const int Longest = 255;

    /// <summary>Checks a name.</summary>
    /// <param name="name">Segments separated by <c>/</c>, such as <c>parts/header.sbn</c>.</param>
    /// <returns>The name, which is then the key of the file; or why it is refused, as one line.</returns>
    public static Either<string, string> Check(string name)
    {
        if (name.Length == 0) return Left("the name of an include is empty");
        if (name.Length > Longest) return Left("the name of an include has at most 255 characters");
        foreach (var character in name)
        {
            if (char.IsControl(character)) return Left("the name of an include cannot hold control characters");
            if (character is '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|')
                return Left($"the name of an include cannot hold `{character}`");
            if (char.IsSurrogate(character)) return Left("the name of an include cannot hold characters beyond U+FFFF");
        }
        if (name[0] == '/') return Left("the name of an include is relative to the folder of scripts");
        foreach (var segment in name.Split('/'))
        {
            if (segment.Length == 0) return Left("the name of an include has an empty segment");
            if (segment is "." or "..") return Left($"the name of an include cannot hold the segment `{segment}`");
            if (segment[^1] is '.' or ' ' || segment[0] == ' ')
                return Left("a segment of an include cannot begin with a blank, or end with a blank or dot");
        }
        return Right(name);
    }
}
