using System.Buffers;
using LanguageExt;
using LanguageExt.ClassInstances;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Serving.Plans;

/// <summary>One segment of a path template.</summary>
public abstract record TemplateSegment
{
    private TemplateSegment() { }

    private protected abstract int Closed { get; }

    /// <summary>Calls the function that belongs to this case.</summary>
    public T Match<T>(Func<string, T> literal, Func<string, T> parameter) => this switch
    {
        Literal l => literal(l.Text),
        _ => parameter(((Parameter)this).Name),
    };

    /// <summary>Matches exactly this text, case-sensitively.</summary>
    /// <param name="Text">The segment after percent-decoding.</param>
    public sealed record Literal(string Text) : TemplateSegment
    {
        private protected override int Closed => 0;
    }

    /// <summary>Matches any one segment that is not empty, and gives it a name.</summary>
    /// <param name="Name">Letters, digits and <c>_</c>; the key among the route values.</param>
    public sealed record Parameter(string Name) : TemplateSegment
    {
        private protected override int Closed => 1;
    }
}

/// <summary>A path template such as <c>/</c>, <c>/chat</c> or <c>/ocpp/{identity}</c>; or every path.</summary>
/// <param name="Text">As written; <c>*</c> for every path.</param>
/// <param name="Segments">Segment by segment; none for <c>/</c> and for every path.</param>
/// <param name="IsEveryPath">True for the template of a plan without routes.</param>
public sealed record RouteTemplate(string Text, Seq<TemplateSegment> Segments, bool IsEveryPath)
{
    private const int MostSegments = 32;
    private static readonly SearchValues<char> NotInLiterals = SearchValues.Create("{}?#*\\%");

    /// <summary>Matches every path; no file can write it.</summary>
    public static RouteTemplate EveryPath { get; } = new("*", Empty, true);

    /// <summary>The text with the names of parameters left out: two templates of one shape match the same paths.</summary>
    public string Shape { get; } = IsEveryPath ? "*" : "/" + string.Join('/', Segments.Map(s => s.Match(l => l, _ => "{}")));

    /// <summary>The names of the parameters, in order.</summary>
    public Seq<string> Parameters => Segments.Choose(s => s.Match(_ => Option<string>.None, Some));

    /// <summary>Reads a template.</summary>
    /// <param name="text">Begins with a slash; segments are literal text or <c>{name}</c>. Case matters.</param>
    /// <returns>The template, or what is wrong with the text.</returns>
    public static Either<string, RouteTemplate> Parse(string text)
    {
        if (!text.StartsWith('/')) return "a path begins with \"/\"";
        if (text == "/") return new RouteTemplate(text, Empty, false);
        var parts = text[1..].Split('/');
        if (parts.Length > MostSegments) return $"a path has at most {MostSegments} segments";
        var problem = parts.Select(SegmentProblem).FirstOrDefault(p => p is not null);
        if (problem is not null) return problem;
        var template = new RouteTemplate(text, parts.Select(Segment).ToSeq().Strict(), false);
        var twice = template.Parameters.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any());
        if (twice is not null) return $"the parameter {Quoting.Quote("{" + twice.Key + "}")} stands twice in the path";
        return template;
    }

    /// <summary>
    /// Which of two templates is tried first: segment by segment from the left, literal text before a parameter. Less than zero for this
    /// one. Templates that cannot match the same path come in an arbitrary but fixed order.
    /// </summary>
    /// <param name="other">The other template.</param>
    public int CompareTo(RouteTemplate other)
    {
        if (IsEveryPath || other.IsEveryPath) return IsEveryPath.CompareTo(other.IsEveryPath);
        for (var i = 0; i < Math.Min(Segments.Count, other.Segments.Count); i++)
        {
            var order = Rank(Segments[i]).CompareTo(Rank(other.Segments[i]));
            if (order != 0) return order;
        }
        return Segments.Count.CompareTo(other.Segments.Count);
    }

    /// <summary>The route values of a path, or none when it does not match.</summary>
    /// <param name="path">The segments of the path, percent-decoded.</param>
    public Option<HashMap<EqString, string, string>> Match(Seq<string> path)
    {
        var values = HashMap<EqString, string, string>();
        if (IsEveryPath) return values;
        if (path.Count != Segments.Count) return None;
        for (var i = 0; i < path.Count; i++)
        {
            switch (Segments[i])
            {
                case TemplateSegment.Parameter { Name: var name } when path[i].Length > 0: values = values.Add(name, path[i]); break;
                case TemplateSegment.Literal { Text: var text } when text == path[i]: break;
                default: return None;
            }
        }
        return values;
    }

    private static int Rank(TemplateSegment segment) => segment.Match(_ => 0, _ => 1);

    private static TemplateSegment Segment(string text) =>
        text[0] == '{' ? new TemplateSegment.Parameter(text[1..^1]) : new TemplateSegment.Literal(text);

    private static string? SegmentProblem(string text)
    {
        if (text.Length == 0) return "a path has no empty segments and no trailing slash";
        if (text is "." or "..") return "a path has no \".\" or \"..\" segments";
        if (text is ['{', .. var name, '}']) return ParameterProblem(name);
        if (text.Any(char.IsControl)) return "a path has no control characters";
        var bad = text.AsSpan().IndexOfAny(NotInLiterals);
        if (bad < 0) return null;
        return text[bad] switch
        {
            '{' or '}' => $"a parameter is a whole segment, as in \"/chat/{{room}}\"; found {Quoting.Quote(text)}",
            '*' => "there are no wildcards in paths; \"{name}\" matches one segment",
            '%' => "write the character itself: request paths are percent-decoded before they are compared",
            '\\' => "segments are separated by \"/\"",
            _ => "a path has no query and no fragment",
        };
    }

    private static string? ParameterProblem(string name)
    {
        var good = name.Length is > 0 and <= 64 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
        return good
            ? null
            : $"a parameter's name has 1 to 64 letters, digits and \"_\" and begins with no digit; {Quoting.Quote(name)} does not fit";
    }
}
