using PluginHost.Abstractions;

namespace TestPlugins.Stray;

/// <summary>Lets exceptions escape where no call of the host's catches them: the text says where. Everything is echoed first.</summary>
public sealed class StrayPlugin : Plugin
{
    public override PluginDescription Describe() => new("Stray", "1.0",
    [
        Handler.Session("stray", own => new StrayHandler(own)),
        Handler.Session("stray.decision", own => new StrayHandler(own)).WithDecision((_, _) =>
        {
            Escapes.InVoid();
            return ValueTask.FromResult(HandshakeDecision.Accept);
        }),
    ]);
}

internal sealed class StrayHandler(Session session) : SessionHandler
{
    public override ValueTask OnTextAsync(OwnedMessage message, Call call)
    {
        session.Send(message);
        switch (message.ToString())
        {
            case "thread":
                new Thread(() => throw new InvalidOperationException("on a thread of its own")).Start();
                break;
            case "pool":
                ThreadPool.UnsafeQueueUserWorkItem(_ => throw new InvalidOperationException("on the pool"), null);
                break;
            case "timer":
                _ = new Timer(_ => throw new InvalidOperationException("in a timer"), null, 1, Timeout.Infinite);
                break;
            case "finalizer":
                Escapes.Abandon();
                GC.Collect();
                break;
            case "task":
                Escapes.Forget();
                Thread.Sleep(20);
                GC.Collect();
                break;
        }
        return default;
    }
}

internal static class Escapes
{
    public static async void InVoid()
    {
        await Task.Yield();
        throw new InvalidOperationException("in async void");
    }

    public static void Abandon()
    {
        for (var i = 0; i < 10; i++) _ = new Abandoned();
    }

    public static void Forget() => _ = Task.Run(() => throw new InvalidOperationException("in a task that nobody awaits"));

    private sealed class Abandoned
    {
        ~Abandoned() => throw new InvalidOperationException("in a finalizer");
    }
}
