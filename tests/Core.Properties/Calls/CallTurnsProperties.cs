using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using PluginHost.Core.Policy.Calls;

namespace PluginHost.Core.Properties.Calls;

/// <summary>The turns of calls, beside a model that keeps each call by itself.</summary>
public class CallTurnsProperties
{
    public enum Happening
    {
        Begin,
        Overlap,
        TryOverlap,
        Complete,
        CompleteOverlapping,
        Over,
    }

    /// <summary>One call of the model.</summary>
    private sealed class Call
    {
        public bool Overlaps { get; set; }

        public bool Waits { get; set; }
    }

    [Property(MaxTest = 2000)]
    public void Turns_go_as_those_of_calls_that_are_kept_one_by_one(byte bound, (Happening What, byte Which)[] story)
    {
        var max = bound % 4;
        var turns = CallTurns.None(max);
        var calls = new List<Call>();
        foreach (var (what, which) in story)
        {
            var holder = calls.Find(call => !call.Overlaps);
            var overlapping = calls.FindAll(call => call.Overlaps);
            Assert.Equal(holder is null, turns.Admits(isLast: false));
            switch (what)
            {
                case Happening.Begin when holder is null:
                    turns = turns.Begun();
                    calls.Add(new Call());
                    break;
                case Happening.Overlap or Happening.TryOverlap when holder is { Waits: false }:
                    var answer = turns.Overlap(mayWait: what == Happening.Overlap, hasRoom: false);
                    turns = answer.Next;
                    var expected = max == 0 ? OverlapVerdict.NotDeclared
                        : overlapping.Count < max ? OverlapVerdict.Overlaps
                        : what == Happening.Overlap ? OverlapVerdict.Waits : OverlapVerdict.Full;
                    Assert.Equal(expected, answer.Verdict);
                    holder.Overlaps = expected == OverlapVerdict.Overlaps;
                    holder.Waits = expected == OverlapVerdict.Waits;
                    break;
                case Happening.Complete when holder is { Waits: false }:
                    turns = turns.TurnEnded();
                    calls.Remove(holder);
                    break;
                case Happening.CompleteOverlapping when overlapping.Count > 0:
                    (turns, var letsIn) = turns.OverlapEnded();
                    calls.Remove(overlapping[which % overlapping.Count]);
                    Assert.Equal(holder is { Waits: true }, letsIn);
                    if (letsIn) (holder!.Overlaps, holder.Waits) = (true, false);
                    break;
                case Happening.Over when holder is { Waits: true }:
                    turns = turns.WaitEnded();
                    holder.Waits = false;
                    break;
                default:
                    break;
            }
            Assert.Equal(calls.Count(call => call.Overlaps), turns.Overlapping);
            Assert.InRange(turns.Overlapping, 0, max);
            Assert.Equal(calls.Count == 0, turns.IsIdle);
            // The last call waits for all others, until they have had their time.
            Assert.Equal(calls.Count == 0, turns.Admits(isLast: true));
            Assert.True(turns.TimeOver().Admits(isLast: true));
        }
    }

    [Property]
    public void The_call_that_tells_of_the_end_overlaps_whatever_does(byte bound)
    {
        var max = (bound % 5) + 1;
        var turns = CallTurns.None(max);
        for (var i = 0; i < max; i++) turns = turns.Begun().Overlap(mayWait: false, hasRoom: false).Next;
        turns = turns.Begun();
        Assert.Equal(OverlapVerdict.Full, turns.Overlap(mayWait: false, hasRoom: false).Verdict);
        var answer = turns.Overlap(mayWait: false, hasRoom: true);
        Assert.Equal((OverlapVerdict.Overlaps, max + 1), (answer.Verdict, answer.Next.Overlapping));
        // What waits for room gets it only when the bound is kept again.
        turns = answer.Next.Begun().Overlap(mayWait: true, hasRoom: false).Next;
        (turns, var letsIn) = turns.OverlapEnded();
        Assert.False(letsIn);
        (turns, letsIn) = turns.OverlapEnded();
        Assert.True(letsIn);
        Assert.Equal((max, TurnHolder.Nobody), (turns.Overlapping, turns.Turn));
    }

    [Property]
    public void A_connection_that_is_told_to_end_is_closed_once_when_it_has_finished_or_its_time_is_over(
        (bool IsIdle, byte Waiting, bool Resumes, byte Passed)[] story)
    {
        var drain = Drain.Begun(1001, 1000);
        var (now, takenOver, closed) = (0L, false, false);
        foreach (var (isIdle, waiting, resumes, passed) in story)
        {
            if (resumes)
            {
                takenOver |= !closed;
                drain = drain.TakenOver();
            }
            now += passed;
            var answer = drain.Look(isIdle, waiting / 2, now);
            drain = answer.Next;
            var expected = closed ? DrainVerdict.Wait
                : now >= 1000 ? DrainVerdict.Close
                : isIdle && waiting < 2 && !takenOver ? DrainVerdict.Close : DrainVerdict.Wait;
            Assert.Equal(expected, answer.Verdict);
            closed |= expected != DrainVerdict.Wait;
            Assert.Equal(closed, drain.Phase == DrainPhase.Closed);
            Assert.Equal(closed ? long.MaxValue : 1000, drain.DueAt);
        }
    }
}
