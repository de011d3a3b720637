using System.Net;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Server.Connections;

/// <summary>Where a connection is counted, and what its peer has taken more of than it may. What is too much, the core decides.</summary>
/// <param name="connection">The connection.</param>
/// <param name="account">Its address.</param>
internal sealed class Accounting(Connection connection, AddressAccount? account)
{
    private AddressAccount? _account = account;
    private ConnectionRates? _rates;

    /// <summary>When <see cref="Due"/> is to be called.</summary>
    public long DueAt => _rates?.DueAt ?? long.MaxValue;

    /// <summary>Its address; none where nobody counts, and after its end.</summary>
    public AddressAccount? Account => _account;

    private Loop Loop => connection.Loop;

    /// <summary>The handshake was accepted; these rates hold from now on.</summary>
    public void Accepted(RatePolicy rates)
    {
        if (rates.LimitsConnection || rates.LimitsAddress) _rates = new ConnectionRates(rates, _account, Loop.Now);
    }

    /// <summary>The time has come to read again.</summary>
    public void Due(long now)
    {
        if (_rates is not { } rates || now < rates.DueAt) return;
        rates.ReadAt = 0;
        connection.Holds &= ~ReadingHolds.Rates;
    }

    /// <summary>A proxy has named the client: from now on the connection is counted as one of that address.</summary>
    /// <returns>False when that address has as many as it may have.</returns>
    public bool CountAs(EndPoint? client)
    {
        if (_account is null) return true;
        var result = _account.TryMove(ConnectionLedger.KeyOf(client), connection.Opening?.Waiting, Loop.Now, out _account);
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
        connection.Refuse(Rejection.TooManyFaults((int)Math.Min(int.MaxValue, (left + 999) / 1000)));
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
            Loop.Log.Peers.Note(LogLevel.Warning, connection.Peer, "handlers have failed on the input of its address too often; its handshakes are refused with 429 for a while (handlers.faultsPerAddress)", Loop.Now);
    }

    /// <summary>The connection is over.</summary>
    public void Close()
    {
        _account?.Leave(Loop.Now);
        _account = null;
    }

    /// <summary>Its peer's messages are limited: <see cref="IsWithinRates"/> is to be asked.</summary>
    public bool HasRates => _rates is not null;

    /// <summary>A message has come: whether it is to be delivered.</summary>
    public bool IsWithinRates(int bytes)
    {
        var verdict = _rates!.Decide(bytes, Loop.Now);
        if (_rates.ReadAt != 0) connection.Holds |= ReadingHolds.Rates;
        switch (verdict)
        {
            case RateVerdict.Deliver:
                return true;
            case RateVerdict.Close:
                connection.Fail(ViolationKind.RateExceeded);
                return false;
            default:
                Loop.Counters.DroppedOverRate++;
                connection.NoteDrops("messages of the peer are over the rate and dropped");
                return false;
        }
    }
}
