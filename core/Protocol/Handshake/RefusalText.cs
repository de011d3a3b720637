using System.Text;
using System.Text.Json;
using LanguageExt;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>What people are shown of an answer that refuses a handshake. Control characters are not escaped: what shows the lines does that.</summary>
public static class RefusalText
{
    /// <summary>Bytes of a body that are worth reading.</summary>
    public const int MaxBody = 16 * 1024;

    private const int MaxLines = 20;
    private const int MaxLine = 300;

    // Those that say what to do instead, and who it is that refuses.
    private static string[] Helpful =>
        ["Location", "WWW-Authenticate", "Proxy-Authenticate", "Retry-After", "Allow", "Sec-WebSocket-Version", "Upgrade", "Server", "Via"];

    /// <summary>The status, the header lines that help, and the body where it is plain text or problem JSON (RFC 9457); each line and their number are bounded.</summary>
    /// <param name="head">The head of the answer.</param>
    /// <param name="body">Its body.</param>
    public static Seq<string> Lines(ResponseHead head, ReadOnlySpan<byte> body)
    {
        var lines = new List<string> { $"refused with {head.Status} {head.Reason}".TrimEnd() };
        lines.AddRange(head.Headers.Lines.Filter(field => Helpful.Any(name => Grammar.SameName(name, field.Name))).Map(field => $"  {field.Name}: {field.Value}"));
        lines.AddRange(Body(head.Headers, body).Map(line => "  " + line));
        return (lines.Count > MaxLines ? lines.Take(MaxLines).Append("  …") : lines).Select(Bounded).ToSeq().Strict();
    }

    private static Seq<string> Body(HeaderFields headers, ReadOnlySpan<byte> body)
    {
        var type = headers.Single("Content-Type").Map(value => value.Split(';')[0].Trim()).IfNone("");
        if (Grammar.SameName(type, "application/problem+json")) return Problem(body);
        if (Grammar.SameName(type, "text/plain")) return Plain(body);
        return body.IsEmpty ? Seq<string>.Empty : Prelude.Seq1($"(its body is not shown: {(type.Length > 0 ? type : "no Content-Type")})");
    }

    private static Seq<string> Plain(ReadOnlySpan<byte> body) => Encoding.UTF8.GetString(body)
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToSeq().Strict();

    /// <summary>Title and detail; the text as it is where they cannot be read.</summary>
    private static Seq<string> Problem(ReadOnlySpan<byte> body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body.ToArray());
            var said = problem.RootElement.ValueKind != JsonValueKind.Object
                ? Seq<string>.Empty
                : Prelude.Seq("title", "detail").Choose(name => Member(problem.RootElement, name)).Strict();
            return said.IsEmpty ? Plain(body) : said;
        }
        catch (JsonException)
        {
            return Plain(body);
        }
    }

    private static Option<string> Member(JsonElement problem, string name) =>
        problem.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString()! : Option<string>.None;

    private static string Bounded(string line) => line.Length <= MaxLine ? line : line[..MaxLine] + "…";
}
