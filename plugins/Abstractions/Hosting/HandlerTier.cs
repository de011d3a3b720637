namespace PluginHost.Abstractions.Hosting;

/// <summary>For hosts: what makes a handler for one connection, and so where it runs.</summary>
public abstract class HandlerTier
{
    private HandlerTier() { }

    internal static HandlerTier Pure(Func<PureRun> create) => new PureTier(create);

    internal static HandlerTier Session(Func<Session, SessionHandler> create) => new SessionTier(create);

    internal static HandlerTier Inline(Func<Session, InlineHandler> create) => new InlineTier(create);

    /// <summary>Calls the function that belongs to this case, with what makes the handler of one connection.</summary>
    public abstract T Match<T>(
        Func<Func<PureRun>, T> pure, Func<Func<Session, SessionHandler>, T> session, Func<Func<Session, InlineHandler>, T> inline);

    private sealed class PureTier(Func<PureRun> create) : HandlerTier
    {
        public override T Match<T>(
            Func<Func<PureRun>, T> pure, Func<Func<Session, SessionHandler>, T> session, Func<Func<Session, InlineHandler>, T> inline) => pure(create);
    }

    private sealed class SessionTier(Func<Session, SessionHandler> create) : HandlerTier
    {
        public override T Match<T>(
            Func<Func<PureRun>, T> pure, Func<Func<Session, SessionHandler>, T> session, Func<Func<Session, InlineHandler>, T> inline) => session(create);
    }

    private sealed class InlineTier(Func<Session, InlineHandler> create) : HandlerTier
    {
        public override T Match<T>(
            Func<Func<PureRun>, T> pure, Func<Func<Session, SessionHandler>, T> session, Func<Func<Session, InlineHandler>, T> inline) => inline(create);
    }
}

/// <summary>For hosts: stands between pure handlers and whoever runs them.</summary>
public static class HostHandlers
{
    /// <summary>The same pure handler, each run of which is replaced; a handler of another tier stays as it is.</summary>
    /// <param name="description">The handler.</param>
    /// <param name="replace">Given the run of one connection, what takes its place.</param>
    public static HandlerDescription Replace(HandlerDescription description, Func<PureRun, PureRun> replace)
    {
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(replace);
        return description.With(replace);
    }
}
