using System.Text;
using System.Text.Json;

namespace PluginHost.Core.Tests.Configuration;

/// <summary>A broken file.</summary>
/// <param name="Name">What was done to it, and where.</param>
/// <param name="Utf8">The file.</param>
/// <param name="At">Byte offset at which a problem must be reported; -1 when any place will do.</param>
/// <param name="Expected">What the problem there must say.</param>
public sealed record Mutant(string Name, byte[] Utf8, int At, string Expected);

/// <summary>Breaks a valid file in every systematic way: each key, each value, each structural character, each prefix.</summary>
internal static class Mutants
{
    private sealed record Token(JsonTokenType Type, int Start, int Length, bool InOptions, bool IsName);

    public static IEnumerable<Mutant> Of(string valid)
    {
        var utf8 = Encoding.UTF8.GetBytes(valid);
        var tokens = Tokens(utf8);
        foreach (var token in tokens.Where(t => t is { Type: JsonTokenType.PropertyName, InOptions: false, IsName: true }))
        {
            var name = Text(utf8, token).Trim('"');
            yield return new($"misspell {name} at {token.Start}", Splice(utf8, token, $"\"{name}x\""), token.Start,
                $"did you mean \"{name}\"");
            yield return new($"rename {name} at {token.Start}", Splice(utf8, token, "\"qqqqqqqqqq\""), token.Start,
                "unknown key \"qqqqqqqqqq\"");
            var twice = $"\"{name}\": null, ";
            yield return new(
                $"repeat {name} at {token.Start}", Splice(utf8, token, twice + Text(utf8, token)), token.Start + twice.Length,
                    "a second time");
        }
        foreach (var token in tokens.Where(t => IsScalar(t.Type) && !t.InOptions))
            foreach (var wrong in new[] { "null", "{}", "-1", "\"\\u0000\"" })
                if (!(wrong == "\"\\u0000\"" && Text(utf8, token).Contains("schema", StringComparison.Ordinal)))
                    yield return new($"{wrong} for {Text(utf8, token)} at {token.Start}", Splice(utf8, token, wrong), token.Start, "");
        foreach (var token in tokens.Where(t => t.Type is not (JsonTokenType.PropertyName or JsonTokenType.String)))
            yield return new($"drop {Text(utf8, token)} at {token.Start}", Splice(utf8, token, ""), -1, "");
        foreach (var token in tokens)
        {
            yield return new($"end before {token.Start}", utf8[..token.Start], -1, "");
            byte[] invalid = [.. utf8[..token.Start], 0xFF, .. utf8[token.Start..]];
            yield return new($"0xFF at {token.Start}", invalid, token.Start, "not UTF-8");
            yield return new($"stray @ at {token.Start}", Splice(utf8, token with { Length = 0 }, "@"), token.Start, "syntax error");
        }
    }

    private static bool IsScalar(JsonTokenType type) =>
        type is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False;

    private static string Text(byte[] utf8, Token token) => Encoding.UTF8.GetString(utf8, token.Start, token.Length);

    private static byte[] Splice(byte[] utf8, Token token, string replacement) =>
        [.. utf8[..token.Start], .. Encoding.UTF8.GetBytes(replacement), .. utf8[(token.Start + token.Length)..]];

    private static List<Token> Tokens(byte[] utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true
        });
        var tokens = new List<Token>();
        var options = int.MaxValue; // depth of the options object that the reader is in
        var entries = int.MaxValue;
        while (reader.Read())
        {
            if (reader.CurrentDepth <= options && reader.TokenType == JsonTokenType.PropertyName) options = int.MaxValue;
            if (reader.CurrentDepth <= entries && reader.TokenType == JsonTokenType.PropertyName) entries = int.MaxValue;
            var quotes = reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String ? 2 : 0;
            var isName = reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth != entries + 1;
            tokens.Add(new(
                reader.TokenType, (int)reader.TokenStartIndex, reader.ValueSpan.Length + quotes, reader.CurrentDepth > options, isName));
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            if (reader.ValueTextEquals("options")) options = reader.CurrentDepth;
            if (reader.ValueTextEquals("entries")) entries = reader.CurrentDepth;
        }
        return tokens;
    }
}
