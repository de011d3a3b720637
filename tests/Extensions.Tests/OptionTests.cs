using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using PluginHost.Abstractions;
using PluginHost.Extensions.Binding;

namespace PluginHost.Extensions.Tests;

public sealed class OptionTests
{
    [Fact]
    public void Every_kind_of_value_is_read()
    {
        var all = Bound<Everything>("""
            {
              "text": "x", "letter": "c", "flag": true, "small": 255, "large": 9007199254740993, "exact": 1.10, "real": -2.5e3, "color": "darkRed", "pause": "1.5s", "clock": "01:30:00",
              "address": "https://example.com/a", "id": "6f9619ff-8b86-d011-b42d-00cf4fc964ff", "ip": "::1", "at": "2030-12-31T23:59:59Z", "day": "2030-12-31", "time": "23:59:59",
              "version": "1.2", "maybe": 3, "nothing": null, "raw": { "a": [1] }, "list": [1, 2], "array": ["a"], "set": [1, 1], "frozen": [3],
              "map": { "a": "1s" }, "byColor": { "darkRed": 1 }, "part": { "name": "n", "parts": [{ "name": "m" }] }, "point": { "x": 1, "y": 2 }, "own-name": 5, "filled": [7]
            }
            """);
        Assert.Equal(("x", 'c', true, (byte)255, 9007199254740993, 1.10m, -2500.0, Color.DarkRed),
            (all.Text, all.Letter, all.Flag, all.Small, all.Large, all.Exact, all.Real, all.Color));
        Assert.Equal((TimeSpan.FromSeconds(1.5), TimeSpan.FromMinutes(90), new Uri("https://example.com/a")), (all.Pause, all.Clock, all.Address));
        Assert.Equal((new Guid("6f9619ff-8b86-d011-b42d-00cf4fc964ff"), IPAddress.IPv6Loopback), (all.Id, all.Ip));
        Assert.Equal((new DateTimeOffset(2030, 12, 31, 23, 59, 59, TimeSpan.Zero), new DateOnly(2030, 12, 31), new TimeOnly(23, 59, 59)), (all.At, all.Day, all.Time));
        Assert.Equal((new Version(1, 2), 3, null, "[1]"), (all.Version, all.Maybe, all.Nothing, all.Raw.GetProperty("a").GetRawText()));
        Assert.Equal([1, 2], all.List);
        Assert.Equal(["a"], all.Array);
        Assert.Equal([1], all.Set);
        Assert.Equal([3], all.Frozen.ToArray());
        Assert.Equal(TimeSpan.FromSeconds(1), all.Map["a"]);
        Assert.Equal(1, all.ByColor[Color.DarkRed]);
        Assert.Equal(("n", "m", new Point(1, 2), 5), (all.Part!.Name, all.Part.Parts[0].Name, all.Point, all.Named));
        Assert.Equal([7], all.Filled);
    }

    [Fact]
    public void What_is_not_given_has_its_default()
    {
        var all = Bound<Everything>("{}");
        Assert.Equal(("usual", Color.Blue, 4), (all.Text, all.Color, all.Filled[0]));
        var record = Bound<Record>("""{ "needed": 1 }""");
        Assert.Equal((1, "d", Color.DarkRed, null, TimeSpan.Zero), (record.Needed, record.Default, record.Color, record.Optional, record.Pause));
    }

    [Theory]
    [InlineData("""{ "text": 5 }""", "/text: expected text, found a number")]
    [InlineData("""{ "text": null }""", "/text: expected text, found null")]
    [InlineData("""{ "letter": "ab" }""", "/letter: expected one character")]
    [InlineData("""{ "flag": "yes" }""", "/flag: expected true or false")]
    [InlineData("""{ "small": 256 }""", "/small: expected a whole number from 0 to 255, found a number")]
    [InlineData("""{ "small": 1.5 }""", "/small: expected a whole number from 0 to 255, found a number")]
    [InlineData("""{ "real": 1e999 }""", "/real: expected a number")]
    [InlineData("""{ "exact": [] }""", "/exact: expected a number, found a list")]
    [InlineData("""{ "color": "green" }""", "/color: expected one of blue, darkRed")]
    [InlineData("""{ "color": 1 }""", "/color: expected one of blue, darkRed, found a number")]
    [InlineData("""{ "pause": 5 }""", "/pause: expected a duration such as 500ms, 30s, 5m, 2h, 1d or 01:30:00, found a number")]
    [InlineData("""{ "pause": "5" }""", "/pause: expected a duration such as 500ms, 30s, 5m, 2h, 1d or 01:30:00")]
    [InlineData("""{ "pause": "99999999999d" }""", "/pause: expected a duration such as 500ms, 30s, 5m, 2h, 1d or 01:30:00")]
    [InlineData("""{ "address": "/tmp" }""", "/address: expected an absolute address such as https://example.com/")]
    [InlineData("""{ "ip": "x" }""", "/ip: expected a IPAddress as text")]
    [InlineData("""{ "at": "yesterday" }""", "/at: expected a time such as 2030-12-31T23:59:59Z")]
    [InlineData("""{ "list": [1, "a"] }""", "/list/1: expected a whole number from -2,147,483,648 to 2,147,483,647")]
    [InlineData("""{ "list": {} }""", "/list: expected a list, found an object")]
    [InlineData("""{ "array": [null] }""", "/array/0: expected text, found null")]
    [InlineData("""{ "map": { "a/b~": 1 } }""", "/map/a~1b~0: expected a duration such as 500ms, 30s, 5m, 2h, 1d or 01:30:00, found a number")]
    [InlineData("""{ "map": [] }""", "/map: expected an object, found a list")]
    [InlineData("""{ "byColor": { "green": 1 } }""", "/byColor/green: expected one of blue, darkRed as the name")]
    [InlineData("""{ "byColor": { "blue": 1, "Blue": 2 } }""", "/byColor/Blue: is given twice")]
    [InlineData("""{ "part": { "nam": "x" } }""", "/part/nam: is not known; did you mean name?", "/part/name: is required")]
    [InlineData("""{ "part": "x" }""", "/part: expected an object")]
    [InlineData("""{ "part": null, "point": null }""", "/point: expected an object, found null")]
    [InlineData("""{ "tetx": "x" }""", "/tetx: is not known; did you mean text?")]
    [InlineData("""{ "Text": "x" }""", "/Text: is not known; did you mean text?")]
    [InlineData("""{ "flag": true, "flag": false }""", "/flag: is given twice")]
    [InlineData("""{ "broken": 1 }""", "/broken: it broke")]
    [InlineData("""{ "unreadable": {} }""", "/unreadable: cannot be read: Stream is not a type that options can have. Report this to the plugin's author")]
    [InlineData("[]", ": expected an object, found a list")]
    public void What_is_wrong_is_told_with_its_place(string json, params string[] problems) => Assert.Equal(problems, Problems<Everything>(json));

    [Fact]
    public void What_is_no_json_is_told() => Assert.StartsWith(": expected JSON: ", Assert.Single(Problems<Everything>("{")), StringComparison.Ordinal);

    [Fact]
    public void All_that_is_wrong_is_told_at_once() => Assert.Equal(
        ["/default: expected text, found a number", "/extra: is not known; known are needed, default, color, optional, pause", "/needed: is required"],
        Problems<Record>("""{ "default": 1, "extra": 2 }""").Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("{}", "/name: is required")]
    [InlineData("""{ "name": " " }""", "/name: is required")]
    [InlineData("""{ "name": "abcdef" }""", "/name: expected 2 to 5 characters")]
    [InlineData("""{ "name": "abc", "port": 0 }""", "/port: expected 1 to 65,535")]
    [InlineData("""{ "name": "abc", "share": 1 }""", "/share: expected more than 0 and less than 1")]
    [InlineData("""{ "name": "abc", "pause": "2h" }""", "/pause: expected 00:00:01 to 01:00:00")]
    [InlineData("""{ "name": "abc", "tags": [] }""", "/tags: expected at least 1 items")]
    [InlineData("""{ "name": "abc", "few": [1, 2, 3] }""", "/few: expected at most 2 items")]
    [InlineData("""{ "name": "abc", "code": "12x" }""", "/code: expected text like [0-9]+")]
    [InlineData("""{ "name": "abc", "link": "mailto:x" }""", "/link: expected an address that begins with http://, https:// or ftp://")]
    [InlineData("""{ "name": "abc", "mail": "x" }""", "/mail: expected an e-mail address")]
    [InlineData("""{ "name": "abc", "mode": "c" }""", "/mode: expected one of a, b")]
    [InlineData("""{ "name": "abc", "even": 3 }""", "/even: even is odd")]
    [InlineData("""{ "name": "abc", "worded": 9 }""", "/worded: no more than 3 for worded")]
    [InlineData("""{ "name": "abc", "odd": 3 }""", "/odd: could not be checked by BadAttribute: oh")]
    [InlineData("""{ "name": "abc", "min": 5, "max": 4 }""", "/min: is above max")]
    [InlineData("""{ "name": "abc", "port": 0, "even": 3 }""", "/even: even is odd", "/port: expected 1 to 65,535")]
    [InlineData("""{ "name": "abc" }""")]
    [InlineData("""{ "name": "abc", "port": 65535, "share": 0.5, "pause": "1h", "tags": ["x"], "few": [1], "code": "", "link": "HTTPS://x", "mail": "a@b", "mode": "b", "even": 2 }""")]
    public void Annotations_are_checked(string json, params string[] problems) => Assert.Equal(problems, Problems<Annotated>(json).Order(StringComparer.Ordinal));

    [Fact]
    public void Annotations_of_a_records_parameters_are_checked() =>
        Assert.Equal(["/level: expected 1 to 3"], Problems<Graded>("""{ "level": 4 }"""));

    [Fact]
    public void Two_types_may_share_the_options()
    {
        var set = new OptionSet();
        set.Add<Record>("");
        set.Add<Part>("part");
        set.Add<Graded>("");
        Assert.Empty(set.Validate(new("""{ "needed": 1, "part": { "name": "n" }, "level": 2 }""")));
        Assert.Equal(
            ["/lvel: is not known; did you mean level?", "/needed: is required", "/part/name: is required"],
            set.Validate(new("""{ "lvel": 1 }""")).Select(Line).Order(StringComparer.Ordinal));
        Assert.Equal(["/part/x: is not known; known are name, parts"], set.Validate(new("""{ "needed": 1, "part": { "name": "n", "x": 1 } }""")).Select(Line));
        Assert.Empty(new OptionSet().Validate(new("""{ "anything": 1 }""")));
    }

    internal static IReadOnlyList<string> Problems<T>(string json) where T : class
    {
        var set = new OptionSet();
        set.Add<T>("");
        return [.. set.Validate(new(json)).Select(Line)];
    }

    internal static T Bound<T>(string json) where T : class
    {
        using var document = JsonDocument.Parse(json);
        var binder = new JsonBinder();
        var value = binder.BindRoot(typeof(T), document.RootElement, "");
        Assert.Empty(binder.Problems);
        return (T)value!;
    }

    private static string Line(OptionProblem problem) => $"{problem.Pointer}: {problem.Message}";

    public enum Color
    {
        Blue,
        DarkRed,
    }

    public readonly record struct Point(int X, int Y);

    public sealed record Part(string Name)
    {
        public IReadOnlyList<Part> Parts { get; init; } = [];
    }

    public sealed record Record(int Needed, string Default = "d", Color Color = Color.DarkRed, string? Optional = null, TimeSpan Pause = default);

    public sealed record Graded([Range(1, 3)] int Level = 1);

    public sealed class Everything
    {
        public string Text { get; set; } = "usual";

        public char Letter { get; set; }

        public bool Flag { get; init; }

        public byte Small { get; init; }

        public long Large { get; init; }

        public decimal Exact { get; init; }

        public double Real { get; init; }

        public Color Color { get; init; }

        public TimeSpan Pause { get; init; }

        public TimeSpan Clock { get; init; }

        public Uri? Address { get; init; }

        public Guid Id { get; init; }

        public IPAddress? Ip { get; init; }

        public DateTimeOffset At { get; init; }

        public DateOnly Day { get; init; }

        public TimeOnly Time { get; init; }

        public Version? Version { get; init; }

        public int? Maybe { get; init; }

        public int? Nothing { get; init; } = 4;

        public JsonElement Raw { get; init; }

        public IReadOnlyList<int> List { get; init; } = [];

        public string[] Array { get; init; } = [];

        public ISet<int> Set { get; init; } = new HashSet<int>();

        public ImmutableArray<int> Frozen { get; init; } = [];

        public IReadOnlyDictionary<string, TimeSpan> Map { get; init; } = new Dictionary<string, TimeSpan>();

        public Dictionary<Color, int> ByColor { get; init; } = [];

        public Part? Part { get; init; }

        public Point Point { get; init; }

        [JsonPropertyName("own-name")]
        public int Named { get; init; }

        public List<int> Filled { get; } = [4];

        public int Broken
        {
            get => Text.Length;
            init => throw new FormatException("it broke");
        }

        public Stream? Unreadable { get; init; }

        public int Shown => Text.Length;

        [JsonIgnore]
        public int Ignored { get; set; }
    }

    public sealed class Annotated : IValidatableObject
    {
        [Required, StringLength(5, MinimumLength = 2)]
        public string? Name { get; init; }

        [Range(1, 65535)]
        public int Port { get; init; } = 80;

        [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
        public double Share { get; init; } = 0.1;

        [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
        public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(2);

        [MinLength(1)]
        public IReadOnlyList<string>? Tags { get; init; }

        [MaxLength(2)]
        public HashSet<int>? Few { get; init; }

        [RegularExpression("[0-9]+")]
        public string? Code { get; init; }

        [Url]
        public string? Link { get; init; }

        [EmailAddress]
        public string? Mail { get; init; }

        [AllowedValues("a", "b")]
        public string? Mode { get; init; }

        [Even]
        public int Even { get; init; }

        [Range(1, 3, ErrorMessage = "no more than {2} for {0}")]
        public int Worded { get; init; } = 1;

        [Bad]
        public int? Odd { get; init; }

        public int Min { get; init; }

        public int Max { get; init; } = 10;

        public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
        {
            if (Min > Max) yield return new ValidationResult("is above max", [nameof(Min)]);
        }
    }

    public sealed class EvenAttribute : ValidationAttribute
    {
        protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
            value is int number && number % 2 == 1 ? new ValidationResult($"{validationContext.DisplayName} is odd") : ValidationResult.Success;
    }

    public sealed class BadAttribute : ValidationAttribute
    {
        protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) => value is null ? null : throw new FormatException("oh");
    }
}
