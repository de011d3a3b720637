using System.Globalization;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using PluginHost.Abstractions;
using PluginHost.Extensions.Binding;
using Property = PluginHost.TestSupport.PropertyAttribute;

namespace PluginHost.Extensions.Tests;

public sealed class OptionProperties
{
    private static readonly Gen<string> Texts = ArbMap.Default.GeneratorFor<string>().Select(text =>
        new string([.. (text ?? "").Where(letter => !char.IsSurrogate(letter))]));

    private static readonly Gen<Nested> Options =
        from text in Texts
        from number in ArbMap.Default.GeneratorFor<long>()
        from real in ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite)
        from exact in ArbMap.Default.GeneratorFor<decimal>()
        from flag in ArbMap.Default.GeneratorFor<bool>()
        from pause in ArbMap.Default.GeneratorFor<TimeSpan>()
        from color in Gen.Elements(Enum.GetValues<OptionTests.Color>())
        from maybe in ArbMap.Default.GeneratorFor<int?>()
        from list in Gen.ListOf(Texts)
        from map in Gen.ListOf(Gen.Zip(Texts, ArbMap.Default.GeneratorFor<int>()))
        from depth in Gen.Choose(0, 3)
        select new Nested(text, number, real, exact, flag, pause, color, maybe, [.. list], map.DistinctBy(pair => pair.Item1).ToDictionary(pair => pair.Item1, pair => pair.Item2), depth);

    /// <summary>JSON of any shape, with names that options have and others.</summary>
    private static readonly Gen<string> Junk = Gen.Sized(size => JunkOf(Math.Min(size, 4)));

    /// <summary>What a value was written from is what it is read to.</summary>
    [Property]
    public FsCheck.Property Options_that_are_written_are_read() => Prop.ForAll(Options.ToArbitrary(), value =>
    {
        var json = Write(value);
        return Write(OptionTests.Bound<Nested>(json)) == json;
    });

    /// <summary>Whatever is there instead, nothing is thrown, and what is told has a place that exists or is missed.</summary>
    [Property(MaxTest = 500)]
    public FsCheck.Property Junk_gives_problems_with_pointers() => Prop.ForAll(Junk.ToArbitrary(), json =>
    {
        var set = new OptionSet();
        set.Add<Nested>("");
        set.Add<OptionTests.Annotated>("name");
        set.Add<OptionTests.Everything>("part");
        using var document = JsonDocument.Parse(json);
        var problems = set.Validate(new(json));
        return problems.All(problem => problem.Message.Length > 0 && Exists(document.RootElement, problem)) && (problems.Count > 0 || document.RootElement.ValueKind == JsonValueKind.Object);
    });

    /// <summary>One value of another kind is one problem, at its place.</summary>
    [Property]
    public FsCheck.Property One_wrong_member_is_one_problem() => Prop.ForAll(Gen.Zip(Options, Gen.Elements("text", "number", "flag", "pause", "color", "list", "map")).ToArbitrary(), pair =>
    {
        var members = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Write(pair.Item1))!;
        using var wrong = JsonDocument.Parse("[[]]");
        members[pair.Item2] = wrong.RootElement;
        var problem = Assert.Single(OptionTests.Problems<Nested>(JsonSerializer.Serialize(members)));
        return problem.StartsWith($"/{pair.Item2}", StringComparison.Ordinal);
    });

    private static bool Exists(JsonElement root, OptionProblem problem)
    {
        var at = root;
        foreach (var part in problem.Pointer.Split('/').Skip(1).Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
        {
            if (at.ValueKind == JsonValueKind.Array && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < at.GetArrayLength()) at = at[index];
            else if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(part, out var member)) at = member;
            else return problem.Message is "is required";
        }

        return true;
    }

    private static Gen<string> JunkOf(int depth)
    {
        var names = Gen.Elements("text", "number", "list", "map", "inner", "name", "part", "port", "point", "tags", "x", "a/b", "~", "");
        var scalars = Gen.OneOf(
            Gen.Elements("null", "true", "false", "0", "-1", "1e400", "1.5", "99999999999999999999", "\"\"", "\"x\"", "\"\\ud800\"", "\"30s\"", "\"darkRed\"", "{}", "[]"),
            Texts.Select(text => JsonSerializer.Serialize(text)));
        if (depth == 0) return scalars;
        var inner = JunkOf(depth - 1);
        return Gen.OneOf(
            scalars,
            Gen.ListOf(inner).Select(items => $"[{string.Join(',', items.Take(4))}]"),
            Gen.ListOf(Gen.Zip(names, inner)).Select(members => $"{{{string.Join(',', members.Take(6).Select(member => $"{JsonSerializer.Serialize(member.Item1)}:{member.Item2}"))}}}"));
    }

    private static string Write(Nested value)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer)) Write(json, value);
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter json, Nested value)
    {
        json.WriteStartObject();
        json.WriteString("text", value.Text);
        json.WriteNumber("number", value.Number);
        json.WriteNumber("real", value.Real);
        json.WriteNumber("exact", value.Exact);
        json.WriteBoolean("flag", value.Flag);
        json.WriteString("pause", value.Pause.ToString("c", CultureInfo.InvariantCulture));
        json.WriteString("color", value.Color == OptionTests.Color.Blue ? "blue" : "darkRed");
        if (value.Maybe is { } maybe) json.WriteNumber("maybe", maybe);
        json.WriteStartArray("list");
        foreach (var item in value.List) json.WriteStringValue(item);
        json.WriteEndArray();
        json.WriteStartObject("map");
        foreach (var (name, number) in value.Map) json.WriteNumber(name, number);
        json.WriteEndObject();
        if (value.Inner is { } inner)
        {
            json.WritePropertyName("inner");
            Write(json, inner);
        }

        json.WriteEndObject();
    }

    /// <summary>Options that hold themselves.</summary>
    public sealed record Nested(
        string Text, long Number, double Real, decimal Exact, bool Flag, TimeSpan Pause, OptionTests.Color Color, int? Maybe, IReadOnlyList<string> List,
        IReadOnlyDictionary<string, int> Map)
    {
        /// <summary>With others inside.</summary>
        internal Nested(
            string text, long number, double real, decimal exact, bool flag, TimeSpan pause, OptionTests.Color color, int? maybe, IReadOnlyList<string> list,
            IReadOnlyDictionary<string, int> map, int depth) : this(text, number, real, exact, flag, pause, color, maybe, list, map) =>
            Inner = depth == 0 ? null : new Nested(text, number, real, exact, flag, pause, color, maybe, list, map, depth - 1);

        public Nested? Inner { get; init; }
    }
}
