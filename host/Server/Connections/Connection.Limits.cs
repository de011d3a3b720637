using System.Net;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Connections;

/// <summary>What a peer has taken more of than it may. What is too much, the core decides.</summary>
internal sealed partial class Connection
{
    private AddressAccount? _account;
    private bool _handshakeCounts;
    private LinkedListNode<Connection>? _handshake;
    private ServedHandler? _handler;
    private bool _served;
    private string? _user;
    private ConnectionRates? _rates;
    private bool _dropsNoted;

    /// <summary>A proxy has named the client: from now on the connection is counted as one of that address.</summary>
    /// <returns>False when that address has as many as it may have.</returns>
    public bool CountAs(EndPoint? client)
    {
        if (_account is null) return true;
        var result = _account.TryMove(ConnectionLedger.KeyOf(client), _handshake, Loop.Now, out var account);
        _account = account;
        return result == AdmissionResult.Admitted;
    }

    /// <summary>Whose input a fault on this connection is counted against.</summary>
    public FaultSource SourceOf(string? user) => new(_account?.Key ?? AddressKey.None, user is null ? LanguageExt.Option<string>.None : user);

    /// <summary>Refuses the handshake of an address on whose input handlers have failed too often.</summary>
    /// <returns>True when it was refused.</returns>
    public bool RefusesOffender()
    {
        var left = _account?.OffencesLeft(Loop.Now) ?? 0;
        if (left == 0) return false;
        Refuse(Rejection.TooManyFaults((int)Math.Min(int.MaxValue, (left + 999) / 1000)));
        return true;
    }

    /// <summary>A handler has failed on its input: that counts against the handler and against the address.</summary>
    public void CountFault(HandlerGuard guard, string? user)
    {
        CountOffence();
        guard.Faulted(SourceOf(user), Loop.Now, Loop.Log);
    }

    private void CountOffence()
    {
        if (_account?.CountOffence(Loop.Now) == true)
            Loop.Log.Peers.Note(LogLevel.Warning, Peer, "handlers have failed on the input of its address too often; its handshakes are refused with 429 for a while (handlers.faultsPerAddress)", Loop.Now);
    }

    /// <summary>When something that few connections have wants to be called.</summary>
    private long OtherDueAt => Math.Min(_rates?.DueAt ?? long.MaxValue, _runner?.DueAt ?? long.MaxValue);

    private void OtherDue(long now)
    {
        if (_rates is { } rates && now >= rates.DueAt) rates.ReadAt = 0;
        if (_runner is { } runner && now >= runner.DueAt) runner.Due(now);
    }

    /// <summary>The handshake is over, well or not: it counts no longer.</summary>
    private void EndHandshake()
    {
        if (!_handshakeCounts) return;
        _handshakeCounts = false;
        _account!.EndHandshake(_handshake);
        _handshake = null;
    }

    /// <summary>Another address gets its place among the handshakes in progress, as its own has more than any other.</summary>
    public void Displaced()
    {
        if (!_handshakeCounts) return;
        Loop.Counters.RefusedHandshakes++;
        Loop.Log.Peers.Note(LogLevel.Warning, Peer, "given up: its address has the most of the handshakes in progress, and others need a place (limits.pendingHandshakes)", Loop.Now);
        Abort();
    }

    /// <summary>The handler serves it no longer.</summary>
    private void EndService()
    {
        if (!_served) return;
        _served = false;
        _handler!.Guard.Counters.Serve(-1);
    }

    /// <summary>A message has come: whether it is to be delivered.</summary>
    private bool IsWithinRates(int bytes)
    {
        switch (_rates!.Decide(bytes, Loop.Now))
        {
            case RateVerdict.Deliver:
                return true;
            case RateVerdict.Close:
                Apply(Transitions.Fail(_settings, _state, ViolationKind.RateExceeded, Loop.Now), [], 0);
                return false;
            default:
                Loop.Counters.DroppedOverRate++;
                NoteDrops("messages of the peer are over the rate and dropped");
                return false;
        }
    }

    /// <summary>The send queue is full: tries to send from it, then does what the policy says.</summary>
    /// <returns>Whether a message may be appended now.</returns>
    private bool MakesRoom()
    {
        // Output of another connection's turn has not been tried yet: that is not the peer's slowness.
        if (!_wantsWritable) SendWaiting();
        if (_lost) return false;
        if (!IsSendQueueFull) return true;
        switch (_sendLimits.SlowConsumer)
        {
            case SlowConsumerPolicy.Close:
                // Not now: a handler may be in the middle of a call, and its calls do not overlap.
                _slow = true;
                MarkDirty();
                return false;
            case SlowConsumerPolicy.DropNewest:
                NoteDrops("the peer reads slowly: the newest messages are dropped");
                return false;
            default:
                NoteDrops("the peer reads slowly: the oldest messages are dropped");
                while (IsSendQueueFull)
                {
                    if (!_waiting!.TryDropOldest()) return false;
                    Loop.Counters.DroppedUnsent++;
                }
                return true;
        }
    }

    private void FailSlow()
    {
        _slow = false;
        Apply(Transitions.Fail(_settings, _state, ViolationKind.SlowConsumer, Loop.Now), [], 0);
    }

    /// <summary>A call of the handler on the thread pool takes long.</summary>
    public void ReportSlow() => Loop.Log.Write(
        LogLevel.Warning, $"connection {Id}: a call of handler {HandlerName} has been running for over {_handler!.Guard.SlowAfter} ms");

    /// <summary>A call of the handler on the loop takes long; from any thread.</summary>
    public void ReportBlocking(long now)
    {
        if (_handler is not { Guard: { } guard }) return;
        Loop.Log.Write(
            LogLevel.Error,
            $"connection {Id}: a call of handler {HandlerName} has been blocking its event loop for over {guard.SlowAfter} ms; all connections of the loop wait");
        guard.Faulted(SourceOf(_user), now, Loop.Log, failing: 1);
    }

    /// <summary>One line for a connection, however much it loses.</summary>
    private void NoteDrops(string what)
    {
        if (_dropsNoted) return;
        _dropsNoted = true;
        Loop.Log.Write(LogLevel.Information, $"connection {Id}: {what}");
    }
}

/// <summary>The rates of one connection; it exists only where there are some.</summary>
/// <param name="policy">The policy of its route.</param>
/// <param name="account">Its address, where that is known.</param>
/// <param name="now">Milliseconds.</param>
internal sealed class ConnectionRates(RatePolicy policy, AddressAccount? account, long now)
{
    private readonly AddressAccount? _account = account is { Key.IsNone: false } ? account : null;
    private readonly RatePolicy _policy = account is { Key.IsNone: false }
        ? policy
        : policy with { AddressMessages = TokenRate.Unlimited, AddressBytes = TokenRate.Unlimited };

    private RateLevels _levels = policy.FullConnection(now);

    /// <summary>Nothing is read before that time; 0 when there is nothing to wait for.</summary>
    public long ReadAt { get; set; }

    /// <summary>When it is to be looked at again.</summary>
    public long DueAt => ReadAt == 0 ? long.MaxValue : ReadAt;

    /// <summary>A message has come.</summary>
    public RateVerdict Decide(int bytes, long now)
    {
        var decision = _account?.Decide(_policy, _levels, bytes, now) ?? Rates.Decide(_policy, _levels, default, bytes, now);
        _levels = decision.Connection;
        if (decision.ReadAt > now) ReadAt = decision.ReadAt;
        return decision.Verdict;
    }
}
