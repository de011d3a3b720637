using System.Text;
using PluginHost.Abstractions;
using PluginHost.Abstractions.Hosting;

namespace PluginHost.Testing;

/// <summary>
/// Runs a pure handler as the function it is: no host, no socket, no clock. Each message is lent as the host lends it, and its memory is
/// overwritten
/// when the handler's call returns, so that a handler that keeps a borrowed message fails in its test.
/// </summary>
public static class PureTest
{
    /// <summary>Opens a connection and passes the events to it, in order.</summary>
    /// <param name="handler">The handler under test.</param>
    /// <param name="handshake">The facts of the connection; <c>new HandshakeInfo()</c> where they do not matter.</param>
    /// <param name="events">What happens; made by the methods of this class.</param>
    /// <returns>One step for the opening and one for each event. Commands are copies and stay valid.</returns>
    public static IReadOnlyList<Step<TState>> Run<TState>(PureHandler<TState> handler, HandshakeInfo handshake, IEnumerable<Event> events)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(events);
        var steps = new List<Step<TState>> { Detach(handler.Open(handshake)) };
        foreach (var e in events)
            steps.Add(Next(handler, steps[^1].State, e));
        return steps;
    }

    /// <summary>Passes one event to a handler in a given state.</summary>
    /// <param name="handler">The handler under test.</param>
    /// <param name="state">The connection's state.</param>
    /// <param name="e">What happens.</param>
    public static Step<TState> Next<TState>(PureHandler<TState> handler, TState state, Event e)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var payload = e.Kind is EventKind.Text or EventKind.Binary ? e.Message.Bytes : default;
        return Lent.During(e, payload, told => Detach(handler.Next(state, told)));
    }

    /// <summary>All commands of all steps, in order.</summary>
    public static IReadOnlyList<Command> AllCommands<TState>(IEnumerable<Step<TState>> steps) =>
        [.. steps.SelectMany(step => step.Commands)];

    /// <summary>A text message arrives.</summary>
    public static Event Text(string text) => Event.Received(new MessageLease().Lend(MessageKind.Text, Encoding.UTF8.GetBytes(text)));

    /// <summary>A binary message arrives.</summary>
    public static Event Binary(byte[] bytes) => Event.Received(new MessageLease().Lend(MessageKind.Binary, bytes));

    /// <summary>The connection ends after a close handshake.</summary>
    public static Event Closed(int code, string reason) => Event.Closed(new CloseInfo(code, reason, true));

    private static Step<TState> Detach<TState>(Step<TState> step) =>
        new(step.State, Commands.From([.. step.Commands.Select(c => c.Detach())]));
}
