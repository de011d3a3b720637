using System.Globalization;
using System.Text.Json;
using LanguageExt;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Configuration;

/// <summary>What may stand behind a key, as the reference and the schema say it.</summary>
/// <param name="Expected">For the reference: <c>whole number, 1 to 9</c>.</param>
/// <param name="Schema">Writes the same rule, perhaps a weaker one, into a JSON schema, with <see cref="Keys"/>.</param>
internal sealed record Shape(string Expected, Action<Utf8JsonWriter, Seq<Declaration>> Schema)
{
    /// <summary>Of a value without keys.</summary>
    public Shape(string expected, Action<Utf8JsonWriter> schema)
        : this(expected, (json, _) => schema(json))
    {
    }

    /// <summary>The keys of the object, or of each object in the list or map.</summary>
    public Seq<Declaration> Keys { get; init; } = [];

    /// <summary>What stands behind the name of the key in the name of such an object: <c>[]</c>.</summary>
    public string Suffix { get; init; } = "";

    /// <summary>The least and the greatest value of a number, size or duration, as the file has it.</summary>
    public Option<(string Min, string Max)> Range { get; init; }
}

/// <summary>A type of values: how one is read, and what is said about it.</summary>
/// <param name="Shape">What may stand there.</param>
/// <param name="Read">The value, or all that is wrong with it.</param>
/// <param name="Write">A value as JSON, for what is said about defaults.</param>
internal sealed record Kind<T>(Shape Shape, Func<JsonTree, Validation<Fault, T>> Read, Func<T, string> Write)
{
    public Kind<TResult> Map<TResult>(Func<T, TResult> make) => new(Shape, value => Read(value).Map(make), _ => "");
}

/// <summary>The types of values that the file may have.</summary>
internal static class Kinds
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    public static Kind<bool> Flag { get; } = Scalar<bool>(
        new Shape("true or false", json => json.WriteString("type", "boolean")),
        value => value is JsonTree.Flag flag ? Right(flag.Value) : Left($"expected true or false, found {value.Kind}"),
        flag => flag ? "true" : "false");

    /// <summary>A close code that the server may send when it goes away.</summary>
    public static Kind<int> CloseCode { get; } = Scalar(
        new Shape("close code", json => SchemaText.OneOf(json,
            code => SchemaText.Integer(code, 1000, 1001), code => SchemaText.Integer(code, 1011, 1013), code => SchemaText.Integer(code, 3000, 4999))),
        value => Number(value).Bind<int>(number => number is 1000 or 1001 or (>= 1011 and <= 1013) or (>= 3000 and <= 4999)
            ? (int)number
            : string.Create(CultureInfo.InvariantCulture, $"{number} is no close code for a server that stops: 1000, 1001, 1011 to 1013, 3000 to 4999")),
        Digits);

    /// <summary>A time to wait, of a millisecond to a day.</summary>
    public static Kind<TimeSpan> Wait { get; } = Duration(Moment, TimeSpan.FromDays(1));

    /// <summary>An object that somebody else validates. Only its secrets are looked at.</summary>
    public static Kind<OptionsPlan> Options { get; } = new(
        new Shape("object", json => json.WriteString("type", "object")),
        value => value is JsonTree.Object options ? Checked(options, BrokenSecrets(options)).Map(StrictJson.Options) : Unexpected(value, "expected an object"),
        options => options.Json);

    private static Kind<string> Origin { get; } = Scalar<string>(
        new Shape("origin", _ => { }),
        value => value switch
        {
            JsonTree.Text { Value: "same" } => Right("same"),
            JsonTree.Text { Value: "any" } => Left("\"any\" does not stand in a list; write \"origins\": \"any\""),
            JsonTree.Text { Value: "null" } => Left("\"null\" is what sandboxed pages and local files send, whoever made them; it cannot be listed"),
            JsonTree.Text text => TextRules.OriginProblem(text.Value) is { } why ? Left(why) : Right(text.Value),
            _ => Left($"expected an origin such as \"https://example.com\", found {value.Kind}"),
        },
        Quoted);

    /// <summary><c>"same"</c>, <c>"any"</c>, or a list of exact origins and <c>"same"</c>.</summary>
    public static Kind<OriginPolicy> Origins { get; } = new(
        new Shape("\"same\" | \"any\" | list of origins", json => SchemaText.OneOf(json,
            word => SchemaText.Strings(word, "enum", ["same", "any"]),
            list => SchemaText.List(list, 0, item => SchemaText.Pattern(item, "^(same|[a-z][a-z0-9+.-]*://[^/?#@*A-Z]+)$")))),
        value => value switch
        {
            JsonTree.Broken broken => broken.Why,
            JsonTree.Text { Value: "same" } => new OriginPolicy.Listed(true, []),
            JsonTree.Text { Value: "any" } => new OriginPolicy.Any(),
            JsonTree.Array => ListOf(Origin).Read(value).Map<OriginPolicy>(listed =>
                new OriginPolicy.Listed(listed.Contains("same"), listed.Filter(origin => origin != "same").Strict())),
            _ => value.Fault(
                $"expected \"same\", \"any\", or a list of exact origins such as [\"https://example.com\"], found {value.Kind}",
                value is JsonTree.Text text ? Suggestion.For(text.Value, ["same", "any"]) : null),
        },
        _ => "[\"same\"]");

    /// <summary>A whole number within bounds, both included.</summary>
    public static Kind<int> Whole(int min, int max) => Scalar(
        new Shape(string.Create(CultureInfo.InvariantCulture, $"whole number, {min} to {max}"), json => SchemaText.Integer(json, min, max)) { Range = (Digits(min), Digits(max)) },
        value => Number(value).Bind<int>(number => number >= min && number <= max
            ? (int)number
            : string.Create(CultureInfo.InvariantCulture, $"{number} is not between {min} and {max}")),
        Digits);

    public static Kind<TimeSpan> Duration(TimeSpan min, TimeSpan max) => Scalar(
        new Shape($"duration, {Quantity.Format(min)} to {Quantity.Format(max)}", json => SchemaText.Pattern(json, "^[0-9]{1,9}(ms|s|m|h)$"))
        {
            Range = (Quantity.Format(min), Quantity.Format(max)),
        },
        value => Time(value).Bind<TimeSpan>(time => time >= min && time <= max
            ? time
            : $"{Quantity.Format(time)} is not between {Quantity.Format(min)} and {Quantity.Format(max)}"),
        time => Quoted(Quantity.Format(time)),
        text => Quantity.Meant(text, duration: true));

    /// <summary>Bytes: a number, or text with a unit.</summary>
    public static Kind<int> Size(int min, int max = 1 << 30) => Scalar(
        new Shape($"size, {Quantity.Format(min)} to {Quantity.Format(max)}", json => SchemaText.OneOf(json,
            size => SchemaText.Integer(size, min, max), size => SchemaText.Pattern(size, "^[0-9]{1,9}(KiB|MiB|GiB)$")))
        { Range = (Digits(min), Digits(max)) },
        value => Bytes(value).Bind<int>(bytes => bytes >= min && bytes <= max
            ? (int)bytes
            : $"{Quantity.Format(bytes)} is not between {Quantity.Format(min)} and {Quantity.Format(max)} (bytes)"),
        bytes => Quantity.Format(bytes) is var text && text.All(char.IsAsciiDigit) ? text : Quoted(text),
        text => Quantity.Meant(text, duration: false));

    /// <summary>Text that means something.</summary>
    /// <param name="expected">For the reference: <c>subprotocol</c>.</param>
    /// <param name="pattern">The rule, perhaps a weaker one, as a regular expression of JSON Schema (ECMA-262); empty for none.</param>
    /// <param name="parse">What it means, or what is wrong.</param>
    public static Kind<T> Text<T>(string expected, string pattern, Func<string, Either<string, T>> parse) => Scalar(
        new Shape(expected, json => SchemaText.Pattern(json, pattern)),
        value => value is JsonTree.Text text ? parse(text.Value) : Left($"expected text ({expected}), found {value.Kind}"),
        value => Quoted($"{value}"));

    /// <summary>Text for which a rule holds.</summary>
    public static Kind<string> Text(string expected, string pattern, Func<string, string?> problem) =>
        Text<string>(expected, pattern, text => problem(text) is { } why ? Left(why) : Right(text));

    /// <summary>Something that is never printed: as it is, <c>{env:NAME}</c> or <c>{file:PATH}</c>.</summary>
    public static Kind<Secret> Hidden(string expected) => new(
        new Shape(expected, json => SchemaText.Pattern(json, ".+")),
        value => value switch
        {
            JsonTree.Broken broken => broken.Why,
            JsonTree.Text text => PluginHost.Core.Text.Secret.Parse(text.Value).Match<Validation<Fault, Secret>>(secret => secret, problem => text.Fault(problem)),
            _ => value.Fault($"expected text ({expected})"), // what stands here is not repeated, whatever it is
        },
        secret => secret.ToString());

    /// <summary>One of a few words.</summary>
    public static Kind<T> Choice<T>(params (string Word, T Value)[] choices)
    {
        var words = choices.Select(choice => choice.Word).ToSeq().Strict();
        return Scalar(
            new Shape(string.Join(" | ", words.Map(Quoted)), json => SchemaText.Strings(json, "enum", words)),
            value => choices.Find(choice => value is JsonTree.Text text && text.Value == choice.Word).Map(choice => choice.Value)
                .ToEither($"expected one of {Quoting.List(words)}, found {value.Kind}"),
            chosen => Quoted(choices.First(choice => Equals(choice.Value, chosen)).Word),
            text => Suggestion.For(text, words));
    }

    /// <summary>A list in which no text stands twice.</summary>
    /// <param name="item">What stands in it.</param>
    /// <param name="whenEmpty">What is said of an empty list; null where it may be empty.</param>
    public static Kind<Seq<T>> ListOf<T>(Kind<T> item, string? whenEmpty = null) => new(
        new Shape("list of " + item.Shape.Expected, (json, keys) => SchemaText.List(json, whenEmpty is null ? 0 : 1, value => item.Shape.Schema(value, keys))) { Keys = item.Shape.Keys, Suffix = "[]" },
        value => value is not JsonTree.Array { Items: var items }
            ? Unexpected(value, "expected a list")
            : (Checked(unit, items.IsEmpty && whenEmpty is not null ? [value.Fault(whenEmpty)] : Repeated(items)), items.Map(item.Read).Strict().Sequence())
                .Apply((_, good) => good.Strict()),
        items => $"[{string.Join(", ", items.Map(item.Write))}]");

    /// <summary>An object with keys.</summary>
    /// <param name="fields">Its keys.</param>
    /// <param name="otherwise">What holds where it says nothing.</param>
    public static Kind<T> Object<T>(Fields<T> fields, Scope? otherwise = null) => new(
        new Shape("object", SchemaText.Object) { Keys = fields.Declarations },
        value => fields.ReadObject(value, otherwise),
        _ => "{}");

    /// <summary>An object whose keys are names of the user's, that is, of folders or files.</summary>
    /// <param name="name">What is a name.</param>
    /// <param name="fields">The keys of each value, of which something is made for its name.</param>
    public static Kind<Seq<T>> MapOf<T>(Kind<string> name, Fields<Func<string, T>> fields) => new(
        new Shape("objects by " + name.Shape.Expected, (json, keys) => SchemaText.Map(json, name.Shape, keys)) { Keys = fields.Declarations, Suffix = ".<id>" },
        value => value is not JsonTree.Object { Members: var members }
            ? Unexpected(value, "expected an object")
            : (Checked(unit, Misnamed(members, name)),
                members.Map(member => fields.ReadObject(member.Value, null).Map(make => make(member.Name))).Strict().Sequence()).Apply((_, good) => good.Strict()),
        _ => "{}");

    /// <summary>The value where nothing is wrong.</summary>
    public static Validation<Fault, T> Checked<T>(T value, IEnumerable<Fault> faults) => faults.ToSeq().Strict() is { IsEmpty: false } some ? some : value;

    /// <summary>A value of another type than was expected.</summary>
    public static Fault Unexpected(JsonTree value, string expected) => value is JsonTree.Broken broken ? broken.Why : value.Fault($"{expected}, found {value.Kind}");

    private static Kind<T> Scalar<T>(Shape shape, Func<JsonTree, Either<string, T>> read, Func<T, string> write, Func<string, string?>? meant = null) => new(
        shape,
        value => value switch
        {
            JsonTree.Broken broken => broken.Why,
            JsonTree.Text text when Secret.IsReference(text.Value) =>
                value.Fault("\"{env:NAME}\" and \"{file:PATH}\" stand only where a secret does; write the value itself"),
            _ => read(value).Match<Validation<Fault, T>>(
                good => good,
                problem => value.Fault(problem, value is JsonTree.Text text && meant?.Invoke(text.Value) is { } other && other != text.Value ? other : null)),
        },
        write);

    private static Either<string, long> Number(JsonTree value) =>
        value is JsonTree.Number { Raw: var raw } && Parses(raw, out var number) ? number : $"expected a whole number, found {value.Kind}";

    private static Either<string, TimeSpan> Time(JsonTree value) => value is JsonTree.Text { Value: var text }
        ? Quantity.Duration(text).MapLeft(shape => $"{shape}, found {value.Kind}")
        : $"{Quantity.DurationShape}, found {value.Kind}";

    private static Either<string, long> Bytes(JsonTree value) => value switch
    {
        JsonTree.Number { Raw: var raw } when Parses(raw, out var bytes) => bytes,
        JsonTree.Text { Value: var text } => Quantity.Size(text).MapLeft(shape => $"{shape}, found {value.Kind}"),
        _ => $"{Quantity.SizeShape}, found {value.Kind}",
    };

    private static bool Parses(string raw, out long number) =>
        long.TryParse(raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private static IEnumerable<Fault> Repeated(Seq<JsonTree> items)
    {
        var seen = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        return items.OfType<JsonTree.Text>().Where(text => !seen.Add(text.Value))
            .Select(text => text.Fault($"{Quoting.Quote(text.Value)} stands here a second time"));
    }

    private static IEnumerable<Fault> Misnamed(Seq<JsonMember> members, Kind<string> name)
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in members)
        {
            var problem = name.Read(new JsonTree.Text(member.Start, member.Value.Path, member.Name, member.RawName)).FailToSeq();
            foreach (var fault in problem) yield return fault;
            // Folder names: on some systems the two are one.
            if (problem.IsEmpty && !seen.TryAdd(member.Name, member.Name) && seen[member.Name] != member.Name)
                yield return new Fault(member.Start, member.Value.Path,
                    $"{Quoting.Quote(member.Name)} and {Quoting.Quote(seen[member.Name])} differ only in the case of their letters");
        }
    }

    private static Seq<Fault> BrokenSecrets(JsonTree value) => value switch
    {
        JsonTree.Object inner => inner.Members.Bind(member => BrokenSecrets(member.Value)),
        JsonTree.Array list => list.Items.Bind(BrokenSecrets),
        JsonTree.Text text when Secret.IsReference(text.Value) => Secret.Parse(text.Value).LeftToSeq().Map(problem => text.Fault(problem)),
        _ => [],
    };

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string text) => $"\"{text}\"";
}
