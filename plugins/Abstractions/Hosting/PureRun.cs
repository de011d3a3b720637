namespace PluginHost.Abstractions.Hosting;

/// <summary>
/// For hosts: runs a <see cref="PureHandler{TState}"/> for one connection and keeps its state, without the host knowing the type of the
/// state. Used by one
/// connection from one loop. An exception of the handler passes through and leaves the state as it was.
/// </summary>
public abstract class PureRun
{
    /// <summary>Made by the contract, and by hosts that stand between a handler and its host.</summary>
    protected PureRun() { }

    /// <summary>The connection is open: computes the first state. Called once, before any <see cref="Next(Event)"/>.</summary>
    /// <returns>What the handler wants done.</returns>
    public abstract Commands Open(HandshakeInfo handshake);

    /// <summary>Something happened: computes the next state.</summary>
    /// <returns>What the handler wants done; borrowed messages in it end with the call's lease.</returns>
    public abstract Commands Next(Event e);

    /// <summary>As <see cref="Next(Event)"/>, with the commands handed to <paramref name="sink"/> one by one: what is done for every message copies no
    /// more than it must.</summary>
    public abstract void Next(in Event e, ICommandSink sink);

    /// <summary>The state as data, or <see langword="null"/> when the handler does not save it.</summary>
    public abstract StateSnapshot? Save();

    /// <summary>Takes the place of <see cref="Open"/>: continues from a state that another version of the handler saved.</summary>
    /// <param name="handshake">The facts of the connection.</param>
    /// <param name="snapshot">What <see cref="Save"/> returned.</param>
    /// <returns>What the handler wants done.</returns>
    public abstract Commands Restore(HandshakeInfo handshake, StateSnapshot snapshot);
}

/// <summary>For hosts: <see cref="PureRun"/> for one type of state.</summary>
/// <typeparam name="TState">The state of one connection.</typeparam>
internal sealed class PureRun<TState>(PureHandler<TState> handler) : PureRun
{
    private TState _state = default!;

    public override Commands Open(HandshakeInfo handshake)
    {
        var step = handler.Open(handshake);
        _state = step.State;
        return step.Commands;
    }

    public override Commands Next(Event e)
    {
        var step = handler.Next(_state, e);
        _state = step.State;
        return step.Commands;
    }

    public override void Next(in Event e, ICommandSink sink)
    {
        var step = handler.Next(_state, e);
        _state = step.State;
        step.HandTo(sink);
    }

    public override StateSnapshot? Save() => handler.Save(_state);

    public override Commands Restore(HandshakeInfo handshake, StateSnapshot snapshot)
    {
        var step = handler.Restore(handshake, snapshot);
        _state = step.State;
        return step.Commands;
    }
}
