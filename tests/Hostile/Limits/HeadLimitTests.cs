using System.Globalization;
using System.Text;
using PluginHost.Hostile.Support;
using PluginHost.Tests.Server;

namespace PluginHost.Hostile.Limits;

/// <summary>The request head: line, bytes, lines, offers. Both sides of each.</summary>
[Trait("Row", "request head; request line; header lines; offered subprotocols")]
public sealed class HeadLimitTests
{
    private const string Doubled = """{ "limits": { "requestLine": "8KiB", "head": "32KiB", "headers": 128, "subprotocols": 64 } }""";

    private static int Status(string settings, byte[] request) =>
        Answer.Status(new ManualServer(TestHandlers.Echoes, settings) is var server ? server.Feed(server.Connect(), request) : []);

    [Theory]
    [InlineData("{}", 4096)]
    [InlineData(Doubled, 8192)]
    public void Request_line(string settings, int most)
    {
        Assert.Equal(101, Status(settings, WithLine(most)));
        Assert.Equal(431, Status(settings, WithLine(most + 1)));

        static byte[] WithLine(int length) => ClientFrames.Request("/" + new string('a', length - "GET / HTTP/1.1".Length));
    }

    [Theory]
    [InlineData("{}", 16384)]
    [InlineData(Doubled, 32768)]
    public void Whole_head(string settings, int most)
    {
        Assert.Equal(101, Status(settings, WithLength(most)));
        Assert.Equal(431, Status(settings, WithLength(most + 1)));

        static byte[] WithLength(int length) =>
            ClientFrames.Request(more: $"X: {new string('a', length - ClientFrames.Request(more: "X: \r\n").Length)}\r\n");
    }

    [Theory]
    [InlineData("{}", 64)]
    [InlineData(Doubled, 128)]
    public void Header_lines_counted_as_lines(string settings, int most)
    {
        foreach (var name in new[] { "X-{0}", "X" })
        {
            Assert.Equal(101, Status(settings, WithLines(most, name)));
            Assert.Equal(431, Status(settings, WithLines(most + 1, name)));
        }

        static byte[] WithLines(int count, string name)
        {
            var own = Encoding.ASCII.GetString(ClientFrames.Request()).Split("\r\n").Length - 3;
            return ClientFrames.Request(more: string.Concat(Enumerable.Range(0, count - own).Select(i => string.Format(CultureInfo.InvariantCulture, name, i) + ": a\r\n")));
        }
    }

    [Theory]
    [InlineData("{}", 32)]
    [InlineData(Doubled, 64)]
    public void Offered_subprotocols(string settings, int most)
    {
        Assert.Equal(101, Status(settings, WithOffers(most)));
        Assert.Equal(431, Status(settings, WithOffers(most + 1)));

        static byte[] WithOffers(int count) =>
            ClientFrames.Request(protocol: string.Join(", ", Enumerable.Range(1, count - 1).Select(i => $"p{i}").Append("echo")));
    }
}
