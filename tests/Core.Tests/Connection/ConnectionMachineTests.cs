using System.Text;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Tests.Support;

namespace PluginHost.Core.Tests.Connection;

public sealed class ConnectionMachineTests
{
    private static Wire Server => Wire.Open(Settings.Server);

    private static Wire Client => Wire.Open(Settings.Client);

    [Fact]
    public void A_masked_text_from_the_standard_is_delivered()
    {
        // RFC 6455 §5.7: a single-frame masked text message that contains "Hello".
        var wire = Server.Receive(0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58);
        Assert.Equal(["Text 48656C6C6F"], wire.Events);
    }

    [Fact]
    public void An_unmasked_text_from_the_standard_is_delivered_to_a_client()
    {
        // RFC 6455 §5.7: the same unmasked, and fragmented as "Hel" and "lo".
        Assert.Equal(["Text 48656C6C6F"], Client.Receive(0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F).Events);
        Assert.Equal(["Text 48656C6C6F"], Client.Receive(0x01, 0x03, 0x48, 0x65, 0x6C, 0x80, 0x02, 0x6C, 0x6F).Events);
    }

    [Fact]
    public void A_ping_from_the_standard_is_answered_with_its_payload() =>
        Assert.Equal(["pong back 48656C6C6F"], Client.Receive(0x89, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F).Events);

    [Fact]
    public void Control_frames_between_fragments_do_not_disturb_the_message()
    {
        var wire = Server.Receive(Frame.Text("a"u8, fin: false)).Receive(Frame.Ping("p"u8)).Receive(Frame.More([], fin: false))
            .Receive(Frame.Pong("q"u8)).Receive(Frame.More("b"u8));
        Assert.Equal(["pong back 70", "pong 71", "Text 6162"], wire.Events);
        Assert.Equal(ConnectionState.NoDeadline, wire.State.AssemblyDeadline);
    }

    [Fact]
    public void Empty_messages_and_empty_fragments_are_one_message_each()
    {
        var wire = Server.Receive(Frame.Text([])).Receive(Frame.Binary([], fin: false)).Receive(Frame.More([], fin: false))
            .Receive(Frame.More([]));
        Assert.Equal(["Text ", "Binary "], wire.Events);
    }

    [Fact]
    public void What_comes_before_a_violation_is_delivered_and_answered_in_order_and_nothing_after_it()
    {
        var wire = Server.Receive(
            [.. Frame.Text("one"u8), .. Frame.Ping("x"u8), .. Frame.Text("two"u8), .. Frame.More("!"u8), .. Frame.Text("three"u8)]);
        Assert.Equal(
            ["Text 6F6E65", "pong back 78", "Text 74776F", "send close 1002", "EndOutput", "closed 1006 UnexpectedContinuation"],
            wire.Events);
        Assert.True(wire.Rest.IsEmpty);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Every_fault_is_found_at_its_deciding_byte(string hex, int decidedBy, ViolationKind violation)
    {
        var bytes = Convert.FromHexString(hex);
        for (var cut = 0; cut <= bytes.Length; cut++)
            Assert.Equal(cut >= decidedBy, Server.Receive(bytes.AsSpan(0, cut)).State.Discarding);
        var code = (int)Violations.CloseCodeOf(violation);
        var whole = Server.Receive([.. bytes, .. Frame.Text("not looked at"u8)]);
        Assert.Equal([$"send close {code}", "EndOutput", $"closed 1006 {violation}"], whole.Events);
        Assert.True(whole.Rest.IsEmpty);
    }

    public static TheoryData<string, int, ViolationKind> Faults => new()
    {
        { "C180", 1, ViolationKind.ReservedBitSet },
        { "8380", 1, ViolationKind.UnknownOpcode },
        { "8B80", 1, ViolationKind.UnknownOpcode },
        { "0980", 1, ViolationKind.FragmentedControlFrame },
        { "8080", 1, ViolationKind.UnexpectedContinuation },
        { "89FE", 2, ViolationKind.ControlFrameTooLong },
        { "88FF", 2, ViolationKind.ControlFrameTooLong },
        { "8101", 2, ViolationKind.UnmaskedClientFrame },
        { "8881", 2, ViolationKind.ClosePayloadTooShort },
        { "81FE007D", 4, ViolationKind.NonMinimalLength },
        { "81FF000000000000FFFF", 8, ViolationKind.NonMinimalLength },
        { "81FF8000000000000000", 3, ViolationKind.LengthTopBitSet },
        { "81FF0000000000100000", 8, ViolationKind.MessageTooBig },
        { "81FF00000000000186A1", 10, ViolationKind.MessageTooBig },
        { "81820000000041FF", 8, ViolationKind.InvalidUtf8 },
        { "818200000000E241", 7, ViolationKind.InvalidUtf8 },
        { "018100000000E2808000000000", 13, ViolationKind.InvalidUtf8 },
        { "018100000000E200810000000041", 14, ViolationKind.InvalidUtf8 },
        { "8882000000000000", 7, ViolationKind.InvalidCloseCode },
        { "88820000000003EC", 8, ViolationKind.InvalidCloseCode },
        { "88840000000003E8E241", 9, ViolationKind.InvalidCloseReason },
        { "88850000000003E84180E2", 10, ViolationKind.InvalidCloseReason },
    };

    [Fact]
    public void A_server_may_not_mask()
    {
        var wire = Client.Receive(Frame.Text("x"u8));
        Assert.Equal(["send close 1002", "EndOutput", "closed 1006 MaskedServerFrame"], wire.Events);
    }

    [Fact]
    public void A_message_is_as_long_as_it_may_be_and_not_a_byte_longer()
    {
        var limit = Settings.Server.MaxMessage;
        Assert.Single(Server.Receive(Frame.Binary(new byte[limit])).Events);
        Assert.Contains("closed 1006 MessageTooBig", Server.Receive(Frame.Binary(new byte[limit + 1])).Events);
        var inFragments = Server.Receive(Frame.Binary(new byte[limit - 10], fin: false));
        Assert.Single(inFragments.Receive(Frame.More(new byte[10])).Events);
        inFragments.Receive(Frame.Binary(new byte[limit - 10], fin: false)).Receive(Frame.More(new byte[11]));
        Assert.Contains("send close 1009", inFragments.Events);
    }

    [Fact]
    public void A_message_has_as_many_fragments_as_it_may_have_and_not_one_more()
    {
        var wire = Server.Receive(Frame.Text("1"u8, fin: false));
        for (var i = 2; i < Settings.Server.MaxFragments; i++) wire.Receive(Frame.More([], fin: false));
        var full = wire.State;
        Assert.Equal(["Text 3132"], wire.Receive(Frame.More("2"u8)).Take());

        wire.Receive(Frame.Text("1"u8, fin: false));
        for (var i = 2; i <= Settings.Server.MaxFragments; i++) wire.Receive(Frame.More([], fin: false));
        Assert.Empty(wire.Events);
        Assert.Equal(Settings.Server.MaxFragments, wire.State.Message.Fragments);
        Assert.Equal(Settings.Server.MaxFragments - 1, full.Message.Fragments);
        wire.Receive(0x80);
        Assert.Equal(["send close 1008", "EndOutput", "closed 1006 TooManyFragments"], wire.Events);
    }

    [Fact]
    public void Reserved_bits_of_an_extension_mark_an_encoded_message()
    {
        var wire = Wire.Open(Settings.Server with { FirstFrameBits = ReservedBits.Rsv1 });
        wire.Receive(Frame.Of(Opcode.Text, [0xFF, 0xFE], fin: false, bits: ReservedBits.Rsv1)).Receive(Frame.More([0xFD]));
        Assert.Equal(["encoded Text FFFEFD"], wire.Take());
        Assert.True(wire.State.Message.IsActive);
        wire.Decoded("h\xC3"u8[..1], last: false).Decoded([0xC3], last: false).Decoded([0xA9], last: true);
        Assert.Empty(wire.Events);
        Assert.False(wire.State.Message.IsActive);
        Assert.Equal(["Text 706C61696E"], wire.Receive(Frame.Text("plain"u8)).Take());
        wire.Receive(Frame.Text([], fin: false)).Receive(Frame.Of(Opcode.Continuation, [], bits: ReservedBits.Rsv1));
        Assert.Contains("closed 1006 ReservedBitSet", wire.Events);
    }

    [Fact]
    public void Decoded_text_is_validated_and_limited()
    {
        Wire Encoded()
        {
            var wire = Wire.Open(Settings.Server with { FirstFrameBits = ReservedBits.Rsv1, MaxMessage = 10 });
            wire.Receive(Frame.Of(Opcode.Text, [1], bits: ReservedBits.Rsv1)).Take();
            return wire;
        }

        Assert.Empty(Encoded().Decoded(new byte[10], last: true).Events);
        Assert.Contains("send close 1009", Encoded().Decoded(new byte[11], last: true).Events);
        Assert.Contains("send close 1009", Encoded().Decoded(new byte[6], last: false).Decoded(new byte[5], last: true).Events);
        Assert.Empty(Encoded().Decoded(new byte[6], last: false).Decoded(new byte[4], last: true).Events);
        Assert.Contains("send close 1007", Encoded().Decoded([0xFF], last: false).Events);
        Assert.Contains("send close 1007", Encoded().Decoded([0xC3], last: true).Events);
        Assert.Contains("send close 1007", Encoded().Fail(ViolationKind.InvalidExtensionData).Events);
        Assert.Equal(["pong "], Encoded().Receive(Frame.Pong([])).Decoded([0xC3], last: false).Events);
        var binary = Wire.Open(Settings.Server with { FirstFrameBits = ReservedBits.Rsv1 });
        binary.Receive(Frame.Of(Opcode.Binary, [1], bits: ReservedBits.Rsv1)).Decoded([0xFF], last: true);
        Assert.Equal(Phase.Open, binary.State.Phase);
        var inThree = Encoded().Decoded(new byte[4], last: false).Decoded(new byte[4], last: false);
        Assert.Contains("send close 1009", inThree.Decoded(new byte[3], last: true).Events);
        var plain = Server.Receive(Frame.Text("a"u8, fin: false));
        var before = plain.State;
        Assert.Equal(before, plain.Decoded([0xFF], last: true).State);
    }

    [Fact]
    public void Frames_behind_a_request_wait_for_the_decision()
    {
        var wire = new Wire(Settings.Server);
        wire.Receive("GET / HTTP/1.1\r\nA: b\r\n"u8).Receive([.. "\r\n"u8, .. Frame.Text("x"u8)]);
        Assert.Equal(["decide 24"], wire.Take());
        Assert.Equal(Phase.Deciding, wire.State.Phase);
        Assert.Equal(Frame.Text("x"u8), wire.Rest.ToArray());
        Assert.Equal(["reply accepted", "Text 78"], wire.Accept().Events);
    }

    [Fact]
    public void A_client_sends_no_reply_to_an_answer()
    {
        var wire = new Wire(Settings.Client).Receive([.. "HTTP/1.1 101 Yes\r\n\r\n"u8, .. Frame.Text("x"u8, masked: false)]);
        Assert.Equal(["decide 20"], wire.Take());
        Assert.Equal(["Text 78"], wire.Accept().Events);
    }

    [Theory]
    [InlineData("GET  / HTTP/1.1\r\n\r\n", 400, HeadFault.BadTarget)]
    [InlineData("\r\n", 400, HeadFault.EmptyStartLine)]
    public void A_malformed_head_is_refused_and_the_rest_discarded(string head, int status, HeadFault fault)
    {
        var wire = new Wire(Settings.Server).Receive(Encoding.ASCII.GetBytes(head));
        Assert.Equal([$"reply {status} {fault}", "EndOutput"], wire.Take());
        Assert.True(wire.Rest.IsEmpty);
        Assert.Empty(wire.Receive("GET / HTTP/1.1\r\n\r\n"u8).Accept().Refuse(403).Events);
        Assert.Equal(["CloseStream"], wire.InputEnded().Events);
    }

    [Fact]
    public void A_head_too_large_is_refused_with_431()
    {
        var wire = new Wire(Settings.Server with { Head = new HeadLimits(20, 30, 2, 1) }).Receive("GET / HTTP/1.1\r\nA: bbbbbbbbbbbbbbb"u8);
        Assert.Equal(["reply 431 HeadTooLarge", "EndOutput"], wire.Events);
    }

    [Fact]
    public void A_head_means_the_same_however_it_is_cut()
    {
        foreach (var head in (byte[][])[[.. "GET / HTTP/1.1\r\nA: b\r\n\r\n"u8], [.. "GET / HTTP/1.1\r\nA : b\r\n\r\n"u8]])
        {
            var whole = new Wire(Settings.Server).Receive(head);
            for (var cut = 0; cut <= head.Length; cut++)
            {
                var wire = new Wire(Settings.Server).Receive(head.AsSpan(0, cut)).Receive(head.AsSpan(cut));
                Assert.Equal(whole.Events, wire.Events);
                Assert.Equal(whole.State, wire.State);
            }
        }
    }

    [Fact]
    public void Every_close_code_is_answered_or_refused_as_the_table_says()
    {
        var open = Server.State;
        for (var code = 0; code <= ushort.MaxValue; code++)
        {
            var possible = (code | 0xFF) >= 1000 && Enumerable.Range(code & 0xFF00, 256).Any(CloseCodeRules.IsValidOnWire);
            var early = ConnectionMachine.Receive(Settings.Server, open, Frame.Close(code).AsSpan(0, 7), 0).State;
            var whole = ConnectionMachine.Receive(Settings.Server, open, Frame.Close(code), 0);
            var answer = CloseCodeRules.IsValidOnWire(code) ? (CloseCode)code : CloseCode.ProtocolError;
            if (early.Discarding == possible || whole.Actions.First.CloseCode != answer) Assert.Fail($"{code}: {whole}");
        }
    }

    [Fact]
    public void Payload_is_unmasked_in_place_and_only_where_it_is_consumed()
    {
        byte[] bytes = [.. Frame.Text("abc"u8), 0x89];
        var transition = ConnectionMachine.Receive(Settings.Server, Server.State, bytes, 0);
        Assert.Equal(9, transition.Consumed);
        Assert.Equal("abc"u8, bytes.AsSpan(6, 3));
        Assert.Equal(0x89, bytes[9]);
        Assert.Equal(Frame.Text("abc"u8)[..6], bytes[..6]);
    }

    [Fact]
    public void An_incomplete_control_frame_is_left_as_it_is()
    {
        foreach (var frame in (byte[][])[Frame.Ping("abcd"u8), Frame.Close(1000, "bye"u8)])
        {
            for (var cut = 0; cut < frame.Length; cut++)
            {
                var bytes = frame[..cut];
                Assert.Equal(0, ConnectionMachine.Receive(Settings.Server, Server.State, bytes, 0).Consumed);
                Assert.Equal(frame[..cut], bytes);
            }
        }
    }

    [Fact]
    public void A_close_frame_that_breaks_a_rule_is_not_unmasked()
    {
        var frame = Frame.Close(1000, [0xFF]);
        byte[] bytes = [.. frame];
        ConnectionMachine.Receive(Settings.Server, Server.State, bytes, 0);
        Assert.Equal(frame, bytes);
    }
}
