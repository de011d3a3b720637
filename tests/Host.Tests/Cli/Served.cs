using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace PluginHost.Tests.Cli;

/// <summary>Clients for what a process serves.</summary>
internal static class Served
{
    /// <summary>Connects over TCP.</summary>
    public static async Task<ClientWebSocket> ConnectAsync(string url, params string[] subprotocols)
    {
        var client = new ClientWebSocket();
        foreach (var one in subprotocols) client.Options.AddSubProtocol(one);
        await client.ConnectAsync(new Uri(url), Limit());
        return client;
    }

    /// <summary>Connects over a Unix socket.</summary>
    public static async Task<ClientWebSocket> ConnectUnixAsync(string path)
    {
        var client = new ClientWebSocket();
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        await client.ConnectAsync(new Uri("ws://localhost/"), new HttpMessageInvoker(handler, disposeHandler: false), Limit());
        return client;
    }

    /// <summary>Sends a text and waits for the answer.</summary>
    public static async Task<string> AskAsync(this ClientWebSocket client, string text)
    {
        await client.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Limit());
        var buffer = new byte[4096];
        var received = await client.ReceiveAsync(buffer, Limit());
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }

    /// <summary>A time limit that only a broken server reaches.</summary>
    public static CancellationToken Limit() => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;
}
