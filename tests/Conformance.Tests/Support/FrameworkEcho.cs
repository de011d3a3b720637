using System.Net.WebSockets;
using PluginHost.Conformance.Wire;

namespace PluginHost.Conformance.Tests.Support;

/// <summary>An echo server by the framework's WebSocket with permessage-deflate: another implementation to test the client with.</summary>
internal static class FrameworkEcho
{
    private const string ServerBits = "server_max_window_bits=";

    /// <summary>Takes the first offer as it is.</summary>
    public static string? Answer(string offers)
    {
        if (offers.Length == 0) return null;
        var options = Options(offers);
        return "permessage-deflate; client_no_context_takeover"
            + (options.ServerContextTakeover ? "" : "; server_no_context_takeover")
            + (offers.Contains(ServerBits, StringComparison.Ordinal) ? $"; {ServerBits}{options.ServerMaxWindowBits}" : "")
            + $"; client_max_window_bits={options.ClientMaxWindowBits}";
    }

    /// <summary>Echoes until the client closes.</summary>
    public static Task ServeAsync(Stream stream, Input input, string offers) => ServeAsync(stream, offers, _ => { });

    /// <summary>Echoes, changed.</summary>
    public static async Task ServeAsync(Stream stream, string offers, Action<byte[]> change)
    {
        using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions
        {
            IsServer = true,
            DangerousDeflateOptions = Options(offers),
            KeepAliveInterval = TimeSpan.Zero,
        });
        var buffer = new byte[256 << 10];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult received;
            do
            {
                received = await socket.ReceiveAsync(buffer.AsMemory(length), default);
                length += received.Count;
            }
            while (!received.EndOfMessage);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
                return;
            }
            var message = buffer[..length];
            change(message);
            await socket.SendAsync(message, received.MessageType, true, default);
        }
    }

    private static WebSocketDeflateOptions Options(string offers)
    {
        var first = offers.Split(',')[0];
        var at = first.IndexOf(ServerBits, StringComparison.Ordinal);
        return new WebSocketDeflateOptions
        {
            ClientContextTakeover = false,
            ClientMaxWindowBits = 12,
            ServerContextTakeover = !first.Contains("server_no_context_takeover", StringComparison.Ordinal),
            ServerMaxWindowBits = at < 0 ? 15 : int.Parse(first[(at + ServerBits.Length)..].Split(';')[0], null),
        };
    }
}
