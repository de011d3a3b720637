using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Core.Tests.Frames;

public sealed class Utf8ValidatorTests
{
    [Theory]
    [InlineData("", -1, 0)]
    [InlineData("41", -1, 0)]
    [InlineData("C3", -1, 1)]
    [InlineData("E2", -1, 2)]
    [InlineData("E282", -1, 1)]
    [InlineData("F09F", -1, 2)]
    [InlineData("F09F98", -1, 1)]
    [InlineData("F09F9880", -1, 0)]
    [InlineData("80", 0, 0)]
    [InlineData("41C0", 1, 0)] // never
    [InlineData("C1BF", 0, 0)]
    [InlineData("C241", 1, 0)]
    [InlineData("E09F", 1, 0)] // a shorter form exists
    [InlineData("E0A0", -1, 1)]
    [InlineData("ED9F", -1, 1)]
    [InlineData("EDA0", 1, 0)] // a surrogate
    [InlineData("F08F", 1, 0)]
    [InlineData("F090", -1, 2)]
    [InlineData("F48F", -1, 2)]
    [InlineData("F490", 1, 0)] // beyond U+10FFFF
    [InlineData("F5", 0, 0)]
    [InlineData("FF", 0, 0)]
    [InlineData("E28241", 2, 0)]
    [InlineData("F09F9841", 3, 0)]
    // The example that the Autobahn suite made known: "κόσμε" and a surrogate.
    [InlineData("CEBAE1BDB9CF83CEBCCEB5EDA080656469746564", 12, 0)]
    public void The_first_impossible_byte_is_found_however_the_text_is_cut(string hex, int impossible, int needed)
    {
        var bytes = Convert.FromHexString(hex);
        var whole = Utf8Validator.Validate(Utf8State.Start, bytes);
        Assert.Equal(impossible, whole.FirstImpossible);
        Assert.Equal(impossible < 0, whole.IsPossible);
        if (whole.IsPossible) Assert.Equal(needed, whole.State.Needed);
        if (whole.IsPossible) Assert.Equal(needed == 0, whole.State.IsBoundary);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var first = Utf8Validator.Validate(Utf8State.Start, bytes.AsSpan(0, cut));
            Assert.Equal(impossible >= 0 && impossible < cut ? impossible : -1, first.FirstImpossible);
            if (!first.IsPossible) continue;
            var second = Utf8Validator.Validate(first.State, bytes.AsSpan(cut));
            Assert.Equal(impossible < 0 ? -1 : impossible - cut, second.FirstImpossible);
            if (whole.IsPossible) Assert.Equal(whole.State, second.State);
        }
    }
}
