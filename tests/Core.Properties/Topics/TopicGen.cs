using FsCheck;
using FsCheck.Fluent;

namespace PluginHost.Core.Properties.Topics;

/// <summary>Topics and patterns of few different levels, so that they often match.</summary>
internal static class TopicGen
{
    private static readonly Gen<string> Literal = Gen.Elements("a", "b", "", "$s", "cd");

    /// <summary>The name of a topic, of up to five levels.</summary>
    public static readonly Gen<string> Name =
        from count in Gen.Choose(1, 5)
        from levels in Literal.ListOf(count)
        let name = string.Join('/', levels)
        select name.Length == 0 ? "a" : name;

    /// <summary>A pattern of up to five levels; some are names.</summary>
    public static readonly Gen<string> Pattern =
        from count in Gen.Choose(1, 5)
        from levels in Gen.Frequency((3, Literal), (2, Gen.Constant("+"))).ListOf(count)
        from open in Gen.Elements(true, false, false)
        let pattern = string.Join('/', open ? [.. levels.SkipLast(1), "#"] : levels)
        select pattern.Length == 0 ? "+" : pattern;

    /// <summary>What MQTT says, level by level.</summary>
    public static bool Matches(string pattern, string topic)
    {
        if (topic[0] == '$' && pattern[0] is '+' or '#') return false;
        var (wanted, levels) = (pattern.Split('/'), topic.Split('/'));
        for (var i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] == "#") return true;
            if (i >= levels.Length || (wanted[i] != "+" && wanted[i] != levels[i])) return false;
        }
        return wanted.Length == levels.Length;
    }

    /// <summary>Every name of up to that many levels, one of which no pattern knows.</summary>
    public static IEnumerable<string> Names(int levels)
    {
        string[] some = ["a", "b", "", "$s", "cd", "unknown"];
        IEnumerable<string> all = some;
        var longest = all;
        for (var i = 1; i < levels; i++) all = all.Concat(longest = [.. longest.SelectMany(name => some.Select(level => $"{name}/{level}"))]);
        return all.Where(name => name.Length > 0);
    }
}
