using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Core.Tests.Connection;

public sealed class CloseCodeTests
{
    [Fact]
    public void Every_number_is_valid_on_the_wire_or_not_as_the_standard_and_the_registry_say()
    {
        int[] named = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014];
        for (var code = -1; code <= 70000; code++)
            if (CloseCodeRules.IsValidOnWire(code) != (named.Contains(code) || (code >= 3000 && code < 5000))) Assert.Fail($"{code}");
        Assert.All(Enum.GetValues<CloseCode>(), code =>
            Assert.Equal((int)code is not (1005 or 1006 or 1015), CloseCodeRules.IsValidOnWire((int)code)));
    }

    [Fact]
    public void A_first_byte_is_possible_when_some_code_begins_with_it()
    {
        for (var first = 0; first < 256; first++)
            Assert.Equal(Enumerable.Range(first << 8, 256).Any(CloseCodeRules.IsValidOnWire), CloseCodeRules.CanStartWith((byte)first));
    }
}
