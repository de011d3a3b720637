using PluginHost.Core.Text;
using static LanguageExt.Prelude;
using static PluginHost.Core.Tests.Configuration.Reading;

namespace PluginHost.Core.Tests.Configuration;

public class RouteTests
{
    [Theory]
    [InlineData("chat.v1", true)]
    [InlineData("!#$%&'*+-.^_`|~0aZ", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a,b", false)]
    [InlineData("a/b", false)]
    [InlineData("a;b", false)]
    [InlineData("a\\r\\nb", false)]
    [InlineData("é", false)]
    public void Subprotocols_are_tokens(string token, bool accepted)
    {
        Assert.Equal(accepted, Read($$"""{ "routes": [{ "path": "/", "protocols": ["{{token}}"] }] }""").IsRight);
        Assert.Equal(accepted, Read($$"""{ "routes": [{ "path": "/", "noOffer": "{{token}}" }] }""").IsRight);
    }

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void Subprotocols_are_bounded(int length, bool accepted) =>
        Assert.Equal(accepted, Read($$"""{ "routes": [{ "path": "/", "noOffer": "{{new string('t', length)}}" }] }""").IsRight);

    [Fact]
    public void Subprotocols_are_case_sensitive_and_stand_once()
    {
        Assert.True(Read("""{ "routes": [{ "path": "/", "protocols": ["a", "A"] }] }""").IsRight);
        Assert.Equal(
            "f:1:48: /routes/0/protocols/1: \"a\" stands here a second time",
            Line("""{ "routes": [{ "path": "/", "protocols": ["a", "a"] }] }"""));
    }

    [Theory]
    [InlineData("https://example.com")]
    [InlineData("http://localhost:3000")]
    [InlineData("https://sub.example-1.com:8443")]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://my_host")]
    [InlineData("http://[::1]:8080")]
    [InlineData("http://[::1]")]
    [InlineData("https://xn--bcher-kva.example")]
    [InlineData("https://example.com:80")]
    [InlineData("http://example.com:443")]
    [InlineData("chrome-extension://abcdefghijklmnop")]
    [InlineData("same")]
    public void Origins_as_browsers_send_them_are_accepted(string origin) =>
        Assert.True(Read($$"""{ "routes": [{ "path": "/", "origins": ["{{origin}}"] }] }""").IsRight);

    [Theory]
    [InlineData("\"https://example.com/\"", "no trailing slash")]
    [InlineData("\"https://example.com/path\"", "no path")]
    [InlineData("\"https://example.com?x\"", "no path")]
    [InlineData("\"https://example.com#x\"", "no path")]
    [InlineData("\"https://user@example.com\"", "no user name")]
    [InlineData("\"https://Example.com\"", "lower case")]
    [InlineData("\"HTTPS://example.com\"", "lower case")]
    [InlineData("\"1s://example.com\"", "lower case")]
    [InlineData("\"https://bücher.example\"", "ASCII")]
    [InlineData("\"https://example.com:443\"", "leave out the default port: write \"https://example.com\"")]
    [InlineData("\"http://example.com:80\"", "leave out the default port")]
    [InlineData("\"https://example.com:\"", "1 to 65535")]
    [InlineData("\"https://example.com:0\"", "1 to 65535")]
    [InlineData("\"https://example.com:08443\"", "1 to 65535")]
    [InlineData("\"https://example.com:65536\"", "1 to 65535")]
    [InlineData("\"https://example.com:81\\u0000\"", "1 to 65535")]
    [InlineData("\"https://example.com:x\"", "1 to 65535")]
    [InlineData("\"example.com\"", "expected an origin such as")]
    [InlineData("\"://example.com\"", "expected an origin such as")]
    [InlineData("\"https://\"", "expected an origin such as")]
    [InlineData("\"https://exam ple.com\"", "expected an origin such as")]
    [InlineData("\"https://[x]\"", "expected an origin such as")]
    [InlineData("\"https://[]\"", "expected an origin such as")]
    [InlineData("\"https://*.example.com\"", "no wildcards")]
    [InlineData("\"*\"", "no wildcards")]
    [InlineData("\"wss://example.com\"", "the page that connects")]
    [InlineData("\"ws://example.com\"", "the page that connects")]
    [InlineData("\"null\"", "sandboxed")]
    [InlineData("\"any\"", "does not stand in a list")]
    [InlineData("12", "expected an origin such as")]
    public void Other_origins_are_explained(string origin, string why)
    {
        var problem = Problem($$"""{ "routes": [{ "path": "/", "origins": [{{origin}}] }] }""");

        Assert.Contains(why, problem.Message);
        Assert.Equal("/routes/0/origins/0", problem.Pointer);
    }

    [Theory]
    [InlineData("\"https://example.com\"")]
    [InlineData("true")]
    [InlineData("{}")]
    public void Origins_are_a_word_or_a_list(string value) =>
        Assert.Contains("expected \"same\", \"any\", or a list",
            Problem($$"""{ "routes": [{ "path": "/", "origins": {{value}} }] }""").Message);

    [Theory]
    [InlineData("", 2000, 200)] // as the server says
    [InlineData("\"sendQueue\": 4000", 4000, 1000)] // who writes the one does not inherit the other
    [InlineData("\"sendQueue\": 2000", 2000, 500)]
    [InlineData("\"sendQueueLow\": 100", 2000, 100)]
    public void A_default_that_is_made_of_another_key_is_made_where_that_key_stands(string limits, int high, int low)
    {
        var queue = Plan($$"""{ "limits": { "sendQueue": 2000, "sendQueueLow": 200 }, "routes": [{ "path": "/", "limits": { {{limits}} } }] }""").Routes[0].Connection.SendQueue;

        Assert.Equal((high, low), (queue.High, queue.Low));
    }

    [Fact]
    public void Origins_stand_once() => Assert.Equal(
        "/routes/0/origins/1",
        Problem("""{ "routes": [{ "path": "/", "origins": ["https://a.example", "https://a.example"] }] }""").Pointer);

    [Theory]
    [InlineData("/a", "/a", "", "", "already the path of /routes/0")]
    [InlineData("/a/{x}", "/a/{y}", "", "", "ambiguous: it matches the same paths as that of /routes/0")]
    [InlineData("/a", "/a", "default", "default", "already the path")]
    [InlineData("/a", "/a", "default", "", null)]
    [InlineData("/a", "/A", "", "", null)]
    [InlineData("/a/{x}", "/a/b", "", "", null)]
    [InlineData("/a/{x}", "/{x}/b", "", "", null)]
    public void Routes_of_one_listener_differ(string first, string second, string firstListener, string secondListener, string? why)
    {
        static string Route(string path, string listener) =>
            $$"""{ "path": "{{path}}"{{(listener.Length > 0 ? $", \"listener\": \"{listener}\"" : "")}} }""";
        var json = $$"""{ "routes": [{{Route(first, firstListener)}}, {{Route(second, secondListener)}}] }""";

        Assert.Equal(why is null, Read(json).IsRight);
        if (why is null) return;
        Assert.Contains(why, Problem(json).Message);
        Assert.Equal("/routes/1/path", Problem(json).Pointer);
    }

    [Theory]
    [InlineData("""{ "routes": [] }""", "/routes", "leave out \"routes\"")]
    [InlineData("""{ "listeners": [] }""", "/listeners", "leave out \"listeners\"")]
    [InlineData("""{ "routes": [{}] }""", "/routes/0", "the key \"path\" is missing")]
    [InlineData("""{ "routes": [1] }""", "/routes/0", "expected an object, found the number 1")]
    [InlineData("""{ "routes": {} }""", "/routes", "expected a list, found an object")]
    [InlineData("""{ "routes": [{ "path": "/", "listener": "x" }] }""", "/routes/0/listener",
        "no listener is named \"x\"; there is \"default\"")]
    [InlineData("""{ "listeners": [{}, { "address": "*:1" }] }""", "/listeners/1", "another listener is named \"default\" too")]
    [InlineData("""{ "listeners": [{ "name": "a" }, { "name": "b" }] }""", "/listeners/1",
        "another listener has \"127.0.0.1:8080\" already")]
    [InlineData("""{ "routes": [{ "path": "/", "protocols": [], "noOffer": "reject" }] }""", "/routes/0/noOffer", "serves nobody")]
    [InlineData("""{ "routes": [{ "path": "/", "noMatch": "accept", "noOffer": "reject" }] }""", "/routes/0/noMatch",
        "needs the noOffer handler")]
    [InlineData("""{ "limits": { "head": 1024, "requestLine": 2048 } }""", "/limits/requestLine", "at most 1KiB")]
    [InlineData("""{ "plugins": { "entries": { "a": { "options": [] } } } }""", "/plugins/entries/a/options",
        "expected an object, found a list")]
    public void What_does_not_fit_together_is_explained(string json, string pointer, string why)
    {
        Assert.Equal(pointer, Problem(json).Pointer);
        Assert.Contains(why, Problem(json).Message);
    }

    [Fact]
    public void A_listener_with_a_broken_address_is_still_a_listener() => Assert.Equal(
        "/listeners/0/address",
        Problem("""{ "listeners": [{ "name": "a", "address": "?" }], "routes": [{ "path": "/", "listener": "a" }] }""").Pointer);
}
