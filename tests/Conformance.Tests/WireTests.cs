using PluginHost.Conformance.Cases;
using PluginHost.Conformance.Wire;

namespace PluginHost.Conformance.Tests;

/// <summary>The client's own bytes, and how strictly it reads the server's.</summary>
public class WireTests
{
    [Theory]
    [InlineData(0, 6)]
    [InlineData(125, 6)]
    [InlineData(126, 8)]
    [InlineData(65535, 8)]
    [InlineData(65536, 14)]
    public void Frames_have_the_shortest_header_and_their_payload_masked(int size, int header)
    {
        var payload = Enumerable.Range(0, size).Select(i => (byte)(i * 7)).ToArray();
        var bytes = new Frame(Op.Binary, payload, false, 5).ToBytes();
        Assert.Equal(header + size, bytes.Length);
        Assert.Equal(0x52, bytes[0]);
        Assert.Equal(0x80, bytes[1] & 0x80);
        var key = bytes[(header - 4)..header];
        Assert.Equal(4, key.Distinct().Count());
        Assert.Equal(payload, bytes[header..].Select((value, i) => (byte)(value ^ key[i % 4])));
    }

    [Theory]
    [InlineData("8180", "masked")]
    [InlineData("c100", "reserved")]
    [InlineData("9100", "reserved")]
    [InlineData("8300", "opcode 3")]
    [InlineData("8b00", "opcode 11")]
    [InlineData("8000", "continued no message")]
    [InlineData("01008100", "within another")]
    [InlineData("0900", "fragmented or too long")]
    [InlineData("897e007e", "fragmented or too long")]
    [InlineData("827e007d", "not the shortest")]
    [InlineData("827f000000000000ffff", "not the shortest")]
    [InlineData("827fffffffffffffffff", "larger")]
    [InlineData("880103", "half a close code")]
    [InlineData("880203ed", "close code 1005")]
    [InlineData("880303e8ff", "not UTF-8")]
    public async Task A_server_that_breaks_a_rule_is_found_out(string digits, string fault)
    {
        var reader = Reader(digits, compressed: false);
        var found = await Assert.ThrowsAsync<ProtocolFault>(async () =>
        {
            while (await reader.ReadAsync() is not null)
            {
            }
        });
        Assert.Contains(fault, found.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("81")]
    [InlineData("82")]
    [InlineData("827e00")]
    [InlineData("820241")]
    public async Task A_stream_that_ends_within_a_frame_is_told_from_one_that_ends_in_order(string digits) =>
        await Assert.ThrowsAsync<EndOfStreamException>(async () => await Reader(digits, compressed: true).ReadAsync());

    [Fact]
    public async Task With_compression_only_the_first_frame_of_a_message_may_have_rsv1()
    {
        var allowed = Reader("4100" + "8900" + "8000", compressed: true);
        Assert.Equal(4, (await allowed.ReadAsync())!.Value.Rsv);
        Assert.Equal(Op.Ping, (await allowed.ReadAsync())!.Value.Opcode);
        Assert.True((await allowed.ReadAsync())!.Value.Fin);
        Assert.Null(await allowed.ReadAsync());
        foreach (var digits in new[] { "c900", "6100", "5100" })
            await Assert.ThrowsAsync<ProtocolFault>(async () => await Reader(digits, compressed: true).ReadAsync());
        var second = Reader("4100c000", compressed: true);
        await second.ReadAsync();
        await Assert.ThrowsAsync<ProtocolFault>(async () => await second.ReadAsync());
    }

    private static FrameReader Reader(string digits, bool compressed) => new(new Input(new MemoryStream(Dsl.Hex(digits))), compressed);
}
