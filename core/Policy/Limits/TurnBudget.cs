namespace PluginHost.Core.Policy.Limits;

/// <summary>What one piece of a loop's work may take before the loop turns to the next: the input of a connection, or the deliveries of topics.</summary>
/// <param name="Steps">Messages, frames or deliveries; 1 and above.</param>
/// <param name="Time">Microseconds; 1 and above.</param>
public sealed record TurnBudget(int Steps, int Time)
{
    /// <summary>The most steps that are taken between two looks at the clock.</summary>
    public const int MaxPace = 32;

    /// <summary>The input of one connection: a neighbour waits for no more than that, and one call.</summary>
    public static TurnBudget Input { get; } = new(2048, 1000);
}

/// <summary>
/// One share of a <see cref="TurnBudget"/>. A look at the clock costs as much as a small message, so that it is taken every few steps only: the quicker the
/// steps were, the more of them, also in the next share.
/// </summary>
/// <param name="Steps">Steps that were taken of this share.</param>
/// <param name="Time">Microseconds that were seen to go by in it.</param>
/// <param name="Pace">Steps until the next look, 1 to <see cref="TurnBudget.MaxPace"/>.</param>
public readonly record struct TurnShare(int Steps, int Time, int Pace)
{
    /// <summary>The first share of somebody of whom nothing is known.</summary>
    public static TurnShare First => new(0, 0, 1);

    /// <summary>A whole share, for the next turn.</summary>
    public TurnShare Renew() => this with { Steps = 0, Time = 0 };

    /// <summary>The share is used up: what is left of the work waits for the next turn.</summary>
    public bool IsSpent(TurnBudget budget) => Steps >= budget.Steps || Time >= budget.Time;

    /// <summary>Steps that may be taken before the next look; 0 when the share is spent.</summary>
    public int Allowance(TurnBudget budget) => IsSpent(budget) ? 0 : Math.Min(Pace, budget.Steps - Steps);

    /// <summary>Steps were taken, and nobody has looked how long they took.</summary>
    /// <param name="steps">How many, 0 and above.</param>
    public TurnShare Took(int steps) => this with { Steps = Steps + steps };

    /// <summary>A look at the clock, after an earlier one.</summary>
    /// <param name="budget">What the share is of.</param>
    /// <param name="steps">Steps since then, 0 and above.</param>
    /// <param name="time">Microseconds since then, 0 and above.</param>
    public TurnShare Looked(TurnBudget budget, int steps, long time)
    {
        var taken = (int)Math.Min(budget.Time, time);
        // As many steps as took a quarter of the budget, but at most twice as many as the last time.
        var pace = steps == 0 ? Pace
            : taken == 0 ? 2 * steps
            : (int)Math.Min(2L * steps, (long)budget.Time / 4 * steps / taken);
        return new TurnShare(Steps + steps, Math.Min(budget.Time, Time + taken), Math.Clamp(pace, 1, TurnBudget.MaxPace));
    }
}
