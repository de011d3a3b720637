using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;
using static PluginHost.Core.Tests.Scripting.Builtin;

namespace PluginHost.Core.Tests.Scripting.Functions;

/// <summary><c>object.*</c>, by the examples of the language's documentation and at the edges.</summary>
public sealed class ObjectFunctionTests
{
    private const string Product = "json:{\"title\":\"Orange\",\"type\":\"fruit\",\"price\":null}";

    [Theory]
    [InlineData("object.default", "Yo", null, "Yo")]
    [InlineData("object.default", "Yo", "", "Yo")]
    [InlineData("object.default", " ", " ", "Yo")]
    [InlineData("object.default", "false", false, "Yo")]
    [InlineData("object.format", "00FF", 255, "X4")]
    [InlineData("object.format", "1,523.00", 1523, "N2", "en-US")]
    [InlineData("object.format", "text", "text", "X4")]
    [InlineData("object.format", "", null, "X4")]
    [InlineData("object.has_key", "true", Product, "title")]
    [InlineData("object.has_key", "true", Product, "price")]
    [InlineData("object.has_key", "false", Product, "weight")]
    [InlineData("object.has_key", "false", null, "weight")]
    [InlineData("object.has_value", "true", Product, "title")]
    [InlineData("object.has_value", "false", Product, "price")]
    [InlineData("object.has_value", "false", Product, "weight")]
    [InlineData("object.keys", "[\"title\", \"type\", \"price\"]", Product)]
    [InlineData("object.keys", "[]", null)]
    [InlineData("object.values", "[\"Orange\", \"fruit\", null]", Product)]
    [InlineData("object.size", "3", new[] { 1, 2, 3 })]
    [InlineData("object.size", "4", "text")]
    [InlineData("object.size", "3", Product)]
    [InlineData("object.size", "0", 7)]
    [InlineData("object.typeof", "", null)]
    [InlineData("object.typeof", "boolean", true)]
    [InlineData("object.typeof", "number", 1)]
    [InlineData("object.typeof", "number", 1.0)]
    [InlineData("object.typeof", "string", "text")]
    [InlineData("object.typeof", "array", new[] { 1, 2, 3, 4, 5 })]
    [InlineData("object.typeof", "object", "json:{}")]
    [InlineData("object.typeof", "object", "@object.typeof")]
    [InlineData("object.kind", "", null)]
    [InlineData("object.kind", "bool", true)]
    [InlineData("object.kind", "int", 1)]
    [InlineData("object.kind", "long", 3_000_000_000L)]
    [InlineData("object.kind", "bigint", "json:30000000000000000000")]
    [InlineData("object.kind", "float", 1.0f)]
    [InlineData("object.kind", "double", 1.0)]
    [InlineData("object.kind", "string", "text")]
    [InlineData("object.kind", "array", new[] { 1, 2, 3, 4, 5 })]
    [InlineData("object.kind", "object", "json:{}")]
    [InlineData("object.kind", "function", "@object.kind")]
    [InlineData("object.from_json", "{foo: 123}", "{ \"foo\": 123 }")]
    [InlineData("object.from_json", "[1, -0.5, 1000, true, false, null, \"x\", [], {}]", " [1,-5e-1,1E3,true,false,null,\"x\",[ ],{ }]\n")]
    [InlineData("object.from_json", "\"\\/\b\f\n\r\té😀", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"")]
    [InlineData("object.from_json", "{a: 2}", "{\"a\":1,\"a\":2}")]
    [InlineData("object.from_json", "123456789012345678901234567890", "123456789012345678901234567890")]
    [InlineData("object.from_json", "", null)]
    [InlineData("object.to_json", "{\"foo\":\"bar\",\"baz\":[1,2,3]}", "json:{\"foo\":\"bar\",\"baz\":[1,2,3]}")]
    [InlineData("object.to_json", "true", true)]
    [InlineData("object.to_json", "null", null)]
    [InlineData("object.to_json", "1.5", 1.5)]
    [InlineData("object.to_json", "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001é<\"", "\"\\/\b\f\n\r\t\u0001é<")]
    public void Prints(string name, string expected, params object?[] arguments) => Assert.Equal(expected, Print(name, arguments));

    [Fact]
    public void Kinds_without_literals()
    {
        Assert.Equal("iterator range", Print("object.typeof", 1..5) + " " + Print("object.kind", 1..5));
        Assert.Equal("decimal", Print("object.kind", 1m));
        Assert.Equal("object date", Print("object.typeof", Now) + " " + Print("object.kind", Now));
        Assert.Equal("object timespan", Print("object.typeof", TimeSpan.Zero) + " " + Print("object.kind", TimeSpan.Zero));
        Assert.Equal("2024-02-29", Print("object.format", Now, "yyyy-MM-dd"));
        Assert.Equal("jeudi 29 février 2024", Print("object.format", Now, "D", "fr-FR"));
        Assert.Equal("czwartek, 29 lutego 2024", Print("object.format", Now, "D", "pl-PL"));
        Assert.Equal("01:30", Print("object.format", TimeSpan.FromMinutes(90), "hh\\:mm"));
    }

    [Fact]
    public void Json_of_what_json_does_not_know()
    {
        Assert.Equal("[1,2,3]", Print("object.to_json", 1..3));
        Assert.Equal("\"2024-02-29T12:30:15.0000000+00:00\"", Print("object.to_json", Now));
        Assert.Equal("\"01:30:00\"", Print("object.to_json", TimeSpan.FromMinutes(90)));
        Assert.Equal("[null,null]", Print("object.to_json", new[] { double.NaN, double.PositiveInfinity }));
        Assert.Equal("null", Print("object.to_json", "@object.kind"));
        var itself = new ScriptArray();
        itself.Add(ScriptValue.Of(itself));
        Assert.Equal("a value nested deeper than 128 levels", Fault("object.to_json", ScriptValue.Of(itself)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1 2]")]
    [InlineData("[1,]")]
    [InlineData("01")]
    [InlineData("nul")]
    [InlineData("\"a\n\"")]
    [InlineData("\"\\x\"")]
    [InlineData("'a'")]
    [InlineData("1 // one")]
    [InlineData("1 2")]
    public void What_is_no_json(string text) =>
        Assert.Matches("^`object.from_json`: argument `json` must be JSON, but it is not from line 1, byte [0-9]+ on$",
            Fault("object.from_json", text));

    [Fact]
    public void Json_that_is_refused_all_the_same()
    {
        Assert.Equal(
            "`object.from_json`: argument `json` must be JSON, but it holds half a surrogate pair",
            Fault("object.from_json", "[\"\\ud83d\"]"));
        Assert.Contains("must be JSON", Fault("object.from_json", new string('[', 1000)));
        var deepest = new string('[', 64) + new string(']', 64);
        Assert.Equal(deepest, Print("object.to_json", Call("object.from_json", Text(deepest))));
    }

    [Fact]
    public void Eval()
    {
        Assert.Equal("{\"a\":[1,3]}", Rendering.Render("{{ x = {a: [1, \"1 + 2\" | object.eval]}; x | object.to_json }}"));
        Assert.Equal("This is a template text 3", Rendering.Render("{{ \"This is a template text {{ 1 + 2 }}\" | object.eval_template }}"));
        Assert.Equal(
            "7 7 5", Rendering.Render("{{ func f; ret 7; end; @f | object.eval }} {{ @f | object.eval_template }} {{ 5 | object.eval }}"));
    }

    [Fact]
    public void Values_of_json_can_be_changed()
    {
        var value = Call("object.from_json", Text("{\"a\":[1]}")).AsObject()!;
        value["a"].AsArray()!.Add(Number(2));
        value.Set("b", Number(3));
        Assert.Equal("{\"a\":[1,2],\"b\":3}", Print("object.to_json", ScriptValue.Of(value)));
    }

    [Fact]
    public void Faults() => Assert.Equal("`object.keys`: argument `value` must be an object, but is 1", Fault("object.keys", 1));
}
