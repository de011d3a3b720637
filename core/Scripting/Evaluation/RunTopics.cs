using System.Text;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Evaluation;

/// <summary>What a script sees of topics.</summary>
internal sealed partial class Run
{
    /// <summary>Whether the script defines the function of an event, so that it wants to be told.</summary>
    public bool Wants(ScriptEventKind kind) => _template is not null && _template.Functions.Contains(Script.FunctionOf(kind));

    /// <summary>Who came or went.</summary>
    public ScriptValue TopicMember() => _event.Topic is ScriptTopic.Member member ? Member(member) : default;

    /// <summary>What happened on a topic.</summary>
    public ScriptValue Topic() => _event.Topic switch
    {
        ScriptTopic.Message message => Object(
        [
            new("name", ScriptValue.Of(message.Name)), new("sender", ScriptValue.Of(message.Sender)), new("epoch", ScriptValue.Of(message.Place.Epoch)),
            new("offset", ScriptValue.Of(message.Place.Offset)), new("gap", ScriptValue.Of(message.FollowsGap)),
        ]),
        ScriptTopic.Member member => Object([new("name", ScriptValue.Of(member.Name)), new("member", Member(member))]),
        ScriptTopic.Snapshot snapshot => Object(
        [
            new("name", ScriptValue.Of(snapshot.Name)), new("refused", ScriptValue.Of(snapshot.Refusal)),
            new("messages", List(snapshot.Messages, Past)), new("complete", ScriptValue.Of(snapshot.IsComplete)),
            new("epoch", ScriptValue.Of(snapshot.Place.Epoch)), new("offset", ScriptValue.Of(snapshot.Place.Offset)),
            new("members", List(snapshot.Members, Member)),
        ]),
        _ => default,
    };

    private ScriptValue Past(ScriptTopic.Message message)
    {
        if (message.IsText) ChargeText(message.Payload.Length);
        return Object(
        [
            new("text", message.IsText ? ScriptValue.Of(Encoding.UTF8.GetString(message.Payload.Span)) : default),
            new("binary", message.IsText ? default : Base64(message.Payload)), new("sender", ScriptValue.Of(message.Sender)),
            new("epoch", ScriptValue.Of(message.Place.Epoch)), new("offset", ScriptValue.Of(message.Place.Offset)),
        ]);
    }

    private ScriptValue Member(ScriptTopic.Member member) =>
        Object([new("id", ScriptValue.Of(member.Id)), new("info", ScriptValue.Of(member.Info))]);

    private ScriptValue Object(ReadOnlySpan<KeyValuePair<string, ScriptValue>> members)
    {
        ChargeObject(members.Length);
        var result = new ScriptObject(members.Length);
        foreach (var (name, value) in members) result.Set(name, value);
        return ScriptValue.Of(result);
    }

    private ScriptValue List<T>(IReadOnlyList<T> items, Func<T, ScriptValue> value)
    {
        StepMany(items.Count);
        ChargeArray(items.Count);
        var result = new ScriptArray(items.Count);
        foreach (var item in items) result.Add(value(item));
        return ScriptValue.Of(result);
    }
}
