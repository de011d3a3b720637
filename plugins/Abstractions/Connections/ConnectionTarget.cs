using System.Globalization;

namespace PluginHost.Abstractions;

/// <summary>What happens where a connection comes whose key another one has.</summary>
public enum KeyConflict : byte
{
    /// <summary>Both stay, and both are found.</summary>
    KeepBoth,

    /// <summary>The older one is closed with 1008 when the newer one is accepted.</summary>
    ReplaceOlder,

    /// <summary>The newer one is refused with 409.</summary>
    RefuseNewer,
}

/// <summary>Names a connection, of this or of another server.</summary>
/// <param name="Server">The server; a number that no other has, and that it has anew each time it starts.</param>
/// <param name="Number">The connection (<see cref="HandshakeInfo.ConnectionId"/>).</param>
public readonly record struct ConnectionId(long Server, long Number)
{
    /// <summary>For people and programs: <c>1f3a-2c</c>, both in hexadecimal.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Server:x}-{Number:x}");

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is something else.</exception>
    public static ConnectionId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash > 0
            && long.TryParse(text.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var server)
            && long.TryParse(text.AsSpan(dash + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? new ConnectionId(server, number)
            : throw new FormatException($"\"{text}\" does not name a connection.");
    }
}

/// <summary>What connections are known by.</summary>
public enum ConnectionTargetKind : byte
{
    /// <summary>All of the plugin.</summary>
    All,

    /// <summary>An id.</summary>
    Id,

    /// <summary>A key.</summary>
    Key,

    /// <summary>A user.</summary>
    User,
}

/// <summary>Which connections of a plugin are meant. Immutable.</summary>
public sealed class ConnectionTarget
{
    private ConnectionTarget(ConnectionTargetKind kind, ConnectionId id, string name) => (Kind, ConnectionId, Name) = (kind, id, name);

    /// <summary>All of them.</summary>
    public static ConnectionTarget All { get; } = new(ConnectionTargetKind.All, default, "");

    /// <summary>What they are known by.</summary>
    public ConnectionTargetKind Kind { get; }

    /// <summary>The connection, where it is known by its id.</summary>
    public ConnectionId ConnectionId { get; }

    /// <summary>The key or the user's name; otherwise empty.</summary>
    public string Name { get; }

    /// <summary>The one of that id.</summary>
    public static ConnectionTarget Id(ConnectionId id) => new(ConnectionTargetKind.Id, id, "");

    /// <summary>Those of a key (<see cref="HandlerDescription.WithKey"/>).</summary>
    /// <param name="key">The key, compared exactly.</param>
    public static ConnectionTarget Key(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return new(ConnectionTargetKind.Key, default, key);
    }

    /// <summary>Those of a user (<see cref="User.Name"/>).</summary>
    /// <param name="name">The name, compared exactly.</param>
    public static ConnectionTarget User(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new(ConnectionTargetKind.User, default, name);
    }

    /// <summary>For people.</summary>
    public override string ToString() => Kind switch
    {
        ConnectionTargetKind.Id => ConnectionId.ToString(),
        ConnectionTargetKind.All => "all",
        _ => $"{Kind} {Name}",
    };
}
