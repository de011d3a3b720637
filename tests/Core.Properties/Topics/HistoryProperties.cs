using FsCheck;
using FsCheck.Fluent;
using PluginHost.Core.Policy.Topics;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Topics;

public class HistoryProperties
{
    /// <summary>A size appends a message; −1 loses one.</summary>
    private static readonly Arbitrary<(HistoryLimits Limits, int[] Sizes, int Asked)> Case = Arb.From(
        from messages in Gen.Choose(0, 6)
        from bytes in Gen.Choose(0, 30)
        from sizes in Gen.Frequency((8, Gen.Choose(0, 12)), (1, Gen.Constant(-1))).ListOf()
        from asked in Gen.Choose(-2, 60)
        select (new HistoryLimits(messages, bytes), sizes.ToArray(), asked));

    private sealed record Past(HistoryWindow Window, List<(long Offset, int Size)> Kept, List<long> All, List<long> AfterGap);

    private static Past Live(HistoryLimits limits, int[] sizes)
    {
        var window = HistoryWindow.Start(7);
        var kept = new List<(long Offset, int Size)>();
        var (all, afterGap, lost) = (new List<long>(), new List<long>(), false);
        foreach (var size in sizes)
        {
            if (size < 0)
            {
                window = window.Lose();
                lost = true;
                continue;
            }
            kept.Add((window.Next, size));
            all.Add(window.Next);
            if (lost) afterGap.Add(window.Next);
            lost = false;
            for (window = window.Append(size); window.IsTooLarge(limits); kept.RemoveAt(0)) window = window.DropFirst(kept[0].Size);
        }
        if (lost) afterGap.Add(window.Next);
        return new Past(window, kept, all, afterGap);
    }

    [Property]
    public Property Offsets_are_given_once_and_in_order_and_what_is_kept_is_the_newest_within_the_limits() => Prop.ForAll(Case, given =>
    {
        var past = Live(given.Limits, given.Sizes);
        Assert.Equal(Enumerable.Range(1, past.All.Count).Select(i => (long)i), past.All);
        Assert.Equal(past.All.TakeLast(past.Kept.Count), past.Kept.Select(one => one.Offset));
        Assert.Equal(past.Kept.Sum(one => one.Size), past.Window.Bytes);
        Assert.Equal(past.Kept.Count, past.Window.Count);
        Assert.True(past.Kept.Count <= given.Limits.Messages && past.Window.Bytes <= given.Limits.Bytes);
    });

    [Property]
    public Property Recovery_answers_everything_after_the_offset_or_says_that_it_does_not() => Prop.ForAll(Case, given =>
    {
        var past = Live(given.Limits, given.Sizes);
        var range = past.Window.Since(7, given.Asked);
        var answered = Enumerable.Range(0, range.Count).Select(i => range.First + i).ToArray();
        var known = given.Asked >= 0 && given.Asked <= past.All.Count;
        // What is answered is kept, in order, and new to the asker.
        Assert.Equal(past.Kept.Select(one => one.Offset).Where(offset => !known || offset > given.Asked), answered);
        var missed = past.All.Where(offset => offset > given.Asked);
        var lost = past.AfterGap.Any(offset => offset > given.Asked);
        Assert.Equal(known && missed.SequenceEqual(answered) && !lost, range.IsComplete);
    });

    [Property]
    public Property Another_epoch_gets_all_that_is_kept_and_is_told_that_it_is_not_complete() => Prop.ForAll(Case, given =>
    {
        var past = Live(given.Limits, given.Sizes);
        Assert.Equal(new HistoryRange(past.Window.First, past.Kept.Count, false), past.Window.Since(8, Math.Max(0, given.Asked)));
    });

    [Property]
    public Property The_last_ones_are_the_newest() => Prop.ForAll(Case, given =>
    {
        var past = Live(given.Limits, given.Sizes);
        var count = Math.Max(0, given.Asked);
        var range = past.Window.Last(count);
        var answered = Enumerable.Range(0, range.Count).Select(i => range.First + i).ToArray();
        Assert.Equal(past.Kept.Select(one => one.Offset).TakeLast(count), answered);
        var wanted = past.All.TakeLast(count).ToArray();
        if (range.IsComplete) Assert.Equal(wanted, answered);
        else Assert.True(!wanted.SequenceEqual(answered) || past.AfterGap.Any(offset => offset > range.First));
    });
}
