using System.Net.Sockets;
using LanguageExt;

namespace PluginHost.Cli.Connect;

/// <summary>Where to connect to.</summary>
/// <param name="Uri">A <c>ws</c> or <c>wss</c> URI (RFC 6455 §3).</param>
/// <param name="UnixPath">A Unix socket to connect to instead of the URI's host.</param>
internal sealed record Target(Uri Uri, Option<string> UnixPath)
{
    /// <summary>Whether TLS is spoken.</summary>
    public bool IsSecure => Uri.Scheme == "wss";

    /// <summary>The <c>Host</c> header: the port is left out where it is the scheme's own.</summary>
    public string Host => Uri.IsDefaultPort ? HostName : $"{HostName}:{Uri.Port}";

    /// <summary>The request target: path and query, percent-encoded.</summary>
    public string PathAndQuery => Uri.PathAndQuery;

    private string HostName => Uri.HostNameType == UriHostNameType.IPv6 ? Uri.Host : Uri.IdnHost;

    /// <summary>Reads a URL.</summary>
    /// <param name="url"><c>ws://host:port/path?query</c>, or the same with <c>wss</c>.</param>
    /// <param name="unixPath">A Unix socket.</param>
    /// <returns>The target, or what is wrong.</returns>
    public static Either<string, Target> Parse(string url, string? unixPath)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("ws" or "wss") || uri.Host.Length == 0)
            return $"'{url}' is no URL such as ws://127.0.0.1:8080/ or wss://example.com/chat";
        if (uri.Fragment.Length > 0) return "the URL of a WebSocket has no fragment (RFC 6455 §3)";
        if (uri.UserInfo.Length > 0) return "the URL has user information; send --header \"Authorization: ...\" instead";
        return new Target(uri, unixPath is null ? Option<string>.None : unixPath);
    }

    /// <summary>Opens the socket.</summary>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    public async Task<Socket> OpenAsync(CancellationToken cancellation)
    {
        var unix = UnixPath.MatchUnsafe<string?>(path => path, () => null);
        var socket = unix is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (unix is null) await socket.ConnectAsync(Uri.IdnHost, Uri.Port, cancellation).ConfigureAwait(false);
            else await socket.ConnectAsync(new UnixDomainSocketEndPoint(unix), cancellation).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
