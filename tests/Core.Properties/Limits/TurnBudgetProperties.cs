using FsCheck.Xunit;
using PluginHost.Core.Policy.Limits;

namespace PluginHost.Core.Properties.Limits;

public class TurnBudgetProperties
{
    private static readonly TurnBudget Budget = new(64, 1000);

    /// <summary>Connections with what waits of each: how many microseconds each message takes. In each round every one of them has one share.</summary>
    private sealed class Round(int[][] inputs)
    {
        private readonly TurnShare[] _shares = [.. inputs.Select(_ => TurnShare.First)];

        public int[] Handled { get; } = new int[inputs.Length];

        public int Left => inputs.Length == 0 ? 0 : inputs.Select((input, i) => input.Length - Handled[i]).Sum();

        /// <summary>Steps and microseconds of each connection in the round.</summary>
        public (int Steps, long Time)[] Run() => [.. inputs.Select((input, i) => Share(input, i))];

        private (int Steps, long Time) Share(int[] input, int i)
        {
            var share = _shares[i].Renew();
            var (steps, time, lookedAt) = (0, 0L, -1L);
            var (granted, left) = (share.Allowance(Budget), share.Allowance(Budget));
            while (Handled[i] < input.Length)
            {
                if (left == 0)
                {
                    share = lookedAt < 0 ? share.Took(granted) : share.Looked(Budget, granted, time - lookedAt);
                    lookedAt = time;
                    granted = left = share.Allowance(Budget);
                    if (left == 0) break;
                }
                left--;
                steps++;
                time += input[Handled[i]++];
            }
            _shares[i] = share.Took(granted - left);
            return (steps, time);
        }
    }

    private static int[][] Inputs(byte[][] costs) => [.. costs.Select(input => input.Select(cost => cost * 20).ToArray())];

    /// <summary>Whoever has input has a turn in every round, however slow or many the messages of the others are.</summary>
    [Property]
    public bool Nobody_starves(byte[][] costs)
    {
        var inputs = Inputs(costs);
        for (var round = new Round(inputs); round.Left > 0;)
        {
            var before = round.Handled.ToArray();
            var shares = round.Run();
            if (inputs.Where((input, i) => before[i] < input.Length && shares[i].Steps == 0).Any()) return false;
        }
        return true;
    }

    /// <summary>All input is handled, each message once, in its order.</summary>
    [Property]
    public bool Nothing_is_lost(byte[][] costs)
    {
        var inputs = Inputs(costs);
        var round = new Round(inputs);
        var handled = new int[inputs.Length];
        for (var rounds = 0; round.Left > 0 && rounds < 100_000; rounds++)
        {
            var shares = round.Run();
            for (var i = 0; i < handled.Length; i++) handled[i] += shares[i].Steps;
        }
        return round.Left == 0 && handled.SequenceEqual(inputs.Select(input => input.Length));
    }

    /// <summary>No share has more steps than the budget, nor lasts longer than it by more than the steps between two looks.</summary>
    [Property]
    public bool A_share_keeps_to_its_budget(byte[][] costs)
    {
        var inputs = Inputs(costs);
        for (var round = new Round(inputs); round.Left > 0;)
        {
            foreach (var (steps, time) in round.Run())
                if (steps > Budget.Steps || time > Budget.Time + (2 * TurnBudget.MaxPace * 255 * 20)) return false;
        }
        return true;
    }

    /// <summary>Of steps that take as long as each other, a share that begins at their pace overruns its budget by two thirds of it or by one step, whichever is more.</summary>
    [Property]
    public bool Steady_steps_overrun_little(ushort cost)
    {
        var time = 1 + (cost % 3000);
        var round = new Round([[.. Enumerable.Repeat(time, 4096)]]);
        round.Run();
        round.Run();
        var (steps, took) = round.Run()[0];
        return steps > 0 && took <= Math.Max(Budget.Time * 5 / 3, Budget.Time + time) + time;
    }

    /// <summary>Quick steps cost few looks, whatever has been before: after six looks, one in 32 steps.</summary>
    [Property]
    public bool Quick_steps_are_looked_at_rarely((byte Steps, ushort Time)[] looks)
    {
        var share = looks.Aggregate(TurnShare.First, (one, look) => one.Looked(Budget, look.Steps, look.Time));
        for (var i = 0; i < 6; i++)
        {
            share = share.Renew();
            share = share.Looked(Budget, share.Allowance(Budget), 0);
        }
        return share.Pace == TurnBudget.MaxPace;
    }

    /// <summary>Whatever happened before, a share that is not spent allows at least one step, and at most as many as its pace and its budget.</summary>
    [Property]
    public bool An_allowance_is_within_bounds((byte Steps, ushort Time)[] looks)
    {
        var share = TurnShare.First;
        foreach (var (steps, time) in looks)
        {
            share = share.Looked(Budget, steps, time);
            var allowed = share.Allowance(Budget);
            if (share.IsSpent(Budget) ? allowed != 0 : allowed is < 1 or > TurnBudget.MaxPace) return false;
            if (share.Renew().Allowance(Budget) < 1) return false;
        }
        return true;
    }
}
