using System.Globalization;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Functions;
using PluginHost.Core.Scripting.Globalization;
using PluginHost.Core.Scripting.Values;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Scripting;

/// <summary>Laws of the built-in functions.</summary>
public class BuiltinProperties
{
    private static readonly DateTimeOffset Now = new(2024, 2, 29, 12, 30, 15, TimeSpan.Zero);

    /// <summary>Few different characters, so that texts are found in texts.</summary>
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.Elements("a", "b", "A", "ab", " ", "\n", "\"", "\\", "<", "&", "é", "É", "😀", "1", "$", "-", "").ListOf().Select(string.Concat),
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => WellFormed(s.Get)));

    private static readonly Gen<ScriptValue> Scalar = Gen.OneOf(
        Gen.Constant(ScriptValue.Null),
        Gen.Elements(ScriptValue.True, ScriptValue.False),
        Gen.Choose(-5, 5).Select(i => ScriptValue.Of((long)i)),
        ArbMap.Default.GeneratorFor<long>().Select(ScriptValue.Of),
        ArbMap.Default.GeneratorFor<NormalFloat>().Select(f => ScriptValue.Of(f.Get + 0.0)),
        Text.Select(ScriptValue.Of));

    private static readonly Arbitrary<ScriptValue[]> Items = Arb.From(Scalar.ListOf().Select(l => l.ToArray()));

    private static readonly Arbitrary<string> Texts = Arb.From(Text);

    private static readonly Arbitrary<(string Text, string Other, string Third)> Triples = Arb.From(
        from text in Text
        from other in Text
        from third in Text
        select (text, other, third));

    private static readonly Arbitrary<DateTimeOffset> Dates = Arb.From(
        from seconds in Gen.Choose(int.MinValue, int.MaxValue)
        from ticks in Gen.Choose(0, 9_999_999)
        from quarters in Gen.Choose(-48, 56)
        select DateTimeOffset.FromUnixTimeSeconds(20L * seconds).AddTicks(ticks).ToOffset(TimeSpan.FromMinutes(15 * quarters)));

    [Property]
    public Property Reversing_twice_changes_nothing() => Prop.ForAll(Items, items =>
        Assert.Equal<ScriptValue>(items, List(Call("array.reverse", Call("array.reverse", List(items))))));

    [Property]
    public Property Sorting_gives_the_same_items_in_order() => Prop.ForAll(Items, items =>
    {
        var sorted = List(Call("array.sort", List(items)));
        Assert.Equal(items.Order(Comparer<ScriptValue>.Create(ValueComparison.Order)), sorted);
        for (var i = 1; i < sorted.Length; i++) Assert.True(ValueComparison.Order(sorted[i - 1], sorted[i]) <= 0);
    });

    [Property]
    public Property Texts_have_a_total_order() => Prop.ForAll(Triples, given =>
    {
        var (a, b, c) = given;
        Assert.Equal(Math.Sign(TextOrder.Compare(a, b)), -Math.Sign(TextOrder.Compare(b, a)));
        Assert.Equal(a == b, TextOrder.Compare(a, b) == 0);
        if (TextOrder.Compare(a, b) <= 0 && TextOrder.Compare(b, c) <= 0) Assert.True(TextOrder.Compare(a, c) <= 0);
    });

    [Property]
    public Property Limit_and_offset_are_the_whole() => Prop.ForAll(Items, Arb.From(Gen.Choose(-1, 9)), (items, at) =>
        Assert.Equal(
            items, List(Call("array.limit", List(items), Number(at))).Concat(List(Call("array.offset", List(items), Number(at))))));

    [Property]
    public Property What_is_inserted_is_removed_again() => Prop.ForAll(Items, Arb.From(Gen.Choose(0, 9)), (items, place) =>
    {
        var at = Number(Math.Min(place, items.Length));
        Assert.Equal<ScriptValue>(items, List(Call("array.remove_at", Call("array.insert_at", List(items), at, ScriptValue.True), at)));
    });

    [Property]
    public Property Uniq_keeps_each_once_in_order() => Prop.ForAll(Items, items =>
        Assert.Equal(items.Distinct(), List(Call("array.uniq", List(items)))));

    [Property]
    public Property Texts_are_found_and_replaced_as_dotnet_does() => Prop.ForAll(Triples, given =>
    {
        var (text, part, other) = given;
        foreach (var match in new[] { part, string.Concat(Enumerable.Repeat(part, 40)) })
        {
            var whole = text + match + match + text + match;
            Assert.Equal(whole.IndexOf(match, StringComparison.Ordinal), Call("string.index_of", Of(whole), Of(match)).AsInteger());
            Assert.Equal(text.Contains(match, StringComparison.Ordinal), Call("string.contains", Of(text), Of(match)).AsBool());
            if (match.Length == 0) continue;
            Assert.Equal(
                whole.Replace(match, other, StringComparison.Ordinal), Call("string.replace", Of(whole), Of(match), Of(other)).AsString());
            var last = whole.LastIndexOf(match, StringComparison.Ordinal);
            Assert.Equal(whole.Remove(last, match.Length), Call("string.remove_last", Of(whole), Of(match)).AsString());
            Assert.Equal(
                whole.Split(match, StringSplitOptions.RemoveEmptyEntries),
                List(Call("string.split", Of(whole), Of(match))).Select(p => p.AsString()));
        }
    });

    [Property]
    public Property Base64_comes_back() => Prop.ForAll(Texts, text =>
        Assert.Equal(text, Call("string.base64_decode", Call("string.base64_encode", Of(text))).AsString()));

    [Property]
    public Property Html_comes_back() => Prop.ForAll(Texts, text =>
        Assert.Equal(text, System.Net.WebUtility.HtmlDecode(Call("html.escape", Of(text)).AsString())));

    [Property]
    public Property Urls_are_encoded_as_dotnet_does() => Prop.ForAll(Texts, text =>
    {
        Assert.Equal(Uri.EscapeDataString(text), Call("html.url_encode", Of(text)).AsString());
        Assert.Equal(text, Uri.UnescapeDataString(Call("html.url_escape", Of(text)).AsString()!));
    });

    [Property]
    public Property Literals_are_the_text_again() => Prop.ForAll(Texts, text =>
    {
        var run = NewRun();
        Assert.Equal(text, run.EvaluateText(Call("string.literal", Of(text)).AsString()!, false).AsString());
    });

    [Property]
    public Property Stripped_text_has_no_tag() => Prop.ForAll(Texts, text =>
        Assert.DoesNotMatch("<[^<>]*>", Call("html.strip", Of(text)).AsString()));

    [Property]
    public Property Escaped_patterns_match_what_they_escape() => Prop.ForAll(Texts, text =>
    {
        var pattern = Call("regex.escape", Of(text));
        Assert.Equal(text, Call("regex.unescape", pattern).AsString());
        Assert.Equal(text, List(Call("regex.match", Of("x" + text), pattern))[0].AsString());
    });

    [Property(MaxTest = 1000)]
    public Property Replacements_are_dotnets() => Prop.ForAll(
        Texts,
        Arb.From(Gen.Elements(
            "$", "$$", "$1", "$2", "$3", "$12", "$0", "$01", "${1}", "${name}", "${other}", "${", "}", "$&", "$`", "$'", "$_", "$+", "x", "1").ListOf()),
        (text, parts) =>
        {
            const string Pattern = "(a|b)(?<name>[^a])?";
            var replacement = string.Concat(parts);
            Assert.Equal(
                Regex.Replace(text, Pattern, replacement, RegexOptions.CultureInvariant),
                Call("regex.replace", Of(text), Of(Pattern), Of(replacement)).AsString());
            Assert.Equal(
                Regex.Split(text, Pattern, RegexOptions.CultureInvariant),
                List(Call("regex.split", Of(text), Of(Pattern))).Select(p => p.AsString()));
        });

    [Property]
    public Property Json_comes_back() => Prop.ForAll(Items, items =>
    {
        var value = ScriptValue.Of(ScriptObject.Create(
            [new("list", List(items)), new("a \"name\"", ScriptValue.Of(ScriptArray.Create([List(items)])))]));
        var json = Call("object.to_json", value);
        using var read = System.Text.Json.JsonDocument.Parse(json.AsString()!);
        Assert.Equal(json.AsString(), Call("object.to_json", Call("object.from_json", json)).AsString());
        Assert.Equal(value.ToString(), Call("object.from_json", json).ToString());
    });

    [Property]
    public Property Dates_come_back_by_their_pattern() => Prop.ForAll(Dates, date =>
    {
        foreach (var pattern in new[] { "%Y-%m-%dT%H:%M:%S.%N%Z", "%A, %e %B %Y %I:%M:%S.%N %p %Z", "%j %Y %T.%N %Z", "%v %k:%M:%S.%N %Z" })
        {
            var text = Call("date.to_string", ScriptValue.Of(date), Of(pattern));
            Assert.Equal(date, Call("date.parse", text, Of(pattern)).AsDate());
        }
    });

    [Property]
    public Property Dates_come_back_without_a_pattern_in_every_culture() => Prop.ForAll(Dates, date =>
    {
        var day = new DateTimeOffset(date.Date, TimeSpan.Zero);
        foreach (var culture in Cultures.All)
        {
            foreach (var pattern in new[] { "%x", "%d %B %Y", "%e %b %Y", "%F %T" })
            {
                var text = Call("date.to_string", ScriptValue.Of(day), Of(pattern), Of(culture.Name));
                Assert.Equal((culture.Name, day), (culture.Name, Call("date.parse", text, ScriptValue.Null, Of(culture.Name)).AsDate()));
            }
        }
    });

    [Property]
    public Property Dates_are_written_as_dotnet_writes_them() => Prop.ForAll(Dates, date =>
    {
        Assert.Equal(
            date.ToString("O", CultureInfo.InvariantCulture), Format(date, "%Y-%m-%dT%H:%M:%S.") + Format(date, "%N")[..7] + Format(date, "%Z"));
        Assert.Equal(date.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), Format(date, "%s"));
        Assert.Equal($"{ISOWeek.GetWeekOfYear(date.DateTime):00}", Format(date, "%V"));
    });

    [Property(MaxTest = 2000)]
    public Property Any_text_is_a_date_or_none() => Prop.ForAll(
        Arb.From(Gen.OneOf(
            Text,
            Gen.Elements("1", "12", "31", "2016", "99", "/", "-", ".", ":", " ", "T", "Z", "+", "Jan", "May", "Tue", "am", "PM", ",", "0").ListOf()
                .Select(string.Concat))),
        text => Assert.True(Call("date.parse", Of(text)).Kind is ValueKind.Null or ValueKind.Date));

    [Property(MaxTest = 2000)]
    public Property A_call_ends_in_a_value_or_a_fault() => Prop.ForAll(
        Arb.From(Gen.Elements(Builtins.Groups.SelectMany(g => g.Functions).Where(f => f.MemberName is not "eval_template").ToArray())),
        Arb.From(Gen.OneOf(
            Scalar,
            Items.Generator.Select(List),
            Gen.Elements("string.upcase", "array.size").Select(Function),
            Dates.Generator.Select(d => ScriptValue.Of(d)),
            Gen.Choose(-9, 9).Select(h => ScriptValue.Of(TimeSpan.FromHours(h))),
            Gen.Elements("i", "N2", "fr", "%Y", "X400", "(a)", "Ordinal", "1e400").Select(ScriptValue.Of),
            Gen.Choose(-9, 9).Select(i => ScriptValue.Of(ScriptRange.Between(0, i, false)))).ListOf()),
        (function, arguments) =>
        {
            string Once()
            {
                var run = NewRun();
                try
                {
                    return ValueText.Of(run, run.Call(function, arguments.ToArray(), default, CodeLocation.None));
                }
                catch (ScriptFault fault)
                {
                    return fault.Message;
                }
            }
            Assert.Equal(Once(), Once());
        });

    private static string Format(DateTimeOffset date, string pattern) => Call("date.to_string", ScriptValue.Of(date), Of(pattern)).AsString()!;

    private static Run NewRun()
    {
        var run = new Run();
        run.Begin(new ScriptLimits { Regex = TimeSpan.FromSeconds(5) }, Now, 42, null);
        return run;
    }

    private static ScriptValue Call(string name, params ScriptValue[] arguments) =>
        NewRun().Call(Function(name).AsFunction()!, arguments, default, CodeLocation.None);

    private static ScriptValue Function(string name) => Builtins.Find(name.Split('.')[0]).AsObject()![name.Split('.')[1]];

    private static ScriptValue Of(string text) => ScriptValue.Of(text);

    private static ScriptValue Number(long number) => ScriptValue.Of(number);

    private static ScriptValue List(ScriptValue[] items) => ScriptValue.Of(ScriptArray.Create(items));

    private static ScriptValue[] List(ScriptValue list) => list.AsArray()!.RawItems.ToArray();

    private static string WellFormed(string text) => string.Concat(text.EnumerateRunes().Select(r => r.ToString()));
}
