using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Tests.Support;

namespace PluginHost.Core.Tests.Connection;

public sealed class ConnectionStateTests
{
    [Fact]
    public void A_connection_starts_before_its_head()
    {
        var server = ConnectionState.Start(Settings.Server, 7);
        Assert.Equal((Phase.Connecting, 107L, HeadCursor.Request), (server.Phase, server.NextDeadline, server.Head));
        Assert.Equal(HeadCursor.Response, ConnectionState.Start(Settings.Client, 7).Head);
        Assert.False(server.CanSend);
        Assert.False(server.AllowsWholeMessage);
    }

    [Fact]
    public void A_whole_message_may_be_tried_between_frames_while_frames_are_read()
    {
        var wire = Wire.Open(Settings.Server);
        Assert.True(wire.State.AllowsWholeMessage);
        Assert.False(wire.Receive(Frame.Text([], fin: false)).State.AllowsWholeMessage);
        Assert.True(wire.Receive(Frame.More([])).State.AllowsWholeMessage);
        Assert.False(wire.Receive(0x89).State.AllowsWholeMessage);
        Assert.True(wire.Receive(Frame.Ping([])[1..]).State.AllowsWholeMessage);
        Assert.True(wire.Close(CloseCode.NormalClosure).State.AllowsWholeMessage);
        Assert.False(wire.Receive(0xFF).State.AllowsWholeMessage);
        Assert.False(wire.Abort().State.AllowsWholeMessage);
        Assert.False(Wire.Open(Settings.Server).Receive(Frame.EmptyClose()).State.AllowsWholeMessage);
    }

    [Fact]
    public void The_next_deadline_is_the_earlier_one()
    {
        var state = new ConnectionState { Deadline = 5, AssemblyDeadline = 9, SendDeadline = ConnectionState.NoDeadline, ExpiryDeadline = ConnectionState.NoDeadline };
        Assert.Equal(5, state.NextDeadline);
        Assert.Equal(3, (state with { AssemblyDeadline = 3 }).NextDeadline);
    }

    [Fact]
    public void A_message_is_in_progress_when_it_has_an_opcode()
    {
        Assert.False(default(MessageProgress).IsActive);
        Assert.True((default(MessageProgress) with { Opcode = Opcode.Binary }).IsActive);
    }
}
