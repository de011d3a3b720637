using System.Globalization;
using System.Numerics;
using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;
using static PluginHost.Core.Tests.Scripting.Builtin;

namespace PluginHost.Core.Tests.Scripting.Functions;

/// <summary><c>math.*</c>, by the examples of the language's documentation and at the edges.</summary>
public sealed class MathFunctionTests
{
    [Theory]
    [InlineData("math.abs", "15.5", -15.5)]
    [InlineData("math.abs", "5", -5)]
    [InlineData("math.abs", "9223372036854775808", long.MinValue)]
    [InlineData("math.ceil", "5", 4.6)]
    [InlineData("math.ceil", "5", 4.3)]
    [InlineData("math.ceil", "-4", -4.3)]
    [InlineData("math.ceil", "4", 4)]
    [InlineData("math.divided_by", "4.2", 8.4, 2.0)]
    [InlineData("math.divided_by", "4", 8.4, 2)]
    [InlineData("math.divided_by", "-4", -7, 2)]
    [InlineData("math.divided_by", "3.5", 7, 2.0)]
    [InlineData("math.divided_by", "-4611686018427387904", long.MinValue, 2)]
    [InlineData("math.floor", "4", 4.6)]
    [InlineData("math.floor", "-5", -4.3)]
    [InlineData("math.format", "00FF", 255, "X4")]
    [InlineData("math.format", "FFFFFFFF", -1, "X")]
    [InlineData("math.format", "1.235,50", 1235.5, "N2", "de-DE")]
    [InlineData("math.is_number", "true", 255)]
    [InlineData("math.is_number", "true", 1.5)]
    [InlineData("math.is_number", "false", "yo")]
    [InlineData("math.is_number", "false", null)]
    [InlineData("math.minus", "250", 255, 5)]
    [InlineData("math.minus", "-9223372036854775809", long.MinValue, 1)]
    [InlineData("math.modulo", "1", 11, 10)]
    [InlineData("math.modulo", "-1", -11, 10)]
    [InlineData("math.modulo", "0", long.MinValue, -1)]
    [InlineData("math.modulo", "0.5", 2.5, 2)]
    [InlineData("math.plus", "3", 1, 2)]
    [InlineData("math.plus", "3.5", 1, 2.5)]
    [InlineData("math.plus", "3.5", 1.5f, 2)]
    [InlineData("math.plus", "9223372036854775808", long.MaxValue, 1)]
    [InlineData("math.plus", "3", "1", 2)]
    [InlineData("math.round", "5", 4.6)]
    [InlineData("math.round", "4", 4.3)]
    [InlineData("math.round", "4.56", 4.5612, 2)]
    [InlineData("math.round", "4", 4.5)]
    [InlineData("math.round", "7", 7)]
    [InlineData("math.times", "6", 2, 3)]
    [InlineData("math.times", "85070591730234615847396907784232501249", long.MaxValue, long.MaxValue)]
    [InlineData("math.times", "85070591730234615865843651857942052864", long.MinValue, long.MinValue)]
    public void Prints(string name, string expected, params object?[] arguments) => Assert.Equal(expected, Print(name, arguments));

    [Fact]
    public void Decimals_stay_exact()
    {
        Assert.Equal("0.3", Print("math.plus", 0.1m, 0.2m));
        Assert.Equal("0.3", Print("math.round", 0.3m, 28));
        Assert.Equal("1", Print("math.divided_by", 2.5m, 2));
        Assert.Equal("2", Print("math.abs", -2m));
        Assert.Equal("3", Print("math.ceil", 2.1m));
    }

    [Fact]
    public void Large_numbers()
    {
        var big = BigInteger.Pow(10, 30);
        Assert.Equal(big.ToString(CultureInfo.InvariantCulture), Print("math.abs", -big));
        Assert.Equal("-3" + new string('3', 29) + "4", Print("math.divided_by", -big * 10, 3));
        Assert.Equal("1", Print("math.modulo", big + 1, 10));
        Assert.Equal("1E+030", Print("math.format", 1e30, "E0"));
        Assert.Equal("1,000,000,000,000,000,000,000,000,000,000", Print("math.format", big, "N0"));
    }

    [Fact]
    public void Chance_follows_from_the_seed()
    {
        var (run, again) = (NewRun(), NewRun());
        for (var i = 0; i < 1000; i++)
        {
            var drawn = Call(run, "math.random", [Number(1), Number(10)]).AsInteger();
            Assert.InRange(drawn!.Value, 1, 9);
            Assert.Equal(drawn, Call(again, "math.random", [Number(1), Number(10)]).AsInteger());
        }
        Assert.Equal("7", Print("math.random", 7, 7));
        Assert.Equal("7", Print("math.random", 7, 8));
        Assert.Matches("^-?[0-9]+$", Print("math.random", long.MinValue, long.MaxValue));
    }

    [Fact]
    public void Uuids_are_of_version_4_and_differ()
    {
        var run = NewRun();
        var uuids = Enumerable.Range(0, 100).Select(_ => Print(run, "math.uuid")).ToHashSet();
        Assert.Equal(100, uuids.Count);
        Assert.All(uuids, one => Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", one));
    }

    [Theory]
    [InlineData("math.plus", "argument `with` must be a number, but is the text \"x\"", 1, "x")]
    [InlineData("math.abs", "argument `value` must be a number, but is null", null)]
    [InlineData("math.round", "argument `precision` must be from 0 to 15, but is 16", 1.5, 16)]
    [InlineData("math.format", "argument `format` must be a format for 1.5, but is the text \"D2\"", 1.5, "D2")]
    [InlineData("math.format", "argument `value` must be a number, but is the text \"x\"", "x", "N")]
    [InlineData("math.random", "argument `maxValue` must not be less than `minValue`, but is 1", 2, 1)]
    public void Faults(string name, string expected, params object?[] arguments) =>
        Assert.Equal($"`{name}`: {expected}", Fault(name, arguments));

    [Fact]
    public void Division_by_zero()
    {
        Assert.Equal("`math.divided_by`: division by zero", Fault("math.divided_by", 1, 0));
        Assert.Equal("division by zero", Fault("math.modulo", 1, 0));
        Assert.Equal("Infinity", Print("math.divided_by", 1, 0.0));
        Assert.Equal("the result is out of the range of a decimal", Fault("math.times", decimal.MaxValue, 2));
    }
}
