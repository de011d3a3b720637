using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Tests.Support;

namespace PluginHost.Core.Tests.Connection;

public sealed class TransitionsTests
{
    private static Wire Server => Wire.Open(Settings.Server);

    private static Wire Client => Wire.Open(Settings.Client);

    // ---- Closing ----

    [Fact]
    public void A_server_answers_a_close_frame_and_ends_its_output_first()
    {
        var wire = Server.Receive(Frame.Close(3000, "bye"u8));
        Assert.Equal(["send close 3000", "EndOutput", "closed 3000 None bye"], wire.Take());
        Assert.Equal(Phase.CloseReceived, wire.State.Phase);
        Assert.Equal(["CloseStream"], wire.InputEnded().Events);
    }

    [Fact]
    public void A_client_answers_a_close_frame_and_waits_for_the_server_to_end()
    {
        var wire = Client.Receive(Frame.Close(1000, masked: false));
        Assert.Equal(["send close 1000", "closed 1000 None"], wire.Take());
        Assert.Equal(["CloseStream"], wire.InputEnded().Events);
    }

    [Fact]
    public void An_empty_close_frame_is_answered_with_an_empty_one() =>
        Assert.Equal(["send close 1005", "EndOutput", "closed 1005 None"], Server.Receive(Frame.EmptyClose()).Events);

    [Theory]
    [InlineData(Role.Server)]
    [InlineData(Role.Client)]
    public void Crossing_closes_are_not_answered(Role role)
    {
        var wire = Wire.Open(Settings.Of(role)).Close(CloseCode.GoingAway);
        Assert.Equal(["send close 1001"], wire.Take());
        wire.Receive(Frame.Close(1000, masked: role == Role.Server));
        Assert.Equal(role == Role.Server ? ["EndOutput", "closed 1000 None"] : ["closed 1000 None"], wire.Take());
        Assert.Equal(Phase.CloseReceived, wire.State.Phase);
    }

    [Fact]
    public void Messages_still_arrive_after_this_end_has_closed_and_pings_are_not_answered()
    {
        var wire = Server.Close(CloseCode.NormalClosure).Receive([.. Frame.Text("late"u8), .. Frame.Ping([]), .. Frame.Pong("p"u8)]);
        Assert.Equal(["send close 1000", "Text 6C617465", "pong 70"], wire.Events);
    }

    [Fact]
    public void A_violation_after_this_end_has_closed_sends_no_second_close()
    {
        var wire = Server.Close(CloseCode.NormalClosure).Receive([0xC0]);
        Assert.Equal(["send close 1000", "EndOutput", "closed 1006 ReservedBitSet"], wire.Take());
        Assert.Empty(wire.Receive(Frame.Close(1000)).Events);
        Assert.Equal(Phase.Failed, wire.State.Phase);
        Assert.Equal(["CloseStream"], wire.InputEnded().Events);
    }

    [Fact]
    public void Closing_has_one_total_time_whatever_the_peer_sends()
    {
        var wire = Server;
        wire.Now = 1000;
        wire.Close(CloseCode.NormalClosure);
        Assert.Equal(1070, wire.State.NextDeadline);
        wire.Now = 1060;
        wire.Receive(Frame.Text("x"u8)).Receive(Frame.Close(1000));
        Assert.Equal(1070, wire.State.NextDeadline);
        wire.Take();
        Assert.Empty(wire.Tick(1069).Events);
        Assert.Equal(["ResetStream"], wire.Tick(1070).Events);
        Assert.Equal(Phase.Closed, wire.State.Phase);

        wire = Server.Close(CloseCode.NormalClosure);
        wire.Now = 60;
        Assert.Equal(70, wire.Receive([0xFF]).State.NextDeadline);
        Assert.Equal(70, Server.Receive([0xFF]).State.NextDeadline);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_message_that_was_begun_does_not_keep_a_closing_connection(int how)
    {
        var wire = Server.Receive(Frame.Text("begun"u8, fin: false));
        Assert.Equal(300, wire.State.AssemblyDeadline);
        if (how == 0) wire.Receive(Frame.Close(1000));
        else if (how == 1) wire.Receive([0xFF]);
        else wire.Now = 250;
        if (how == 2) wire.Close(CloseCode.NormalClosure);
        Assert.Equal(how == 2 ? 300 : 70, wire.State.NextDeadline);
        if (how == 2) Assert.Contains("closed 1006 MessageTooSlow", wire.Tick(300).Take());
        Assert.Equal(["ResetStream"], wire.Tick(wire.State.NextDeadline).Take()[^1..]);
    }

    [Fact]
    public void The_application_closes_with_any_code_that_may_be_on_the_wire_and_no_other()
    {
        var open = Server.State;
        for (var code = 0; code <= ushort.MaxValue; code++)
        {
            var transition = Transitions.Close(Settings.Server, open, (CloseCode)code, 0, 0);
            var allowed = code == 1005 || CloseCodeRules.IsValidOnWire(code);
            var expected = allowed ? new ActionList(new(ActionKind.SendClose, CloseCode: (CloseCode)code)) : default;
            if (transition.Actions != expected) Assert.Fail($"{code}");
            if (transition.State.Phase != (allowed ? Phase.CloseSent : Phase.Open)) Assert.Fail($"{code}");
        }
    }

    [Theory]
    [InlineData(1000, 123, true)]
    [InlineData(1000, 124, false)]
    [InlineData(1000, -1, false)]
    [InlineData(1005, 0, true)]
    [InlineData(1005, 1, false)]
    public void A_close_reason_fits_its_frame(int code, int reason, bool allowed) =>
        Assert.Equal(allowed ? 1 : 0, Server.Close((CloseCode)code, reason).Events.Count);

    [Fact]
    public void Nothing_is_sent_after_a_close()
    {
        var wire = Server.Close(CloseCode.NormalClosure);
        wire.Take();
        Assert.Empty(wire.Close(CloseCode.NormalClosure).Send(Opcode.Text).Send(Opcode.Ping).Events);
        Assert.False(wire.State.CanSend);
    }

    // ---- The end of the stream in every phase ----

    [Theory]
    [InlineData(Phase.Connecting, "CloseStream", "ResetStream")]
    [InlineData(Phase.Deciding, "CloseStream", "ResetStream")]
    [InlineData(Phase.Failed, "CloseStream", "ResetStream")]
    [InlineData(Phase.Open, "closed 1006 None,CloseStream", "closed 1006 None,ResetStream")]
    [InlineData(Phase.CloseSent, "closed 1006 None,CloseStream", "closed 1006 None,ResetStream")]
    [InlineData(Phase.CloseReceived, "CloseStream", "ResetStream")]
    [InlineData(Phase.Closed, "", "")]
    public void The_stream_ends_or_breaks_in_every_phase(Phase phase, string ended, string broken)
    {
        foreach (var role in Enum.GetValues<Role>())
        {
            Assert.Equal(ended, string.Join(',', In(phase, role).InputEnded().Take()));
            var wire = In(phase, role).Abort();
            Assert.Equal(broken, string.Join(',', wire.Take()));
            Assert.Equal(Phase.Closed, wire.State.Phase);
            wire.Receive(Frame.Text("x"u8)).Tick(long.MaxValue - 1).Close(CloseCode.NormalClosure).InputEnded().Abort();
            Assert.Empty(wire.Events);
            Assert.True(wire.Rest.IsEmpty);
        }
    }

    [Fact]
    public void Inputs_that_mean_nothing_in_a_phase_change_nothing()
    {
        foreach (var phase in Enum.GetValues<Phase>())
        {
            var state = In(phase, Role.Server).State;
            var nothing = new Transition(state, 0, default);
            if (phase != Phase.Deciding) Assert.Equal(nothing, Transitions.Accept(Settings.Server, state, 9));
            if (!state.IsConnecting) Assert.Equal(nothing, Transitions.Refuse(Settings.Server, state, 403, 9));
            if (phase != Phase.Connecting)
            {
                Assert.Equal(nothing, Transitions.HeadScanned(Settings.Server, state, new(HeadScanKind.Complete, default, default), 9, 9));
            }
            if (phase is Phase.Open or Phase.CloseSent) continue;
            Assert.Equal(nothing, Transitions.CloseReceived(Settings.Server, state, CloseCode.NormalClosure, 0, 0, 9));
            Assert.Equal(nothing, Transitions.PongReceived(Settings.Server, state, 0, 0, 9));
            Assert.Equal(nothing, Transitions.PingReceived(Settings.Server, state, 0, 0, 9));
            Assert.Equal(nothing, Transitions.Fail(Settings.Server, state, ViolationKind.InvalidUtf8, 9));
            Assert.Equal(nothing, Transitions.Send(state, Opcode.Text, true, 0));
            Assert.Equal(nothing, Transitions.Close(Settings.Server, state, CloseCode.NormalClosure, 0, 9));
            Assert.Equal(state, Transitions.Heard(Settings.Server, state, 9));
        }
        var failed = Server.Receive([0xFF]).State;
        Assert.Equal(new(failed, 0, default), Transitions.PongReceived(Settings.Server, failed, 0, 0, 9));
        Assert.Equal(new(failed, 0, default), Transitions.CloseReceived(Settings.Server, failed, CloseCode.NormalClosure, 0, 0, 9));
        Assert.Equal(new(failed, 0, default), Transitions.Fail(Settings.Server, failed, ViolationKind.InvalidUtf8, 9));
    }

    // ---- The handshake ----

    [Fact]
    public void A_head_is_accepted_only_when_it_waits_for_the_decision()
    {
        var early = new Wire(Settings.Server);
        Assert.Empty(early.Accept().Events);
        Assert.Equal(Phase.Connecting, early.State.Phase);
        Assert.DoesNotContain("reply accepted", new Wire(Settings.Server).Refuse(403).Accept().Events);
    }

    [Fact]
    public void A_refused_client_may_leave_or_is_reset()
    {
        var wire = In(Phase.Connecting, Role.Server).Refuse(403);
        Assert.Equal(["reply 403 None", "EndOutput"], wire.Take());
        Assert.Empty(wire.Receive("more"u8).Refuse(404).Events);
        Assert.Empty(wire.Tick(69).Events);
        Assert.Equal(["ResetStream"], wire.Tick(70).Events);
    }

    [Fact]
    public void A_client_that_refuses_the_answer_leaves()
    {
        var wire = new Wire(Settings.Client).Refuse(400);
        Assert.Equal(["ResetStream"], wire.Events);
        Assert.Equal(Phase.Closed, wire.State.Phase);
        Assert.Equal(["ResetStream"], new Wire(Settings.Client).Receive("HTTP/1.1 x"u8).Events);
        Assert.Equal(["ResetStream"], new Wire(Settings.Client).Tick(100).Events);
    }

    [Fact]
    public void A_head_that_comes_too_late_is_answered_408_and_a_decision_503()
    {
        var slow = new Wire(Settings.Server).Receive("GET"u8);
        Assert.Empty(slow.Tick(99).Events);
        Assert.Equal(["reply 408 None", "EndOutput"], slow.Tick(100).Events);
        Assert.Equal(170, slow.State.NextDeadline);
        var undecided = new Wire(Settings.Server);
        undecided.Now = 90;
        undecided.Receive("GET / HTTP/1.1\r\n\r\n"u8).Take();
        Assert.Equal(100, undecided.State.NextDeadline);
        Assert.Equal(["reply 503 None", "EndOutput"], undecided.Tick(100).Take());
        Assert.Empty(undecided.Accept().Events);
    }

    // ---- Keep-alive and assembly ----

    [Fact]
    public void Silence_is_answered_with_a_ping_and_silence_after_that_with_a_close()
    {
        var wire = Server;
        Assert.Equal(200, wire.State.NextDeadline);
        Assert.Empty(wire.Tick(199).Events);
        Assert.Equal(["SendPing"], wire.Tick(200).Take());
        Assert.True(wire.State.PingSent);
        Assert.Equal(250, wire.State.NextDeadline);
        Assert.Empty(wire.Tick(249).Events);
        Assert.Equal(["send close 1008", "EndOutput", "closed 1006 PongTimeout"], wire.Tick(250).Take());
        Assert.Equal(320, wire.State.NextDeadline);
        Assert.Equal(["ResetStream"], wire.Tick(320).Events);
    }

    [Fact]
    public void Anything_that_is_heard_is_a_sign_of_life()
    {
        var wire = Server.Tick(200);
        wire.Now = 240;
        Assert.Equal(440, wire.Receive(Frame.Text("x"u8)).State.NextDeadline);
        Assert.False(wire.State.PingSent);
        wire.Tick(440);
        Assert.Equal(ConnectionState.NoDeadline, Wire.Open(Settings.Server with { PingInterval = 0 }).State.NextDeadline);
        Assert.Equal(1, Wire.Open(Settings.Server with { PingInterval = 1 }).State.NextDeadline);
    }

    [Theory]
    [InlineData("01 81 00000000 41")] // a fragment
    [InlineData("82 82 00000000 41")] // half a payload
    [InlineData("82")] // half a header
    [InlineData("89 82 00000000 41")] // half a control frame
    [InlineData("01 80 00000000")] // an empty fragment
    public void What_was_begun_must_be_complete_in_time(string hex)
    {
        var wire = Wire.Open(Settings.Server with { PingInterval = 0 });
        wire.Now = 1000;
        wire.Receive(Convert.FromHexString(hex.Replace(" ", "")));
        Assert.Equal(1300, wire.State.NextDeadline);
        wire.Now = 1200;
        wire.Receive([]);
        Assert.Equal(1300, wire.State.NextDeadline);
        Assert.Empty(wire.Tick(1299).Take());
        Assert.Equal(["send close 1008", "EndOutput", "closed 1006 MessageTooSlow"], wire.Tick(1300).Take());
        Assert.Equal(["ResetStream"], wire.Tick(1370).Take());
    }

    [Fact]
    public void The_time_to_assemble_starts_with_the_first_byte_and_ends_with_the_last()
    {
        var wire = Wire.Open(Settings.Server with { PingInterval = 0 });
        wire.Receive(0x01);
        wire.Now = 100;
        wire.Receive(Frame.Text("a"u8, fin: false)[1..]);
        wire.Now = 200;
        wire.Receive(Frame.Ping([]));
        Assert.Equal(300, wire.State.NextDeadline);
        wire.Receive(Frame.More("b"u8));
        Assert.Equal(ConnectionState.NoDeadline, wire.State.NextDeadline);
        wire.Receive(0x89).Receive(Frame.Ping([])[1..]);
        Assert.Equal(ConnectionState.NoDeadline, wire.State.NextDeadline);
        wire.Receive(0x8A).Receive(Frame.Pong([])[1..]);
        Assert.Equal(ConnectionState.NoDeadline, wire.State.NextDeadline);
    }

    // ---- Commands ----

    [Theory]
    [InlineData(Opcode.Text, true, 0, true)]
    [InlineData(Opcode.Binary, true, int.MaxValue, true)]
    [InlineData(Opcode.Binary, true, -1, false)]
    [InlineData(Opcode.Continuation, true, 1, false)]
    [InlineData(Opcode.Ping, true, 125, true)]
    [InlineData(Opcode.Ping, true, 126, false)]
    [InlineData(Opcode.Pong, true, 125, true)]
    [InlineData(Opcode.Pong, true, 126, false)]
    [InlineData(Opcode.Ping, false, 0, false)]
    [InlineData(Opcode.Close, true, 0, false)]
    [InlineData((Opcode)3, true, 0, false)]
    public void A_frame_is_sent_when_the_rules_allow_it(Opcode opcode, bool fin, int length, bool allowed) =>
        Assert.Equal(allowed ? [$"send {opcode} {fin} {length}"] : [], Server.Send(opcode, fin, length).Events);

    [Fact]
    public void Fragments_are_sent_in_order_with_control_frames_between()
    {
        var wire = Server.Send(Opcode.Text, fin: false);
        Assert.True(wire.State.SendingFragments);
        Assert.Single(wire.Take());
        Assert.Empty(wire.Send(Opcode.Text).Send(Opcode.Binary, fin: false).Events);
        Assert.Equal(
            ["send Ping True 1", "send Continuation False 1", "send Continuation True 1", "send Binary True 1"],
            wire.Send(Opcode.Ping).Send(Opcode.Continuation, fin: false).Send(Opcode.Continuation).Send(Opcode.Continuation)
                .Send(Opcode.Binary).Take());
        wire.Send(Opcode.Text, fin: false).Close(CloseCode.NormalClosure);
        Assert.False(wire.State.SendingFragments);
    }

    private static Wire In(Phase phase, Role role)
    {
        var wire = phase is Phase.Connecting or Phase.Deciding or Phase.Refused ? new Wire(Settings.Of(role)) : Wire.Open(Settings.Of(role));
        if (phase == Phase.Deciding) wire.Receive(role == Role.Server ? "GET / HTTP/1.1\r\n\r\n"u8 : "HTTP/1.1 101 x\r\n\r\n"u8);
        if (phase == Phase.Refused) wire.Refuse(403);
        if (phase == Phase.Failed) wire.Receive(Frame.Text([0xFF], masked: role == Role.Server));
        if (phase == Phase.CloseSent) wire.Close(CloseCode.NormalClosure);
        if (phase == Phase.CloseReceived) wire.Receive(Frame.Close(1000, masked: role == Role.Server));
        if (phase == Phase.Closed) wire.Abort();
        wire.Take();
        Assert.Equal(phase, wire.State.Phase);
        return wire;
    }

    [Fact]
    public void Where_this_end_has_not_read_silence_and_a_message_that_does_not_go_on_begin_anew()
    {
        var idle = Wire.Open(Settings.Server with { PingInterval = 500 });
        Assert.Equal(1500, Transitions.Unread(idle.Settings, idle.State, 1000).NextDeadline);

        var begun = Wire.Open(Settings.Server with { PingInterval = 0 }).Receive(0x82);
        var due = begun.State.NextDeadline;
        Assert.Equal(due, Transitions.Unread(begun.Settings, begun.State, due - 1).NextDeadline);
        Assert.Equal(due + begun.Settings.AssemblyTimeout, Transitions.Unread(begun.Settings, begun.State, due).NextDeadline);

        var closing = Server.Close(CloseCode.NormalClosure).State;
        Assert.Equal(closing, Transitions.Unread(Settings.Server, closing, 1000));
    }
}
