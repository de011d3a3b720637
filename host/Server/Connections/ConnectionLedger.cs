using System.Net;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Serving.Plans;

namespace PluginHost.Server.Connections;

/// <summary>What one address has open, and what it may still send. Shared by its connections.</summary>
internal sealed class AddressAccount(ConnectionLedger ledger, AddressKey key)
{
    private readonly Lock _gate = new();
    private RateLevels _levels;

    /// <summary>The address.</summary>
    public AddressKey Key => key;

    /// <summary>Its connections; changed by the ledger.</summary>
    internal int Connections;

    /// <summary>Its handshakes in progress; changed by the ledger.</summary>
    internal int Handshakes;

    /// <summary>The connections of those, the oldest first; changed by the ledger.</summary>
    internal LinkedList<Connection> Waiting { get; } = [];

    /// <summary>The connection of a handshake that was admitted has been made.</summary>
    public LinkedListNode<Connection> BeginHandshake(Connection connection) => ledger.BeginHandshake(this, connection);

    /// <summary>The handshake of one of its connections is over.</summary>
    /// <param name="waiting">What <see cref="BeginHandshake"/> gave; <see langword="null"/> where no connection was made.</param>
    public void EndHandshake(LinkedListNode<Connection>? waiting) => ledger.EndHandshake(this, waiting);

    /// <summary>Counts one of its connections as one of another address; see <see cref="ConnectionLedger.TryMove"/>.</summary>
    public AdmissionResult TryMove(AddressKey to, LinkedListNode<Connection>? waiting, long now, out AddressAccount account) =>
        ledger.TryMove(this, to, waiting, now, out account);

    /// <summary>A handler has failed on the input of one of its connections.</summary>
    /// <returns>True when that is once too often: its handshakes are refused for a time.</returns>
    public bool CountOffence(long now) => ledger.CountOffence(key, now);

    /// <summary>Milliseconds for which its handshakes are refused; otherwise 0.</summary>
    public long OffencesLeft(long now) => ledger.OffencesLeft(key, now);

    /// <summary>One of its connections is over.</summary>
    public void Leave(long now) => ledger.Leave(this, now);

    /// <summary>The buckets as they are when nothing was sent yet.</summary>
    public void Fill(RatePolicy policy, long now)
    {
        lock (_gate) _levels = policy.FullAddress(now);
    }

    /// <summary>The buckets are full.</summary>
    public bool IsFull(RatePolicy policy, long now)
    {
        lock (_gate)
        {
            var full = policy.FullAddress(now);
            return _levels.Messages.Refilled(policy.AddressMessages, now).Level == full.Messages.Level
                && _levels.Bytes.Refilled(policy.AddressBytes, now).Level == full.Bytes.Level;
        }
    }

    /// <summary>Decides on a message of one of its connections.</summary>
    public RateDecision Decide(RatePolicy policy, RateLevels connection, int bytes, long now)
    {
        if (!policy.LimitsAddress) return Rates.Decide(policy, connection, default, bytes, now);
        lock (_gate)
        {
            var decision = Rates.Decide(policy, connection, _levels, bytes, now);
            _levels = decision.Address;
            return decision;
        }
    }
}

/// <summary>Counts connections, handshakes and addresses, exactly, for all loops. From any thread.</summary>
/// <param name="limits">How many there may be.</param>
/// <param name="rates">Its part about addresses.</param>
/// <param name="handlers">Its part about faults on the input of one address.</param>
internal sealed class ConnectionLedger(ConnectionLimits limits, RatePolicy rates, HandlersPlan handlers)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<AddressKey, AddressAccount> _accounts = [];
    private readonly Queue<AddressAccount> _idle = new();
    private readonly Dictionary<AddressKey, Offences> _offences = [];
    private AddressAccount? _none;
    private readonly PendingHandshakes _pending = new();
    private int _connections;
    private int _handshakes;

    /// <summary>What is counted now; the address counts as none.</summary>
    public ConnectionCounts Counts
    {
        get
        {
            lock (_gate) return new(_connections, 0, _handshakes);
        }
    }

    /// <summary>Addresses that are remembered.</summary>
    public int Addresses
    {
        get
        {
            lock (_gate) return _accounts.Count;
        }
    }

    /// <summary>The key of a peer's address.</summary>
    public static AddressKey KeyOf(EndPoint? remote)
    {
        if (remote is not IPEndPoint ip) return AddressKey.None;
        Span<byte> bytes = stackalloc byte[16];
        return ip.Address.TryWriteBytes(bytes, out var length) ? AddressKey.Of(bytes[..length]) : AddressKey.None;
    }

    /// <summary>Admits one more connection, with its handshake in progress, or refuses it.</summary>
    /// <param name="key">Where it comes from.</param>
    /// <param name="now">Milliseconds.</param>
    /// <param name="account">Where it is counted from now on; its handshake and itself are to be given back.</param>
    public AdmissionResult TryAdmit(AddressKey key, long now, out AddressAccount? account)
    {
        Connection? displaced = null;
        lock (_gate)
        {
            Prune(now);
            account = null;
            var known = key.IsNone ? _none : _accounts.GetValueOrDefault(key);
            var result = Admission.Decide(limits, new(_connections, known?.Connections ?? 0, _handshakes, known?.Handshakes ?? 0, _pending.Most));
            if (result == AdmissionResult.Displacing)
            {
                if (_pending.Oldest() is not { } oldest) return AdmissionResult.TooManyHandshakes;
                displaced = oldest.Waiting.Value;
                Ended(oldest.Account, oldest.Waiting);
            }
            else if (result != AdmissionResult.Admitted) return result;
            account = Enter(key, known, now);
            _connections++;
            _handshakes++;
            _pending.Change(account, 1);
        }
        displaced?.Loop.Post(displaced, () => displaced.Opening?.Displaced());
        return displaced is null ? AdmissionResult.Admitted : AdmissionResult.Displacing;
    }

    /// <summary>Counts a connection as one of another address, which a proxy has named; or refuses it, and then nothing changes.</summary>
    public AdmissionResult TryMove(AddressAccount from, AddressKey to, LinkedListNode<Connection>? waiting, long now, out AddressAccount account)
    {
        lock (_gate)
        {
            account = from;
            if (to == from.Key) return AdmissionResult.Admitted;
            var known = _accounts.GetValueOrDefault(to);
            if ((known?.Connections ?? 0) >= limits.PerAddress) return AdmissionResult.TooManyOfAddress;
            account = Enter(to, known, now);
            Exit(from, now);
            if (waiting?.List != from.Waiting) return AdmissionResult.Admitted;
            from.Waiting.Remove(waiting);
            account.Waiting.AddLast(waiting);
            _pending.Change(from, -1);
            _pending.Change(account, 1);
            return AdmissionResult.Admitted;
        }
    }

    internal bool CountOffence(AddressKey key, long now)
    {
        // Clients without an address cannot be told apart.
        if (key.IsNone) return false;
        lock (_gate)
        {
            if (_offences.Count >= limits.RememberedAddresses) Forget(now);
            var next = _offences.GetValueOrDefault(key, Offences.None).Faulted(handlers.Quarantine, handlers.FaultsPerAddress, now);
            _offences[key] = next;
            return next.Faults == 0;
        }
    }

    internal long OffencesLeft(AddressKey key, long now)
    {
        lock (_gate) return _offences.Count > 0 && _offences.TryGetValue(key, out var offences) ? offences.Left(now) : 0;
    }

    // What matters no more, or everything where all of it does: better than a table without end.
    private void Forget(long now)
    {
        foreach (var over in _offences.Where(entry => entry.Value.IsOver(handlers.Quarantine, now)).Select(entry => entry.Key).ToList()) _offences.Remove(over);
        if (_offences.Count >= limits.RememberedAddresses) _offences.Clear();
    }

    internal LinkedListNode<Connection> BeginHandshake(AddressAccount account, Connection connection)
    {
        lock (_gate) return account.Waiting.AddLast(connection);
    }

    internal void EndHandshake(AddressAccount account, LinkedListNode<Connection>? waiting)
    {
        lock (_gate) Ended(account, waiting);
    }

    private void Ended(AddressAccount account, LinkedListNode<Connection>? waiting)
    {
        // One that was displaced is counted no more.
        if (waiting is not null)
        {
            if (waiting.List != account.Waiting) return;
            account.Waiting.Remove(waiting);
        }
        _handshakes--;
        _pending.Change(account, -1);
    }

    internal void Leave(AddressAccount account, long now)
    {
        lock (_gate)
        {
            _connections--;
            Exit(account, now);
        }
    }

    private AddressAccount Enter(AddressKey key, AddressAccount? known, long now)
    {
        if (key.IsNone) return _none ??= new AddressAccount(this, key);
        if (known is null)
        {
            _accounts[key] = known = new AddressAccount(this, key);
            known.Fill(rates, now);
        }
        known.Connections++;
        return known;
    }

    private void Exit(AddressAccount account, long now)
    {
        if (account.Key.IsNone || --account.Connections > 0) return;
        // Who comes back does not find its buckets full again.
        if (rates.LimitsAddress && !account.IsFull(rates, now)) _idle.Enqueue(account);
        else _accounts.Remove(account.Key);
        Prune(now);
    }

    private void Prune(long now)
    {
        while (_idle.TryPeek(out var account))
        {
            var isOld = _idle.Count > limits.RememberedAddresses;
            if (!isOld && account.Connections == 0 && !account.IsFull(rates, now)) return;
            _idle.Dequeue();
            if (account.Connections == 0 && ReferenceEquals(_accounts.GetValueOrDefault(account.Key), account)) _accounts.Remove(account.Key);
        }
    }
}
