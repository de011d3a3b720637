using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Functions;
using PluginHost.Core.Scripting.Values;
using static PluginHost.Core.Tests.Scripting.Builtin;

namespace PluginHost.Core.Tests.Scripting;

/// <summary>How arguments reach a built-in, and what it is charged.</summary>
public sealed class BuiltinFunctionTests
{
    private static readonly BuiltinFunction Show = new("show", "text count? rest...", call => ScriptValue.Of(
        $"{call.Text(0)} {call.Has(1)} {call.IntegerOrNull(1)} {call.Rest(2).Length}"));

    private static readonly BuiltinFunction Two = new("two", "left right?", call => ScriptValue.Of($"{call[0]}-{call[1]}"));

    [Fact]
    public void Upcase() => Assert.Equal("ABC", Call("string.upcase", Text("abc")).AsString());

    [Fact]
    public void Size() => Assert.Equal(3, Call("array.size", Array(Number(1), Number(2), Number(3))).AsInteger());

    [Fact]
    public void Null_is_an_empty_list() => Assert.Equal(0, Call("array.size", ScriptValue.Null).AsInteger());

    [Fact]
    public void A_function_is_called_by_the_name_of_its_group() => Assert.Equal("string.upcase", Function("string.upcase").Name);

    [Theory]
    [InlineData(1, "a False  0")]
    [InlineData(2, "a True 7 0")]
    [InlineData(4, "a True 7 2")]
    public void Positional(int count, string expected) => Assert.Equal(
        expected, NewRun().Call(Show, new[] { Text("a"), Number(7), Number(8), Number(9) }.AsSpan(0, count)).AsString());

    [Fact]
    public void Named() => Assert.Equal("a-b", Invoke(Two, [], ("right", Text("b")), ("left", Text("a"))).AsString());

    [Fact]
    public void Named_after_positional() => Assert.Equal("a-b", Invoke(Two, [Text("a")], ("right", Text("b"))).AsString());

    [Fact]
    public void Faults()
    {
        Assert.Equal("`two` misses its argument `left`", Fault(Two, []));
        Assert.Equal("`two` misses its argument `left`", Fault(Two, [], ("right", Text("b"))));
        Assert.Equal("`two` takes at most 2 arguments, but 3 were given", Fault(Two, [Number(1), Number(2), Number(3)]));
        Assert.Equal("`two` has no parameter `middle`", Fault(Two, [Number(1)], ("middle", Number(2))));
        Assert.Equal("the argument `left` of `two` is given twice", Fault(Two, [Number(1)], ("left", Number(2))));
        Assert.Equal("`show`: argument `count` must be a whole number, but is the text \"x\"", Fault(Show, [Number(1), Text("x")]));
    }

    [Fact]
    public void A_result_is_charged()
    {
        var run = NewRun(new ScriptLimits { Memory = 100 });
        Assert.Equal("0123456789", run.Call(Function("string.upcase"), [Text("0123456789")]).AsString());
        var fault = Assert.Throws<ScriptFault>(() => run.Call(Function("string.upcase"), [Text("01234567890123456")]));
        Assert.Equal("more than 100 bytes of memory were used", fault.Message);
    }

    [Fact]
    public void A_text_beyond_the_limit_is_refused() => Assert.Equal(
        "text longer than 4 characters",
        Assert.Throws<ScriptFault>(() => NewRun(new ScriptLimits { Output = 4 }).Call(Function("string.upcase"), [Text("abcde")])).Message);

    private static ScriptValue Invoke(BuiltinFunction function, ScriptValue[] arguments, params (string Name, ScriptValue Value)[] named) =>
        NewRun().Call(function, arguments, named.Select(n => new NamedArgument(n.Name, n.Value)).ToArray(), CodeLocation.None);

    private static string Fault(BuiltinFunction function, ScriptValue[] arguments, params (string Name, ScriptValue Value)[] named) =>
        Assert.Throws<ScriptFault>(() => Invoke(function, arguments, named)).Message;
}
