namespace PluginHost.Abstractions;

/// <summary>What a pure handler answers: the next state, and what to do.</summary>
/// <typeparam name="TState">The state of one connection.</typeparam>
public readonly struct Step<TState> : IEquatable<Step<TState>>
{
    private readonly Commands _commands;

    /// <summary>The next state and any number of commands; <c>[]</c>, <c>[a]</c> and <c>[a, b]</c> all fit. Allocates only for two or
    /// more.</summary>
    /// <param name="state">The next state.</param>
    /// <param name="commands">What to do, in this order.</param>
    public Step(TState state, Commands commands)
    {
        State = state;
        _commands = commands;
    }

    /// <summary>The next state.</summary>
    public TState State { get; }

    /// <summary>What to do, in this order.</summary>
    public Commands Commands => _commands;

    /// <summary>Each command in order, where it lies.</summary>
    internal void HandTo(Hosting.ICommandSink sink) => _commands.HandTo(sink);

    /// <summary>Equal states and equal commands.</summary>
    public static bool operator ==(Step<TState> left, Step<TState> right) => left.Equals(right);

    /// <summary>Different states or different commands.</summary>
    public static bool operator !=(Step<TState> left, Step<TState> right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(Step<TState> other) =>
        EqualityComparer<TState>.Default.Equals(State, other.State) && Commands.Equals(other.Commands);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Step<TState> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(State, Commands);

    /// <summary>For people.</summary>
    public override string ToString() => $"{State} {Commands}";
}

/// <summary>Makes steps, with the type of the state inferred.</summary>
public static class Step
{
    /// <summary>The next state, and nothing to do. Allocates nothing.</summary>
    public static Step<TState> To<TState>(TState state) => new(state, default);

    /// <summary>The next state and one command. Allocates nothing.</summary>
    public static Step<TState> To<TState>(TState state, Command command) => new(state, new Commands(command));

    /// <summary>The next state and any number of commands.</summary>
    public static Step<TState> To<TState>(TState state, Commands commands) => new(state, commands);

    /// <summary>The next state and the commands of a list, an array or a sequence.</summary>
    public static Step<TState> To<TState>(TState state, IEnumerable<Command> commands) => new(state, Commands.From(commands));
}
