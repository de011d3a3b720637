using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using PluginHost.Core.Policy.Topics;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Topics;

public class PresenceProperties
{
    /// <summary>Servers tell news in turn; a permutation with repetitions and omissions is what arrives.</summary>
    private static readonly Arbitrary<(PresenceNews[] Told, int[] Arriving, int Snapshot)> Case = Arb.From(
        from told in (
            from server in Gen.Choose(1, 3)
            from connection in Gen.Choose(1, 4)
            from info in Gen.Elements("ann", "bob", null)
            select (server, connection, info)).ListOf()
        from arriving in Gen.Choose(0, Math.Max(0, told.Count - 1)).ListOf(2 * told.Count)
        from snapshot in Gen.Choose(0, told.Count)
        select (Numbered(told), arriving.ToArray(), snapshot));

    private static PresenceNews[] Numbered(IEnumerable<(int Server, int Connection, string? Info)> told)
    {
        var numbers = new Dictionary<int, long>();
        return
        [
            .. told.Select(one => new PresenceNews(
                new MemberKey(one.Server, one.Connection), numbers[one.Server] = numbers.GetValueOrDefault(one.Server) + 1, one.Info)),
        ];
    }

    /// <summary>Who is there, as the one who tells it knows.</summary>
    private static ImmutableArray<PresentMember> Truth(IEnumerable<PresenceNews> told) =>
    [
        .. told.GroupBy(news => news.Key).Select(about => about.Last()).Where(news => news.Info is not null)
            .OrderBy(news => news.Key.Server).ThenBy(news => news.Key.Connection)
            .Select(news => new PresentMember(news.Key, news.Info!)),
    ];

    private static Presence Hear(IEnumerable<PresenceNews> news) => news.Aggregate(Presence.Empty, (known, one) => known.Hear(one).Presence);

    [Property]
    public Property What_is_known_in_the_end_does_not_depend_on_order_or_repetition() => Prop.ForAll(Case, given =>
    {
        var arrived = given.Arriving.Where(i => i < given.Told.Length).Select(i => given.Told[i]).Concat(given.Told.Reverse());
        Assert.Equal<PresentMember>(Truth(given.Told), Hear(arrived).Members);
    });

    [Property]
    public Property A_servers_list_heals_whatever_was_lost() => Prop.ForAll(Case, given =>
    {
        // Some of the news, in any order; then, somewhere between, each server's list as it was then; then the news after the list.
        var known = Hear(given.Arriving.Where(i => i < given.Told.Length && i < given.Snapshot).Select(i => given.Told[i]));
        var before = given.Told[..given.Snapshot];
        foreach (var server in new long[] { 1, 2, 3 })
        {
            var own = before.Where(news => news.Key.Server == server).ToArray();
            var list = Truth(own);
            known = known.Hear(server, own.Length, list).Presence;
            Assert.Equal<PresentMember>(known.Members, known.Hear(server, own.Length, list).Presence.Members);
        }
        Assert.Equal<PresentMember>(Truth(before), known.Members);
        known = given.Told.Reverse().Aggregate(known, (all, news) => all.Hear(news).Presence);
        Assert.Equal<PresentMember>(Truth(given.Told), known.Members);
    });

    [Property]
    public Property Events_applied_to_what_was_known_give_what_is_known() => Prop.ForAll(Case, given =>
    {
        var (known, seen) = (Presence.Empty, new SortedDictionary<(long, long), PresentMember>());
        void Apply(PresenceStep step)
        {
            known = step.Presence;
            foreach (var e in step.Events)
            {
                var key = (e.Member.Key.Server, e.Member.Key.Connection);
                if (e.IsJoin) seen.Add(key, e.Member);
                else Assert.True(seen.Remove(key));
            }
            Assert.Equal(seen.Values, known.Members);
        }

        foreach (var i in given.Arriving.Where(i => i < given.Told.Length)) Apply(known.Hear(given.Told[i]));
        Apply(known.Hear(1, given.Snapshot, Truth(given.Told.Where(news => news.Key.Server == 1 && news.Number <= given.Snapshot))));
        Apply(known.Forget(2));
        Assert.DoesNotContain(known.Members, member => member.Key.Server == 2);
    });

    [Property]
    public Property News_in_order_leave_nothing_of_those_who_are_gone() => Prop.ForAll(Case, given =>
    {
        var known = Hear(given.Told);
        foreach (var news in given.Told.GroupBy(news => news.Key.Server).Select(own => own.Last()))
        {
            var number = news.Number;
            foreach (var key in known.Members.Select(member => member.Key).Where(key => key.Server == news.Key.Server))
                known = known.Hear(new PresenceNews(key, ++number, null)).Presence;
        }
        Assert.True(known.IsEmpty);
    });
}
