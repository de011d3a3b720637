using PluginHost.Abstractions;

namespace TestPlugins.Faulty;

/// <summary>One handler for each way in which a handler misbehaves. Each does so when it gets a text; "fine" is answered as it should be.</summary>
public sealed class FaultyPlugin : Plugin
{
    public override PluginDescription Describe() => new("Faulty", "1.0",
    [
        Handler.Pure("throw.pure", new ThrowingPure()),
        Handler.Inline("throw.inline", own => new InlineFault(own, static (_, _) => throw new InvalidOperationException("at once"))),
        Handler.Session("throw.session", own => new SessionFault(own, static (_, _) => throw new InvalidOperationException("at once"))),
        Handler.Session("throw.later", own => new SessionFault(own, ThrowLater)),
        Handler.Session("never", own => new SessionFault(own, static (_, _) => new ValueTask(new TaskCompletionSource().Task))),
        Handler.Session("deaf", own => new SessionFault(own, IgnoreCancellation)),
        Handler.Session("block", own => new SessionFault(own, Block)),
        Handler.Inline("storm", own => new Storm(own)).WithEncoder(static message => OutgoingMessage.Text($"{message.Position.Offset}")),
        Handler.Session("block.2", own => new SessionFault(own, Block)),
        Handler.Session("block.3", own => new SessionFault(own, Block)),
        Handler.Session("flood", own => new SessionFault(own, Flood)),
        Handler.Pure("void.pure", new VoidPure(EventKind.Text)),
        Handler.Pure("void.pure.open", new VoidPure(null)),
        Handler.Pure("void.pure.tick", new VoidPure(EventKind.Timer)),
        Handler.Inline("void.inline", own => new InlineFault(own, static (_, _) => ThrowInVoid())),
        Handler.Session("void.session", own => new SessionFault(own, static (_, _) => Begin(ThrowInVoid))),
        Handler.Inline("construct.inline", _ => new FailingConstructor()),
        Handler.Session("construct.session", static SessionHandler (_) => throw new InvalidOperationException("in the constructor")),
        Handler.Inline("dispose.inline", own => new FailingDispose(own)),
        Handler.Session("dispose.session", own => new FailingAsyncDispose(own)),
        Handler.Session("threads", own => new SessionFault(own, SendFromManyThreads)),
        Handler.Inline("utf8.inline", own => new InlineFault(own, static (session, _) => session.SendText(new byte[] { 0xC3, 0x28 }))),
        Handler.Session("utf8.session", own => new SessionFault(own, static (session, _) => Begin(() => session.SendText(new byte[] { 0xC3, 0x28 })))),
        Handler.Session("utf8.string", own => new SessionFault(own, static (session, _) => Begin(() => session.SendText("\uD800")))),
        Handler.Inline("loop", own => new InlineFault(own, static (_, _) => Thread.Sleep(700))),
        Handler.Inline("loop.later", own => new InlineFault(own, static (_, _) => BlockLater())),
        Handler.Session("recovers", own => new SessionFault(own, static (_, _) => throw new InvalidOperationException("for now"))),
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
        return Step.To(0, Command.SetTimer(0, TimeSpan.FromMilliseconds(10)));
    }

    public override Step<int> Next(int state, Event e)
    {
        if (e.Kind == EventKind.Text && e.Message.ToString() == "fine") return Step.To(state, Command.SendText("fine"));
        if (e.Kind == when) FaultyPlugin.ThrowInVoid();
        return Step.To(state);
    }
}

internal sealed class InlineFault(Session session, Action<Session, BorrowedMessage> fault) : InlineHandler
{
    public override void OnText(BorrowedMessage message)
    {
        if (message.ToString() == "fine") session.Send(message);
        else fault(session, message);
    }
}

internal sealed class SessionFault(Session session, Func<Session, OwnedMessage, ValueTask> fault) : SessionHandler
{
    public override ValueTask OnTextAsync(OwnedMessage message, Call call)
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

internal sealed class FailingDispose(Session session) : InlineHandler, IDisposable
{
    public override void OnText(BorrowedMessage message) => session.Send(message);

    public void Dispose() => throw new InvalidOperationException("in Dispose");
}

internal sealed class FailingAsyncDispose(Session session) : SessionHandler, IAsyncDisposable
{
    public override ValueTask OnTextAsync(OwnedMessage message, Call call)
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
internal sealed class Storm(Session session) : InlineHandler
{
    private const string Topic = "storm";

    public override void OnOpen() => Join();

    public override void OnText(BorrowedMessage message)
    {
        if (message.ToString() == "again") Join();
        else if (message.ToString() == "leave") session.Topics.Unsubscribe(Topic);
        else session.Topics.Publish(Topic, Publication.Json("1").Keep());
    }

    public override void OnSnapshot(TopicSnapshot snapshot) => session.SendText($"={snapshot.Position.Offset}");

    private void Join() => session.Topics.Subscribe(TopicSubscription.To(Topic).With(HistoryRequest.Last(1)));
}
