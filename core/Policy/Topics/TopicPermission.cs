using System.Collections.Immutable;

namespace PluginHost.Core.Policy.Topics;

/// <summary>The topics that a plugin may use.</summary>
/// <param name="Subscribe">Patterns; it may subscribe to what one of them covers.</param>
/// <param name="Publish">Patterns; it may publish to what one of them matches.</param>
public sealed record TopicPermission(ImmutableArray<string> Subscribe, ImmutableArray<string> Publish)
{
    /// <summary>Every topic, also those that begin with <c>$</c>.</summary>
    public static TopicPermission Everything { get; } = new(default, default);

    /// <inheritdoc/>
    public bool Equals(TopicPermission? other) => other is not null && Same(Subscribe, other.Subscribe) && Same(Publish, other.Publish);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Subscribe.IsDefault ? -1 : Subscribe.Length, Publish.IsDefault ? -1 : Publish.Length);

    private static bool Same(ImmutableArray<string> one, ImmutableArray<string> other) =>
        one.IsDefault == other.IsDefault && (one.IsDefault || one.SequenceEqual(other));

    /// <summary>Whether it may subscribe to a pattern, to see who is there and what was published.</summary>
    /// <param name="pattern">A valid pattern or name.</param>
    public bool MaySubscribe(string pattern)
    {
        if (Subscribe.IsDefault) return true;
        foreach (var allowed in Subscribe)
            if (TopicSyntax.Covers(allowed, pattern)) return true;
        return false;
    }

    /// <summary>Whether it may publish to a topic.</summary>
    /// <param name="topic">A valid name.</param>
    public bool MayPublish(string topic)
    {
        if (Publish.IsDefault) return true;
        foreach (var allowed in Publish)
            if (TopicSyntax.Matches(allowed, topic)) return true;
        return false;
    }
}
