using System.Net;

namespace PluginHost.Server.Transports.Proxy;

/// <summary>Decides on a client once its proxy has said who it is.</summary>
internal interface IProxyEntrance
{
    /// <summary>Whether a client with this address may connect.</summary>
    /// <param name="client">Its address; <see langword="null"/> where the proxy has named none.</param>
    bool Admits(EndPoint? client);
}
