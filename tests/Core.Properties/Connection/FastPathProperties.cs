using PluginHost.Core.Properties.Support;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Tests.Support;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Connection;

/// <summary><see cref="WholeMessageReader"/> decides nothing: with it and without it a server does the same.</summary>
[Properties(Arbitrary = [typeof(Streams)], MaxTest = 500)]
public sealed class FastPathProperties
{
    [Property]
    public void A_server_does_the_same_with_and_without_it(FrameStream stream)
    {
        var settings = Settings.Server with { PingInterval = stream.Seed % 2 == 0 ? 0 : 200 };
        var (plain, fast) = (Wire.Open(settings), Wire.Open(settings, fastPath: true));
        if (stream.Seed % 5 == 0) (plain, fast) = (plain.Close(CloseCode.NormalClosure), fast.Close(CloseCode.NormalClosure));
        var random = new Random(stream.Seed);
        var bytes = stream.Bytes;
        var large = random.Next(2) == 0;
        for (var from = 0; from < bytes.Length;)
        {
            var size = Math.Min(bytes.Length - from, large ? random.Next(1, 200_000) : random.Next(1, 60));
            plain.Now = fast.Now = plain.Now + random.Next(30);
            plain.Receive(bytes.AsSpan(from, size));
            fast.Receive(bytes.AsSpan(from, size));
            Assert.Equal(plain.Events, fast.Events);
            Assert.Equal(plain.State, fast.State);
            from += size;
        }
        Assert.Equal(plain.Rest.ToArray(), fast.Rest.ToArray());
    }

    /// <summary>The server writes whole messages without asking for each: <see cref="ConnectionState.AllowsWholeSend"/> says all that the plain path would.</summary>
    [Property]
    public void A_whole_message_is_sent_where_the_plain_path_sends_it_and_nowhere_else(FrameStream stream, bool text, ushort length, byte before, byte after)
    {
        var wire = before % 4 == 0 ? new Wire(Settings.Server) : Wire.Open(Settings.Server);
        if (before % 4 == 1) wire.Send(Opcode.Text, fin: false);
        if (before % 4 == 2 && stream.Bytes.Length > 0) wire.Receive(stream.Bytes);
        if (after % 3 == 0) wire.Close(CloseCode.NormalClosure);
        if (after % 3 == 1) wire.InputEnded();
        var opcode = text ? Opcode.Text : Opcode.Binary;
        var plain = Transitions.Send(wire.State, opcode, true, length);
        Assert.Equal(
            wire.State.AllowsWholeSend
                ? new Transition(wire.State, 0, new(new(ActionKind.SendFrame, Length: length, Opcode: opcode, IsLast: true)))
                : new Transition(wire.State, 0, default),
            plain);
    }

    [Property]
    public void Where_it_answers_the_plain_path_gives_the_same_message(FrameStream stream, int limit)
    {
        var settings = Settings.Server with { MaxMessage = Math.Abs(limit % 300) };
        foreach (var piece in stream.Pieces)
        {
            byte[] left = [.. piece.Bytes], right = [.. piece.Bytes];
            var fast = WholeMessageReader.Read(left, settings.MaxMessage);
            var plain = ConnectionMachine.Receive(settings, Wire.Open(settings).State, right, 0);
            if (fast.IsNone)
            {
                Assert.Equal(piece.Bytes, left);
                continue;
            }
            Assert.Equal(fast.End, plain.Consumed);
            Assert.Equal(
                new ConnectionAction(ActionKind.DeliverData, fast.Start, fast.Length, fast.Opcode, IsFirst: true, IsLast: true),
                Assert.Single(plain.Actions.ToSeq()));
            Assert.Equal(right, left);
        }
    }

    [Property]
    public void It_answers_for_every_whole_message_within_the_limit(FrameStream stream)
    {
        foreach (var piece in stream.Pieces.Where(p => stream.Receiver == Role.Server && p.Name is "text" or "binary" or "tiny" or "empty"))
        {
            var message = WholeMessageReader.Read([.. piece.Bytes, 0x89], int.MaxValue);
            Assert.Equal(piece.Bytes.Length, message.End);
            Assert.True(WholeMessageReader.Read([.. piece.Bytes], message.Length).Length == message.Length);
            Assert.True(message.Length == 0 || WholeMessageReader.Read([.. piece.Bytes], message.Length - 1).IsNone);
            Assert.True(WholeMessageReader.Read(piece.Bytes.AsSpan(0, piece.Bytes.Length - 1).ToArray(), int.MaxValue).IsNone);
        }
    }
}
