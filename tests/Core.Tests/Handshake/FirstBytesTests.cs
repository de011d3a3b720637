using System.Text;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Tests.Handshake;

public class FirstBytesTests
{
    [Theory]
    [InlineData("", Speech.Unknown)]
    [InlineData("\u0016", Speech.Tls)]
    [InlineData("GET / HTTP/1.1", Speech.Http)]
    [InlineData("PRI * HTTP/2.0", Speech.Http)]
    [InlineData("PROXY TCP4 ", Speech.Proxy)]
    [InlineData("PROXY", Speech.Http)]
    [InlineData("\r\n\r", Speech.Proxy)]
    [InlineData("\r\n", Speech.Unknown)]
    [InlineData("get", Speech.Unknown)]
    [InlineData("\u0080", Speech.Unknown)]
    public void The_first_bytes_tell_protocols_apart(string text, Speech speech)
    {
        Assert.Equal(speech, FirstBytes.Guess(Encoding.Latin1.GetBytes(text)));
        Assert.NotEmpty(FirstBytes.OnTlsListener(speech));
        Assert.NotEmpty(FirstBytes.OnPlainListener(speech));
    }
}
