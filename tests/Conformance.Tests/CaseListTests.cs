using PluginHost.Conformance.Cases;
using PluginHost.Conformance.Wire;

namespace PluginHost.Conformance.Tests;

/// <summary>The list itself.</summary>
public class CaseListTests
{
    [Fact]
    public void It_has_as_many_cases_as_the_well_known_list()
    {
        var counts = CaseList.All().GroupBy(one => CaseList.ChapterOf(one.Number)).Select(chapter => (chapter.Key, chapter.Count()));
        Assert.Equal([(1, 16), (2, 11), (3, 7), (4, 10), (5, 20), (6, 145), (7, 37), (9, 54), (10, 1), (12, 90), (13, 126)], counts);
        Assert.Equal(517, CaseList.All().Select(one => one.Number).Distinct().Count());
        Assert.Equal(CaseList.All().Select(one => CaseList.ChapterOf(one.Number)).Distinct(), CaseList.Chapters.Keys);
    }

    [Fact]
    public void It_is_in_the_order_of_its_numbers()
    {
        var numbers = CaseList.All().Select(one => one.Number).ToArray();
        Assert.Equal(numbers.Order(Comparer<string>.Create(CaseList.Compare)), numbers);
        Assert.True(CaseList.Compare("9.10", "9.2") > 0);
        Assert.True(CaseList.Compare("6.4", "6.4.1") < 0);
    }

    [Fact]
    public void A_text_is_expected_back_when_the_framework_takes_it_for_utf8() => Assert.All(
        Chapter06Sequences.All().SelectMany(section => section.All), one => Assert.Equal(FrameReader.IsUtf8(one.Bytes), one.Valid));

    [Fact]
    public void Non_strict_outcomes_are_others_than_the_strict_one() => Assert.All(CaseList.All(), one =>
    {
        Assert.DoesNotContain(one.Expects, one.NonStrict.Select(outcome => outcome.ToString()));
        Assert.Equal(one.NonStrict.Count, one.NonStrict.Select(outcome => outcome.ToString()).Distinct().Count());
    });

    [Fact]
    public void Content_is_the_same_in_every_run_and_text_may_be_cut_anywhere() => Assert.All(Content.Kinds, kind =>
    {
        Assert.Equal(kind.Message(3, 1000), kind.Message(3, 1000));
        Assert.NotEqual(kind.Message(3, 1000), kind.Message(4, 1000));
        if (kind.IsText) Assert.All(kind.Bytes.Value, value => Assert.InRange(value, 0, 127));
        Assert.Equal(131072, kind.Message(999, 131072).Length);
    });
}
