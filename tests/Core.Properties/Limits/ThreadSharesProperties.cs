using FsCheck.Xunit;
using PluginHost.Core.Policy.Limits;

namespace PluginHost.Core.Properties.Limits;

public class ThreadSharesProperties
{
    private const int Kinds = 5;

    /// <summary>Begins and ends work of kinds in any order, as the shares allow; tells after each step how many of each kind run.</summary>
    private static IEnumerable<(int[] Running, int Shared, int Asked, bool Began)> Run(ThreadShares shares, int most, (byte Kind, bool Ends)[] steps)
    {
        var running = new int[Kinds];
        var shared = 0;
        foreach (var (number, ends) in steps)
        {
            var kind = number % Kinds;
            var began = false;
            if (ends && running[kind] > 0)
            {
                running[kind]--;
                if (shares.IsShared(running[kind])) shared--;
            }
            else if (!ends && shares.MayBegin(most, running[kind], shared))
            {
                began = true;
                if (shares.IsShared(running[kind])) shared++;
                running[kind]++;
            }
            yield return (running, shared, ends ? -1 : kind, began);
        }
    }

    private static ThreadShares Shares(byte guaranteed, byte shared) => new(1 + (guaranteed % 4), shared % 12);

    [Property]
    public bool The_bound_for_all_holds(byte guaranteed, byte shared, (byte Kind, bool Ends)[] steps)
    {
        var shares = Shares(guaranteed, shared);
        return Run(shares, 10, steps).All(step =>
            step.Running.Sum() <= shares.Total(Kinds) && step.Running.All(one => one <= 10) && step.Shared >= 0 && step.Shared <= shares.Shared);
    }

    /// <summary>Whatever the others do, a kind that uses fewer than it is guaranteed may begin.</summary>
    [Property]
    public bool Every_kind_finds_a_few(byte guaranteed, byte shared, (byte Kind, bool Ends)[] steps)
    {
        var shares = Shares(guaranteed, shared);
        return Run(shares, 10, steps).All(step =>
            step.Asked < 0 || step.Began || step.Running[step.Asked] >= shares.Guaranteed)
            && Enumerable.Range(0, shares.Shared + 1).All(inUse => shares.MayBegin(10, shares.Guaranteed - 1, inUse));
    }

    /// <summary>When all have ended, nothing is in use.</summary>
    [Property]
    public bool What_is_taken_is_given_back(byte guaranteed, byte shared, byte[] kinds)
    {
        var begins = kinds.Select(kind => (kind, false));
        var ends = Enumerable.Range(0, Kinds).SelectMany(kind => Enumerable.Repeat(((byte)kind, true), 10));
        return Run(Shares(guaranteed, shared), 10, [.. begins, .. ends]).Last() is { Shared: 0 } last && last.Running.Sum() == 0;
    }
}
