namespace PluginHost.Abstractions;

/// <summary>Who a client is, as its authentication or its handler's decision has found out (<see cref="HandshakeInfo.User"/>). Immutable.</summary>
public sealed record User
{
    /// <summary>Makes a user that has only a name.</summary>
    /// <param name="name">Not empty.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public User(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>The name: of an account, the subject of a token, or of a certificate; never empty.</summary>
    public string Name { get; }

    /// <summary>How the client has proved it: <c>Basic</c>, <c>Bearer</c>, <c>Certificate</c>, or what a plugin says; may be empty.</summary>
    public string Scheme { get; init; } = "";

    /// <summary>What else is known, as names and values in their order, a name once for each of its values: the claims of a token, the names in a
    /// certificate. A value that is no text is JSON.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Claims { get; init; } = [];

    /// <summary>The roles, for routes that ask for one.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>When this ends to hold: the connection is then closed with 3000. <see langword="null"/> for never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The first value of a claim, or <see langword="null"/>.</summary>
    /// <param name="name">Compared exactly.</param>
    public string? Claim(string name)
    {
        for (var i = 0; i < Claims.Count; i++)
            if (string.Equals(Claims[i].Key, name, StringComparison.Ordinal))
                return Claims[i].Value;
        return null;
    }

    /// <summary>Whether a claim has a value among its values.</summary>
    /// <param name="name">Compared exactly.</param>
    /// <param name="value">Compared exactly.</param>
    public bool HasClaim(string name, string value)
    {
        for (var i = 0; i < Claims.Count; i++)
            if (string.Equals(Claims[i].Key, name, StringComparison.Ordinal) && string.Equals(Claims[i].Value, value, StringComparison.Ordinal))
                return true;
        return false;
    }

    /// <summary>Whether the user has a role.</summary>
    /// <param name="role">Compared exactly.</param>
    public bool IsInRole(string role)
    {
        for (var i = 0; i < Roles.Count; i++)
            if (string.Equals(Roles[i], role, StringComparison.Ordinal))
                return true;
        return false;
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
