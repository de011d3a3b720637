namespace PluginHost.Abstractions;

/// <summary>What a handler says about a handshake before the 101 is sent.</summary>
public abstract record HandshakeDecision
{
    private HandshakeDecision() { }

    /// <summary>Accept.</summary>
    public static HandshakeDecision Accept { get; } = new Accepted(null);

    /// <summary>The statuses that <see cref="Refuse"/> takes: 400, 403, 404, 409, 410, 429, 500, 503. (401 needs a challenge:
    /// <see cref="Challenge"/>.)</summary>
    public static IReadOnlyList<int> RefusalStatuses { get; } = Array.AsReadOnly([400, 403, 404, 409, 410, 429, 500, 503]);

    private protected abstract int Closed { get; }

    /// <summary>Accept, and remember who the client is: <see cref="HandshakeInfo.User"/>.</summary>
    /// <param name="user">A name; not empty.</param>
    public static HandshakeDecision AcceptAs(string user) => new Accepted(new User(user));

    /// <summary>Accept, and remember who the client is: <see cref="HandshakeInfo.User"/>.</summary>
    /// <param name="user">The user. Where it expires, the connection is closed then.</param>
    public static HandshakeDecision AcceptAs(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return new Accepted(user);
    }

    /// <summary>Refuse with an HTTP status (RFC 6455 §4.2.2).</summary>
    /// <param name="status">One of <see cref="RefusalStatuses"/>.</param>
    /// <param name="reason">Sent as the body, <c>text/plain</c>; one line without control characters, at most 500 characters.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another status.</exception>
    /// <exception cref="ArgumentException">The reason holds control characters or is too long.</exception>
    public static HandshakeDecision Refuse(int status, string reason)
    {
        if (!RefusalStatuses.Contains(status))
            throw new ArgumentOutOfRangeException(
                nameof(status), status, "A handshake is refused with one of " + string.Join(", ", RefusalStatuses));
        return new Refused(status, CheckLine(reason, nameof(reason)), null);
    }

    /// <summary>Refuse with 401 and a <c>WWW-Authenticate</c> header (RFC 9110 §15.5.2).</summary>
    /// <param name="challenge">The header's value, such as <c>Bearer</c> or <c>Basic realm="chargers"</c>: visible ASCII and spaces, not
    /// empty.</param>
    /// <param name="reason">Sent as the body, <c>text/plain</c>; one line without control characters, at most 500 characters.</param>
    /// <exception cref="ArgumentException">The challenge or the reason holds other characters or is too long.</exception>
    public static HandshakeDecision Challenge(string challenge, string reason)
    {
        CheckLine(challenge, nameof(challenge));
        if (challenge.Length == 0 || challenge.Any(c => c is < ' ' or > '~'))
            throw new ArgumentException("A challenge is visible ASCII and spaces.", nameof(challenge));
        return new Refused(401, CheckLine(reason, nameof(reason)), challenge);
    }

    /// <summary>Calls the function that belongs to this case: accepted (user or <see langword="null"/>), refused (status, reason,
    /// challenge or <see langword="null"/>).</summary>
    public T Match<T>(Func<User?, T> accepted, Func<int, string, string?, T> refused) => this switch
    {
        Accepted a => accepted(a.User),
        Refused r => refused(r.Status, r.Reason, r.WwwAuthenticate),
        _ => throw new InvalidOperationException(),
    };

    private static string CheckLine(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text, name);
        if (text.Length > 500 || text.Any(char.IsControl))
            throw new ArgumentException("One line of at most 500 characters without control characters is expected.", name);
        return text;
    }

    /// <summary>The handshake goes on.</summary>
    public sealed record Accepted : HandshakeDecision
    {
        internal Accepted(User? user) => User = user;

        /// <summary>Who the client is, or <see langword="null"/>.</summary>
        public User? User { get; }

        private protected override int Closed => 0;
    }

    /// <summary>The handshake is answered with an HTTP error.</summary>
    public sealed record Refused : HandshakeDecision
    {
        internal Refused(int status, string reason, string? wwwAuthenticate)
        {
            Status = status;
            Reason = reason;
            WwwAuthenticate = wwwAuthenticate;
        }

        /// <summary>401 or one of <see cref="RefusalStatuses"/>.</summary>
        public int Status { get; }

        /// <summary>The body.</summary>
        public string Reason { get; }

        /// <summary>The value of the <c>WWW-Authenticate</c> header; only with 401.</summary>
        public string? WwwAuthenticate { get; }

        private protected override int Closed => 1;
    }
}
