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
        Handler.Inline("echo.inline", own => new InlineEcho(own)),
        Handler.Session("echo.session", own => new SessionEcho(own)),
    ];

    private sealed class TestPlugin(PluginDescription description) : Plugin
    {
        public override PluginDescription Describe() => description;
    }
}

/// <summary>Answers every message with itself, on the loop.</summary>
internal sealed class InlineEcho(Session session) : InlineHandler
{
    public override void OnText(BorrowedMessage message) => session.Send(message);

    public override void OnBinary(BorrowedMessage message) => session.Send(message);
}

/// <summary>Answers every message with itself, on the thread pool.</summary>
internal sealed class SessionEcho(Session session) : SessionHandler
{
    public override ValueTask OnTextAsync(OwnedMessage message, Call call) => Echo(message);

    public override ValueTask OnBinaryAsync(OwnedMessage message, Call call) => Echo(message);

    private async ValueTask Echo(OwnedMessage message)
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
internal sealed class InlineOf(Session session) : InlineHandler, IDisposable
{
    public Action<Session> Opened { get; init; } = _ => { };

    public Action<Session, BorrowedMessage> Message { get; init; } = (_, _) => { };

    public Action<Session> Drained { get; init; } = _ => { };

    public Action<Session, int> Timer { get; init; } = (_, _) => { };

    public Action<Session, StopInfo> Stopping { get; init; } = (_, _) => { };

    public Action<Session, CloseInfo> Closed { get; init; } = (_, _) => { };

    public Action Disposed { get; init; } = () => { };

    public override void OnOpen() => Opened(session);

    public override void OnText(BorrowedMessage message) => Message(session, message);

    public override void OnBinary(BorrowedMessage message) => Message(session, message);

    public override void OnDrained() => Drained(session);

    public override void OnTimer(int id) => Timer(session, id);

    public override void OnStopping(StopInfo stop) => Stopping(session, stop);

    public override void OnClosed(CloseInfo close) => Closed(session, close);

    public void Dispose() => Disposed();
}

/// <summary>A session handler made of functions.</summary>
internal sealed class SessionOf(Session session) : SessionHandler, IDisposable
{
    public Func<Session, ValueTask> Opened { get; init; } = _ => default;

    public Func<Session, OwnedMessage, ValueTask> Message { get; init; } = (_, _) => default;

    public Func<Session, OwnedMessage, Call, ValueTask>? Called { get; init; }

    public Func<Session, int, ValueTask> Timer { get; init; } = (_, _) => default;

    public Func<Session, StopInfo, Call, ValueTask> Stopping { get; init; } = (_, _, _) => default;

    public Func<Session, ReadOnlyMemory<byte>, Call, ValueTask<ReadOnlyMemory<byte>?>> Asked { get; init; } = (_, _, _) => default;

    public Func<Session, CloseInfo, ValueTask> Closed { get; init; } = (_, _) => default;

    public Action Disposed { get; init; } = () => { };

    public override ValueTask OnOpenAsync(Call call) => Opened(session);

    public override ValueTask OnTextAsync(OwnedMessage message, Call call) => Called?.Invoke(session, message, call) ?? Message(session, message);

    public override ValueTask OnBinaryAsync(OwnedMessage message, Call call) => Called?.Invoke(session, message, call) ?? Message(session, message);

    public override ValueTask<ReadOnlyMemory<byte>?> OnAskAsync(ReadOnlyMemory<byte> question, Call call) => Asked(session, question, call);

    public override ValueTask OnTimerAsync(int id, Call call) => Timer(session, id);

    public override ValueTask OnStoppingAsync(StopInfo stop, Call call) => Stopping(session, stop, call);

    public override ValueTask OnClosedAsync(CloseInfo close) => Closed(session, close);

    public void Dispose() => Disposed();
}
