namespace PluginHost.Server.Connections;

/// <summary>
/// The addresses by the number of their handshakes in progress, so that the one that has the most is found at once, however many there are. Under the ledger's lock.
/// Connections without an address cannot be told apart, and are not in it.
/// </summary>
internal sealed class PendingHandshakes
{
    // By number; the last one is not empty, unless it is the first.
    private readonly List<HashSet<AddressAccount>> _byCount = [[]];

    /// <summary>The most that one address has.</summary>
    public int Most => _byCount.Count - 1;

    /// <summary>An address has one more, or one less.</summary>
    public void Change(AddressAccount account, int more)
    {
        if (account.Key.IsNone)
        {
            account.Handshakes += more;
            return;
        }
        if (account.Handshakes > 0) _byCount[account.Handshakes].Remove(account);
        account.Handshakes += more;
        while (_byCount.Count <= account.Handshakes) _byCount.Add([]);
        if (account.Handshakes > 0) _byCount[account.Handshakes].Add(account);
        while (_byCount.Count > 1 && _byCount[^1].Count == 0) _byCount.RemoveAt(_byCount.Count - 1);
    }

    /// <summary>The oldest handshake of an address that has the most; <see langword="null"/> where its connection is not made yet.</summary>
    public (AddressAccount Account, LinkedListNode<Connection> Waiting)? Oldest()
    {
        foreach (var account in _byCount[^1])
            if (account.Waiting.First is { } oldest) return (account, oldest);
        return null;
    }
}
