using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Tests.Support;

namespace PluginHost.Core.Tests.Frames;

public sealed class WholeMessageTests
{
    [Fact]
    public void None_is_none()
    {
        Assert.True(WholeMessage.None.IsNone);
        Assert.Equal(-1, WholeMessage.None.Length);
        Assert.False(new WholeMessage(Opcode.Text, 6, 0).IsNone);
        Assert.Equal(9, new WholeMessage(Opcode.Text, 6, 3).End);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(70000)]
    public void A_whole_message_is_read_with_any_length_form(int length)
    {
        foreach (var opcode in new[] { Opcode.Text, Opcode.Binary })
        {
            byte[] payload = [.. Enumerable.Range(0, length).Select(i => (byte)(i % (opcode == Opcode.Text ? 128 : 256)))];
            byte[] bytes = [.. Frame.Of(opcode, payload), 0xFF, 0xFF];
            var message = WholeMessageReader.Read(bytes, length);
            Assert.Equal(new WholeMessage(opcode, FrameHeader.SizeFor(length, true), length), message);
            Assert.True(bytes.AsSpan(message.Start, length).SequenceEqual(payload));
            Assert.Equal([0xFF, 0xFF], bytes[message.End..]);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("8180000000")] // a header short of one byte
    [InlineData("81820000000041")] // a payload short of one byte
    [InlineData("818100000000FF")] // not UTF-8
    [InlineData("818101020304FE")] // not UTF-8 once unmasked
    [InlineData("018100000000FF")] // not FIN
    [InlineData("808100000000FF")] // a continuation
    [InlineData("898100000000FF")] // a ping
    [InlineData("838100000000FF")] // unknown
    [InlineData("C18100000000FF")] // a reserved bit
    [InlineData("818100000000")]
    [InlineData("82010000000041")] // not masked
    [InlineData("827E007E00000000000000000000")] // long and not masked
    [InlineData("827F000000000001000000000000")]
    [InlineData("82FE0001000000000041")] // not minimal
    [InlineData("82FF000000000000000100000000FF")] // not minimal
    [InlineData("82FE")]
    [InlineData("82FE0080000000")]
    [InlineData("82FF00000000000100")]
    [InlineData("82FFFFFFFFFFFFFFFFFF00000000FF")] // top bit
    [InlineData("82FF000000007FFFFFFF00000000FF")] // longer than a span with its header
    [InlineData("82FF000000010000000100000000FF")] // whose low half is small
    public void Everything_else_is_left_as_it_is(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.True(WholeMessageReader.Read(bytes, int.MaxValue).IsNone);
        Assert.Equal(hex, Convert.ToHexString(bytes));
    }

    [Fact]
    public void Long_messages_that_are_not_masked_or_not_complete_are_left_as_they_are()
    {
        foreach (var length in new[] { 300, 70_000 })
        {
            Assert.True(WholeMessageReader.Read([.. Frame.Binary(new byte[length], masked: false), 0, 0, 0, 0], int.MaxValue).IsNone);
            var frame = Frame.Binary(new byte[length]);
            for (var cut = 0; cut < 20; cut++) Assert.True(WholeMessageReader.Read(frame[..cut], int.MaxValue).IsNone);
            Assert.True(WholeMessageReader.Read(frame[..^1], int.MaxValue).IsNone);
        }
    }

    [Fact]
    public void Nothing_holds_no_message() => Assert.True(WholeMessageReader.Read(default, int.MaxValue).IsNone);

    [Fact]
    public void The_limit_is_the_greatest_length()
    {
        Assert.Equal(10, WholeMessageReader.Read(Frame.Binary(new byte[10]), 10).Length);
        Assert.True(WholeMessageReader.Read(Frame.Binary(new byte[11]), 10).IsNone);
        Assert.True(WholeMessageReader.Read(Frame.Binary(new byte[300]), 299).IsNone);
        Assert.Equal(0, WholeMessageReader.Read(Frame.Binary([]), 0).Length);
    }
}
