using PluginHost.Server.Scripting.Engine;
using Scriban;
using Scriban.Runtime;
using static PluginHost.Tests.Scripting.Engine.Rendering;

namespace PluginHost.Tests.Scripting.Engine;

/// <summary>Which of the library's built-ins come to scripts, and how. The table of <c>docs/scripting.md</c> says so, too.</summary>
public sealed class BuiltinTests
{
    [Fact]
    public void Every_built_in_of_the_library_is_named()
    {
        var library = Names(TemplateContext.GetDefaultBuiltinObject()).Order(StringComparer.Ordinal);
        Assert.Equal(library, Builtins.Treatments.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_named_is_there_and_nothing_else_but_the_hosts_functions() => Assert.Equal(
        Builtins.Treatments.Keys.Concat(HostFunctions.All.Concat(StoreBuiltins.All).Select(function => function.Name)).Order(StringComparer.Ordinal), Names(Builtins.Root).Order(StringComparer.Ordinal));

    [Fact]
    public void Each_is_what_its_treatment_says()
    {
        foreach (var (name, treatment) in Builtins.Treatments.Where(one => one.Key.Contains('.', StringComparison.Ordinal)))
        {
            var parts = name.Split('.');
            var value = ((ScriptObject)Builtins.Root[parts[0]]!)[parts[1]];
            if (value is not IScriptCustomFunction) Assert.Equal(Treatment.AsIs, treatment);
            else Assert.Equal(treatment == Treatment.Replaced ? typeof(HostFunction) : typeof(BoundedFunction), value.GetType());
        }
    }

    [Fact]
    public void The_page_says_what_each_is()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "PluginHost.sln"))) root = Path.GetDirectoryName(root)!;
        var page = File.ReadAllText(Path.Combine(root, "docs", "scripting.md"));
        foreach (var row in Rows()) Assert.Contains(row, page, StringComparison.Ordinal);
        Assert.Equal(Rows().Count(), page.Split('\n').Count(line => Words.Values.Any(word => line.StartsWith("| `", StringComparison.Ordinal) && line.Contains($" | {word} | ", StringComparison.Ordinal))));
    }

    private static readonly Dictionary<Treatment, string> Words = new()
    {
        [Treatment.AsIs] = "as it is",
        [Treatment.Capped] = "capped",
        [Treatment.ScalarsOnly] = "of scalars",
        [Treatment.Replaced] = "replaced",
    };

    private static IEnumerable<string> Rows() =>
        from one in Builtins.Treatments
        where one.Key.Contains('.', StringComparison.Ordinal)
        let parts = one.Key.Split('.')
        group parts[1] by (Group: parts[0], one.Value) into row
        orderby row.Key.Group, row.Key.Value
        select $"| `{row.Key.Group}` | {Words[row.Key.Value]} | {string.Join(" ", row.Order(StringComparer.Ordinal).Select(name => $"`{name}`"))} |";

    private static IEnumerable<string> Names(ScriptObject root) => root.GetMembers().SelectMany(name =>
        root[name] is ScriptObject group ? group.GetMembers().Select(member => $"{name}.{member}") : [name]);

    /// <summary>What replaces a built-in does what the library's manual says of it.</summary>
    [Theory]
    [InlineData("'ab' | string.starts_with 'a'", "true")]
    [InlineData("'ab' | string.starts_with ''", "false")]
    [InlineData("null | string.starts_with 'a'", "false")]
    [InlineData("'ab' | string.ends_with 'b'", "true")]
    [InlineData("'aB' | string.equals_ignore_case 'Ab'", "true")]
    [InlineData("null | string.equals_ignore_case ''", "false")]
    [InlineData("'abcb' | string.index_of 'b'", "1")]
    [InlineData("'abcb' | string.index_of 'b' 2", "3")]
    [InlineData("'abcb' | string.index_of 'b' 2 1", "-1")]
    [InlineData("'abcb' | string.index_of 'B' string_comparison: 'OrdinalIgnoreCase'", "1")]
    [InlineData("'a,,b,' | string.split ','", "[\"a\", \"b\"]")]
    [InlineData("'ab' | string.split ''", "[\"ab\"]")]
    [InlineData("'' | string.split ','", "[]")]
    [InlineData("[3, 1.5, null, 2] | array.sort", "[null, 1.5, 2, 3]")]
    [InlineData("[{ n: 2, i: 1 }, { n: 1, i: 2 }, { n: 2, i: 3 }] | array.sort 'n' | array.map 'i'", "[2, 1, 3]")]
    [InlineData("[{ o: { n: 2 } }, { o: { n: 1 } }] | array.sort 'o.n' | array.map 'o'", "[{n: 1}, {n: 2}]")]
    [InlineData("null | array.sort", "[]")]
    [InlineData("(3..1) | array.sort", "[1, 2, 3]")]
    [InlineData("7 | math.divided_by 2", "3")]
    [InlineData("7 | math.divided_by 2.0", "3.5")]
    [InlineData("7 | math.plus 2", "9")]
    [InlineData("7 | math.minus 2", "5")]
    [InlineData("7 | math.times 2", "14")]
    [InlineData("7 | math.modulo 2", "1")]
    [InlineData("'1 + 2' | object.eval", "3")]
    [InlineData("x = 5; 'x' | object.eval", "5")]
    [InlineData("'{{ 1 }}-{{ 2 }}' | object.eval_template", "1-2")]
    [InlineData("'[1, {\"a\": null}]' | object.from_json", "[1, {a: null}]")]
    [InlineData("{ a: [1] } | object.to_json", "{\"a\":[1]}")]
    [InlineData("'a1b22' | regex.match '(\\\\d)(\\\\d)'", "[\"22\", \"2\", \"2\"]")]
    [InlineData("'a' | regex.match 'b'", "[]")]
    [InlineData("'a1b2' | regex.matches '[a-z]'", "[[\"a\"], [\"b\"]]")]
    [InlineData("'a1b2' | regex.replace '([a-z])' '$1$1'", "aa1bb2")]
    [InlineData("'aXb' | regex.replace 'x' '-' 'i'", "a-b")]
    [InlineData("'a, b,c' | regex.split ',\\\\s*'", "[\"a\", \"b\", \"c\"]")]
    [InlineData("'abc' | regex.replace 'x*' '-'", "-a-b-c-")]
    public void What_is_replaced_does_the_same(string expression, string result) => Assert.Equal(result, Render($"{{{{ {expression} }}}}"));

    [Theory]
    [InlineData("array.sort [1, 'a']", "have no order")]
    [InlineData("'(' | regex.match '('", "the pattern:")]
    [InlineData("'x' | string.index_of 'x' 5", "lies outside")]
    [InlineData("'x' | object.from_json", "is no JSON")]
    [InlineData("@string.upcase | object.to_json", "cannot be written as JSON")]
    [InlineData("object.eval '1 + '", "`object.eval`:")]
    [InlineData("array.each [1] 'upcase'", "is not a function")]
    public void What_is_wrong_with_a_call_is_said(string code, string why) => Assert.Contains(why, Send(Parse($"{{{{ {code} }}}}"), "").Error?.Message, StringComparison.Ordinal);
}
