using System.Globalization;
using System.Numerics;
using PluginHost.Core.Scripting.Values;
using static PluginHost.Core.Tests.Scripting.Builtin;

namespace PluginHost.Core.Tests.Scripting;

/// <summary>Kinds, truth, text, equality and order of values.</summary>
public sealed class ScriptValueTests
{
    private static readonly ScriptValue Big = ScriptValue.Of(BigInteger.Pow(10, 30));
    private static readonly ScriptValue Date = ScriptValue.Of(Now);

    [Fact]
    public void Kinds()
    {
        Assert.Equal(ValueKind.Null, default(ScriptValue).Kind);
        Assert.Equal(ValueKind.Bool, ScriptValue.True.Kind);
        Assert.Equal(ValueKind.Integer, Number(1).Kind);
        Assert.Equal(ValueKind.Integer, ScriptValue.Of(new BigInteger(1)).Kind);
        Assert.Equal(ValueKind.BigInteger, Big.Kind);
        Assert.Equal(ValueKind.Single, ScriptValue.Of(1f).Kind);
        Assert.Equal(ValueKind.Double, ScriptValue.Of(1.0).Kind);
        Assert.Equal(ValueKind.Decimal, ScriptValue.Of(1m).Kind);
        Assert.Equal(ValueKind.String, Text("").Kind);
        Assert.Equal(ValueKind.Null, ScriptValue.Of((string?)null).Kind);
        Assert.Equal(ValueKind.Array, Array().Kind);
        Assert.Equal(ValueKind.Object, ScriptValue.Empty.Kind);
        Assert.Equal(ValueKind.Range, ScriptValue.Of(ScriptRange.Between(1, 5, true)).Kind);
        Assert.Equal(ValueKind.Function, ScriptValue.Of(Function("array.size")).Kind);
        Assert.Equal(ValueKind.Date, Date.Kind);
        Assert.Equal(ValueKind.TimeSpan, ScriptValue.Of(TimeSpan.FromSeconds(1)).Kind);
    }

    [Fact]
    public void Only_null_and_false_are_falsy()
    {
        Assert.False(ScriptValue.Null.IsTruthy);
        Assert.False(ScriptValue.False.IsTruthy);
        Assert.All([ScriptValue.True, Number(0), ScriptValue.Of(0.0), Text(""), Array(), ScriptValue.Empty, Date], v => Assert.True(v.IsTruthy));
    }

    [Fact]
    public void Texts()
    {
        Assert.Equal("", ScriptValue.Null.ToString());
        Assert.Equal("true", ScriptValue.True.ToString());
        Assert.Equal("-12", Number(-12).ToString());
        Assert.Equal("0.1", ScriptValue.Of(0.1).ToString());
        Assert.Equal("0.1", ScriptValue.Of(0.1f).ToString());
        Assert.Equal("1.50", ScriptValue.Of(1.50m).ToString());
        Assert.Equal("1000000000000000000000000000000", Big.ToString());
        Assert.Equal("[1, \"a\\\"\\n\", null, [], {}]", Array(Number(1), Text("a\"\n"), default, Array(), ScriptValue.Empty).ToString());
        Assert.Equal("[3, 2, 1]", ScriptValue.Of(ScriptRange.Between(3, 1, true)).ToString());
        Assert.Equal("29 Feb 2024", Date.ToString());
        Assert.Equal("1.02:00:00", ScriptValue.Of(TimeSpan.FromHours(26)).ToString());
        Assert.Equal("function array.size", ScriptValue.Of(Function("array.size")).ToString());
        Assert.Equal("{x: 1, y: \"b\"}", ScriptValue.Of(ScriptObject.Create([new("x", Number(1)), new("y", Text("b"))])).ToString());
        Assert.Equal(1000, ScriptValue.Of(ScriptRange.Between(0, long.MaxValue, true)).ToString().Length);
    }

    [Fact]
    public void The_text_of_a_run_is_the_same()
    {
        var value = Array(Number(10), Text("a"), default, ScriptValue.Of(2.5), Date);
        Assert.Equal(value.ToString(), ValueText.Of(NewRun(), value));
        Assert.All(Enumerable.Range(-1, 13), n => Assert.Equal(n.ToString(CultureInfo.InvariantCulture), ValueText.Of(NewRun(), Number(n))));
    }

    [Fact]
    public void Equal()
    {
        Assert.True(ValueComparison.AreEqual(Number(1), ScriptValue.Of(1.0)));
        Assert.True(ValueComparison.AreEqual(Number(1), ScriptValue.Of(1m)));
        Assert.True(ValueComparison.AreEqual(Text("1"), Number(1)));
        Assert.True(ValueComparison.AreEqual(Big, ScriptValue.Of(BigInteger.Pow(10, 30))));
        Assert.False(ValueComparison.AreEqual(ScriptValue.Null, ScriptValue.False));
        Assert.False(ValueComparison.AreEqual(Text("a"), Text("A")));
        Assert.False(ValueComparison.AreEqual(ScriptValue.Of(double.NaN), ScriptValue.Of(double.NaN)));
        Assert.True(ValueComparison.AreEqual(Date, ScriptValue.Of(Now.ToOffset(TimeSpan.FromHours(2)))));
    }

    [Fact]
    public void Ordered()
    {
        ScriptValue[] ascending =
        [
            default, ScriptValue.False, ScriptValue.True, Number(-1), ScriptValue.Of(0.5), Number(1), Big, Text("a"), Text("A"), Text("B"), Date,
        ];
        for (var i = 0; i < ascending.Length; i++)
            for (var j = 0; j < ascending.Length; j++)
                Assert.Equal(i.CompareTo(j), Math.Sign(ValueComparison.Order(ascending[i], ascending[j])));
    }

    [Theory]
    [InlineData(1, 5, true, 5, 5)]
    [InlineData(1, 5, false, 4, 4)]
    [InlineData(5, 1, true, 5, 1)]
    [InlineData(5, 1, false, 4, 2)]
    [InlineData(3, 3, true, 1, 3)]
    public void Ranges(long first, long last, bool inclusive, long count, long end)
    {
        var range = ScriptRange.Between(first, last, inclusive);
        Assert.Equal(count, range.Count);
        Assert.Equal(end, range[count - 1]);
        Assert.True(range.Contains(end));
        Assert.False(range.Contains(end + range.Step));
    }

    [Fact]
    public void The_largest_range_does_not_overflow() =>
        Assert.Equal(long.MaxValue, ScriptRange.Between(long.MinValue, long.MaxValue, true).Count);
}
