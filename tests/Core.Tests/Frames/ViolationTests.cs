using System.Text;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Core.Tests.Frames;

public sealed class ViolationTests
{
    private static readonly ViolationKind[] All = [.. Enum.GetValues<ViolationKind>().Where(v => v != ViolationKind.None)];

    [Fact]
    public void Every_violation_has_a_code_for_the_wire_a_section_and_one_line_that_fits_a_close_frame()
    {
        Assert.All(All, kind =>
        {
            var violation = Violations.Describe(kind);
            Assert.Equal(kind, violation.Kind);
            Assert.Equal(Violations.CloseCodeOf(kind), violation.CloseCode);
            Assert.True(CloseCodeRules.IsValidOnWire((int)violation.CloseCode));
            Assert.Matches(@"^RFC (6455|7692) §\d+(\.\d+)*$", violation.Section);
            Assert.Matches("^[ -~]+$", violation.Explanation);
            Assert.InRange(Encoding.UTF8.GetByteCount(violation.Explanation), 1, CloseCodeRules.MaxReasonBytes);
        });
        Assert.Equal(All.Length, All.Select(v => Violations.Describe(v).Explanation).Distinct().Count());
    }

    [Fact]
    public void Close_codes_are_those_of_the_standard()
    {
        ViolationKind[] data = [ViolationKind.InvalidUtf8, ViolationKind.InvalidCloseReason, ViolationKind.InvalidExtensionData];
        ViolationKind[] policy =
        [
            ViolationKind.TooManyFragments, ViolationKind.MessageTooSlow, ViolationKind.PongTimeout, ViolationKind.TooManyControlFrames,
            ViolationKind.PongsNotRead, ViolationKind.SlowConsumer, ViolationKind.RateExceeded,
        ];
        Assert.All(All, kind => Assert.Equal(
            data.Contains(kind) ? 1007 : policy.Contains(kind) ? 1008 : kind == ViolationKind.MessageTooBig ? 1009 : kind == ViolationKind.AuthenticationExpired ? 3000 : 1002,
            (int)Violations.CloseCodeOf(kind)));
    }

    [Fact]
    public void What_is_no_violation_is_not_described()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Violations.Describe(ViolationKind.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => Violations.Describe((ViolationKind)200));
    }
}
