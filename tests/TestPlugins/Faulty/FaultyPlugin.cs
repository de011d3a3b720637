using PluginHost.Abstractions;

namespace TestPlugins.Faulty;

/// <summary>One handler for each way in which a handler misbehaves. Each does so when it gets a text; "fine" is answered as it should be.</summary>
public sealed class FaultyPlugin : Plugin
{
    public override PluginDescription Describe() => new("Faulty", "1.0",
    [
        Handler.Pure("throw.pure", new ThrowingPure()),
        Handler.Inline("throw.inline", () => new InlineFault(static (_, _) => throw new InvalidOperationException("at once"))),
        Handler.Session("throw.session", () => new SessionFault(static (_, _) => throw new InvalidOperationException("at once"))),
        Handler.Session("throw.later", () => new SessionFault(ThrowLater)),
        Handler.Session("never", () => new SessionFault(static (_, _) => new ValueTask(new TaskCompletionSource().Task))),
        Handler.Session("deaf", () => new SessionFault(IgnoreCancellation)),
        Handler.Session("block", () => new SessionFault(Block)),
        Handler.Inline("storm", () => new Storm()).WithEncoder(static message => EncodedMessage.Text($"{message.Position.Offset}")),
        Handler.Session("block.2", () => new SessionFault(Block)),
        Handler.Session("block.3", () => new SessionFault(Block)),
        Handler.Session("flood", () => new SessionFault(Flood)),
        Handler.Pure("void.pure", new VoidPure(EventKind.Text)),
        Handler.Pure("void.pure.open", new VoidPure(null)),
        Handler.Pure("void.pure.tick", new VoidPure(EventKind.Tick)),
        Handler.Inline("void.inline", () => new InlineFault(static (_, _) => ThrowInVoid())),
        Handler.Session("void.session", () => new SessionFault(static (_, _) => Begin(ThrowInVoid))),
        Handler.Inline("construct.inline", () => new FailingConstructor()),
        Handler.Session("construct.session", static SessionHandler () => throw new InvalidOperationException("in the constructor")),
        Handler.Inline("dispose.inline", () => new FailingDispose()),
        Handler.Session("dispose.session", () => new FailingAsyncDispose()),
        Handler.Session("threads", () => new SessionFault(SendFromManyThreads)),
        Handler.Inline("utf8.inline", () => new InlineFault(static (session, _) => session.SendText(new byte[] { 0xC3, 0x28 }))),
        Handler.Session("utf8.session", () => new SessionFault(static (session, _) => Begin(() => session.SendText(new byte[] { 0xC3, 0x28 })))),
        Handler.Session("utf8.string", () => new SessionFault(static (session, _) => Begin(() => session.SendText("\uD800")))),
        Handler.Inline("loop", () => new InlineFault(static (_, _) => Thread.Sleep(700))),
        Handler.Inline("loop.later", () => new InlineFault(static (_, _) => BlockLater())),
        Handler.Session("recovers", () => new SessionFault(static (_, _) => throw new InvalidOperationException("for now"))),
    ]);

    private static ValueTask Begin(Action action)
    {
        action();
        return default;
    }

    private static async ValueTask ThrowLater(Session session, OwnedMessage message)
    {
        await Task.Delay(10);
        throw new InvalidOperationException("later");
    }

    private static async ValueTask IgnoreCancellation(Session session, OwnedMessage message)
    {
        while (true) await Task.Delay(20);
    }

    private static ValueTask Block(Session session, OwnedMessage message)
    {
        Thread.Sleep(Timeout.Infinite);
        return default;
    }

    private static ValueTask Flood(Session session, OwnedMessage message)
    {
        var chunk = new byte[64 * 1024];
        while (session.SendBinary(chunk) != SendResult.Closed) { }
        return default;
    }

    internal static async void ThrowInVoid()
    {
        await Task.Delay(5);
        throw new InvalidOperationException("in async void");
    }

    private static async void BlockLater()
    {
        await Task.Delay(1);
        Thread.Sleep(700);
    }

    private static async ValueTask SendFromManyThreads(Session session, OwnedMessage message)
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 200; i++)
            {
                session.SendText($"{thread}:{i}");
                _ = session.BufferedBytes;
            }
        })));
        session.Close(1000, "done");
    }
}

internal sealed class ThrowingPure : PureHandler<int>
{
    public override Step<int> Open(HandshakeInfo handshake) => Step.To(0);

    public override Step<int> Next(int state, Event e) => e.Kind != EventKind.Text ? Step.To(state)
        : e.Message.ToString() == "fine" ? Step.To(state, Command.SendText("fine"))
        : throw new InvalidOperationException("at once");
}

/// <summary>Begins what throws later in one kind of its events, or in <see cref="Open"/>.</summary>
internal sealed class VoidPure(EventKind? when) : PureHandler<int>
{
    public override Step<int> Open(HandshakeInfo handshake)
    {
        if (when is null) FaultyPlugin.ThrowInVoid();
        return Step.To(0, Command.SetTimer(TimeSpan.FromMilliseconds(10)));
    }

    public override Step<int> Next(int state, Event e)
    {
        if (e.Kind == EventKind.Text && e.Message.ToString() == "fine") return Step.To(state, Command.SendText("fine"));
        if (e.Kind == when) FaultyPlugin.ThrowInVoid();
        return Step.To(state);
    }
}

internal sealed class InlineFault(Action<Session, BorrowedMessage> fault) : InlineHandler
{
    public override void OnText(Session session, BorrowedMessage message)
    {
        if (message.ToString() == "fine") session.Send(message);
        else fault(session, message);
    }
}

internal sealed class SessionFault(Func<Session, OwnedMessage, ValueTask> fault) : SessionHandler
{
    public override ValueTask OnTextAsync(Session session, OwnedMessage message)
    {
        if (message.ToString() != "fine") return fault(session, message);
        session.Send(message);
        return default;
    }
}

internal sealed class FailingConstructor : InlineHandler
{
    public FailingConstructor() => throw new InvalidOperationException("in the constructor");
}

internal sealed class FailingDispose : InlineHandler, IDisposable
{
    public override void OnText(Session session, BorrowedMessage message) => session.Send(message);

    public void Dispose() => throw new InvalidOperationException("in Dispose");
}

internal sealed class FailingAsyncDispose : SessionHandler, IAsyncDisposable
{
    public override ValueTask OnTextAsync(Session session, OwnedMessage message)
    {
        session.Send(message);
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.Delay(1);
        throw new InvalidOperationException("in DisposeAsync");
    }
}

/// <summary>
/// No fault: its client joins a topic again (<c>again</c>), leaves it (<c>leave</c>) or publishes to it (anything else), and is sent the offset of each message, and
/// <c>=</c> with that of each snapshot.
/// </summary>
internal sealed class Storm : InlineHandler
{
    private const string Topic = "storm";

    public override void OnOpen(Session session) => Join(session);

    public override void OnText(Session session, BorrowedMessage message)
    {
        if (message.ToString() == "again") Join(session);
        else if (message.ToString() == "leave") session.Unsubscribe(Topic);
        else session.Publish(Topic, Publication.Value(1).Keep());
    }

    private static void Join(Session session) => session.SendText($"={session.Subscribe(TopicSubscription.To(Topic).With(HistoryRequest.Last(1))).Position.Offset}");
}
