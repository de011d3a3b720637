using System.Collections.Immutable;

namespace PluginHost.Core.Policy.Topics;

/// <summary>
/// Patterns and what belongs to each, as an immutable tree of levels. A match visits the branches that the topic's own levels lead to (its
/// literal level, <c>+</c> and <c>#</c>), never the others: what it costs depends on the topic's levels and on the patterns that begin like it,
/// not on how many patterns there are.
/// </summary>
/// <typeparam name="T">What belongs to a pattern.</typeparam>
public sealed class TopicTree<T>
    where T : class
{
    private readonly Node _root;

    private TopicTree(Node root, int count)
    {
        _root = root;
        Count = count;
    }

    /// <summary>No pattern.</summary>
    public static TopicTree<T> Empty => new(Node.Empty, 0);

    /// <summary>How many patterns there are.</summary>
    public int Count { get; }

    /// <summary>What belongs to exactly that pattern, or <see langword="null"/>.</summary>
    /// <param name="pattern">A valid pattern.</param>
    public T? Find(string pattern)
    {
        var node = _root;
        for (var at = 0; at <= pattern.Length && node is not null; at = End(pattern, at) + 1) node = node.Child(LevelAt(pattern, at));
        return node?.Value;
    }

    /// <summary>The tree with a pattern; what belonged to it before is replaced.</summary>
    /// <param name="pattern">A valid pattern.</param>
    /// <param name="value">What belongs to it.</param>
    public TopicTree<T> With(string pattern, T value) =>
        new(Set(_root, pattern, 0, value) ?? Node.Empty, Find(pattern) is null ? Count + 1 : Count);

    /// <summary>The tree without a pattern.</summary>
    /// <param name="pattern">A valid pattern.</param>
    public TopicTree<T> Without(string pattern) =>
        Find(pattern) is null ? this : new TopicTree<T>(Set(_root, pattern, 0, null) ?? Node.Empty, Count - 1);

    /// <summary>What belongs to the patterns that a topic matches, each once, in no order that means anything.</summary>
    /// <param name="topic">A valid name.</param>
    public ImmutableArray<T> Match(string topic)
    {
        if (Count == 0) return [];
        var found = default(ImmutableArray<T>.Builder);
        Match(_root, topic, 0, ref found);
        return found is null ? [] : found.ToImmutable();
    }

    /// <summary>What belongs to the patterns, some of them where there are more, in no order that means anything.</summary>
    /// <param name="most">How many at most.</param>
    public ImmutableArray<T> Some(int most)
    {
        var found = ImmutableArray.CreateBuilder<T>();
        for (var nodes = new Stack<Node>([_root]); found.Count < most && nodes.TryPop(out var node);)
        {
            if (node.Value is { } value) found.Add(value);
            foreach (var child in node.Children.Values) nodes.Push(child);
            if (node.Any is { } any) nodes.Push(any);
            if (node.Rest is { } rest) nodes.Push(rest);
        }
        return found.ToImmutable();
    }

    private static void Match(Node node, string topic, int at, ref ImmutableArray<T>.Builder? found)
    {
        // "a/#" matches "a" too.
        var hidden = at == 0 && topic[0] == '$';
        if (!hidden && node.Rest?.Value is { } rest) Add(ref found, rest);
        if (at > topic.Length)
        {
            if (node.Value is { } value) Add(ref found, value);
            return;
        }
        var next = End(topic, at) + 1;
        if (!hidden && node.Any is { } any) Match(any, topic, next, ref found);
        if (node.Literal(LevelAt(topic, at)) is { } literal) Match(literal, topic, next, ref found);
    }

    private static void Add(ref ImmutableArray<T>.Builder? found, T value) => (found ??= ImmutableArray.CreateBuilder<T>()).Add(value);

    /// <summary>The branch with another value at its end; <see langword="null"/> when nothing is left of it.</summary>
    private static Node? Set(Node node, string pattern, int at, T? value)
    {
        if (at > pattern.Length) return (node with { Value = value }).OrNothing();
        var level = LevelAt(pattern, at);
        var child = Set(node.Child(level) ?? Node.Empty, pattern, End(pattern, at) + 1, value);
        return node.WithChild(level, child).OrNothing();
    }

    private static int End(string text, int at)
    {
        var slash = at < text.Length ? text.IndexOf('/', at) : -1;
        return slash < 0 ? text.Length : slash;
    }

    private static Level LevelAt(string text, int at) => new(text.AsMemory(at, End(text, at) - at));

    /// <summary>One level. It is a part of the text it was taken from, so that looking for it makes no string.</summary>
    private readonly struct Level(ReadOnlyMemory<char> text) : IEquatable<Level>
    {
        public ReadOnlySpan<char> Text => text.Span;

        public Level Kept() => new(text.ToString().AsMemory());

        public bool Equals(Level other) => Text.SequenceEqual(other.Text);

        public override bool Equals(object? obj) => obj is Level other && Equals(other);

        public override int GetHashCode() => string.GetHashCode(Text);
    }

    private sealed record Node(ImmutableDictionary<Level, Node> Children, Node? Any, Node? Rest, T? Value)
    {
        public static Node Empty => new(ImmutableDictionary<Level, Node>.Empty, null, null, null);

        public Node? Literal(Level level) => Children.GetValueOrDefault(level);

        public Node? Child(Level level) => level.Text switch
        {
            "+" => Any,
            "#" => Rest,
            _ => Literal(level),
        };

        public Node WithChild(Level level, Node? child) => level.Text switch
        {
            "+" => this with { Any = child },
            "#" => this with { Rest = child },
            _ => this with { Children = child is null ? Children.Remove(level) : Children.SetItem(level.Kept(), child) },
        };

        public Node? OrNothing() => Children.IsEmpty && Any is null && Rest is null && Value is null ? null : this;
    }
}
