using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;
using static PluginHost.Core.Tests.Scripting.Builtin;

namespace PluginHost.Core.Tests.Scripting.Functions;

/// <summary><c>array.*</c>, by the examples of the language's documentation and at the edges.</summary>
public sealed class ArrayFunctionTests
{
    [Theory]
    [InlineData("array.add", "[1, 2, 3, 4]", new[] { 1, 2, 3 }, 4)]
    [InlineData("array.add", "[4]", null, 4)]
    [InlineData("array.add_range", "[1, 2, 3, 4, 5]", new[] { 1, 2, 3 }, new[] { 4, 5 })]
    [InlineData("array.compact", "[1, 3]", "json:[1,null,3]")]
    [InlineData("array.concat", "[1, 2, 3, 4, 5]", new[] { 1, 2, 3 }, new[] { 4, 5 })]
    [InlineData("array.concat", "[1]", null, new[] { 1 })]
    [InlineData("array.any", "true", new[] { " hello", " world", "20" }, "@string.contains", "20")]
    [InlineData("array.any", "false", new[] { " hello", " world", "20" }, "@string.contains", "30")]
    [InlineData("array.any", "false", new string[0], "@string.empty")]
    [InlineData("array.each", "[\"a\", \"5\", \"6\"]", new[] { " a", " 5", "6 " }, "@string.strip")]
    [InlineData("array.filter", "[\"\", \"\"]", new[] { "", "200", "", "400" }, "@string.empty")]
    [InlineData("array.first", "4", new[] { 4, 5, 6 })]
    [InlineData("array.first", "", new int[0])]
    [InlineData("array.first", "a", "abc")]
    [InlineData("array.insert_at", "[\"a\", \"b\", \"Yo\", \"c\"]", new[] { "a", "b", "c" }, 2, "Yo")]
    [InlineData("array.insert_at", "[1, null, null, 2]", new[] { 1 }, 3, 2)]
    [InlineData("array.insert_at", "[2, 1]", new[] { 1 }, -1, 2)]
    [InlineData("array.join", "1|2|3", new[] { 1, 2, 3 }, "|")]
    [InlineData("array.join", "a, b", new[] { " a", "b " }, ", ", "@string.strip")]
    [InlineData("array.join", "1--2", "json:[1,null,2]", "-")]
    [InlineData("array.last", "6", new[] { 4, 5, 6 })]
    [InlineData("array.last", "", null)]
    [InlineData("array.limit", "[4, 5]", new[] { 4, 5, 6 }, 2)]
    [InlineData("array.limit", "[4]", new[] { 4 }, 20)]
    [InlineData("array.limit", "[]", new[] { 4 }, -1)]
    [InlineData("array.map", "[\"fruit\", \"electronics\", null]", "json:[{\"type\":\"fruit\"},{\"type\":\"electronics\"},{}]", "type")]
    [InlineData("array.offset", "[6, 7, 8]", new[] { 4, 5, 6, 7, 8 }, 2)]
    [InlineData("array.offset", "[]", new[] { 4 }, 2)]
    [InlineData("array.offset", "[4]", new[] { 4 }, -2)]
    [InlineData("array.remove_at", "[4, 5, 7, 8]", new[] { 4, 5, 6, 7, 8 }, 2)]
    [InlineData("array.remove_at", "[4, 5, 6, 7]", new[] { 4, 5, 6, 7, 8 }, -1)]
    [InlineData("array.remove_at", "[4, 5]", new[] { 4, 5 }, 2)]
    [InlineData("array.remove_at", "[4, 5]", new[] { 4, 5 }, -3)]
    [InlineData("array.reverse", "[7, 6, 5, 4]", new[] { 4, 5, 6, 7 })]
    [InlineData("array.reverse", "[\"c\", \"b\", \"a\"]", "abc")]
    [InlineData("array.size", "3", new[] { 4, 5, 6 })]
    [InlineData("array.sort", "[2, 6, 10]", new[] { 10, 2, 6 })]
    [InlineData("array.sort", "[\"electronics\", \"fruit\", \"furniture\"]", new[] { "fruit", "electronics", "furniture" })]
    [InlineData("array.sort", "[\"fruit\", \"Orange\"]", new[] { "Orange", "fruit" })]
    [InlineData("array.sort", "[{b: 1}, {a: 1}, {a: 2}]", "json:[{\"a\":2},{\"b\":1},{\"a\":1}]", "a")]
    [InlineData("array.sort", "[null, true, 1, \"a\"]", "json:[\"a\",1,null,true]")]
    [InlineData("array.uniq", "[1, 4, 5, 8]", new[] { 1, 1, 4, 5, 8, 8 })]
    [InlineData("array.uniq", "[1, \"1\", null]", "json:[1,\"1\",null,null]")]
    [InlineData("array.contains", "true", new[] { 1, 2, 3, 4 }, 4)]
    [InlineData("array.contains", "false", new[] { 1, 2, 3, 4 }, 5)]
    public void Prints(string name, string expected, params object?[] arguments) => Assert.Equal(expected, Print(name, arguments));

    [Fact]
    public void Ranges_are_lists()
    {
        Assert.Equal("[5, 4, 3, 2, 1]", Print("array.reverse", 1..5));
        Assert.Equal("[1, 2]", Print("array.limit", 1..5, 2));
        Assert.Equal("true", Print("array.contains", 1..1_000_000_000, 999_999_999));
    }

    [Fact]
    public void Cycle_goes_round_for_each_list_and_each_group()
    {
        var run = NewRun();
        object?[] list = [new[] { "one", "two", "three" }];
        Assert.Equal("one two three one", string.Join(' ', Enumerable.Range(0, 4).Select(_ => Print(run, "array.cycle", list))));
        Assert.Equal("a", Print(run, "array.cycle", [new[] { "a", "b" }]));
        Assert.Equal("one", Print(run, "array.cycle", new[] { "one", "two" }, "group"));
        Assert.Equal("b", Print(run, "array.cycle", new[] { "a", "b" }, "group"));
        Assert.Equal("", Print(run, "array.cycle", [new string[0]]));
        run.Begin(ScriptLimits.Default, Now, 1, null);
        Assert.Equal("one", Print(run, "array.cycle", list));
    }

    [Fact]
    public void Equal_items_keep_their_order()
    {
        var items = Enumerable.Range(0, 100).Select(i => $"{{\"key\":{i * 7 % 5},\"at\":{i}}}");
        var sorted = Call("array.sort", Value("json:[" + string.Join(',', items) + "]"), Text("key")).AsArray()!;
        for (var i = 1; i < sorted.Count; i++)
        {
            var (before, here) = (sorted[i - 1].AsObject()!, sorted[i].AsObject()!);
            Assert.True(
                before["key"].AsInteger() < here["key"].AsInteger()
                || (before["key"] == here["key"] && before["at"].AsInteger() < here["at"].AsInteger()));
        }
    }

    [Fact]
    public void The_argument_is_not_changed_and_items_stay_what_they_are()
    {
        var inner = new ScriptArray();
        var list = new ScriptArray([ScriptValue.Of(inner), Number(2)]);
        foreach (var name in new[] { "array.reverse", "array.sort", "array.compact", "array.uniq" })
        {
            var result = Call(name, ScriptValue.Of(list)).AsArray()!;
            Assert.NotSame(list, result);
            Assert.Contains(Enumerable.Range(0, result.Count), i => ReferenceEquals(inner, result[i].AsArray()));
        }
        Assert.Equal(2, list.Count);
        Assert.Same(inner, list[0].AsArray());
    }

    [Theory]
    [InlineData("`array.size`: argument `list` must be a list, but is 1", "array.size", 1)]
    [InlineData("`array.limit`: argument `count` must be a whole number, but is the text \"x\"", "array.limit", null, "x")]
    [InlineData("`array.each`: argument `function` must be a function, but is the text \"x\"", "array.each", null, "x")]
    [InlineData("`array.insert_at`: argument `index` is out of range, but is 2000000000", "array.insert_at", null, 2_000_000_000, 1)]
    [InlineData("`array.sort` misses its argument `list`", "array.sort")]
    public void Faults(string expected, string name, params object?[] arguments) => Assert.Equal(expected, Fault(name, arguments));
}
