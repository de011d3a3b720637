using PluginHost.Abstractions;
using PluginHost.Server.Loading;

namespace PluginHost.Tests.Server;

/// <summary>Plugins of the tests themselves: a table from tokens to handlers, with no assembly loaded.</summary>
internal static class TestHandlers
{
    /// <summary>The handlers as the server wants them.</summary>
    public static IReadOnlyDictionary<string, PluginHandler> Table(params IEnumerable<HandlerDescription> handlers)
    {
        var description = new PluginDescription("Test", "1.0", handlers);
        var candidate = new PluginCandidate("test", "/nowhere/test.dll", null, "{}");
        var metadata = new PluginMetadata("test", "1.0", new Version(ContractInfo.Major, ContractInfo.Minor));
        var plugin = new LoadedPlugin(candidate, metadata, null!, new TestPlugin(description), description, isScript: false);
        return handlers.SelectMany(one => one.Subprotocols.Select(token => (token, one)))
            .ToDictionary(pair => pair.token, pair => new PluginHandler(plugin, pair.one), StringComparer.Ordinal);
    }

    /// <summary>Echo in each tier.</summary>
    public static IEnumerable<HandlerDescription> Echoes =>
    [
        Handler.Pure("echo", new Plugins.Echo.EchoHandler()),
        Handler.Inline("echo.inline", () => new InlineEcho()),
        Handler.Session("echo.session", () => new SessionEcho()),
    ];

    private sealed class TestPlugin(PluginDescription description) : Plugin
    {
        public override PluginDescription Describe() => description;
    }
}

/// <summary>Answers every message with itself, on the loop.</summary>
internal class InlineEcho : InlineHandler
{
    public override void OnText(Session session, BorrowedMessage message) => session.Send(message);

    public override void OnBinary(Session session, BorrowedMessage message) => session.Send(message);
}

/// <summary>Answers every message with itself, on the thread pool.</summary>
internal class SessionEcho : SessionHandler
{
    public override ValueTask OnTextAsync(Session session, OwnedMessage message) => Echo(session, message);

    public override ValueTask OnBinaryAsync(Session session, OwnedMessage message) => Echo(session, message);

    private static async ValueTask Echo(Session session, OwnedMessage message)
    {
        if (session.Send(message) == SendResult.Queued) await session.DrainedAsync(default);
    }
}

/// <summary>A pure handler made of two functions; its state is what <paramref name="open"/> and <paramref name="next"/> say.</summary>
internal sealed class PureOf<T>(Func<HandshakeInfo, Step<T>> open, Func<T, Event, Step<T>> next) : PureHandler<T>
{
    public override Step<T> Open(HandshakeInfo handshake) => open(handshake);

    public override Step<T> Next(T state, Event e) => next(state, e);
}

/// <summary>An inline handler made of functions.</summary>
internal sealed class InlineOf : InlineHandler, IDisposable
{
    public Action<Session> Opened { get; init; } = _ => { };

    public Action<Session, BorrowedMessage> Message { get; init; } = (_, _) => { };

    public Action<Session> Drained { get; init; } = _ => { };

    public Action<Session, CloseInfo> Closed { get; init; } = (_, _) => { };

    public Action Disposed { get; init; } = () => { };

    public override void OnOpen(Session session) => Opened(session);

    public override void OnText(Session session, BorrowedMessage message) => Message(session, message);

    public override void OnBinary(Session session, BorrowedMessage message) => Message(session, message);

    public override void OnDrained(Session session) => Drained(session);

    public override void OnClosed(Session session, CloseInfo close) => Closed(session, close);

    public void Dispose() => Disposed();
}

/// <summary>A session handler made of functions.</summary>
internal sealed class SessionOf : SessionHandler, IDisposable
{
    public Func<Session, ValueTask> Opened { get; init; } = _ => default;

    public Func<Session, OwnedMessage, ValueTask> Message { get; init; } = (_, _) => default;

    public Func<Session, CloseInfo, ValueTask> Closed { get; init; } = (_, _) => default;

    public Action Disposed { get; init; } = () => { };

    public override ValueTask OnOpenAsync(Session session) => Opened(session);

    public override ValueTask OnTextAsync(Session session, OwnedMessage message) => Message(session, message);

    public override ValueTask OnBinaryAsync(Session session, OwnedMessage message) => Message(session, message);

    public override ValueTask OnClosedAsync(Session session, CloseInfo close) => Closed(session, close);

    public void Dispose() => Disposed();
}
