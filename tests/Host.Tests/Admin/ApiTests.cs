using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using PluginHost.Abstractions;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server;
using PluginHost.Server.Transports;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Admin;

/// <summary>What the page is made of: lists that are bounded whatever there is.</summary>
public class ApiTests
{
    private sealed class Room(Session session) : InlineHandler
    {
        public override void OnOpen()
        {
            session.Topics.Subscribe(TopicSubscription.To(session.Handshake.Path[1..]).As("me"));
            session.Topics.Subscribe(TopicSubscription.To("pattern/+"));
            session.Topics.Publish(session.Handshake.Path[1..], Publication.Text("kept").Keep());
        }
    }

    private static async Task<JsonElement> JsonAsync(OpenAdmin admin, string path, int status = 200)
    {
        var (found, body) = await admin.GetAsync(path);
        Assert.True(found == status, $"{found}: {body}");
        return JsonDocument.Parse(body).RootElement.Clone();
    }

    private static HandlerDescription Named =>
        Handler.Inline("named", own => new InlineEcho(own)).WithDecision((info, _) => new(HandshakeDecision.AcceptAs(info.QueryValue("user")!)));

    private static TestServer Serve(OpenAdmin admin, int loops = 2, params HandlerDescription[] more) => TestServer.Start(
        TransportKind.Sockets, Place.Tcp4, [.. TestHandlers.Echoes, Handler.Inline("room", own => new Room(own)), .. more], $$""" "admin": { "address": "{{admin.Listener.Site.Address}}" } """, loops);

    [Fact]
    public async Task Connections_are_listed_page_by_page_with_what_they_did()
    {
        await using var admin = await OpenAdmin.StartAsync();
        await using var server = Serve(admin);
        using var watched = admin.Watch(server.Server);
        using var one = await server.RawOpenAsync("echo", "/a");
        using var two = await server.RawOpenAsync("echo.session", "/b");
        using var three = await server.RawOpenAsync("echo.inline", "/c?query=secret");
        foreach (var client in (RawClient[])[one, two, three])
        {
            await client.SendAsync(ClientFrames.Text("hello"));
            await client.ExpectAsync(PluginHost.Core.Protocol.Frames.Opcode.Text, "hello"u8.ToArray());
        }

        var first = await JsonAsync(admin, "/api/connections?limit=2");
        Assert.Equal(3, first.GetProperty("total").GetInt32());
        Assert.Equal(["/a", "/b"], first.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("path").GetString()));
        var rest = await JsonAsync(admin, $"/api/connections?limit=2&after={first.GetProperty("next").GetString()}");
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("next").ValueKind);
        var last = Assert.Single(rest.GetProperty("items").EnumerateArray());
        Assert.Equal("/c", last.GetProperty("path").GetString()); // queries carry credentials
        Assert.Equal("echo.inline", last.GetProperty("subprotocol").GetString());
        Assert.Equal("main", last.GetProperty("listener").GetString());
        Assert.StartsWith("127.0.0.1:", last.GetProperty("address").GetString(), StringComparison.Ordinal);
        foreach (var item in first.GetProperty("items").EnumerateArray().Append(last))
        {
            Assert.Equal((1, 11), (item.GetProperty("messagesIn").GetInt32(), item.GetProperty("bytesIn").GetInt32()));
            Assert.Equal(1, item.GetProperty("messagesOut").GetInt32());
            Assert.InRange(item.GetProperty("bytesOut").GetInt32(), 7, 7 + 500); // the 101 may be among them
            Assert.InRange(item.GetProperty("openSeconds").GetDouble(), 0, 60);
        }
    }

    [Fact]
    public async Task Connections_name_their_user_where_one_is_known()
    {
        await using var admin = await OpenAdmin.StartAsync();
        await using var server = Serve(admin, 2, Named);
        using var watched = admin.Watch(server.Server);
        using var nobody = await server.RawOpenAsync("echo");
        using var named = await server.RawOpenAsync("named", "/?user=ann");
        using var verbose = await server.RawOpenAsync("named", $"/?user={new string('x', 300)}");

        var users = (await JsonAsync(admin, "/api/connections")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("user").GetString());
        Assert.Equal([null, "ann", new string('x', 200) + "…"], users);
    }

    [Fact]
    public async Task Topics_and_patterns_are_listed_page_by_page()
    {
        await using var admin = await OpenAdmin.StartAsync();
        await using var server = Serve(admin);
        using var watched = admin.Watch(server.Server);
        using var one = await server.RawOpenAsync("room", "/a");
        using var two = await server.RawOpenAsync("room", "/b");
        using var three = await server.RawOpenAsync("room", "/b");
        await Wait.Until(() => server.Server.Topics.Table.Count == 3, () => "not all are there");

        var first = await JsonAsync(admin, "/api/topics?limit=2");
        Assert.Equal(
            """[{"name":"a","isPattern":false,"subscribers":1,"members":1,"keptMessages":1,"keptBytes":4},{"name":"b","isPattern":false,"subscribers":2,"members":2,"keptMessages":2,"keptBytes":8}]""",
            first.GetProperty("items").GetRawText());
        Assert.Equal(3, first.GetProperty("total").GetInt32());
        var rest = await JsonAsync(admin, $"/api/topics?limit=2&after={first.GetProperty("next").GetString()}");
        Assert.Equal(
            """[{"name":"pattern/\u002B","isPattern":true,"subscribers":3,"members":0,"keptMessages":0,"keptBytes":0}]""", rest.GetProperty("items").GetRawText());
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("next").ValueKind);
    }

    [Theory]
    [InlineData("/api/connections?limit=0", 400)]
    [InlineData("/api/connections?limit=201", 400)]
    [InlineData("/api/connections?limit=-1", 400)]
    [InlineData("/api/connections?limit=x", 400)]
    [InlineData("/api/connections?limit=200&after=0", 200)]
    [InlineData("/api/connections?after=-1", 400)]
    [InlineData("/api/connections?after=99999999999999999999", 400)]
    [InlineData("/api/topics?limit=201", 400)]
    [InlineData("/api/topics?after=%3Cimg%3E", 200)]
    [InlineData("/api/faults", 200)]
    [InlineData("/api/explain?path=/", 200)]
    [InlineData("/api/explain?path=", 400)]
    [InlineData("/api/explain?path=x", 400)]
    [InlineData("/api/explain?path=/a%20b", 400)]
    [InlineData("/api/explain?path=/&origin=a%0D%0AX:%20y", 400)]
    [InlineData("/api/explain?path=/&offer=a%0D%0AX:%20y", 400)]
    [InlineData("/api/explain?path=/&host=a%0D%0AX:%20y", 400)]
    [InlineData("/api/explain?path=/&listener=nobody", 400)]
    [InlineData("/api/", 404)]
    [InlineData("/api/plugins", 404)]
    public async Task Questions_out_of_bounds_are_refused(string path, int status)
    {
        await using var admin = await OpenAdmin.StartAsync();
        await JsonAsync(admin, path, status == 404 ? 404 : 503);
        await using var server = Serve(admin, 1);
        using var watched = admin.Watch(server.Server);
        await JsonAsync(admin, path, status);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task As_many_connections_are_served_as_the_plan_says(int connections)
    {
        await using var admin = await OpenAdmin.StartAsync(limits: AdminLimits.Default with { Connections = connections });
        var clients = new List<TcpClient>();
        for (var i = 0; i <= connections; i++)
        {
            var client = new TcpClient();
            clients.Add(client);
            await client.ConnectAsync(admin.Http.BaseAddress!.Host, admin.Http.BaseAddress.Port);
            await client.GetStream().WriteAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            // An answer tells that the connection is counted; who is one too many gets none.
            var answer = new byte[12];
            var served = await Limit.Within(client.GetStream().ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false).AsTask());
            Assert.Equal(i < connections ? "HTTP/1.1 200" : "", Encoding.ASCII.GetString(answer, 0, served));
        }
        foreach (var client in clients) client.Dispose();
    }

    [Theory]
    [InlineData(300, 200)]
    [InlineData(301, 400)]
    public async Task Lists_are_as_long_as_the_plan_says(int items, int status)
    {
        await using var admin = await OpenAdmin.StartAsync(limits: AdminLimits.Default with { Items = 300 });
        await using var server = Serve(admin, 1);
        using var watched = admin.Watch(server.Server);
        await JsonAsync(admin, $"/api/connections?limit={items}", status);
    }

    [Fact]
    public async Task Lists_are_bounded_without_being_asked()
    {
        await using var admin = await OpenAdmin.StartAsync();
        await using var server = Serve(admin);
        using var watched = admin.Watch(server.Server);
        var clients = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => server.RawOpenAsync("room", $"/room-{i}")));
        await Wait.Until(() => server.Server.Topics.Table.Count == 61, () => "not all are there");

        Assert.Equal(50, (await JsonAsync(admin, "/api/connections")).GetProperty("items").GetArrayLength());
        Assert.Equal(50, (await JsonAsync(admin, "/api/topics")).GetProperty("items").GetArrayLength());
        foreach (var client in clients) client.Dispose();
    }

    [Fact]
    public async Task A_loop_that_does_not_answer_holds_up_nobody_else()
    {
        await using var admin = await OpenAdmin.StartAsync();
        await using var server = Serve(admin, 1);
        using var watched = admin.Watch(server.Server);
        using var release = new ManualResetEventSlim();
        server.Server.Loops[0].Post(() => release.Wait(Limit.Time));

        var (status, body) = await admin.GetAsync("/api/connections");
        Assert.Equal((503, """{"error":"an event loop does not answer"}"""), (status, body));
        Assert.Equal(200, (await admin.GetAsync("/metrics")).Status);
        release.Set();
        await Wait.Until(() => admin.GetAsync("/api/connections").GetAwaiter().GetResult().Status == 200, () => "it stays so");
    }

    [Fact]
    public async Task Faults_are_told_with_handler_place_and_message_and_count_for_their_plugin()
    {
        await using var admin = await OpenAdmin.StartAsync();
        await using var server = Serve(admin, 1, Handler.Inline("faulty", own => new InlineOf(own) { Message = (_, _) => throw new InvalidOperationException("one\ntwo") }));
        using var watched = admin.Watch(server.Server);
        Assert.Equal("""{"items":[]}""", (await JsonAsync(admin, "/api/faults")).GetRawText());
        using var client = await server.RawOpenAsync("faulty");
        await client.SendAsync(ClientFrames.Text("x"));
        await Wait.Until(() => watched.Faults.Count == 1, () => string.Join('\n', server.Lines));

        var fault = Assert.Single((await JsonAsync(admin, "/api/faults")).GetProperty("items").EnumerateArray());
        Assert.Equal("""["at","connection","handler","plugin","place","message"]""", JsonSerializer.Serialize(fault.EnumerateObject().Select(member => member.Name)));
        Assert.Equal(("faulty", "test", "InvalidOperationException: one\\u000atwo"), (fault.GetProperty("handler").GetString(), fault.GetProperty("plugin").GetString(), fault.GetProperty("message").GetString()));
        Assert.Contains("ApiTests", fault.GetProperty("place").GetString(), StringComparison.Ordinal);
        Assert.InRange(fault.GetProperty("at").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        var plugin = Assert.Single((await JsonAsync(admin, "/api/server")).GetProperty("plugins").EnumerateArray());
        Assert.Equal(("test", 1, 1), (plugin.GetProperty("id").GetString(), plugin.GetProperty("opened").GetInt32(), plugin.GetProperty("faults").GetInt32()));
        Assert.Equal(5, plugin.GetProperty("subprotocols").GetArrayLength());
    }

    [Fact]
    public async Task It_explains_a_handshake_of_its_own_page()
    {
        await using var admin = await OpenAdmin.StartAsync();
        await using var server = Serve(admin, 1);
        using var watched = admin.Watch(server.Server);

        var good = await JsonAsync(admin, $"/api/explain?listener=main&path=/&offer=echo&origin={admin.Listener.Url}&host={server.EndPoint}");
        Assert.True(good.GetProperty("accepted").GetBoolean());
        Assert.Equal("127.0.0.1", good.GetProperty("client").GetString());
        var evil = await JsonAsync(admin, "/api/explain?path=/&offer=echo&origin=http://evil.example");
        Assert.Equal((403, "this origin may not connect"), (evil.GetProperty("status").GetInt32(), evil.GetProperty("reason").GetString()));
        Assert.Equal(["origin", "answer"], evil.GetProperty("steps").EnumerateArray().Where(step => step.GetProperty("outcome").GetString() == "refused").Select(step => step.GetProperty("subject").GetString()));
    }

    [Fact]
    public async Task It_says_what_is_served_and_where_a_browser_reaches_it()
    {
        await using var admin = await OpenAdmin.StartAsync();
        await using var server = Serve(admin);
        using var watched = admin.Watch(server.Server);

        var report = await JsonAsync(admin, "/api/server");
        Assert.Equal("ready", report.GetProperty("state").GetString());
        Assert.Equal("sockets", report.GetProperty("transport").GetString());
        Assert.Equal(
            $$"""[{"name":"main","url":"ws://{{server.EndPoint}}","browserUrl":"ws://{{server.EndPoint}}"}]""", report.GetProperty("listeners").GetRawText());
        var route = report.GetProperty("routes")[0];
        Assert.Equal("*", route.GetProperty("path").GetString());
        Assert.Equal("""["same"]""", route.GetProperty("origins").GetRawText());
        Assert.Equal("""[]""", route.GetProperty("authentication").GetRawText());
        Assert.Equal(JsonValueKind.Null, route.GetProperty("tokenQuery").ValueKind);
        Assert.Equal(4, report.GetProperty("handlers").GetArrayLength());
        watched.Sample();
        Assert.Equal(1, (await JsonAsync(admin, "/api/rates")).GetProperty("intervalSeconds").GetInt32());
    }
}
