using FsCheck.Xunit;
using PluginHost.Core.Policy.Topics;

namespace PluginHost.Core.Properties.Topics;

public class BacklogProperties
{
    /// <summary>Full is high, and high is not low: whoever is told to wait is not let go at once. Nothing is always low.</summary>
    [Property]
    public bool The_marks_lie_one_above_the_other(ushort messages, uint bytes, ushort most, uint mostBytes, uint deliveries)
    {
        var limits = new BacklogLimits(1 + most, 1L + mostBytes);
        var backlog = new Backlog(messages, bytes, deliveries);
        return (!backlog.IsFull(limits) || backlog.IsHigh(limits)) && !(backlog.IsHigh(limits) && backlog.IsLow(limits)) && default(Backlog).IsLow(limits);
    }

    /// <summary>
    /// Publishers that are held from the high mark on and let go at the low one, whatever they publish and however slowly it is delivered: everything that they
    /// have to say is taken in the end, no more than the mark and one publication of each ever waits, and nobody is ever told that it is full where that is
    /// more.
    /// </summary>
    [Property]
    public bool Publishers_that_are_held_lose_nothing(byte[] toSay, byte fanOut, byte deliveredEachTurn)
    {
        var limits = new BacklogLimits(64, 1 << 20);
        var left = toSay.Select(count => (int)count).ToArray();
        var held = new bool[left.Length];
        var (backlog, taken) = (default(Backlog), 0);
        for (var turn = 0; left.Sum() > 0; turn++)
        {
            if (turn > 100_000) return false;
            for (var i = 0; i < left.Length; i++)
            {
                while (left[i] > 0 && !held[i])
                {
                    left[i]--;
                    taken++;
                    backlog = new Backlog(backlog.Messages + 1, backlog.Bytes + 7, backlog.Deliveries + fanOut);
                    held[i] = backlog.IsHigh(limits);
                }
            }
            if (backlog.Messages > (limits.Messages / 4) + left.Length) return false;
            var delivered = Math.Min(backlog.Messages, 1 + deliveredEachTurn);
            backlog = new Backlog(backlog.Messages - delivered, backlog.Bytes - (7 * delivered), backlog.Deliveries - (fanOut * delivered));
            if (backlog.IsLow(limits)) Array.Clear(held);
        }
        return taken == toSay.Sum(count => count);
    }
}
