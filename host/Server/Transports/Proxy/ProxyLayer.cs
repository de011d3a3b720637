using PluginHost.Core.Policy.Addresses;
using PluginHost.Server.Buffers;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Transports.Proxy;

/// <summary>Reads the PROXY header that a connection begins with, and then gives its place to what comes next: TLS, or the connection itself.</summary>
/// <param name="channel">The channel under it.</param>
/// <param name="entrance">Who may connect.</param>
/// <param name="next">What the bytes behind the header are for, or <see langword="null"/> for the connection.</param>
internal sealed class ProxyLayer(PulledChannel channel, IProxyEntrance entrance, PluginHost.Server.Transports.Tls.TlsLayer? next) : StreamLayer(channel)
{
    private byte[] _header = [];
    private bool _ended;

    /// <inheritdoc/>
    public override int Receive(Segment target)
    {
        if (_ended) return Channel.TryReceive(target); // the connection discards it
        ProxyHeader header;
        byte[] all;
        do
        {
            var count = Channel.TryReceive(target);
            if (count <= 0) return count;
            all = [.. _header, .. target.Array.AsSpan(target.Start, count)];
            header = ProxyHeader.Read(all);
            if (header.Kind == ProxyHeaderKind.Malformed) return End("the PROXY header is malformed; closed");
            _header = all;
        }
        while (header.Kind == ProxyHeaderKind.Incomplete);
        if (header.HasSource) Channel.RemoteEndPoint = Peers.EndPointOf(header.Source, header.Port);
        if (!entrance.Admits(Channel.RemoteEndPoint)) return End("may not connect; closed");
        if (!Channel.Connection.Accounting.CountAs(Channel.RemoteEndPoint)) return End("its address has as many connections as it may have; closed");
        if (header.Secure) Channel.ClientIsSecure = true;
        Channel.Layer = next;
        var rest = all.AsSpan(header.Length);
        if (next is not null)
        {
            next.Take(rest);
            return next.Receive(target);
        }
        if (rest.IsEmpty) return Channel.TryReceive(target);
        rest.CopyTo(target.Array.AsSpan(target.Start)); // no more than has come: the header is at least as long as what was there before
        return rest.Length;
    }

    /// <inheritdoc/>
    public override bool IsDrainedBy(int received, int asked) => false;

    /// <summary>A refusal before anybody is known who could read it.</summary>
    public override long Send(ReadOnlySpan<Segment> segments)
    {
        var taken = 0L;
        foreach (var segment in segments) taken += segment.Length;
        return taken;
    }

    private int End(string why)
    {
        _ended = true;
        var connection = Channel.Connection;
        connection.Loop.Log.Peers.Note(LogLevel.Information, connection.Peer, why, connection.Loop.Now);
        return 0;
    }
}
