using System.Globalization;
using System.Text;
using System.Text.Json;
using PluginHost.Abstractions;

namespace PluginHost.Kit.Tests;

/// <summary>A plugin of one handler.</summary>
internal sealed class PluginOf(HandlerDescription handler) : Plugin
{
    public override PluginDescription Describe() => new("Test", "1.0", [handler]);
}

/// <summary>Handlers that are wrong, one for each way to be.</summary>
internal static class Wrong
{
    /// <summary>Its connections share a number that each answer tells.</summary>
    public static Plugin Shares()
    {
        var count = 0;
        return new PluginOf(Handler.Inline("test", session => new InlineOf(session) { Text = (own, _) => own.SendText($"{++count}") }));
    }

    /// <summary>Believes that every message is a number.</summary>
    public static Plugin Parses() => new PluginOf(Handler.Pure<int>("test", _ => Step.To(0), (sum, e) => e.Kind == EventKind.Text
        ? Step.To(sum, Command.SendText($"{int.Parse(e.Message.ToString(), CultureInfo.InvariantCulture)}"))
        : Step.To(sum)));

    /// <summary>Answers with a number that it draws.</summary>
    public static Plugin Draws() => new PluginOf(Handler.Pure<int>("test", _ => Step.To(0), (state, e) => e.Kind == EventKind.Text
        ? Step.To(state, Command.SendText($"{Random.Shared.NextInt64()}"))
        : Step.To(state)));

    /// <summary>Saves its sum, but not how many numbers it is of.</summary>
    public static Plugin Forgets() => new PluginOf(Handler.Pure("test", new Mean(savesCount: false)));

    /// <summary>Waits in a call that overlaps for what the clock brings only in an hour.</summary>
    public static Plugin Lingers() => new PluginOf(Handler.Session("test", session => new SessionOf
    {
        Text = async (_, call) =>
        {
            await call.OverlapAsync();
            await Task.Delay(TimeSpan.FromHours(1), session.Context.Time, call.Cancellation);
            session.SendText("done");
        },
    }).WithOverlappingCalls(4));

    /// <summary>Takes over when it is told to stop, and then forgets about it.</summary>
    public static Plugin TakesOver() => new PluginOf(Handler.Inline("test", session => new InlineOf(session) { Stopping = own => own.ResumeReading() }));

    /// <summary>Waits for the client's answer with room for a single call, so that the answer never comes.</summary>
    public static Plugin WaitsForRoom()
    {
        return new PluginOf(Handler.Session("test", session =>
        {
            var answers = new System.Collections.Concurrent.ConcurrentQueue<TaskCompletionSource>();
            return new SessionOf
            {
                Text = async (message, call) =>
                {
                    if (message.ToString() == "answer")
                    {
                        if (answers.TryDequeue(out var asked)) asked.SetResult();
                        return;
                    }
                    var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    answers.Enqueue(source);
                    await call.OverlapAsync();
                    await source.Task.WaitAsync(call.Cancellation);
                    session.SendText("thanks");
                },
            };
        }).WithOverlappingCalls(1));
    }
}

/// <summary>The mean of all numbers so far, which it saves.</summary>
internal sealed class Mean(bool savesCount) : PureHandler<(int Sum, int Count)>
{
    public override Step<(int Sum, int Count)> Open(HandshakeInfo handshake) => Step.To((0, 0));

    public override Step<(int Sum, int Count)> Next((int Sum, int Count) state, Event e)
    {
        if (e.Kind != EventKind.Text || !int.TryParse(e.Message.ToString(), CultureInfo.InvariantCulture, out var number) || number is < 0 or > 1000) return Step.To(state);
        var (sum, count) = (state.Sum + number, state.Count + 1);
        return Step.To((sum, count), Command.SendText($"{sum / count}"));
    }

    public override StateSnapshot? Save((int Sum, int Count) state) =>
        new(1, Encoding.UTF8.GetBytes(savesCount ? $"[{state.Sum},{state.Count}]" : $"[{state.Sum},1]"));

    public override Step<(int Sum, int Count)> Restore(HandshakeInfo handshake, StateSnapshot snapshot)
    {
        using var json = JsonDocument.Parse(snapshot.Data);
        return Step.To((json.RootElement[0].GetInt32(), json.RootElement[1].GetInt32()));
    }
}

/// <summary>An inline handler of functions.</summary>
internal sealed class InlineOf(Session session) : InlineHandler
{
    public Action<Session, BorrowedMessage> Text { get; init; } = (_, _) => { };

    public Action<Session> Stopping { get; init; } = _ => { };

    public override void OnText(BorrowedMessage message) => Text(session, message);

    public override void OnStopping(StopInfo stop) => Stopping(session);
}

/// <summary>A session handler of a function.</summary>
internal sealed class SessionOf : SessionHandler
{
    public required Func<OwnedMessage, Call, ValueTask> Text { get; init; }

    public override ValueTask OnTextAsync(OwnedMessage message, Call call) => Text(message, call);
}
