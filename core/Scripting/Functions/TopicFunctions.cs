using System.Collections.Immutable;
using PluginHost.Core.Scripting.Values;
using PluginHost.Core.Topics;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>What a script has done on topics.</summary>
internal static class TopicFunctions
{
    /// <summary>The functions.</summary>
    public static ImmutableArray<BuiltinFunction> All { get; } =
    [
        new BuiltinFunction("subscribe", "topic as? history? since? pattern?", Subscribe),
        new BuiltinFunction("unsubscribe", "topic", call => call.Command(new ScriptCommand.Unsubscribe(Name(call)))),
        new BuiltinFunction("read_topic", "topic history? since?", call => call.Command(new ScriptCommand.ReadTopic(Name(call), History(call, 1, 2)))),
        new BuiltinFunction("publish", "topic text keep? others?", call => Publish(call, call.Kept(call.Text(1)), default)),
        new BuiltinFunction("publish_json", "topic value keep? others?", call => Publish(call, Json.Write(call.Run, call[1]), default)),
        new BuiltinFunction("publish_binary", "topic base64 keep? others?", call => Publish(call, null, call.FromBase64(1))),
    ];

    // Messages go to the script where it has a function for them; so do those who come and go, and then, as there is one subscription, messages too.
    private static ScriptValue Subscribe(Call call)
    {
        var topic = Name(call);
        var member = call.TextOrNull(1) is { } info ? call.Kept(info) : null;
        var isPattern = TopicSyntax.HasWildcard(topic);
        // What a client has sent may become part of a name: so that it cannot listen to every room, a pattern has to be asked for. One that was not
        // is refused as whatever needs a topic is.
        var watches = isPattern ? !call.Truth(4) : call.Run.Wants(ScriptEventKind.Join) || call.Run.Wants(ScriptEventKind.Leave);
        return call.Command(new ScriptCommand.Subscribe(
            topic, member, History(call, 2, 3), (watches && !isPattern) || call.Run.Wants(ScriptEventKind.Topic), watches));
    }

    private static ScriptValue Publish(Call call, string? text, ReadOnlyMemory<byte> binary) =>
        call.Command(new ScriptCommand.Publish(Name(call), text, binary, call.Truth(2), call.Truth(3)));

    // Whether it is one, and may be used, is for the server to say: what a client has sent must not make a script fail.
    private static string Name(Call call) => call.Kept(call.Text(0));

    private static ScriptHistory History(Call call, int count, int since)
    {
        if (call[since].IsNull) return new ScriptHistory((int)Math.Clamp(call.IntegerOrNull(count) ?? 0, 0, int.MaxValue), null);
        var place = call.Object(since);
        return new ScriptHistory(0, new ScriptPlace(ValueNumbers.ToInteger(place["epoch"]) ?? 0, ValueNumbers.ToInteger(place["offset"]) ?? 0));
    }
}
