using PluginHost.Core.Policy.Topics;

namespace PluginHost.Core.Tests.Topics;

public class TopicRulesTests
{
    private static readonly TopicLimits Limits = new(new TopicLength(10, 3), 2, 100, new HistoryLimits(5, 100), 1000, 4, new BacklogLimits(16, 1024));

    private static readonly TopicPermission Some = new(["a/+", "b/#"], ["a/+"]);

    [Theory]
    [InlineData("a", TopicFault.None)]
    [InlineData("a/b/c", TopicFault.None)]
    [InlineData("//", TopicFault.None)]
    [InlineData("", TopicFault.Empty)]
    [InlineData("a/b/c/d", TopicFault.TooManyLevels)]
    [InlineData("0123456789", TopicFault.None)]
    [InlineData("0123456789x", TopicFault.TooLong)]
    [InlineData("€€€", TopicFault.None)]
    [InlineData("€€€€", TopicFault.TooLong)]
    [InlineData("a\0", TopicFault.NotText)]
    [InlineData("a\u0085", TopicFault.NotText)]
    [InlineData("a+", TopicFault.WildcardInName)]
    [InlineData("#", TopicFault.WildcardInName)]
    public void A_name_is_text_within_bounds_and_without_wildcards(string name, TopicFault expected) =>
        Assert.Equal(expected, TopicSyntax.CheckName(name, Limits.Length));

    // Not as data of a theory: lone surrogates do not survive it.
    [Fact]
    public void A_lone_surrogate_is_no_text()
    {
        string[] broken = ["\ud83d", "\ud83dx", "\ude00", "\ude00\ud83d"];
        Assert.All(broken, name => Assert.Equal(TopicFault.NotText, TopicSyntax.CheckName(name, Limits.Length)));
        Assert.Equal(TopicFault.None, TopicSyntax.CheckName("\ud83d\ude00", Limits.Length));
    }

    [Theory]
    [InlineData("+", TopicFault.None)]
    [InlineData("#", TopicFault.None)]
    [InlineData("+/+/#", TopicFault.None)]
    [InlineData("a/+/b", TopicFault.None)]
    [InlineData("a+", TopicFault.MisplacedWildcard)]
    [InlineData("+a", TopicFault.MisplacedWildcard)]
    [InlineData("a/+b", TopicFault.MisplacedWildcard)]
    [InlineData("a#", TopicFault.MisplacedWildcard)]
    [InlineData("#/a", TopicFault.MisplacedWildcard)]
    [InlineData("a/##", TopicFault.MisplacedWildcard)]
    [InlineData("", TopicFault.Empty)]
    public void A_wildcard_has_a_level_to_itself(string pattern, TopicFault expected) =>
        Assert.Equal(expected, TopicSyntax.CheckPattern(pattern, Limits.Length));

    [Fact]
    public void Every_fault_is_described()
    {
        var all = Enum.GetValues<TopicFault>().Select(fault => TopicSyntax.Describe(fault, Limits.Length)).ToArray();
        Assert.Equal("", all[0]);
        Assert.All(all[1..], text => Assert.NotEqual("", text));
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Theory]
    [InlineData("#", "$s/a", false)]
    [InlineData("+/a", "$s/a", false)]
    [InlineData("$s/#", "$s/a", true)]
    [InlineData("a/#", "a", true)]
    [InlineData("a/#", "ab", false)]
    [InlineData("a/+", "a", false)]
    [InlineData("a/+", "a/", true)]
    [InlineData("+/+", "/", true)]
    public void A_pattern_matches_as_in_MQTT(string pattern, string topic, bool expected)
    {
        Assert.Equal(expected, TopicSyntax.Matches(pattern, topic));
        Assert.Equal(expected, TopicTree<string>.Empty.With(pattern, "x").Match(topic).Length == 1);
        Assert.Equal(expected, TopicSyntax.Covers(pattern, topic));
    }

    [Theory]
    [InlineData("a/x", 0, false, 0, TopicVerdict.Allowed)]
    [InlineData("b/+/x", 0, false, 0, TopicVerdict.Allowed)]
    [InlineData("b/x", 0, true, 4, TopicVerdict.Allowed)]
    [InlineData("b/x", 1, false, 0, TopicVerdict.Allowed)]
    [InlineData("b/x", 2, false, 0, TopicVerdict.TooManySubscriptions)]
    [InlineData("b/x", 0, true, 5, TopicVerdict.InfoTooLong)]
    [InlineData("b/+", 0, true, 0, TopicVerdict.NeedsTopic)]
    [InlineData("a/#", 0, false, 0, TopicVerdict.Forbidden)]
    [InlineData("c", 0, false, 0, TopicVerdict.Forbidden)]
    [InlineData("b/#/x", 0, false, 0, TopicVerdict.Invalid)]
    public void A_subscription_is_decided_by_name_permission_and_bounds(
        string pattern, int subscriptions, bool needsTopic, int info, TopicVerdict expected) =>
        Assert.Equal(expected, TopicRules.Subscribe(Limits, Some, pattern, subscriptions, needsTopic, info));

    [Theory]
    [InlineData("a/x", TopicVerdict.Allowed, TopicVerdict.Allowed)]
    [InlineData("b/x", TopicVerdict.Forbidden, TopicVerdict.Allowed)]
    [InlineData("c", TopicVerdict.Forbidden, TopicVerdict.Forbidden)]
    [InlineData("a/+", TopicVerdict.Invalid, TopicVerdict.Invalid)]
    public void Publishing_and_reading_are_allowed_apart(string topic, TopicVerdict publish, TopicVerdict read)
    {
        Assert.Equal(publish, TopicRules.Publish(Limits, Some, topic, isKnown: false));
        Assert.Equal(read, TopicRules.Read(Limits, Some, topic));
    }

    [Fact]
    public void Everything_is_allowed_where_nothing_is_said()
    {
        Assert.True(TopicPermission.Everything.MaySubscribe("#") && TopicPermission.Everything.MayPublish("$x"));
        Assert.False(new TopicPermission([], []).MaySubscribe("a") || new TopicPermission([], []).MayPublish("a"));
        Assert.Equal(TopicVerdict.Forbidden, TopicRules.Publish(Limits, new TopicPermission([], []), "a", isKnown: true));
    }

    [Fact]
    public void A_level_that_equals_another_as_an_object_is_the_same_level()
    {
        // Two texts, one level: found through a part of each.
        var tree = TopicTree<string>.Empty.With("x/room/1", "one").With("room/2", "two");
        Assert.Equal("one", Assert.Single(tree.Match(string.Concat("x/", "room/1"))));
        Assert.Same(tree, tree.Without("room/3"));
        Assert.Null(tree.Find("x/room"));
        Assert.Equal("new", tree.With("room/2", "new").Find("room/2"));
    }

    [Fact]
    public void Matching_where_nothing_matches_makes_nothing()
    {
        var tree = TopicTree<string>.Empty.With("a/+/b", "1").With("c/#", "2");
        Assert.Empty(tree.Match("a/x/c"));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) _ = tree.Match("a/x/c");
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_list_of_another_servers_members_says_nothing_about_them()
    {
        var list = Presence.Empty.Hear(1, 3, [new PresentMember(new MemberKey(2, 1), "x"), new PresentMember(new MemberKey(1, 1), "y")]);
        Assert.Equal("y", Assert.Single(list.Presence.Members).Info);
        Assert.Equal("y", list.Presence.Find(new MemberKey(1, 1)));
        Assert.Null(list.Presence.Find(new MemberKey(2, 1)));
        Assert.Empty(list.Presence.Hear(1, 2, []).Events);
    }

    [Fact]
    public void Some_of_the_patterns_are_no_more_than_asked_for()
    {
        var tree = TopicTree<string>.Empty.With("a", "1").With("a/+", "2").With("a/#", "3").With("#", "4");
        Assert.Equal(["1", "2", "3", "4"], tree.Some(9).Order(StringComparer.Ordinal));
        Assert.Equal(4, tree.Some(4).Length);
        Assert.Equal(2, tree.Some(2).Distinct().Count());
        Assert.Empty(tree.Some(0));
        Assert.Empty(TopicTree<string>.Empty.Some(9));
    }
}
