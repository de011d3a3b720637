using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PluginHost.Core.Configuration;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Configuration;

public class ReadingProperties
{
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "//", "/*", "*/", "\n", "\r\n", "\t", " ", "null", "true", "1", "-", "é", "😀",
        "\uFEFF", "\0",
        "\"listeners\"", "\"routes\"", "\"path\"", "\"/a\"", "\"plugins\"", "\"entries\"", "\"options\"", "\"limits\"", "\"message\"",
        "\"1MiB\"",
        "\"{env:A}\"", "\"\\ud800\"",
    ];

    private const string Valid = """
        { "listeners": [{ "name": "a", "address": "127.0.0.1:8080" }],
          "plugins": { "entries": { "chat": { "options": { "history": [50, "é"] } } } },
          "routes": [{ "path": "/chat/{room}", "listener": "a", "protocols": ["chat.v1"], "origins": ["same", "https://example.com"] }],
          "limits": { "message": "64KiB", "headers": 32 }, "keepAlive": { "ping": "20s" }, "shutdown": { "code": 1001 } }
        """;

    private static readonly Arbitrary<byte[]> Soup = Arb.From(
        Gen.Elements(Pieces).ListOf().Select(pieces => Encoding.UTF8.GetBytes(string.Concat(pieces))));

    private static readonly Arbitrary<byte[]> Edited = Arb.From(
        from at in Gen.Choose(0, Encoding.UTF8.GetByteCount(Valid) - 1)
        from remove in Gen.Choose(0, 12)
        from insert in Gen.Choose(0, 255).Select(b => (byte)b).ListOf()
        let utf8 = Encoding.UTF8.GetBytes(Valid)
        select (byte[])[.. utf8[..at], .. insert, .. utf8[Math.Min(at + remove, utf8.Length)..]]);

    // Every problem lies in the file, they come in its order, and each prints on one line.
    private static bool IsSound(byte[] utf8) => ConfigurationReader.Read(utf8).Match(
        _ => true,
        problems =>
        {
            var lines = Encoding.UTF8.GetString(utf8).TrimStart('\uFEFF').Split('\n');
            return problems.Count > 0
                && problems.All(p => p.Line >= 1 && p.Line <= lines.Length && p.Column >= 1 && p.Column <= lines[p.Line - 1].Length + 1)
                && problems.All(p => !p.Format("f").Any(char.IsControl))
                && problems.OrderBy(p => p.Line).ThenBy(p => p.Column).SequenceEqual(problems);
        });

    [Property(MaxTest = 500)]
    public Property Soup_of_JSON_is_read_without_an_exception() => Prop.ForAll(Soup, IsSound);

    [Property(MaxTest = 500)]
    public Property An_edited_file_is_read_without_an_exception() => Prop.ForAll(Edited, IsSound);

    [Property]
    public bool Any_bytes_are_read_without_an_exception(byte[] utf8) => IsSound(utf8);

    [Property(MaxTest = 200)]
    public Property White_space_and_comments_change_nothing()
    {
        var gaps = Gen.Elements(" ", "\n", "\r\n", "\t", "// é\n", "/* 😀 \n */").ListOf().Select(string.Concat);
        return Prop.ForAll(Arb.From(gaps.ListOf(200)), spaces =>
        {
            var next = 0;
            var text = new StringBuilder();
            var quoted = false;
            foreach (var c in Valid)
            {
                if (c == '"') quoted = !quoted;
                var gap = !quoted && "{}[],:".Contains(c, StringComparison.Ordinal);
                // The one place where the framework's reader takes no comment is between a key and its colon.
                text.Append(gap ? c == ':' ? " \r\n\t" : spaces[next++ % spaces.Count] : "").Append(c)
                    .Append(gap ? spaces[next++ % spaces.Count] : "");
            }
            return Read(text.ToString()).Equals(Read(Valid));
        });
    }

    [Property(MaxTest = 200)]
    public Property Columns_count_characters_whatever_comes_before()
    {
        var before = Gen.Elements("a", "é", "€", "😀", "\t", "\n", "\r\n", " ").ListOf().Select(string.Concat);
        return Prop.ForAll(Arb.From(before), comment =>
        {
            var json = $"{{ /*{comment}*/ \"wrong\": 1 }}";
            var lines = json[..json.IndexOf('"')].Split('\n');
            var problem = ConfigurationReader.Read(Encoding.UTF8.GetBytes(json)).LeftToSeq().Head().Head();
            return (problem.Line, problem.Column) == (lines.Length, lines[^1].EnumerateRunes().Count() + 1);
        });
    }

    [Property(MaxTest = 200)]
    public Property A_key_with_one_wrong_letter_is_recognised()
    {
        var keys = Gen.Elements("listeners", "plugins", "routes", "limits", "keepAlive", "compression", "shutdown");
        var edits =
            from key in keys
            from at in Gen.Choose(0, key.Length - 1)
            from letter in Gen.Choose('a', 'z').Select(c => ((char)c).ToString())
            from wrong in Gen.Elements(key.Remove(at, 1), key.Insert(at, letter), key.Remove(at, 1).Insert(at, letter))
            where wrong != key
            select (key, wrong);
        return Prop.ForAll(Arb.From(edits), edit => ConfigurationReader.Read(Encoding.UTF8.GetBytes($"{{ \"{edit.wrong}\": 1 }}"))
            .LeftToSeq().Head().Head().Suggestion == edit.key);
    }

    [Property]
    public bool Durations_survive_a_round_trip(uint milliseconds)
    {
        var duration = TimeSpan.FromMilliseconds(milliseconds % 1_000_000_000);
        return Quantity.Duration(Quantity.Format(duration)) == duration;
    }

    [Property]
    public bool Sizes_survive_a_round_trip(ushort number, byte shift)
    {
        var bytes = (long)number << (shift % 31);
        var text = Quantity.Format(bytes);
        return text.All(char.IsAsciiDigit) ? text == bytes.ToString(CultureInfo.InvariantCulture) : Quantity.Size(text) == bytes;
    }

    private static ServerPlan Read(string json) => ConfigurationReader.Read(Encoding.UTF8.GetBytes(json))
        .IfLeft(p => throw new InvalidOperationException(string.Join('\n', p.Map(x => x.Format("f")))));
}
