using System.Net;

namespace PluginHost.Server.Reports;

/// <summary>An open listener.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Url">What a client connects to: <c>ws://127.0.0.1:8080</c>, or <c>unix:/run/pluginhost.sock</c>.</param>
/// <param name="EveryAddress">It listens on every address of the machine, of which the URL names one.</param>
public sealed record OpenListener(string Name, string Url, bool EveryAddress)
{
    /// <summary>The listener as it was bound.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="endPoint">What it is bound to.</param>
    /// <param name="secure">It speaks TLS.</param>
    public static OpenListener Of(string name, EndPoint endPoint, bool secure)
    {
        var scheme = secure ? "wss" : "ws";
        return endPoint switch
        {
            IPEndPoint ip when ip.Address.Equals(IPAddress.Any) || ip.Address.Equals(IPAddress.IPv6Any) => new(name, $"{scheme}://localhost:{ip.Port}", true),
            IPEndPoint ip => new(name, $"{scheme}://{ip}", false),
            _ => new(name, $"unix:{endPoint}", false),
        };
    }
}
