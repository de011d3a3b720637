using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Tests.Support;

namespace PluginHost.Core.Tests.Connection;

/// <summary>Pings and pongs in numbers, and output that does not leave.</summary>
public sealed class FloodTests
{
    private static readonly ConnectionSettings Limited = Settings.Server with { ControlFrames = new TokenRate(50, 100) };

    private static ReadOnlySpan<byte> Head => "GET / HTTP/1.1\r\n\r\n"u8;

    private static byte[] Controls(int count, bool pongs) =>
        [.. Enumerable.Range(0, count).SelectMany(i => pongs ? Frame.Pong([(byte)i]) : Frame.Ping([(byte)i]))];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_hundred_control_frames_are_taken_at_once_and_one_more_is_1008(bool pongs)
    {
        var wire = Wire.Open(Limited).Receive(Controls(100, pongs));
        Assert.Equal(100, wire.Take().Length);
        Assert.Equal(["send close 1008", "EndOutput", "closed 1006 TooManyControlFrames"], wire.Receive(Controls(1, pongs)).Take());
    }

    [Fact]
    public void Fifty_a_second_come_back()
    {
        var wire = Wire.Open(Limited).Receive(Controls(100, false));
        wire.Now = 20;
        Assert.Equal(Phase.Open, wire.Receive(Controls(1, false)).State.Phase);
        wire.Now = 39;
        Assert.Equal(Phase.Failed, wire.Receive(Controls(1, false)).State.Phase);
    }

    [Fact]
    public void They_count_while_closing_too_and_a_close_frame_does_not_count()
    {
        var wire = Wire.Open(Limited).Receive(Controls(100, false));
        wire.Close(CloseCode.NormalClosure);
        wire.Take();
        Assert.Equal(["EndOutput", "closed 1000 None"], wire.Receive(Frame.Close(1000)).Take());
        var failed = Wire.Open(Limited).Receive(Controls(100, false));
        failed.Close(CloseCode.NormalClosure);
        failed.Take();
        Assert.Equal(["EndOutput", "closed 1006 TooManyControlFrames"], failed.Receive(Controls(1, true)).Take());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(300)]
    public void The_burst_of_the_route_holds_from_its_first_frame_on(int burst)
    {
        var connecting = ConnectionMachine.Receive(Limited, ConnectionState.Start(Limited, 0), Head.ToArray(), 5).State;
        var route = Limited with { ControlFrames = new TokenRate(1, burst) };
        var state = Transitions.Accept(route, connecting, 5).State;
        for (var i = 0; i < burst; i++) state = Transitions.PongReceived(route, state, 0, 0, 5).State;
        Assert.Equal(Phase.Open, state.Phase);
        Assert.Equal(Phase.Failed, Transitions.PongReceived(route, state, 0, 0, 5).State.Phase);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(255)]
    public void So_many_pongs_may_wait_and_the_next_ping_is_1008(int pongs)
    {
        var wire = Wire.Open(Settings.Server with { MaxWaitingPongs = pongs }).Block(progressed: false).Receive(Controls(pongs, false));
        Assert.Equal(pongs, wire.Take().Length);
        Assert.Equal(pongs, wire.State.WaitingPongs);
        Assert.Equal(["send close 1008", "EndOutput", "closed 1006 PongsNotRead"], wire.Receive(Controls(1, false)).Take());
    }

    [Fact]
    public void Pongs_that_have_left_make_room_for_others()
    {
        var wire = Wire.Open(Settings.Server).Block(progressed: false).Receive(Controls(16, false));
        wire.Flow().Block(progressed: false).Receive(Controls(16, false));
        Assert.Equal(32, wire.Take().Length);
        Assert.Equal(Phase.Open, wire.State.Phase);
        Assert.Equal(3, Transitions.PongsLeft(wire.State, 3).WaitingPongs);
    }

    [Fact]
    public void Output_that_makes_no_progress_is_reset_at_its_deadline_and_not_before()
    {
        var wire = Wire.Open(Settings.Server).Block(progressed: false);
        wire.Now = 40;
        wire.Block(progressed: false);
        Assert.Equal([], wire.Tick(59).Take());
        Assert.Equal(["closed 1006 None", "ResetStream"], wire.Tick(60).Take());
    }

    [Fact]
    public void Progress_begins_the_time_anew_and_sending_all_ends_it()
    {
        var wire = Wire.Open(Settings.Server).Block(progressed: false);
        wire.Now = 40;
        wire.Block(progressed: true);
        Assert.Equal([], wire.Tick(99).Take());
        wire.Flow();
        Assert.Equal([], wire.Tick(150).Take());
        Assert.Equal(ConnectionState.NoDeadline, wire.State.SendDeadline);
    }

    [Fact]
    public void Without_a_time_output_may_wait_for_ever() => Assert.Equal(
        ConnectionState.NoDeadline,
        Wire.Open(Settings.Server with { SendTimeout = 0 }).Block(progressed: true).State.SendDeadline);
}
