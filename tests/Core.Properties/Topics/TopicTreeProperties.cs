using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PluginHost.Core.Policy.Topics;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Topics;

public class TopicTreeProperties
{
    private static readonly string[] SmallWorld = [.. TopicGen.Names(4)];

    private sealed record Step(string Pattern, bool Remove);

    private static readonly Arbitrary<(Step[] Steps, string[] Topics)> Case = Arb.From(
        from steps in (from pattern in TopicGen.Pattern from remove in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true))) select new Step(pattern, remove)).ListOf()
        from topics in TopicGen.Name.ListOf(8)
        select (steps.ToArray(), topics.ToArray()));

    [Property]
    public Property The_tree_finds_what_a_list_of_all_patterns_would() => Prop.ForAll(Case, given =>
    {
        var tree = TopicTree<string>.Empty;
        var list = new Dictionary<string, string>();
        foreach (var (pattern, remove) in given.Steps)
        {
            tree = remove ? tree.Without(pattern) : tree.With(pattern, pattern);
            if (remove) list.Remove(pattern);
            else list[pattern] = pattern;
        }
        Assert.Equal(list.Count, tree.Count);
        Assert.All(given.Steps, step => Assert.Equal(list.GetValueOrDefault(step.Pattern), tree.Find(step.Pattern)));
        foreach (var topic in given.Topics)
            Assert.Equal(
                list.Keys.Where(pattern => TopicGen.Matches(pattern, topic)).Order(StringComparer.Ordinal),
                tree.Match(topic).Order(StringComparer.Ordinal));
    });

    [Property]
    public Property A_tree_is_as_if_what_was_taken_out_had_never_been_in() => Prop.ForAll(Case, given =>
    {
        var tree = given.Steps.Aggregate(TopicTree<string>.Empty, (t, step) => t.With(step.Pattern, step.Pattern));
        var emptied = given.Steps.Aggregate(tree, (t, step) => t.Without(step.Pattern));
        Assert.Equal(0, emptied.Count);
        Assert.All(given.Topics, topic => Assert.Empty(emptied.Match(topic)));
        // The tree that they were taken out of is as it was.
        Assert.All(given.Steps, step => Assert.Equal(step.Pattern, tree.Find(step.Pattern)));
    });

    [Property]
    public Property Matching_is_what_the_standard_says() => Prop.ForAll(
        Arb.From(from pattern in TopicGen.Pattern from topic in TopicGen.Name select (pattern, topic)),
        given => Assert.Equal(TopicGen.Matches(given.pattern, given.topic), TopicSyntax.Matches(given.pattern, given.topic)));

    [Property]
    public Property A_pattern_covers_another_when_it_matches_all_of_its_topics() => Prop.ForAll(
        Arb.From(
            from wide in TopicGen.Pattern
            from narrow in TopicGen.Pattern
            where wide.Split('/').Length <= 3 && narrow.Split('/').Length <= 3
            select (wide, narrow)),
        given => Assert.Equal(
            SmallWorld.Where(topic => TopicSyntax.Matches(given.narrow, topic)).All(topic => TopicSyntax.Matches(given.wide, topic)),
            TopicSyntax.Covers(given.wide, given.narrow)));

    [Property]
    public Property Names_and_patterns_are_bounded_in_bytes_and_levels() => Prop.ForAll(
        Arb.From(
            from name in TopicGen.Name
            from piece in Gen.Elements("", "é", "€", "😀", "x")
            from bytes in Gen.Choose(1, 20)
            from levels in Gen.Choose(1, 5)
            select (name: name + piece, length: new TopicLength(bytes, levels))),
        given =>
        {
            var expected = Encoding.UTF8.GetByteCount(given.name) > given.length.Bytes ? TopicFault.TooLong
                : given.name.Split('/').Length > given.length.Levels ? TopicFault.TooManyLevels
                : TopicFault.None;
            Assert.Equal(expected, TopicSyntax.CheckName(given.name, given.length));
            Assert.Equal(expected, TopicSyntax.CheckPattern(given.name, given.length));
        });
}
