using System.Net;
using System.Net.Sockets;
using System.Text;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Cli;

/// <summary>The client of the command line, against a server of the command line.</summary>
public class ConnectTests
{
    private const int SigInt = 2;

    [Fact]
    public async Task Lines_are_sent_and_messages_printed_until_both_ends_have_closed()
    {
        using var folder = new TempFolder();
        await using var host = Serve(folder, out var socket);
        var url = (await host.StartedAsync())["default"];
        var big = new string('x', 200_000);

        var echo = await Talk(["one", "zwei ü", "", big, "\u001b[31mred"], "connect", url);
        var upper = await Talk(["abc"], "connect", url + "/", "--protocol", "nobodys,upper.v1");
        var unix = await Talk(["u"], "connect", "ws://localhost/", "--unix", socket);

        Assert.Equal(0, echo.ExitCode);
        Assert.Equal($"one\nzwei ü\n\n{big}\n\\u001b[31mred\n", echo.Output);
        Assert.Equal(["connected, no subprotocol", "closed with 1000"], echo.Problems);
        Assert.Equal("ABC\n", upper.Output);
        Assert.Equal("connected, subprotocol upper.v1", upper.Problems[0]);
        Assert.Equal("u\n", unix.Output);
    }

    [Fact]
    public async Task Over_tls_the_server_is_verified_and_the_client_may_show_a_certificate()
    {
        using var folder = new TempFolder();
        var client = TestCertificates.ClientNamed("me");
        folder.Write("server.pem", TestCertificates.Pem(TestCertificates.Server("localhost")));
        folder.Write("ca.pem", TestCertificates.Authority.ExportCertificatePem());
        folder.Write("me.pem", client.ExportCertificatePem());
        folder.Write("me.key", TestCertificates.KeyPem(client));
        folder.Write("plugins.json", """
            { "listeners": [
              { "name": "default", "address": "127.0.0.1:0", "tls": { "certificate": "server.pem" } },
              { "name": "known", "address": "127.0.0.1:0",
                "tls": { "certificate": "server.pem", "clientCertificate": "require", "clientAuthorities": "ca.pem" } }] }
            """);
        await using var host = HostProcess.Start(folder.Path, "--json");
        var urls = await host.StartedAsync();
        string At(string name) => Path.Combine(folder.Path, name);

        var trusted = await Talk(["a"], "connect", urls["default"], "--ca", At("ca.pem"));
        var insecure = await Talk(["b"], "connect", urls["default"], "--insecure");
        var unknown = await Talk(["c"], "connect", urls["default"]);
        var known = await Talk(["d"], "connect", urls["known"], "--ca", At("ca.pem"), "--cert", At("me.pem"), "--key", At("me.key"));
        var nobody = await Talk(["e"], "connect", urls["known"], "--ca", At("ca.pem"));
        var broken = await Talk(["f"], "connect", urls["default"], "--ca", At("nowhere.pem"));

        Assert.StartsWith("wss://127.0.0.1:", urls["default"], StringComparison.Ordinal);
        Assert.Equal(("a\n", "b\n", "d\n"), (trusted.Output, insecure.Output, known.Output));
        unknown.Failed(1);
        Assert.EndsWith("Name its authority with --ca, or accept any certificate with --insecure.", Assert.Single(unknown.Problems), StringComparison.Ordinal);
        nobody.Failed(1);
        broken.Failed(2);
        Assert.Contains("nowhere.pem cannot be used: ", Assert.Single(broken.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_exits_with_1()
    {
        using var folder = new TempFolder();
        await using var host = Serve(folder, out _);
        var url = (await host.StartedAsync())["default"];

        var origin = await Talk([], "connect", url, "--origin", "http://elsewhere.example");
        var offer = await Talk([], "connect", url, "-p", "nobodys");

        origin.Failed(1);
        Assert.Equal(["refused with 403 Forbidden", $"  {Said(403, RejectionReason.Origin)}"], origin.Problems);
        Assert.Equal(["refused with 400 Bad Request", $"  {Said(400, RejectionReason.NoMatch)}"], offer.Problems);
    }

    private static string Said(int status, RejectionReason reason) =>
        $"{status} {(status == 403 ? "Forbidden" : "Bad Request")}: {Rejection.Of(reason).Explanation}";

    [Theory]
    [InlineData("Content-Type: text/plain\r\nRetry-After: 7\r\nContent-Length: 11\r\n\r\nno\u001b[31mred\nX", "  Retry-After: 7|  no\\u001b[31mred")]
    [InlineData("Content-Type: application/problem+json\r\n\r\n{\"title\":\"Full\",\"detail\":\"come later\"}", "  Full|  come later")]
    [InlineData("Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nno \r\n5\r\nentry\r\n0\r\n\r\n", "  no entry")]
    [InlineData("Content-Type: text/plain\r\nContent-Length: 100\r\n\r\nbroken off", "  broken off")]
    public async Task Whoever_refuses_is_heard(string answer, string expected)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var talk = Talk([], "connect", $"ws://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/", "--wait", "60");

        using var server = await listener.AcceptTcpClientAsync(Served.Limit());
        var stream = server.GetStream();
        using var reader = new StreamReader(stream, Encoding.Latin1);
        while (await reader.ReadLineAsync(Served.Limit()) is { Length: > 0 }) { }
        // In two pieces: the head ends, and only then the body comes.
        await stream.WriteAsync(Encoding.UTF8.GetBytes("HTTP/1.1 503 Busy\r\n" + answer[..^2]));
        await stream.WriteAsync(Encoding.UTF8.GetBytes(answer[^2..]));
        server.Client.Shutdown(SocketShutdown.Send);
        var run = await talk;

        run.Failed(1);
        Assert.Equal(["refused with 503 Busy", .. expected.Split('|')], run.Problems);
    }

    [Fact]
    public async Task A_file_is_played()
    {
        using var folder = new TempFolder();
        await using var host = Serve(folder, out _);
        var url = (await host.StartedAsync())["default"];
        var closing = folder.Write("closing.jsonl", "{\"text\":\"ü\"}\r\n\r\n{\"wait\":1}\n{\"binary\":\"AAH/\"}\n{\"close\":4001,\"reason\":\"enough\"}\n");
        var open = folder.Write("open.jsonl", "{\"text\":\"a\"}");
        var wrong = folder.Write("wrong.jsonl", "{\"text\":\"a\"}\n{\"text\":1}\n{\"tekst\":\"a\"}\n");

        var closed = await Talk(["never sent"], "connect", url, "--play", closing);
        var ended = await Talk([], "connect", url, "--play", open);
        var nothing = await Talk([], "connect", url, "--play", wrong);
        var missing = await Talk([], "connect", url, "--play", folder["none.jsonl"]);

        Assert.Equal("ü\nbinary, 3 bytes: 0001ff\n", closed.Output);
        Assert.Equal(0, closed.ExitCode);
        Assert.StartsWith("closed with 4001", closed.Problems[^1], StringComparison.Ordinal);
        Assert.Equal(("a\n", "closed with 1000", 0), (ended.Output, ended.Problems[^1], ended.ExitCode));
        nothing.Failed(2);
        Assert.Equal("", nothing.Output);
        Assert.Collection(
            nothing.Problems,
            line => Assert.Equal($"{wrong}:2:9: 'text' is text", line),
            line => Assert.StartsWith($"{wrong}:3:2: there is no 'tekst'", line, StringComparison.Ordinal));
        missing.Failed(2);
        Assert.Contains("none.jsonl cannot be read: ", Assert.Single(missing.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_leaves_is_noticed_and_so_is_an_interrupt()
    {
        using var folder = new TempFolder();
        await using var host = Serve(folder, out _);
        var url = (await host.StartedAsync())["default"];
        await using var first = HostProcess.Start("/", "connect", url);
        await first.Input.WriteLineAsync("hi");
        await first.Input.FlushAsync();
        Assert.Equal("hi", await first.LineAsync(_ => true));
        await using var second = HostProcess.Start("/", "connect", url);
        await second.Input.WriteLineAsync("ho");
        await second.Input.FlushAsync();
        Assert.Equal("ho", await second.LineAsync(_ => true));

        first.Signal(SigInt);
        var interrupted = await first.EndAsync();
        host.Signal(SigInt);
        var left = await second.EndAsync();

        Assert.Equal(0, interrupted.ExitCode);
        Assert.Equal("closed with 1000", interrupted.Problems[^1]);
        Assert.Equal(0, left.ExitCode);
        Assert.Equal("closed with 1001", left.Problems[^1]);
        Assert.Equal(0, (await host.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Nobody_there_is_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();

        var run = await Talk([], "connect", $"ws://127.0.0.1:{port}/");

        run.Failed(1);
        Assert.StartsWith("cannot connect to ws://127.0.0.1:", Assert.Single(run.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_breaks_the_protocol_is_failed_and_told_so()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var talk = Talk([], "connect", $"ws://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/x?y", "--header", "X-Extra: 1", "--wait", "60");

        using var server = await listener.AcceptTcpClientAsync(Served.Limit());
        var stream = server.GetStream();
        var head = new List<string>();
        using var reader = new StreamReader(stream, Encoding.Latin1);
        while (await reader.ReadLineAsync(Served.Limit()) is { Length: > 0 } line) head.Add(line);
        var key = head.Single(line => line.StartsWith("Sec-WebSocket-Key: ", StringComparison.Ordinal)).Split(' ')[1];
        var accept = ServerHandshake.Accept(key);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"));
        // A masked frame, which a server must not send (RFC 6455 §5.1).
        await stream.WriteAsync(new byte[] { 0x81, 0x81, 1, 2, 3, 4, 5 });
        var frame = new char[8]; // the start of the client's close frame: two bytes of header, four of mask, two of code
        Assert.Equal(8, await reader.ReadBlockAsync(frame, Served.Limit()));
        server.Close();
        var run = await talk;

        Assert.Equal("GET /x?y HTTP/1.1", head[0]);
        Assert.Contains("X-Extra: 1", head);
        Assert.Equal(0x88, frame[0]);
        Assert.Equal(1002, ((frame[6] ^ frame[2]) << 8) | (frame[7] ^ frame[3]));
        run.Failed(1);
        Assert.StartsWith("closed with 1006: ", run.Problems[^1], StringComparison.Ordinal);
    }

    private static HostProcess Serve(TempFolder folder, out string socket)
    {
        socket = folder["s.sock"];
        var config = folder.Write("plugins.json",
            """{ "listeners": [{ "name": "default", "address": "127.0.0.1:0" }, { "name": "local", "address": "unix:s.sock" }] }""");
        return HostProcess.Start(folder.Path, "--config", config, "--json");
    }

    private static async Task<HostProcess.Result> Talk(string[] lines, params string[] arguments)
    {
        await using var client = HostProcess.Start("/", arguments);
        foreach (var line in lines) await client.Input.WriteLineAsync(line);
        client.Input.Close();
        return await client.EndAsync();
    }
}
