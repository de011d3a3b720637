using System.Net;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Connections;

/// <summary>Where a connection is counted, and what its peer has taken more of than it may. What is too much, the core decides.</summary>
internal sealed class Accounting
{
    private readonly Connection _connection;
    private AddressAccount? _account;
    private LinkedListNode<Connection>? _handshake;
    private ConnectionRates? _rates;
    private bool _countsAsHandshake;
    private bool _dropsNoted;

    /// <summary>A connection begins to be counted, and its handshake.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="account">Its address; it gives back its handshake and itself.</param>
    public Accounting(Connection connection, AddressAccount? account)
    {
        _connection = connection;
        _account = account;
        _countsAsHandshake = account is not null;
        _handshake = account?.BeginHandshake(connection);
    }

    /// <summary>The peer has sent more than its rate allows: nothing is read for a while.</summary>
    public bool HoldsReading => _rates is { ReadAt: not 0 };

    /// <summary>When <see cref="Due"/> is to be called.</summary>
    public long DueAt => _rates?.DueAt ?? long.MaxValue;

    private Loop Loop => _connection.Loop;

    /// <summary>The handshake was accepted; these rates hold from now on.</summary>
    public void Accepted(RatePolicy rates)
    {
        if (rates.LimitsConnection || rates.LimitsAddress) _rates = new ConnectionRates(rates, _account, Loop.Now);
    }

    /// <summary>The time has come to read again.</summary>
    public void Due(long now)
    {
        if (_rates is { } rates && now >= rates.DueAt) rates.ReadAt = 0;
    }

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
        _connection.Refuse(Rejection.TooManyFaults((int)Math.Min(int.MaxValue, (left + 999) / 1000)));
        return true;
    }

    /// <summary>A handler has failed on its input: that counts against the handler and against the address.</summary>
    public void CountFault(HandlerGuard guard, string? user)
    {
        CountOffence();
        guard.Faulted(SourceOf(user), Loop.Now, Loop.Log);
    }

    /// <summary>A handler has failed on its input, and that is the input's fault.</summary>
    public void CountOffence()
    {
        if (_account?.CountOffence(Loop.Now) == true)
            Loop.Log.Peers.Note(LogLevel.Warning, _connection.Peer, "handlers have failed on the input of its address too often; its handshakes are refused with 429 for a while (handlers.faultsPerAddress)", Loop.Now);
    }

    /// <summary>The handshake is over, well or not: it counts no longer.</summary>
    public void EndHandshake()
    {
        if (!_countsAsHandshake) return;
        _countsAsHandshake = false;
        _account!.EndHandshake(_handshake);
        _handshake = null;
    }

    /// <summary>Another address gets its place among the handshakes in progress, as its own has more than any other.</summary>
    public void Displaced()
    {
        if (!_countsAsHandshake) return;
        Loop.Counters.RefusedHandshakes++;
        Loop.Log.Peers.Note(LogLevel.Warning, _connection.Peer, "given up: its address has the most of the handshakes in progress, and others need a place (limits.pendingHandshakes)", Loop.Now);
        _connection.Abort();
    }

    /// <summary>The connection is over.</summary>
    public void Close()
    {
        if (_countsAsHandshake) Loop.Counters.Abandoned++;
        EndHandshake();
        _account?.Leave(Loop.Now);
        _account = null;
    }

    /// <summary>Its peer's messages are limited: <see cref="IsWithinRates"/> is to be asked.</summary>
    public bool HasRates => _rates is not null;

    /// <summary>A message has come: whether it is to be delivered.</summary>
    public bool IsWithinRates(int bytes)
    {
        switch (_rates!.Decide(bytes, Loop.Now))
        {
            case RateVerdict.Deliver:
                return true;
            case RateVerdict.Close:
                _connection.Fail(ViolationKind.RateExceeded);
                return false;
            default:
                Loop.Counters.DroppedOverRate++;
                NoteDrops("messages of the peer are over the rate and dropped");
                return false;
        }
    }

    /// <summary>One line for a connection, however much it loses.</summary>
    public void NoteDrops(string what)
    {
        if (_dropsNoted) return;
        _dropsNoted = true;
        Loop.Log.Write(LogLevel.Information, $"connection {_connection.Id}: {what}");
    }
}
