using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Core.Tests.Frames;

public sealed class OpcodeTests
{
    [Fact]
    public void Opcodes_are_defined_and_control_as_the_standard_says()
    {
        for (var value = 0; value < 16; value++)
        {
            Assert.Equal(Enum.IsDefined((Opcode)value), Opcodes.IsDefined((Opcode)value));
            Assert.Equal(value >= 8, Opcodes.IsControl((Opcode)value));
        }
        Assert.Equal([0, 1, 2, 8, 9, 10], Enum.GetValues<Opcode>().Select(o => (int)o));
    }
}
