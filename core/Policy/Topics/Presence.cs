using System.Collections.Immutable;

namespace PluginHost.Core.Policy.Topics;

/// <summary>Who somebody on a topic is.</summary>
/// <param name="Server">The server that the connection is open on.</param>
/// <param name="Connection">The connection's number there.</param>
public readonly record struct MemberKey(long Server, long Connection);

/// <summary>Somebody on a topic.</summary>
/// <param name="Key">Who.</param>
/// <param name="Info">What the handler says about them, such as a name.</param>
public sealed record PresentMember(MemberKey Key, string Info);

/// <summary>One server's news about one of its members.</summary>
/// <param name="Key">Whom it is about.</param>
/// <param name="Number">The server numbers its news about a topic from 1.</param>
/// <param name="Info">What is said about them; <see langword="null"/> when they are gone.</param>
public readonly record struct PresenceNews(MemberKey Key, long Number, string? Info);

/// <summary>Somebody came or went.</summary>
/// <param name="Member">Who.</param>
/// <param name="IsJoin">They came.</param>
public sealed record PresenceEvent(PresentMember Member, bool IsJoin);

/// <summary>What is known after some news, and what has changed.</summary>
/// <param name="Presence">What is known.</param>
/// <param name="Events">Who came and who went, in that order for somebody whose info changed: went, came.</param>
public sealed record PresenceStep(Presence Presence, ImmutableArray<PresenceEvent> Events);

/// <summary>
/// Who is on a topic. Each server tells news about its own members. They may come in any order, more than once, or not at all: what is known is the same in
/// the end wherever the same news, or a server's whole list after them, has arrived.
/// </summary>
public sealed record Presence
{
    private readonly ImmutableDictionary<MemberKey, (long Number, string? Info)> _known;
    private readonly ImmutableDictionary<long, long> _settled;

    private Presence(ImmutableDictionary<MemberKey, (long, string?)> known, ImmutableDictionary<long, long> settled)
    {
        _known = known;
        _settled = settled;
    }

    /// <summary>Nobody.</summary>
    public static Presence Empty { get; } = new(
        ImmutableDictionary<MemberKey, (long, string?)>.Empty, ImmutableDictionary<long, long>.Empty);

    /// <summary>Who is there, ordered by server and connection.</summary>
    public ImmutableArray<PresentMember> Members =>
    [
        .. _known.Where(pair => pair.Value.Info is not null)
            .OrderBy(pair => pair.Key.Server).ThenBy(pair => pair.Key.Connection)
            .Select(pair => new PresentMember(pair.Key, pair.Value.Info!)),
    ];

    /// <summary>Nobody is there and nothing is remembered of those who were.</summary>
    public bool IsEmpty => _known.IsEmpty;

    /// <summary>What is said about somebody who is there, or <see langword="null"/>.</summary>
    public string? Find(MemberKey key) => _known.GetValueOrDefault(key).Info;

    /// <summary>News of one member.</summary>
    public PresenceStep Hear(PresenceNews news)
    {
        var (key, settled) = (news.Key, _settled.GetValueOrDefault(news.Key.Server));
        var before = _known.GetValueOrDefault(key);
        if (news.Number <= Math.Max(settled, before.Number)) return new PresenceStep(this, []);
        var next = news.Number == settled + 1 ? settled + 1 : settled;
        // Where nothing older can come any more, nothing has to be remembered of who is gone.
        var known = news.Info is null && next == news.Number ? _known.Remove(key) : _known.SetItem(key, (news.Number, news.Info));
        return new PresenceStep(new Presence(known, next == settled ? _settled : _settled.SetItem(key.Server, next)), Changes(key, before.Info, news.Info));
    }

    /// <summary>A server's whole list.</summary>
    /// <param name="server">The server.</param>
    /// <param name="number">The number of its last news that the list knows of.</param>
    /// <param name="members">All of its members then.</param>
    public PresenceStep Hear(long server, long number, ImmutableArray<PresentMember> members)
    {
        if (number < _settled.GetValueOrDefault(server)) return new PresenceStep(this, []);
        var listed = ImmutableDictionary.CreateRange(
            members.Where(member => member.Key.Server == server).DistinctBy(member => member.Key)
                .Select(member => KeyValuePair.Create(member.Key, member.Info)));
        var known = _known.ToBuilder();
        var events = ImmutableArray.CreateBuilder<PresenceEvent>();
        foreach (var (key, before) in _known)
        {
            // What is newer than the list, the list does not know.
            if (key.Server != server || before.Number > number) continue;
            if (listed.ContainsKey(key)) continue;
            known.Remove(key);
            events.AddRange(Changes(key, before.Info, null));
        }
        foreach (var (key, info) in listed)
        {
            var before = _known.GetValueOrDefault(key);
            if (before.Number > number) continue;
            known[key] = (number, info);
            events.AddRange(Changes(key, before.Info, info));
        }
        return new PresenceStep(new Presence(known.ToImmutable(), _settled.SetItem(server, number)), events.ToImmutable());
    }

    /// <summary>A server is gone, and its members with it.</summary>
    public PresenceStep Forget(long server)
    {
        var gone = _known.Where(known => known.Key.Server == server).OrderBy(known => known.Key.Connection).ToArray();
        return new PresenceStep(
            new Presence(_known.RemoveRange(gone.Select(known => known.Key)), _settled.Remove(server)),
            [.. gone.SelectMany(known => Changes(known.Key, known.Value.Info, null))]);
    }

    private static ImmutableArray<PresenceEvent> Changes(MemberKey key, string? before, string? after) => (before, after) switch
    {
        _ when before == after => [],
        (null, not null) => [new(new(key, after), true)],
        (not null, null) => [new(new(key, before), false)],
        _ => [new(new(key, before!), false), new(new(key, after!), true)],
    };
}
