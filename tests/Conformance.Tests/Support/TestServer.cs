using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using PluginHost.Conformance.Wire;

namespace PluginHost.Conformance.Tests.Support;

/// <summary>What a test's server does with one connection, once the opening handshake is done.</summary>
internal delegate Task Behaviour(Stream stream, Input input, string offers);

/// <summary>A server for one test on a free port; it ends each connection in order when its behaviour returns.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Behaviour _behaviour;
    private readonly Func<string, string?> _answer;
    private readonly Task _accepting;
    private readonly List<Socket> _sockets = [];

    public TestServer(Behaviour behaviour, Func<string, string?>? answer = null)
    {
        (_behaviour, _answer) = (behaviour, answer ?? (_ => null));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"ws://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        lock (_sockets) _sockets.ForEach(socket => socket.Dispose());
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                lock (_sockets) _sockets.Add(socket);
                serving.Add(ServeAsync(socket));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            socket.NoDelay = true;
            await using var stream = new NetworkStream(socket, ownsSocket: false);
            var input = new Input(stream);
            var offers = await ShakeHandsAsync(stream, input);
            await _behaviour(stream, input, offers);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or WebSocketException)
        {
            // The client has seen enough.
        }
    }

    private async Task<string> ShakeHandsAsync(Stream stream, Input input)
    {
        var lines = Encoding.Latin1.GetString(await input.ReadHeadAsync()).Split("\r\n");
        var key = Field(lines, "Sec-WebSocket-Key");
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
        var offers = Field(lines, "Sec-WebSocket-Extensions");
        var extensions = _answer(offers) is { } answer ? $"Sec-WebSocket-Extensions: {answer}\r\n" : "";
        var response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + $"Sec-WebSocket-Accept: {accept}\r\n{extensions}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(response));
        return offers;
    }

    private static string Field(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.Ordinal))?[(name.Length + 2)..] ?? "";
}
