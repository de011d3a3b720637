using LanguageExt;
using PluginHost.Core.Configuration;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Policy.Topics;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;
using static PluginHost.Core.Tests.Configuration.Reading;

namespace PluginHost.Core.Tests.Configuration;

public class DefaultsTests
{
    [Fact]
    public void The_empty_file_has_every_documented_default()
    {
        var plan = Plan("{}");

        Assert.Equal(Seq1(new ListenerPlan("default", new ListenAddress.Tcp("127.0.0.1", 8080))), plan.Listeners);
        Assert.Equal(new PluginsPlan("plugins", true, Empty, TimeSpan.FromSeconds(30)), plan.Plugins);
        Assert.True(plan.Routes.IsEmpty);
        Assert.Equal(
            new LimitsPlan(new HeadLimits(4096, 16384, 64, 32), TimeSpan.FromSeconds(5), 1 << 20, None, new ConnectionLimits(10_000, 100, 200, 65_536)),
            plan.Limits);
        Assert.Equal(ConnectionLimits.Default, plan.Limits.Connections);
        Assert.Equal(
            new ConnectionPlan(
                TimeSpan.FromSeconds(30),
                new SendQueuePlan(256 * 1024, 64 * 1024, TimeSpan.FromSeconds(5), SlowConsumerPolicy.Close),
                new TokenRate(50, 100),
                16,
                new KeepAlivePlan(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(5)),
                RatePolicy.Unlimited),
            plan.Connection);
        Assert.Equal(
            new HandlersPlan(
                new QuarantineSettings(5, 10_000, 3, 30_000), 20, TimeSpan.FromSeconds(1), 32, new ThreadShares(4, 64), new HandlerQueuePlan(256, 256 * 1024, 1024),
                new HandlerCallsPlan(256, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30))),
            plan.Handlers);
        Assert.Equal(new VerificationPlan(None, 1000, 1000, TimeSpan.FromMinutes(1)), plan.Verification);
        Assert.Equal((1000, 1 << 20), (plan.Scripts.Files, plan.Scripts.FileSize));
        Assert.Equal(new AdminLimits(100, TimeSpan.FromSeconds(5), 200, 50), AdminLimits.Default);
        Assert.Equal(HeadLimits.Default, plan.Limits.Head);
        Assert.Equal(CompressionPlan.Off, plan.Compression);
        Assert.Equal(new ShutdownPlan(TimeSpan.FromSeconds(30), 1001, 100), plan.Shutdown);
        Assert.Equal(
            new TopicLimits(TopicLength.Default, 100, 100_000, new HistoryLimits(100, 64 * 1024), 64 << 20, 256, new BacklogLimits(16_384, 16 << 20)), plan.Topics);
        Assert.Equal(plan, ConfigurationReader.Default);
    }

    [Theory]
    [InlineData("{ \"listeners\": [{}] }")]
    [InlineData("{ \"plugins\": {}, \"limits\": {}, \"keepAlive\": {}, \"shutdown\": {}, \"compression\": {} }")]
    [InlineData("{ \"$schema\": \"./plugins.schema.json\" }")]
    [InlineData("{ \"compression\": { \"enabled\": false, \"contextTakeover\": false, \"threshold\": 1024 } }")]
    [InlineData("\uFEFF{}")]
    [InlineData("// a comment\r\n{ /* another */ }\r\n")]
    [InlineData("{ \"limits\": { \"head\": \"16KiB\", \"message\": 1048576, }, }")]
    public void Files_that_say_nothing_new_equal_the_empty_one(string json) => Assert.Equal(ConfigurationReader.Default, Plan(json));

    [Fact]
    public void An_empty_route_has_every_documented_default()
    {
        var route = Assert.Single(Plan("""{ "routes": [{ "path": "/" }] }""").Routes);

        Assert.Equal("/routes/0", route.Pointer);
        Assert.Equal("/", route.Path.Text);
        Assert.Equal(None, route.Listener);
        Assert.Equal(None, route.Protocols);
        Assert.Equal(SubprotocolPreference.Client, route.Preference);
        Assert.Equal(None, route.NoOffer);
        Assert.Equal(NoMatchPolicy.Reject, route.NoMatch);
        Assert.Equal(new OriginPolicy.Listed(true, Empty), route.Origin);
        Assert.Equal(1 << 20, route.MessageLimit);
        Assert.Equal(None, route.FragmentLimit);
        Assert.Equal(ConfigurationReader.Default.Connection, route.Connection);
    }

    [Fact]
    public void An_empty_plugin_entry_has_every_documented_default() => Assert.Equal(
        Seq1(new PluginPlan("chat", None, None, true, None, TopicPermission.Everything)),
        Plan("""{ "plugins": { "entries": { "chat": {} } } }""").Plugins.Entries);

    [Fact]
    public void The_supported_part_of_the_example_is_read()
    {
        var plan = Plan(Example);

        Assert.Equal(
            Seq("127.0.0.1:8080", "0.0.0.0:8443", "unix:/run/pluginhost.sock"), plan.Listeners.Map(l => l.Address.ToString()!));
        Assert.Equal(Seq("public", "secure", "local"), plan.Listeners.Map(l => l.Name));
        Assert.Equal(
            Seq(
                new PluginPlan("chat", None, None, true, new OptionsPlan("{\"history\":50}", "/plugins/entries/chat/options"), TopicPermission.Everything),
                new PluginPlan("vendor", "/opt/vendor/Vendor.dll", new string('a', 64), true, None, new TopicPermission(["news/#"], []))),
            plan.Plugins.Entries);
        Assert.Equal(Seq("echo", "chat.v1", "shout.v1"), plan.Routes[0].Protocols);
        Assert.Equal(Some<NoOfferPolicy>(new NoOfferPolicy.Handler("echo")), plan.Routes[0].NoOffer);
        Assert.Equal(RouteTemplate.Parse("/ocpp/{identity}"), plan.Routes[1].Path);
        Assert.Equal("secure", plan.Routes[1].Listener);
        Assert.Equal(64 * 1024, plan.Routes[1].MessageLimit);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), plan.Connection.KeepAlive.Ping);
        Assert.Equal(TimeSpan.FromHours(1), plan.Connection.KeepAlive.Timeout);
        Assert.Equal(new ShutdownPlan(TimeSpan.Zero, 3000, 100), plan.Shutdown);
        Assert.Equal(2000, plan.Limits.Fragments);
        Assert.Equal(new TopicLimits(new TopicLength(1024, 5), 7, 1000, new HistoryLimits(50, 8192), 1 << 20, 100, new BacklogLimits(2000, 3 << 20)), plan.Topics);
    }

    [Fact]
    public void Every_policy_of_a_route_can_be_chosen()
    {
        var routes = Plan("""
            { "routes": [
              { "path": "/a", "prefer": "server", "noMatch": "accept", "origins": "any" },
              { "path": "/b", "prefer": "client", "noMatch": "acceptThenClose", "noOffer": "reject", "origins": "same" },
              { "path": "/c", "noMatch": "reject", "origins": ["https://example.com", "same"], "protocols": [] },
              { "path": "/d", "origins": [] } ] }
            """).Routes;

        Assert.Equal(SubprotocolPreference.Server, routes[0].Preference);
        Assert.Equal(SubprotocolPreference.Client, routes[1].Preference);
        Assert.Equal(Seq(NoMatchPolicy.Accept, NoMatchPolicy.AcceptThenClose, NoMatchPolicy.Reject), routes.Take(3).Map(r => r.NoMatch));
        Assert.Equal(Some<NoOfferPolicy>(new NoOfferPolicy.Reject()), routes[1].NoOffer);
        Assert.Equal(new OriginPolicy.Any(), routes[0].Origin);
        Assert.Equal(new OriginPolicy.Listed(true, Empty), routes[1].Origin);
        Assert.Equal(new OriginPolicy.Listed(true, Seq1("https://example.com")), routes[2].Origin);
        Assert.Equal(new OriginPolicy.Listed(false, Empty), routes[3].Origin);
        Assert.Equal(Some(Seq<string>()), routes[2].Protocols);
    }

    [Theory]
    [InlineData(1, 1024)]
    [InlineData(65536, 1024)]
    [InlineData(65536 + 64, 1025)]
    [InlineData(1 << 20, 16384)]
    public void Fragments_follow_the_message_limit(int message, int fragments) =>
        Assert.Equal(fragments, ConfigurationReader.Default.Limits.FragmentsFor(message));

    [Fact]
    public void Fragments_as_configured_do_not_follow_it() =>
        Assert.Equal(7, Plan("""{ "limits": { "fragments": 7 } }""").Limits.FragmentsFor(1 << 20));

    [Fact]
    public void A_route_takes_the_servers_compression_where_it_does_not_say_otherwise()
    {
        var plan = Plan("""
            { "compression": { "enabled": true, "contextTakeover": true, "serverWindowBits": 10, "clientWindowBits": 11, "level": 6,
                               "threshold": 100 },
              "routes": [{ "path": "/" }, { "path": "/plain", "compression": { "enabled": false } },
                         { "path": "/small", "compression": { "contextTakeover": false, "level": 9, "threshold": "2KiB" } }] }
            """);

        var server = new CompressionPlan(true, new DeflatePolicy(true, 10, 11), 6, 100);
        Assert.Equal(server, plan.Compression);
        Assert.Equal(
            (CompressionPlan[])
            [
                server, server with { Enabled = false }, new CompressionPlan(true, new DeflatePolicy(false, 10, 11), 9, 2048),
            ],
            plan.Routes.Map(route => route.Compression));
    }

    [Fact]
    public void A_smaller_head_shortens_the_request_line_and_a_smaller_queue_its_low_mark()
    {
        var plan = Plan("""{ "limits": { "head": 1024, "sendQueue": "8KiB" } }""");

        Assert.Equal(1024, plan.Limits.Head.RequestLine);
        Assert.Equal(2048, plan.Connection.SendQueue.Low);
    }

    [Fact]
    public void A_route_takes_from_the_server_what_it_does_not_say_about_connections()
    {
        var plan = Plan("""
            { "limits": { "assembly": "9s", "sendQueue": "8KiB", "sendQueueLow": "7KiB", "sendTimeout": "3s", "slowConsumer": "dropOldest",
                          "controlFramesPerSecond": 10, "controlFrameBurst": 11, "waitingPongs": 5, "fragments": 5 },
              "keepAlive": { "ping": "1s", "timeout": "2s", "close": "3s" },
              "rates": { "messagesPerSecond": 4, "messageBurst": 6, "bytesPerSecond": "1KiB", "addressMessagesPerSecond": 8,
                         "addressBytesPerSecond": "2KiB", "addressByteBurst": "3KiB", "over": "drop" },
              "routes": [
                { "path": "/" },
                { "path": "/other", "slowConsumer": "dropNewest",
                  "limits": { "assembly": "1s", "sendQueue": "4KiB", "sendTimeout": "2s", "controlFramesPerSecond": 20, "waitingPongs": 6, "fragments": 3 },
                  "keepAlive": { "timeout": "4s" }, "rates": { "messagesPerSecond": 2, "bytesPerSecond": 100, "byteBurst": 7, "over": "close" } } ] }
            """);

        var server = new ConnectionPlan(
            TimeSpan.FromSeconds(9),
            new SendQueuePlan(8192, 7168, TimeSpan.FromSeconds(3), SlowConsumerPolicy.DropOldest),
            new TokenRate(10, 11),
            5,
            new KeepAlivePlan(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)),
            new RatePolicy(new(4, 6), new(1024, 1024), new(8, 8), new(2048, 3072), OverRate.Drop));
        Assert.Equal(server, plan.Connection);
        Assert.Equal(server, plan.Routes[0].Connection);
        Assert.Equal(
            new ConnectionPlan(
                TimeSpan.FromSeconds(1),
                new SendQueuePlan(4096, 1024, TimeSpan.FromSeconds(2), SlowConsumerPolicy.DropNewest),
                new TokenRate(20, 40),
                6,
                server.KeepAlive with { Timeout = TimeSpan.FromSeconds(4) },
                server.Rates with { Messages = new(2, 2), Bytes = new(100, 7), Over = OverRate.Close }),
            plan.Routes[1].Connection);
        Assert.Equal(3, plan.Routes[1].FragmentLimit);
    }

    [Theory]
    [InlineData("\"rates\": { \"messageBurst\": 5 }", "/rates/messageBurst", "messagesPerSecond")]
    [InlineData("\"rates\": { \"addressByteBurst\": 5 }", "/rates/addressByteBurst", "addressBytesPerSecond")]
    [InlineData("\"routes\": [{ \"path\": \"/\", \"rates\": { \"byteBurst\": 5 } }]", "/routes/0/rates/byteBurst", "bytesPerSecond")]
    [InlineData("\"routes\": [{ \"path\": \"/\", \"limits\": { \"sendQueueLow\": \"1MiB\" } }]", "/routes/0/limits/sendQueueLow", "high mark")]
    public void What_belongs_together_is_checked_together(string member, string pointer, string named)
    {
        var problem = Problem($"{{ {member} }}");

        Assert.Equal(pointer, problem.Pointer);
        Assert.Contains(named, problem.Message, StringComparison.Ordinal);
    }

    /// <summary>The documented example, without what is not supported yet.</summary>
    internal const string Example = """
        {
          "$schema": "./plugins.schema.json",

          "listeners": [
            { "name": "public", "address": "127.0.0.1:8080" },
            { "name": "secure", "address": "0.0.0.0:8443" },
            { "name": "local", "address": "unix:/run/pluginhost.sock" }
          ],

          // Drop-in: an entry here is needed only to configure a plugin.
          "plugins": {
            "directory": "plugins",
            "discover": true,
            "entries": {
              "chat": { "options": { "history": 50 } },
              "vendor": {
                "path": "/opt/vendor/Vendor.dll", "enabled": true, "topics": { "subscribe": ["news/#"], "publish": [] },
                "sha256": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }
            }
          },

          "routes": [
            { "path": "/", "protocols": ["echo", "chat.v1", "shout.v1"],
              "prefer": "client",              // whose order decides
              "noOffer": "echo",
              "noMatch": "reject",
              "origins": ["same"] },
            { "path": "/ocpp/{identity}", "listener": "secure", "protocols": ["ocpp2.0.1", "ocpp1.6"],
              "limits": { "message": "64KiB" } }
          ],

          "limits": { "head": "16KiB", "requestLine": "4KiB", "headers": 64, "subprotocols": 32, "handshake": "5s",
                      "message": "1MiB", "fragments": 2000, "sendQueue": "256KiB", "sendQueueLow": "64KiB" },
          "keepAlive": { "ping": "1500ms", "timeout": "1h", "close": "5m" },
          "compression": { "enabled": false, "contextTakeover": false, "threshold": 1024 },
          "shutdown": { "drain": "0s", "code": 3000 },
          "topics": { "subscriptionsPerConnection": 7, "count": 1000, "length": "1KiB", "levels": 5, "historyLength": 50,
                      "historyBytes": "8KiB", "historyTotal": "1MiB", "memberInfo": 100, "waitingMessages": 2000, "waitingBytes": "3MiB" },
        }
        """;
}
