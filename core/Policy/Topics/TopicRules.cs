namespace PluginHost.Core.Policy.Topics;

/// <summary>The bounds of topics.</summary>
/// <param name="Length">Of names and patterns.</param>
/// <param name="SubscriptionsPerConnection">Subscriptions of one connection.</param>
/// <param name="Topics">Topics and patterns at once.</param>
/// <param name="History">What one topic keeps.</param>
/// <param name="HistoryTotal">Bytes that all topics keep together.</param>
/// <param name="MemberInfo">Bytes of what is said about a member, in UTF-8.</param>
/// <param name="Waiting">What may wait on one loop to be delivered.</param>
public sealed record TopicLimits(
    TopicLength Length, int SubscriptionsPerConnection, int Topics, HistoryLimits History, long HistoryTotal, int MemberInfo, BacklogLimits Waiting);

/// <summary>Whether something that a handler wants of topics is done.</summary>
public enum TopicVerdict : byte
{
    /// <summary>It is.</summary>
    Allowed,

    /// <summary>The name or the pattern is not one.</summary>
    Invalid,

    /// <summary>The plugin may not use that topic.</summary>
    Forbidden,

    /// <summary>The connection has as many subscriptions as it may have.</summary>
    TooManySubscriptions,

    /// <summary>What is asked for needs a topic, not a pattern.</summary>
    NeedsTopic,

    /// <summary>What is said about the member is too long.</summary>
    InfoTooLong,
}

/// <summary>What a handler may do with topics.</summary>
public static class TopicRules
{
    /// <summary>Decides on a subscription.</summary>
    /// <param name="limits">The bounds.</param>
    /// <param name="permission">What the plugin may use.</param>
    /// <param name="pattern">The pattern or name.</param>
    /// <param name="subscriptions">Other subscriptions that the connection has.</param>
    /// <param name="needsTopic">It asks for history or joins.</param>
    /// <param name="infoBytes">Bytes of what is said about the member; 0 for none.</param>
    public static TopicVerdict Subscribe(
        TopicLimits limits, TopicPermission permission, string pattern, int subscriptions, bool needsTopic, int infoBytes)
    {
        if (TopicSyntax.CheckPattern(pattern, limits.Length) != TopicFault.None) return TopicVerdict.Invalid;
        if (!permission.MaySubscribe(pattern)) return TopicVerdict.Forbidden;
        if (needsTopic && TopicSyntax.HasWildcard(pattern)) return TopicVerdict.NeedsTopic;
        if (infoBytes > limits.MemberInfo) return TopicVerdict.InfoTooLong;
        return subscriptions >= limits.SubscriptionsPerConnection ? TopicVerdict.TooManySubscriptions : TopicVerdict.Allowed;
    }

    /// <summary>Decides on a look at a topic's history and members.</summary>
    public static TopicVerdict Read(TopicLimits limits, TopicPermission permission, string topic) =>
        TopicSyntax.CheckName(topic, limits.Length) != TopicFault.None ? TopicVerdict.Invalid
        : permission.MaySubscribe(topic) ? TopicVerdict.Allowed
        : TopicVerdict.Forbidden;

    /// <summary>Decides on a publication.</summary>
    /// <param name="limits">The bounds.</param>
    /// <param name="permission">What the plugin may use.</param>
    /// <param name="topic">The topic's name.</param>
    /// <param name="isKnown">It is a topic already, so its name is one.</param>
    public static TopicVerdict Publish(TopicLimits limits, TopicPermission permission, string topic, bool isKnown) =>
        !isKnown && TopicSyntax.CheckName(topic, limits.Length) != TopicFault.None ? TopicVerdict.Invalid
        : permission.MayPublish(topic) ? TopicVerdict.Allowed
        : TopicVerdict.Forbidden;
}
