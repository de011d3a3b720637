using LanguageExt;
using PluginHost.Core.Scripts;
using Scriban.Runtime;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>What a script has done by the host: functions that stand on their own.</summary>
internal static class HostFunctions
{
    /// <summary>The functions.</summary>
    public static IReadOnlyList<HostFunction> All { get; } =
    [
        new("send", "text", call => Ask(call, new ScriptCommand.Send(call.Text(0)))),
        new("send_json", "value", call => Ask(call, new ScriptCommand.Send(JsonText.Write(call.Context, call[0])))),
        new("send_binary", "base64", call => Ask(call, new ScriptCommand.SendBinary(call.FromBase64(0)))),
        new("close", "code? reason?", call => Ask(call, ScriptRequest.Close(call.Whole(0) ?? 1000, call.Text(1)))),
        new("log", "text", call => Ask(call, new ScriptCommand.Log(call.Text(0)))),
        new("timer", "delay?", Timer),
        new("subscribe", "topic as? history? since? pattern?", call => Ask(call, call.Context.Ambient.Program!.Shape.Subscribe(
            call.Text(0), call.TextOrNull(1), History(call, 2, 3), call.Truth(4)))),
        new("unsubscribe", "topic", call => Ask(call, new ScriptCommand.Unsubscribe(call.Text(0)))),
        new("read_topic", "topic history? since?", call => Ask(call, new ScriptCommand.ReadTopic(call.Text(0), History(call, 1, 2)))),
        new("publish", "topic text keep? others?", call => Publish(call, call.Text(1), default)),
        new("publish_json", "topic value keep? others?", call => Publish(call, JsonText.Write(call.Context, call[1]), default)),
        new("publish_binary", "topic base64 keep? others?", call => Publish(call, null, call.FromBase64(1))),
    ];

    // The value of such a call is null: nothing is printed.
    private static object? Ask(Call call, ScriptCommand command)
    {
        call.Context.Step();
        if (!call.Context.Ambient.HasConnection && command is not (ScriptCommand.Publish or ScriptCommand.Log))
            throw call.Fail("there is no connection in on_interval; it can publish and log");
        call.Context.Commands.Add(command);
        return null;
    }

    private static object? Ask(Call call, Either<string, ScriptCommand> command) =>
        Ask(call, command.IfLeft(problem => throw call.Fail(problem)));

    // Seconds or a time span; nothing stops it.
    private static object? Timer(Call call)
    {
        if (call[0] is null) return Ask(call, new ScriptCommand.Timer(null));
        return Ask(call, ScriptRequest.Timer(call[0] is TimeSpan span ? span.TotalSeconds : call.Double(0)));
    }

    // Whether a name is one, and may be used, is for the server to say: what a client has sent must not make a script fail.
    private static object? Publish(Call call, string? text, ReadOnlyMemory<byte> binary) =>
        Ask(call, new ScriptCommand.Publish(call.Text(0), text, binary, call.Truth(2), call.Truth(3)));

    private static ScriptHistory History(Call call, int count, int since) => call[since] switch
    {
        null => new ScriptHistory((int)Math.Clamp(call.Whole(count) ?? 0, 0, int.MaxValue), null),
        ScriptObject place => new ScriptHistory(0, new ScriptPlace(Number(place, "epoch"), Number(place, "offset"))),
        var other => throw call.Fail($"argument `since` must be an object, but is {ScriptValues.Describe(other)}"),
    };

    private static long Number(ScriptObject place, string name) => place[name] switch
    {
        int small => small,
        long large => large,
        double real when double.IsInteger(real) && Math.Abs(real) < 9e15 => (long)real,
        _ => 0,
    };
}
