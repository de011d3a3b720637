using System.Collections.Immutable;
using LanguageExt;
using PluginHost.Core.Policy.Topics;

namespace PluginHost.Core.Configuration;

/// <summary>Makes what the file says about topics.</summary>
internal static class TopicsBuilder
{
    public static TopicLimits Limits(PlanScope topics) => new(
        new TopicLength(topics.Size("length").IfNone(1), topics.Whole("levels").IfNone(1)),
        topics.Whole("subscriptionsPerConnection").IfNone(0),
        topics.Whole("count").IfNone(0),
        new HistoryLimits(topics.Whole("historyLength").IfNone(0), topics.Size("historyBytes").IfNone(0)),
        topics.Size("historyTotal").IfNone(0),
        topics.Size("memberInfo").IfNone(0),
        new BacklogLimits(topics.Whole("waitingMessages").IfNone(1), topics.Size("waitingBytes").IfNone(1)));

    public static TopicPermission Permission(PlanScope topics) => new(Patterns(topics.Texts("subscribe")), Patterns(topics.Texts("publish")));

    private static ImmutableArray<string> Patterns(Option<Seq<string>> patterns) =>
        patterns.Match(some => some.ToImmutableArray(), () => default);
}
