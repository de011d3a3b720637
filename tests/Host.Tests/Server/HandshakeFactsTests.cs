using PluginHost.Abstractions;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Server;

/// <summary>What a handler sees of the request.</summary>
public sealed class HandshakeFactsTests
{
    private static HandshakeInfo Seen(string path, string more, string settings = "{}")
    {
        HandshakeInfo? seen = null;
        var server = new ManualServer([Handler.Inline("facts", own => new InlineOf(own) { Opened = session => seen = session.Handshake })], settings);
        var client = server.Connect();
        client.Write(Request(path, "facts", more));
        server.Turn();
        Assert.NotNull(seen);
        return seen;
    }

    [Fact]
    public void They_are_those_of_the_request_in_its_order()
    {
        var seen = Seen("/a%20b?x=1&y=%C3%A9&x", "Origin: http://localhost\r\nX-Twice: one\r\nx-twice: two\r\n");

        Assert.Equal(("/a b", "/a%20b", "x=1&y=%C3%A9&x"), (seen.Path, seen.RawPath, seen.Query));
        Assert.Equal([new("x", "1"), new("y", "é"), new("x", "")], seen.QueryValues);
        Assert.Equal("http://localhost", seen.Origin);
        Assert.Equal([new("X-Twice", "one"), new("x-twice", "two")], seen.Headers.Where(one => one.Key.Equals("x-twice", StringComparison.OrdinalIgnoreCase)));
        Assert.Equal(["facts"], seen.OfferedSubprotocols);
        Assert.Empty(seen.RouteValues);
        Assert.Null(seen.User);
    }

    [Fact]
    public void What_the_request_does_not_have_is_empty()
    {
        var seen = Seen("/", "");

        Assert.Equal(("", null), (seen.Query, seen.Origin));
        Assert.Empty(seen.QueryValues);
    }

    [Fact]
    public void Nobody_can_change_them()
    {
        var seen = Seen(
            "/rooms/one?x=1", "", """{ "routes": [{ "path": "/rooms/{room}", "protocols": ["facts"] }] }""");

        IsFrozen(seen.Headers);
        IsFrozen(seen.QueryValues);
        IsFrozen(seen.OfferedSubprotocols);
        Assert.Throws<NotSupportedException>(() => ((IDictionary<string, string>)seen.RouteValues)["room"] = "other");
    }

    private static void IsFrozen<T>(IReadOnlyList<T> list) => Assert.Throws<NotSupportedException>(() => ((IList<T>)list)[0] = list[0]);
}
