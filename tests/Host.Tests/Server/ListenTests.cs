using System.Net;
using System.Net.Sockets;
using PluginHost.Server;
using PluginHost.Server.Composition;
using PluginHost.Server.Logging;
using PluginHost.Server.Transports;

namespace PluginHost.Tests.Server;

/// <summary>Opening and closing listeners.</summary>
public sealed class ListenTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("listen-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private LanguageExt.Either<LanguageExt.Seq<ListenProblem>, WebSocketServer> Start(params string[] addresses)
    {
        var table = TestHandlers.Table(TestHandlers.Echoes);
        var listeners = string.Join(',', addresses.Select((address, i) => $$"""{ "name": "l{{i}}", "address": "{{address}}" }"""));
        var plan = TestServer.Bind($$"""{ "listeners": [{{listeners}}] }""", table);
        var options = new ServerOptions(TransportKind.Default, 1, _folder, () => Environment.TickCount64, LineLogger.Log(LogLevel.None, (_, _) => { }));
        return WebSocketServer.Start(options, plan, table);
    }

    [Fact]
    public async Task Several_listeners_serve_and_their_socket_files_go_with_them()
    {
        await using (var server = Start("127.0.0.1:0", "[::1]:0", "unix:a.sock", "unix:b.sock").IfLeft(_ => throw new InvalidOperationException()))
        {
            Assert.Equal(4, server.Listeners.Count);
            foreach (var (_, endPoint) in server.Listeners)
            {
                using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, endPoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
                socket.Connect(endPoint);
                using var client = new RawClient(new NetworkStream(socket));
                await client.HandshakeAsync("/", "echo");
            }
        }
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_wildcard_listener_takes_both_families_and_knows_the_addresses()
    {
        await using var server = Start("*:0").IfLeft(_ => throw new InvalidOperationException());
        var port = ((IPEndPoint)server.Listeners[0].EndPoint).Port;
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(new IPEndPoint(address, port));
            using var client = new RawClient(new NetworkStream(socket));
            await client.HandshakeAsync("/", "echo");
        }
    }

    [Fact]
    public void A_busy_port_is_a_problem_and_nothing_stays_open()
    {
        using var busy = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        busy.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        busy.Listen();
        var port = ((IPEndPoint)busy.LocalEndPoint!).Port;
        var problems = Start("unix:fine.sock", $"127.0.0.1:{port}").Match(_ => throw new InvalidOperationException(), problems => problems);
        var problem = Assert.Single(problems);
        Assert.Equal("l1", problem.Listener);
        Assert.Contains($"cannot listen on 127.0.0.1:{port}: the address is in use", problem.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_socket_file_that_was_left_behind_is_replaced()
    {
        var path = Path.Combine(_folder, "s");
        var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        left.Bind(new UnixDomainSocketEndPoint(path));
        File.CreateSymbolicLink(path + ".keep", path); // .NET removes the file of a socket that it disposes of: hide it
        File.Move(path, path + ".moved");
        left.Dispose();
        File.Move(path + ".moved", path);
        await using var server = Start("unix:s").IfLeft(problems => throw new InvalidOperationException(problems[0].Message));
        Assert.Single(server.Listeners);
    }

    [Fact]
    public async Task A_socket_that_somebody_listens_on_is_left_alone()
    {
        await using var first = Start("unix:s").IfLeft(_ => throw new InvalidOperationException());
        var problem = Assert.Single(Start("unix:s").Match(_ => throw new InvalidOperationException(), problems => problems));
        Assert.Contains("the address is in use", problem.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder, "s")));
    }

    [Fact]
    public void A_file_that_is_no_socket_is_left_alone()
    {
        File.WriteAllText(Path.Combine(_folder, "data"), "precious");
        Assert.Single(Start("unix:data").Match(_ => throw new InvalidOperationException(), problems => problems));
        Assert.Equal("precious", File.ReadAllText(Path.Combine(_folder, "data")));
    }
}
