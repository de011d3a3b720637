using PluginHost.Tests.Cli;

namespace PluginHost.Tests.Clients;

/// <summary>The sample plugins, served by the real process, with the clients of their protocols.</summary>
public sealed class SampleTests : IAsyncLifetime
{
    private static readonly string[] Samples = ["jsonrpc", "graphql", "ocpp", "stomp", "length"];

    private readonly TempFolder _folder = new();
    private HostProcess _host = null!;
    private string _url = "";

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        foreach (var sample in Samples) _folder.Copy(Path.Combine(AppContext.BaseDirectory, "testplugins", sample), "plugins", sample);
        _folder.Write("plugins.json", """
            {
              "listeners": [{ "name": "public", "address": "127.0.0.1:0" }],
              "routes": [{ "path": "/", "origins": "any" }, { "path": "/ocpp/{identity}", "protocols": ["ocpp1.6"] }]
            }
            """);
        _host = HostProcess.Start(_folder.Path, "--json");
        _url = (await _host.StartedAsync())["public"];
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<string> TalkAsync(string kind) => (await ForeignClient.RunAsync("node", "node/sample-clients.mjs", kind, _url.TrimEnd('/'))).GetRawText();

    [ClientFact("ws")]
    public async Task Json_rpc_answers_requests_beside_each_other_batches_and_mistakes() => Assert.Equal(
        """
        {"code":1000,"last":"slow","answers":["[{\"jsonrpc\":\"2.0\",\"result\":{\"a\":null},\"id\":2},{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"Invalid Request\"},\"id\":null},{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32601,\"message\":\"Method not found\"},\"id\":null}]","{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"Invalid Request\"},\"id\":null}","{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32602,\"message\":\"Invalid params\"},\"id\":3}","{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":\"Parse error\"},\"id\":null}","{\"jsonrpc\":\"2.0\",\"result\":3.5,\"id\":1}","{\"jsonrpc\":\"2.0\",\"result\":500,\"id\":\"slow\"}"]}
        """,
        await TalkAsync("jsonrpc"));

    [ClientFact("graphql-ws")]
    public async Task Graphql_ws_subscribes_completes_and_is_refused_before_it_has_introduced_itself() => Assert.Equal(
        """
        {"both":[[{"countdown":3},{"countdown":2},{"countdown":1},{"countdown":0}],[{"hello":"world"}]],"wrong":"Cannot query that field","count":3,"after":[{"hello":"world"}],"early":4401}
        """,
        await TalkAsync("graphql"));

    [ClientFact("ocpp-rpc")]
    public async Task Ocpp_rpc_calls_is_called_and_replaces_an_older_connection_of_its_identity() => Assert.Equal(
        """
        {"replaced":1008,"boot":["Accepted",300],"beats":["string","Accepted"],"unknown":"NotImplemented","answers":[{"status":"Accepted"},{"status":"Rejected"},{"error":"nobody answers"}]}
        """,
        await TalkAsync("ocpp"));

    [ClientFact("@stomp/stompjs")]
    public async Task Stompjs_publishes_subscribes_and_is_told_its_mistakes() => Assert.Equal(
        """
        {"version":"1.2","heard":[["a","one: ü","/rooms/a"],["b","two","/rooms/b"],["a","with\u0000nul","/rooms/a"]],"error":[1002,"message:not connected"]}
        """,
        await TalkAsync("stomp"));

    [Fact]
    public async Task Length_in_fsharp_is_a_pure_function()
    {
        using var client = new System.Net.WebSockets.ClientWebSocket();
        client.Options.AddSubProtocol("length");
        await client.ConnectAsync(new Uri(_url), Served.Limit());
        foreach (var text in (string[])["abc", ""]) await client.SendAsync(System.Text.Encoding.UTF8.GetBytes(text), System.Net.WebSockets.WebSocketMessageType.Text, true, Served.Limit());
        var buffer = new byte[100];
        foreach (var expected in (string[])["[3]", "[0; 3]"])
        {
            var received = await client.ReceiveAsync(buffer, Served.Limit());
            Assert.Equal(expected, System.Text.Encoding.UTF8.GetString(buffer, 0, received.Count));
        }
    }
}
