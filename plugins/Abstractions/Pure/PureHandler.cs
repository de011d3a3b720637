namespace PluginHost.Abstractions;

/// <summary>
/// A handler without side effects: what happened goes in, the next state and commands come out; the host keeps the state and performs the
/// commands in
/// order. It can be tested as a function, replayed, and moved to newer code while its connection stays open. One instance serves all
/// connections, from several
/// threads at once, and is called on the connection's loop: it does no I/O, waits for nothing and keeps nothing. An exception closes that
/// connection with 1011, a <see cref="CloseConnectionException"/> with its own code.
/// </summary>
/// <typeparam name="TState">The state of one connection. An immutable type: a record, a readonly struct, an F# record or union.</typeparam>
public abstract class PureHandler<TState>
{
    /// <summary>A connection is open.</summary>
    /// <param name="handshake">The facts of the connection.</param>
    /// <returns>Its first state, and what to do.</returns>
    public abstract Step<TState> Open(HandshakeInfo handshake);

    /// <summary>Something happened on an open connection. Never called again after an <see cref="EventKind.Closed"/>, of whose
    /// commands only publications are performed.</summary>
    /// <param name="state">The connection's state.</param>
    /// <param name="e">What happened. A message in it is valid until this call returns.</param>
    /// <returns>The next state, and what to do.</returns>
    public abstract Step<TState> Next(TState state, Event e);

    /// <summary>Turns a state into data, so that the connection can go on in a newer version of this handler. By default it cannot:
    /// <see langword="null"/>.</summary>
    /// <param name="state">The connection's state.</param>
    public virtual StateSnapshot? Save(TState state) => null;

    /// <summary>Turns data back into a state, in place of <see cref="Open"/>. Only called with what <see cref="Save"/>, of this or an older version, returned.</summary>
    /// <param name="handshake">The facts of the connection.</param>
    /// <param name="snapshot">The data, with the version number of its layout.</param>
    /// <exception cref="NotSupportedException">This version of the layout is not known; the connection is then closed with
    /// 1012.</exception>
    public virtual Step<TState> Restore(HandshakeInfo handshake, StateSnapshot snapshot) =>
        throw new NotSupportedException($"{GetType().FullName} does not restore a saved state of version {snapshot?.Version}.");
}

/// <summary>A connection's state as data.</summary>
/// <param name="Version">The version of the layout of <paramref name="Data"/>, chosen by the handler.</param>
/// <param name="Data">The state, in whatever form the handler writes it. Not changed after the snapshot was made.</param>
public sealed record StateSnapshot(int Version, ReadOnlyMemory<byte> Data);
