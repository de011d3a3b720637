using PluginHost.Abstractions;
using PluginHost.Core.Serving.Handshakes;

namespace PluginHost.Server.Connections;

/// <summary>
/// Where connections are found by the key that their handler has given them, or by their user; those that have neither cost nothing here. Keys and users are those of
/// one plugin. From any thread.
/// </summary>
/// <param name="server">A number that no other server has.</param>
internal sealed class ConnectionDirectory(long server)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyList<Loop> _loops = [];
    private readonly Dictionary<(string Plugin, ConnectionTargetKind Kind, string Name), List<Connection>> _found = [];

    /// <summary>A number that no other server has.</summary>
    public long Server => server;

    /// <summary>The loops that own the connections; none before the server has been made.</summary>
    public IReadOnlyList<Loop> Loops => Volatile.Read(ref _loops);

    /// <summary>Completes when the loops run no more.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The server has been made.</summary>
    public void Attach(IReadOnlyList<Loop> loops) => Volatile.Write(ref _loops, loops);

    /// <summary>The loops run no more.</summary>
    public void End() => _ended.TrySetResult();

    /// <summary>Entries.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _found.Count;
        }
    }

    /// <summary>Claims a key for a connection whose handshake goes on.</summary>
    /// <param name="plugin">The plugin's id.</param>
    /// <param name="key">The key.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="conflict">What happens where others have it.</param>
    /// <returns>The claim, and whether others have the key. With <see cref="KeyRule.RefuseNewer"/> there is no claim then.</returns>
    public (KeyClaim? Claim, bool IsTaken) Claim(string plugin, string key, Connection connection, KeyRule conflict)
    {
        lock (_gate)
        {
            var entry = Entry(plugin, ConnectionTargetKind.Key, key);
            var others = entry.ToArray();
            if (others.Length > 0 && conflict == KeyRule.RefuseNewer) return (null, true);
            entry.Add(connection);
            return (new KeyClaim(this, plugin, key, connection, conflict == KeyRule.ReplaceOlder ? others : []), others.Length > 0);
        }
    }

    /// <summary>A connection is a user's.</summary>
    public void SignIn(string plugin, string user, Connection connection)
    {
        lock (_gate) Entry(plugin, ConnectionTargetKind.User, user).Add(connection);
    }

    /// <summary>A connection is found by that no longer.</summary>
    public void Remove(string plugin, ConnectionTargetKind kind, string name, Connection connection)
    {
        lock (_gate)
        {
            if (!_found.TryGetValue((plugin, kind, name), out var entry)) return;
            entry.Remove(connection);
            if (entry.Count == 0) _found.Remove((plugin, kind, name));
        }
    }

    /// <summary>The connections of a key or a user, the oldest first.</summary>
    public Connection[] Find(string plugin, ConnectionTargetKind kind, string name)
    {
        lock (_gate) return _found.TryGetValue((plugin, kind, name), out var entry) ? [.. entry] : [];
    }

    private List<Connection> Entry(string plugin, ConnectionTargetKind kind, string name)
    {
        if (!_found.TryGetValue((plugin, kind, name), out var entry)) _found.Add((plugin, kind, name), entry = new List<Connection>(1));
        return entry;
    }
}

/// <summary>A key that a connection has claimed.</summary>
/// <param name="directory">Where.</param>
/// <param name="plugin">The plugin's id.</param>
/// <param name="key">The key.</param>
/// <param name="connection">The connection.</param>
/// <param name="replaced">Older connections that are to go once the connection is accepted.</param>
internal sealed class KeyClaim(ConnectionDirectory directory, string plugin, string key, Connection connection, Connection[] replaced)
{
    /// <summary>The key.</summary>
    public string Key => key;

    /// <summary>The connection is accepted: those that it replaces are closed, or refused where they are not open yet.</summary>
    public void Accepted()
    {
        foreach (var older in replaced) older.Loop.Post(older, () => older.Replaced());
        replaced = [];
    }

    /// <summary>The connection has ended.</summary>
    public void Release() => directory.Remove(plugin, ConnectionTargetKind.Key, key, connection);
}
