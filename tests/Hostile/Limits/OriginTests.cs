using PluginHost.Hostile.Corpora;
using PluginHost.Hostile.Support;
using PluginHost.Tests.Server;

namespace PluginHost.Hostile.Limits;

/// <summary>Pages of other origins are refused with 403, however they dress up.</summary>
[Trait("Row", "Origin")]
[Trait("Row", "hostile Origin: null, other port, suffix, userinfo, case, IDN")]
public sealed class OriginTests
{
    private const string Listed = """{ "routes": [{ "path": "/", "noOffer": "echo", "origins": ["https://good.example"] }] }""";

    private static int Status(string settings, string origins)
    {
        var server = new ManualServer(TestHandlers.Echoes, settings);
        return Answer.Status(server.Say(server.Connect(), System.Text.Encoding.Latin1.GetBytes(
            System.Text.Encoding.Latin1.GetString(ClientFrames.Request("/", "echo", "X-Origins: here\r\n")).Replace("X-Origins: here\r\n", origins))));
    }

    [Fact]
    public void The_servers_own_and_none_at_all_are_taken()
    {
        Assert.Equal(101, Status("{}", ""));
        Assert.Equal(101, Status("{}", "Origin: http://localhost\r\n"));
        Assert.Equal(101, Status(Listed, "Origin: https://good.example\r\n"));
        Assert.Equal(101, Status("""{ "routes": [{ "path": "/", "noOffer": "echo", "origins": "any" }] }""", "Origin: https://anybody.example\r\n"));
    }

    public static TheoryData<string> Hostile => [.. Corpus.Origins];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Hostile_origins_are_refused(string origin)
    {
        Assert.Equal(403, Status("{}", $"Origin: {origin}\r\n"));
        var elsewhere = origin.Replace("localhost", "good.example").Replace("http:", "https:");
        if (elsewhere != "https://good.example") Assert.Equal(403, Status(Listed, $"Origin: {elsewhere}\r\n"));
    }

    [Fact]
    public void Two_origins_are_refused() => Assert.NotEqual(101, Status("{}", "Origin: http://localhost\r\nOrigin: http://localhost\r\n"));
}
