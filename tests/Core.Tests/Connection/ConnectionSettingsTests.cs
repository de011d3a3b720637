using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Core.Tests.Connection;

public sealed class ConnectionSettingsTests
{
    [Fact]
    public void The_defaults_are_the_documented_ones()
    {
        var settings = ConnectionSettings.Default;
        Assert.Equal((Role.Server, ReservedBits.None), (settings.Role, settings.FirstFrameBits));
        Assert.Equal((1 << 20, ConnectionSettings.DefaultMaxFragments(1 << 20)), (settings.MaxMessage, settings.MaxFragments));
        Assert.Equal(
            (5_000L, 30_000L, 20_000L, 20_000L, 5_000L),
            (settings.HandshakeTimeout, settings.AssemblyTimeout, settings.PingInterval, settings.PongTimeout, settings.CloseTimeout));
        Assert.Equal(int.MaxValue, ConnectionSettings.LargestMaxMessage + FrameHeader.MaxSize);
    }

    [Theory]
    [InlineData(0, 1024)]
    [InlineData(65536, 1024)]
    [InlineData(65600, 1025)]
    [InlineData(1 << 20, 16384)]
    public void Fragments_grow_with_the_message(int message, int fragments) =>
        Assert.Equal(fragments, ConnectionSettings.DefaultMaxFragments(message));
}
