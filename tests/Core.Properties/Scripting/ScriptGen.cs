using FsCheck;
using FsCheck.Fluent;

namespace PluginHost.Core.Properties.Scripting;

/// <summary>A script that is well formed.</summary>
public sealed record GoodScript(string Text);

/// <summary>A script that was well formed before a few of its characters were changed.</summary>
public sealed record BrokenScript(string Text);

/// <summary>Text made of what scripts are made of, without order.</summary>
public sealed record Jumble(string Text);

/// <summary>Scripts of all shapes.</summary>
public static class ScriptGen
{
    private static readonly string[] Pieces =
    [
        "{{", "}}", "{{-", "-}}", "{{~", "~}}", "{%{", "}%}", "{%%{", "}%%}", "{", "}", "(", ")", "[", "]", "\"", "'", "`", "$", "$\"", "#", "##",
        "\n", "\r\n", " ", "\t", ";", ",", ":", ".", "..", "..<", "...", "?", "?.", "??", "?!", "|", "||", "&&", "@", "^", "!", "==", "=", "+=",
        "++", "--", "+", "-", "*", "/", "//", "%", "<", "<<", "\\", "\\u00e4", "0x1f", "1", "1.5", "1e3", "2m", "x", "y", "$x", "$0", "$$", "this",
        "empty", "null", "true", "if", "else", "end", "for", "in", "while", "case", "when", "func", "do", "ret", "capture", "with", "wrap",
        "readonly", "import", "break", "continue", "tablerow", "offset:", "reversed", "é", "\uD800", "😀", "text",
    ];

    public static Arbitrary<GoodScript> Good() => Arb.From(Gen.Sized(size => Template(Math.Min(size, 12))).Select(t => new GoodScript(t)));

    public static Arbitrary<BrokenScript> Broken() => Arb.From(
        from good in Good().Generator
        from cuts in Gen.Choose(1, 4)
        from places in Gen.Choose(0, Math.Max(0, good.Text.Length - 1)).ArrayOf(cuts)
        from pieces in Gen.Elements(Pieces).ArrayOf(cuts)
        from lengths in Gen.Choose(0, 5).ArrayOf(cuts)
        select new BrokenScript(Mutate(good.Text, places, pieces, lengths)));

    public static Arbitrary<Jumble> Jumbles() => Arb.From(
        Gen.Elements(Pieces).ListOf().Select(p => new Jumble(string.Concat(p))), j => j.Text.Length < 2 ? [] : [new(j.Text[1..]), new(j.Text[..^1])]);

    private static string Mutate(string text, int[] places, string[] pieces, int[] lengths)
    {
        for (var i = 0; i < places.Length; i++)
        {
            var at = Math.Min(places[i], text.Length);
            text = text[..at] + pieces[i] + text[Math.Min(text.Length, at + lengths[i])..];
        }
        return text;
    }

    private static Gen<string> Template(int size) => Part(size).ListOf().Select(parts => string.Concat(parts));

    private static Gen<string> Part(int size) => Gen.Frequency(
        (3, Text()),
        (4, Statements(size).SelectMany(Code)),
        (1, Gen.Elements("{{# a comment }}", "{{ ## more\n ## }}", "{%{ {{ x }} }%}", "{%%{-}%}-}%%}", "{{}}")));

    private static Gen<string> Text() => Gen.Elements(
        "a", "  ", "\n", "\n  ", "\n\t", "x { ", "{% ", "}} ", "-", "~", "line\n   ", "\r\n", "é😀", "{ y", "{%%% ", "a\n\n");

    private static Gen<string> Code(string statements) =>
        from open in Gen.Elements("{{ ", "{{- ", "{{~ ", "{{")
        from close in Gen.Elements(" }}", " -}}", " ~}}", "\n}}")
        select (open == "{{" && statements.StartsWith('{') ? "{{ " : open) + statements + close;

    private static Gen<string> Statements(int size) =>
        from count in Gen.Choose(0, 3)
        from statements in Statement(size).ArrayOf(count)
        from separator in Gen.Elements("\n", "; ", "\n\n  ")
        select string.Join(separator, statements);

    private static Gen<string> Body(int size) => Gen.OneOf(
        Statements(size / 2).Select(s => $"\n{s}\n"), Template(size / 3).Select(t => $" }}}}{t}{{{{ "), Gen.Constant("; "));

    private static Gen<string> Statement(int size)
    {
        if (size <= 0) return Expression(0);
        var inner = size - 1;
        var value = Expression(inner);
        var body = Body(inner);
        return Gen.Frequency(
            (4, value),
            (3, from target in Target(inner) from op in Gen.Elements("=", "+=", "-=", "*=", "/=", "//=", "%=") from v in value select $"{target} {op} {v}"),
            (1, from c in value from b in body from d in value from e in body from f in body select $"if {c}{b}else if {d}{e}else{f}end"),
            (1, from c in value from b in body select $"if {c}{b}end"),
            (1, from c in value
                from d in Gen.Elements("1, 2", "\"a\"", "x || y", "(a b)")
                from e in body
                from f in body
                select $"case {c}\n when {d}{e}when 3{f}else{e}end"),
            (1, from v in Gen.Elements("x", "$i")
                from i in Simple(inner)
                from o in Gen.Elements("", " offset:1", " limit: 2", " reversed", " offset: $0 limit:x reversed")
                from b in body
                from k in Gen.Elements("for", "tablerow")
                select $"{k} {v} in {i}{o}{b}end"),
            (1, from c in value from b in body select $"while {c}{b}break\nend"),
            (1, from t in Target(inner) from b in body select $"capture {t}{b}end"),
            (1, from v in value from b in body select $"with {v}{b}end"),
            (1, from a in Simple(inner) from b in body select $"wrap f {a}{b}end"),
            (1, from p in Gen.Elements("", "()", "(x)", "(x, y = 1)", "(x, y...)") from b in body select $"func f{p}{b}ret\nend"),
            (1, from v in value select $"f(x, y) = {v}"),
            (1, from v in value select $"ret {v}"),
            (1, Gen.Elements("import x", "readonly x", "readonly $y", "break", "continue", "ret", "++x", "$x--")));
    }

    private static Gen<string> Target(int size) => size <= 0
        ? Gen.Elements("x", "$y", "obj", "$0")
        : Gen.OneOf(
            Gen.Elements("x", "$y", "a.b", "this.c"),
            Expression(size / 2).Select(e => $"list[{e}]"),
            from t in Target(size / 2) from m in Gen.Elements("size", "end", "_a1", "é") select $"{t}.{m}");

    private static Gen<string> Simple(int size) => size <= 0
        ? Literal()
        : Gen.OneOf(
            Literal(), Target(size / 2), Expression(size / 2).Select(e => $"({e})"),
            Expression(size / 3).ListOf().Select(items => $"[{string.Join(", ", items)}]"),
            Expression(size / 3).ListOf().Select(items => $"{{ {string.Join(", ", items.Select((e, i) => i % 2 == 0 ? $"a{i}: {e}" : $"\"b {i}\": {e}"))} }}"),
            Expression(size / 3).Select(e => $"$\"a{{{e}}}b\\{{{{{e}}}\""));

    private static Gen<string> Expression(int size)
    {
        if (size <= 0) return Literal();
        var simple = Simple(size - 1);
        return Gen.Frequency(
            (4, simple),
            (3, from a in simple
                from op in Gen.Elements("+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "??", "?!", "..", "..<", "<<", ">>")
                from b in simple
                select $"{a} {op} {b}"),
            (1, from op in Gen.Elements("!", "-", "+", "@", "^") from a in simple select op + a),
            (1, from c in simple from a in simple from b in simple select $"{c} ? {a} : {b}"),
            (2, from f in Gen.Elements("f", "string.upcase", "a.b[0]")
                from a in simple
                from b in simple
                from n in Gen.Elements("", " name: 1", " n:x m: [2]")
                select $"{f} {a} {b}{n}"),
            (1, from f in Gen.Elements("f", "x.y") from a in Expression(size / 2) from b in simple select $"{f}({a}, k: {b})"),
            (2, from a in simple from b in simple from nl in Gen.Elements(" ", "\n  ") select $"{a}{nl}| f {b} | g"),
            (1, Gen.Elements("for.index", "while.first", "this", "empty", "$", "$$", "a?.b", "a.empty?", "x++", "@f")),
            (1, from b in Expression(size / 2) from a in Gen.Elements("; ", "\n", "(x, y = 1)\n") select $"do{a}x = {b}; if x; $0; end\nret $0\nend"));
    }

    private static Gen<string> Literal() => Gen.Elements(
        "1", "0", "12345678901234567890123", "1.5", "1e3", "1.0e-3", "2.5f", "1e300d", "0.10m", "0x1ef", "0xffffffff", "0x80000000u", "true", "false",
        "null", "\"\"", "\"a\\n\\\"\\u00e9\"", "'it'", "`\\s+`", "\"}}\"", "\"{{ # \"", "x", "$y", "name");
}
