using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Tests.Support;

namespace PluginHost.Core.Tests.Connection;

/// <summary>An authentication that ends to hold ends the connection.</summary>
public sealed class ExpiryTests
{
    private static Wire Open(long expires)
    {
        var wire = new Wire(Settings.Server with { PingInterval = 0 }).Receive("GET / HTTP/1.1\r\n\r\n"u8);
        wire.Accept(expires);
        wire.Take();
        return wire;
    }

    [Fact]
    public void It_is_closed_with_3000_when_its_time_has_come_and_not_before()
    {
        var wire = Open(1_000);
        Assert.Equal(1_000, wire.State.NextDeadline);
        Assert.Empty(wire.Tick(999).Take());
        Assert.Equal(["send close 3000", "EndOutput", "closed 1006 AuthenticationExpired"], wire.Tick(1_000).Take());
        Assert.Equal(Phase.Failed, wire.State.Phase);
        Assert.True(wire.State.Discarding);
    }

    [Fact]
    public void Traffic_does_not_put_it_off()
    {
        var wire = Open(1_000);
        wire.Now = 900;
        wire.Receive(Frame.Text("still here"u8));
        Assert.Equal(1_000, wire.State.NextDeadline);
    }

    [Fact]
    public void In_the_middle_of_a_message_nothing_more_of_it_is_delivered()
    {
        var wire = Open(100).Receive(Frame.Text("a"u8, fin: false));
        wire.Tick(100);
        wire.Take();
        Assert.Empty(wire.Receive(Frame.More("b"u8)).Take());
    }

    [Fact]
    public void One_that_closes_already_only_has_its_time_to_close()
    {
        var wire = Open(1_000);
        wire.Close(CloseCode.NormalClosure);
        wire.Take();
        Assert.Equal(ConnectionState.NoDeadline, wire.State.ExpiryDeadline);
        Assert.Equal(Settings.Server.CloseTimeout, wire.State.NextDeadline);
    }

    [Fact]
    public void Without_a_time_it_never_comes()
    {
        var wire = Open(ConnectionState.NoDeadline);
        Assert.Empty(wire.Tick(long.MaxValue / 2).Take());
        Assert.Equal(ConnectionState.NoDeadline, Open(5).Abort().State.ExpiryDeadline);
    }

    [Fact]
    public void The_next_deadline_knows_it() => Assert.Equal(
        3, (ConnectionState.Start(Settings.Server, 0) with { ExpiryDeadline = 3 }).NextDeadline);

    [Fact]
    public void A_past_one_ends_it_at_the_first_tick()
    {
        var wire = Open(0);
        Assert.Contains("send close 3000", wire.Tick(0).Take());
        Assert.Equal((int)CloseCode.Unauthorized, (int)Violations.CloseCodeOf(ViolationKind.AuthenticationExpired));
    }
}
