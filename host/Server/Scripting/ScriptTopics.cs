using PluginHost.Abstractions;
using PluginHost.Core.Scripts;

namespace PluginHost.Server.Scripting;

/// <summary>Topics between the contract's words and those of scripts.</summary>
internal static class ScriptTopics
{
    /// <summary>A message; <see langword="null"/> for what is none.</summary>
    public static ScriptTopic.Message? MessageOf(TopicMessage message)
    {
        var encoded = OutgoingMessage.Of(message);
        return encoded.IsNone
            ? null
            : new(message.Topic, encoded.Kind == MessageKind.Text, encoded.Bytes, message.Sender, PlaceOf(message.Position), message.FollowsGap);
    }

    /// <summary>Somebody on a topic.</summary>
    public static ScriptTopic.Member MemberOf(string topic, TopicMember member) => new(topic, member.Id, member.Info);

    /// <summary>An answer.</summary>
    public static ScriptTopic.Snapshot SnapshotOf(TopicSnapshot snapshot) => new(
        snapshot.Topic, snapshot.Result == TopicResult.Done ? null : Word(snapshot.Result),
        [.. snapshot.Messages.Select(MessageOf).OfType<ScriptTopic.Message>()], snapshot.IsComplete, PlaceOf(snapshot.Position),
        [.. snapshot.Members.Select(who => MemberOf(snapshot.Topic, who))]);

    /// <summary>What a script wants of a topic.</summary>
    public static TopicSubscription SubscriptionOf(ScriptCommand.Subscribe wanted)
    {
        var subscription = TopicSubscription.To(wanted.Topic).With(HistoryOf(wanted.History));
        if (wanted.ToScript) subscription = subscription.ToHandler();
        if (wanted.WatchesPresence) subscription = subscription.WatchPresence();
        return wanted.Member is { } member ? subscription.As(member) : subscription;
    }

    /// <summary>What a script wants of the past.</summary>
    public static HistoryRequest HistoryOf(ScriptHistory wanted) => wanted switch
    {
        { Since: { } place } => HistoryRequest.Since(new TopicPosition(place.Epoch, place.Offset)),
        { Count: 0 } => HistoryRequest.None,
        _ => HistoryRequest.Last(wanted.Count),
    };

    private static ScriptPlace PlaceOf(TopicPosition position) => new(position.Epoch, position.Offset);

    /// <summary>Why nothing was done, in a word.</summary>
    public static string Word(TopicResult result) => result switch
    {
        TopicResult.TooManySubscriptions => "too many subscriptions",
        TopicResult.TooManyTopics => "too many topics",
        TopicResult.NeedsTopic => "a topic is needed, not a pattern",
        TopicResult.InfoTooLong => "what is said about the member is too long",
        _ => result.ToString().ToLowerInvariant(),
    };
}
