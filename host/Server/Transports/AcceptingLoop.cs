using System.Net;
using System.Net.Sockets;
using PluginHost.Core.Policy.Limits;
using PluginHost.Server.Connections;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Transports;

/// <summary>A bound socket and what belongs to it.</summary>
/// <param name="Name">The name of its entry in <c>plugins.json</c>.</param>
/// <param name="Socket">Bound and listening, not blocking.</param>
internal sealed record Listener(string Name, Socket Socket)
{
    /// <summary>The address it is bound to, with the port that was picked where 0 was asked for.</summary>
    public EndPoint EndPoint { get; } = Socket.LocalEndPoint!;

    /// <summary>It takes connections to several addresses, so that each must be asked for its own.</summary>
    public bool IsWildcard { get; } = Socket.LocalEndPoint is IPEndPoint ip && (ip.Address.Equals(IPAddress.Any) || ip.Address.Equals(IPAddress.IPv6Any));
}

/// <summary>Makes the connection for an accepted stream.</summary>
internal interface IConnectionFactory
{
    /// <summary>Counts one more connection, or refuses it; on the accepting loop.</summary>
    /// <param name="loop">The accepting loop.</param>
    /// <param name="remote">Where it comes from.</param>
    /// <param name="listener">Where it came in.</param>
    /// <returns>Where it is counted; <see langword="null"/> when it is refused.</returns>
    AddressAccount? Admit(Loop loop, EndPoint? remote, string listener);

    /// <summary>What a connection that is not admitted is told before it is closed; empty on a listener that speaks no plain HTTP.</summary>
    ReadOnlySpan<byte> Refusal(string listener);

    /// <summary>Makes it; on the loop that will own it.</summary>
    /// <param name="loop">Its loop.</param>
    /// <param name="channel">The stream under it.</param>
    /// <param name="listener">Where it came in.</param>
    /// <param name="account">What <see cref="Admit"/> answered; the connection gives it back.</param>
    void Create(Loop loop, Channel channel, string listener, AddressAccount? account);

    /// <summary>The loop that the next connection goes to.</summary>
    Loop NextLoop(Loop accepting);
}

/// <summary>A loop that accepts connections.</summary>
internal abstract class AcceptingLoop(Func<long> clock, ServerLog log, IConnectionFactory factory) : Loop(clock, log)
{
    private BackOff _backOff = BackOff.Succeeded();

    /// <summary>Makes connections.</summary>
    protected IConnectionFactory Factory => factory;

    /// <summary>Accepts from a listener from now on; on the loop, or before it runs.</summary>
    public abstract void Listen(Listener listener);

    /// <summary>Accepts nothing more; on the loop, or before it runs.</summary>
    public abstract void StopListening();

    /// <summary>An accept succeeded.</summary>
    protected void Accepted() => _backOff = BackOff.Succeeded();

    /// <summary>Milliseconds to leave the listener alone after an accept failed for want of something.</summary>
    protected int NextBackOff()
    {
        _backOff = _backOff.Failed();
        return _backOff.Milliseconds;
    }

    /// <summary>Has the loop whose turn it is adopt the accepted stream.</summary>
    protected void Place(Action<Loop> adopt)
    {
        var target = factory.NextLoop(this);
        if (ReferenceEquals(target, this)) adopt(this);
        else target.Post(() => adopt(target));
    }

    /// <summary>Runs an action on this loop later.</summary>
    protected void After(int milliseconds, Action action) => Timers.Update(new Delayed(this, Now + milliseconds, action));

    private sealed class Delayed(Loop loop, long dueAt, Action action) : Timed
    {
        private long _dueAt = dueAt;

        internal override long DueAt => _dueAt;

        internal override void OnDue(long now)
        {
            _dueAt = long.MaxValue;
            loop.Timers.Remove(this);
            action();
        }
    }
}
