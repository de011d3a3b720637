using PluginHost.Core.Configuration;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;
using static PluginHost.Core.Tests.Configuration.Reading;

namespace PluginHost.Core.Tests.Configuration;

public class ValueTests
{
    [Theory]
    [InlineData("limits", "connections", "1", true)]
    [InlineData("limits", "connections", "0", false)]
    [InlineData("limits", "connections", "1000000", true)]
    [InlineData("limits", "connections", "1000001", false)]
    [InlineData("limits", "connectionsPerAddress", "1", true)]
    [InlineData("limits", "connectionsPerAddress", "0", false)]
    [InlineData("limits", "pendingHandshakes", "1", true)]
    [InlineData("limits", "pendingHandshakes", "0", false)]
    [InlineData("limits", "sendTimeout", "\"1ms\"", true)]
    [InlineData("limits", "sendTimeout", "\"0s\"", false)]
    [InlineData("limits", "controlFramesPerSecond", "1", true)]
    [InlineData("limits", "controlFramesPerSecond", "0", false)]
    [InlineData("limits", "controlFrameBurst", "1", true)]
    [InlineData("limits", "controlFrameBurst", "0", false)]
    [InlineData("limits", "slowConsumer", "\"dropOldest\"", true)]
    [InlineData("limits", "slowConsumer", "\"drop\"", false)]
    [InlineData("rates", "messagesPerSecond", "1", true)]
    [InlineData("rates", "messagesPerSecond", "0", false)]
    [InlineData("rates", "bytesPerSecond", "\"1GiB\"", true)]
    [InlineData("rates", "bytesPerSecond", "0", false)]
    [InlineData("rates", "over", "\"close\"", true)]
    [InlineData("rates", "over", "\"reset\"", false)]
    [InlineData("handlers", "faults", "1", true)]
    [InlineData("handlers", "faultSources", "1", true)]
    [InlineData("handlers", "faultSources", "0", false)]
    [InlineData("handlers", "faultsPerAddress", "1", true)]
    [InlineData("handlers", "faultsPerAddress", "0", false)]
    [InlineData("handlers", "faults", "0", false)]
    [InlineData("handlers", "faultWindow", "\"1ms\"", true)]
    [InlineData("handlers", "faultWindow", "\"0s\"", false)]
    [InlineData("handlers", "quarantine", "\"1ms\"", true)]
    [InlineData("handlers", "quarantine", "\"0s\"", false)]
    [InlineData("handlers", "slow", "\"1ms\"", true)]
    [InlineData("handlers", "slow", "\"0s\"", false)]
    [InlineData("handlers", "threads", "1", true)]
    [InlineData("handlers", "threads", "0", false)]
    [InlineData("limits", "message", "1", true)]
    [InlineData("limits", "message", "0", false)]
    [InlineData("limits", "message", "-1", false)]
    [InlineData("limits", "message", "1073741824", true)]
    [InlineData("limits", "message", "1073741825", false)]
    [InlineData("limits", "message", "\"1GiB\"", true)]
    [InlineData("limits", "message", "\"999999999GiB\"", false)]
    [InlineData("limits", "message", "\"9999999999KiB\"", false)]
    [InlineData("limits", "message", "\"KiB\"", false)]
    [InlineData("limits", "message", "\"1.5MiB\"", false)]
    [InlineData("limits", "message", "\"4096\"", false)]
    [InlineData("limits", "message", "1.5", false)]
    [InlineData("limits", "message", "1e3", false)]
    [InlineData("limits", "message", "99999999999999999999", false)]
    [InlineData("limits", "message", "true", false)]
    [InlineData("limits", "message", "null", false)]
    [InlineData("limits", "message", "{}", false)]
    [InlineData("limits", "message", "[]", false)]
    [InlineData("limits", "head", "256", true)]
    [InlineData("limits", "head", "255", false)]
    [InlineData("limits", "head", "\"1MiB\"", true)]
    [InlineData("limits", "head", "1048577", false)]
    [InlineData("limits", "requestLine", "64", true)]
    [InlineData("limits", "requestLine", "63", false)]
    [InlineData("limits", "requestLine", "\"16KiB\"", true)]
    [InlineData("limits", "requestLine", "16385", false)]
    [InlineData("limits", "headers", "8", true)]
    [InlineData("limits", "headers", "7", false)]
    [InlineData("limits", "headers", "10000", true)]
    [InlineData("limits", "headers", "10001", false)]
    [InlineData("limits", "headers", "\"64\"", false)]
    [InlineData("limits", "subprotocols", "1", true)]
    [InlineData("limits", "subprotocols", "0", false)]
    [InlineData("limits", "subprotocols", "10000", true)]
    [InlineData("limits", "subprotocols", "10001", false)]
    [InlineData("limits", "fragments", "1", true)]
    [InlineData("limits", "fragments", "0", false)]
    [InlineData("limits", "fragments", "2147483647", true)]
    [InlineData("limits", "fragments", "2147483648", false)]
    [InlineData("limits", "handshake", "\"1ms\"", true)]
    [InlineData("limits", "handshake", "\"0ms\"", false)]
    [InlineData("limits", "handshake", "\"24h\"", true)]
    [InlineData("limits", "handshake", "\"86400001ms\"", false)]
    [InlineData("limits", "handshake", "5", false)]
    [InlineData("limits", "handshake", "\"\"", false)]
    [InlineData("limits", "handshake", "\"5\"", false)]
    [InlineData("limits", "handshake", "\"s\"", false)]
    [InlineData("limits", "handshake", "\"5 s\"", false)]
    [InlineData("limits", "handshake", "\"-5s\"", false)]
    [InlineData("limits", "sendQueue", "1024", true)]
    [InlineData("limits", "sendQueue", "1023", false)]
    [InlineData("limits", "sendQueue", "\"1GiB\"", true)]
    [InlineData("limits", "sendQueue", "1073741825", false)]
    [InlineData("limits", "sendQueueLow", "0", true)]
    [InlineData("limits", "sendQueueLow", "\"256KiB\"", true)]
    [InlineData("limits", "sendQueueLow", "262145", false)]
    [InlineData("topics", "subscriptionsPerConnection", "0", true)]
    [InlineData("topics", "subscriptionsPerConnection", "1000001", false)]
    [InlineData("topics", "count", "100000000", true)]
    [InlineData("topics", "count", "100000001", false)]
    [InlineData("topics", "length", "1", true)]
    [InlineData("topics", "length", "0", false)]
    [InlineData("topics", "length", "65535", true)]
    [InlineData("topics", "length", "65536", false)]
    [InlineData("topics", "levels", "1", true)]
    [InlineData("topics", "levels", "0", false)]
    [InlineData("topics", "levels", "128", true)]
    [InlineData("topics", "levels", "129", false)]
    [InlineData("topics", "historyLength", "0", true)]
    [InlineData("topics", "historyLength", "100001", false)]
    [InlineData("topics", "historyBytes", "0", true)]
    [InlineData("topics", "historyTotal", "\"1GiB\"", true)]
    [InlineData("topics", "memberInfo", "65535", true)]
    [InlineData("topics", "memberInfo", "65536", false)]
    [InlineData("topics", "waitingMessages", "0", false)]
    [InlineData("topics", "waitingMessages", "1", true)]
    [InlineData("topics", "waitingMessages", "10000000", true)]
    [InlineData("topics", "waitingMessages", "10000001", false)]
    [InlineData("topics", "waitingBytes", "0", false)]
    [InlineData("topics", "waitingBytes", "1", true)]
    [InlineData("topics", "waitingBytes", "1073741824", true)]
    [InlineData("topics", "waitingBytes", "1073741825", false)]
    [InlineData("keepAlive", "ping", "\"1ms\"", true)]
    [InlineData("keepAlive", "ping", "\"0s\"", false)]
    [InlineData("keepAlive", "timeout", "\"0s\"", false)]
    [InlineData("keepAlive", "close", "\"0s\"", false)]
    [InlineData("keepAlive", "close", "\"25h\"", false)]
    [InlineData("shutdown", "drain", "\"0s\"", true)]
    [InlineData("shutdown", "drain", "\"24h\"", true)]
    [InlineData("shutdown", "drain", "\"25h\"", false)]
    [InlineData("shutdown", "code", "1000", true)]
    [InlineData("shutdown", "code", "999", false)]
    [InlineData("shutdown", "code", "1001", true)]
    [InlineData("shutdown", "code", "1002", false)]
    [InlineData("shutdown", "code", "1010", false)]
    [InlineData("shutdown", "code", "1011", true)]
    [InlineData("shutdown", "code", "1013", true)]
    [InlineData("shutdown", "code", "1014", false)]
    [InlineData("shutdown", "code", "2999", false)]
    [InlineData("shutdown", "code", "3000", true)]
    [InlineData("shutdown", "code", "4999", true)]
    [InlineData("shutdown", "code", "5000", false)]
    [InlineData("shutdown", "code", "\"1001\"", false)]
    [InlineData("plugins", "directory", "\"../else where\"", true)]
    [InlineData("plugins", "directory", "\"\"", false)]
    [InlineData("plugins", "directory", "\"a\\u0000b\"", false)]
    [InlineData("plugins", "directory", "1", false)]
    [InlineData("plugins", "discover", "false", true)]
    [InlineData("plugins", "discover", "\"false\"", false)]
    [InlineData("plugins", "discover", "null", false)]
    [InlineData("plugins", "entries", "[]", false)]
    [InlineData("compression", "enabled", "false", true)]
    [InlineData("compression", "enabled", "true", true)]
    [InlineData("compression", "enabled", "0", false)]
    [InlineData("compression", "contextTakeover", "true", true)]
    [InlineData("compression", "contextTakeover", "\"yes\"", false)]
    [InlineData("compression", "serverWindowBits", "9", true)]
    [InlineData("compression", "serverWindowBits", "15", true)]
    [InlineData("compression", "serverWindowBits", "8", false)]
    [InlineData("compression", "serverWindowBits", "16", false)]
    [InlineData("compression", "clientWindowBits", "8", true)]
    [InlineData("compression", "clientWindowBits", "15", true)]
    [InlineData("compression", "clientWindowBits", "7", false)]
    [InlineData("compression", "clientWindowBits", "16", false)]
    [InlineData("compression", "level", "1", true)]
    [InlineData("compression", "level", "9", true)]
    [InlineData("compression", "level", "0", false)]
    [InlineData("compression", "level", "10", false)]
    [InlineData("compression", "threshold", "0", true)]
    [InlineData("compression", "threshold", "\"4KiB\"", true)]
    [InlineData("compression", "threshold", "-1", false)]
    public void Values_within_bounds_are_accepted_and_others_are_one_problem_at_the_value(string section, string key, string value,
        bool accepted)
    {
        var json = $"{{\n \"{section}\": {{\n  \"{key}\": {value} }} }}";

        Assert.Equal(accepted, Read(json).IsRight);
        if (accepted) return;
        var problem = Problem(json);
        Assert.Equal($"/{section}/{key}", problem.Pointer);
        Assert.Equal((3, key.Length + 7), (problem.Line, problem.Column));
    }

    [Theory]
    [InlineData("{ \"listeners\": [{ \"address\": \"{env:ADDRESS}\" }] }")]
    [InlineData("{ \"plugins\": { \"directory\": \"{file:secret/dir}\" } }")]
    [InlineData("{ \"routes\": [{ \"path\": \"/\", \"origins\": [\"{env:ORIGIN}\"] }] }")]
    public void Secrets_stand_only_where_one_is_expected_and_are_not_printed(string json) =>
        Assert.Equal("\"{env:NAME}\" and \"{file:PATH}\" stand only where a secret does; write the value itself", Problem(json).Message);

    [Fact]
    public void Braces_that_are_no_secret_are_left_to_the_plugin() =>
        Assert.True(Read("""{ "plugins": { "entries": { "a": { "options": { "x": "{name}", "y": "{env:" } } } } }""").IsRight);

    [Theory]
    [InlineData("127.0.0.1:8080", "127.0.0.1:8080")]
    [InlineData("0.0.0.0:0", "0.0.0.0:0")]
    [InlineData("255.255.255.255:65535", "255.255.255.255:65535")]
    [InlineData("localhost:80", "localhost:80")]
    [InlineData("*:80", "*:80")]
    [InlineData("[::1]:8080", "[::1]:8080")]
    [InlineData("[::]:8080", "[::]:8080")]
    [InlineData("[2001:DB8::A:1]:1", "[2001:db8::a:1]:1")]
    [InlineData("[1:2:3:4:5:6:7:8]:1", "[1:2:3:4:5:6:7:8]:1")]
    [InlineData("[::2:3:4:5:6:7:8]:1", "[::2:3:4:5:6:7:8]:1")]
    [InlineData("[::ffff:10.0.0.1]:1", "[::ffff:10.0.0.1]:1")]
    [InlineData("[1:2:3:4:5:6:10.0.0.1]:1", "[1:2:3:4:5:6:10.0.0.1]:1")]
    [InlineData("unix:/run/a b.sock", "unix:/run/a b.sock")]
    [InlineData("unix:here.sock", "unix:here.sock")]
    public void Addresses_are_read(string text, string canonical) =>
        Assert.Equal(Right(canonical), ListenAddress.Parse(text).Map(a => a.ToString()!).MapLeft(_ => ""));

    [Theory]
    [InlineData("", "expected an address")]
    [InlineData("8080", "expected an address")]
    [InlineData("127.0.0.1", "expected an address")]
    [InlineData(":8080", "neither an IP address")]
    [InlineData("127.0.0.1:", "0 to 65535")]
    [InlineData("127.0.0.1:65536", "0 to 65535")]
    [InlineData("127.0.0.1:-1", "0 to 65535")]
    [InlineData("127.0.0.1:80\0", "0 to 65535")]
    [InlineData("127.0.0.1:http", "0 to 65535")]
    [InlineData("127.0.0.1:99999999999", "0 to 65535")]
    [InlineData("127.0.0.256:1", "neither an IP address")]
    [InlineData("127.0.0.1000:1", "neither an IP address")]
    [InlineData("127.1:1", "neither an IP address")]
    [InlineData("127.0.0.01:1", "neither an IP address")]
    [InlineData("127.0..1:1", "neither an IP address")]
    [InlineData("127.0.0.x:1", "neither an IP address")]
    [InlineData("example.com:1", "neither an IP address")]
    [InlineData("::1:8080", "in brackets")]
    [InlineData("[::1:8080", "neither an IP address")]
    [InlineData("[1::2::3]:1", "not an IPv6 address")]
    [InlineData("[1:2:3:4:5:6:7]:1", "not an IPv6 address")]
    [InlineData("[1:2:3:4:5:6:7:8:9]:1", "not an IPv6 address")]
    [InlineData("[1:2:3:4::5:6:7:8]:1", "not an IPv6 address")]
    [InlineData("[12345::]:1", "not an IPv6 address")]
    [InlineData("[g::]:1", "not an IPv6 address")]
    [InlineData("[1:::2]:1", "not an IPv6 address")]
    [InlineData("[10.0.0.1::]:1", "not an IPv6 address")]
    [InlineData("[]:1", "not an IPv6 address")]
    [InlineData("[fe80::1%eth0]:1", "not an IPv6 address")]
    [InlineData("unix:", "a path is missing")]
    [InlineData("unix:a\0b", "control characters")]
    public void Addresses_that_are_none_are_explained(string text, string why) =>
        Assert.Contains(why, ListenAddress.Parse(text).Match(a => "accepted " + a, problem => problem));

    [Fact]
    public void Addresses_are_matched_by_case()
    {
        Assert.Equal("::1 9", new ListenAddress.Tcp("::1", 9).Match((host, port) => $"{host} {port}", path => path));
        Assert.Equal("/p", new ListenAddress.Unix("/p").Match((host, port) => $"{host} {port}", path => path));
    }

    [Theory]
    [InlineData("127.0.0.1:1", "127.0.0.1:1", false)]
    [InlineData("127.0.0.1:1", "127.0.0.1:2", true)]
    [InlineData("127.0.0.1:1", "127.0.0.2:1", true)]
    [InlineData("127.0.0.1:0", "127.0.0.1:0", true)]
    [InlineData("*:1", "127.0.0.1:1", false)]
    [InlineData("[::1]:1", "*:1", false)]
    [InlineData("unix:a", "unix:a", false)]
    [InlineData("unix:a", "unix:b", true)]
    [InlineData("unix:a", "*:1", true)]
    public void Listeners_must_not_overlap(string first, string second, bool accepted)
    {
        var json = $$"""{ "listeners": [{ "name": "a", "address": "{{first}}" }, { "name": "b", "address": "{{second}}" }] }""";

        Assert.Equal(accepted, Read(json).IsRight);
        if (!accepted) Assert.Equal("/listeners/1/address", Problem(json).Pointer);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("A-1_b.c", true)]
    [InlineData("", false)]
    [InlineData(".a", false)]
    [InlineData("a.", false)]
    [InlineData("a..b", false)]
    [InlineData("a/b", false)]
    [InlineData("a\\\\b", false)]
    [InlineData("a b", false)]
    [InlineData("é", false)]
    [InlineData("a\\u0000", false)]
    public void Names_of_listeners_and_plugins_are_plain(string name, bool accepted)
    {
        Assert.Equal(accepted, Read($$"""{ "listeners": [{ "name": "{{name}}" }] }""").IsRight);
        Assert.Equal(accepted, Read($$$"""{ "plugins": { "entries": { "{{{name}}}": {} } } }""").IsRight);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Names_are_bounded(int length, bool accepted) =>
        Assert.Equal(accepted, Read($$"""{ "listeners": [{ "name": "{{new string('n', length)}}" }] }""").IsRight);

    [Fact]
    public void Plugins_that_differ_only_in_case_are_refused() =>
        Assert.Equal("/plugins/entries/CHAT", Problem("""{ "plugins": { "entries": { "chat": {}, "CHAT": {} } } }""").Pointer);

    [Theory]
    [InlineData("path", "/opt/x/X.dll", true)]
    [InlineData("path", "x/X.DLL", true)]
    [InlineData("path", "..x/y..dll", true)]
    [InlineData("path", "", false)]
    [InlineData("path", "x/X.exe", false)]
    [InlineData("path", "../X.dll", false)]
    [InlineData("path", "a/../X.dll", false)]
    [InlineData("path", "a\\\\..\\\\X.dll", false)]
    [InlineData("path", "X.dll\\u0000.dll", false)]
    [InlineData("path", "/dev/stdin", false)]
    [InlineData("sha256", "0123456789abcdef0123456789abcdef0123456789ABCDEF0123456789ABCDEF", true)]
    [InlineData("sha256", "0123456789abcdef0123456789abcdef0123456789ABCDEF0123456789ABCDE", false)]
    [InlineData("sha256", "g123456789abcdef0123456789abcdef0123456789ABCDEF0123456789ABCDEF", false)]
    public void Plugin_files_are_checked(string key, string value, bool accepted)
    {
        var json = $$$"""{ "plugins": { "entries": { "a": { "{{{key}}}": "{{{value}}}" } } } }""";

        Assert.Equal(accepted, Read(json).IsRight);
        if (!accepted) Assert.Equal("/plugins/entries/a/" + key, Problem(json).Pointer);
    }

    [Theory]
    [InlineData("0ms", 0)]
    [InlineData("1ms", 1)]
    [InlineData("1s", 1000)]
    [InlineData("90s", 90_000)]
    [InlineData("5m", 300_000)]
    [InlineData("24h", 86_400_000)]
    public void Durations_are_written_as_they_are_read(string text, int milliseconds)
    {
        Assert.Equal(Right(TimeSpan.FromMilliseconds(milliseconds)), Quantity.Duration(text).MapLeft(_ => ""));
        Assert.Equal(text, Quantity.Format(TimeSpan.FromMilliseconds(milliseconds)));
    }

    [Theory]
    [InlineData("1KiB", 1024)]
    [InlineData("1MiB", 1048576)]
    [InlineData("2GiB", 2147483648)]
    public void Sizes_are_written_as_they_are_read(string text, long bytes)
    {
        Assert.Equal(Right(bytes), Quantity.Size(text).MapLeft(_ => ""));
        Assert.Equal(text, Quantity.Format(bytes));
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1023, "1023")]
    [InlineData(1025, "1025")]
    public void Sizes_without_a_unit_are_plain(long bytes, string text) => Assert.Equal(text, Quantity.Format(bytes));
}
