using PluginHost.Server.Connections;

namespace PluginHost.Server.Handlers;

/// <summary>
/// What a handler that is called on a loop leaves running after its call has returned, such as the rest of an <c>async void</c> method, ends up here. An exception from there
/// would end the process; here it is a fault of the connection in whose call it began.
/// </summary>
/// <param name="connection">The connection.</param>
internal sealed class HandlerContext(Connection connection) : SynchronizationContext
{
    /// <summary>The handler is called until what is returned is disposed. After that the host's own code runs without a context, so that what it awaits goes on where it
    /// is completed.</summary>
    public LoopCall Enter()
    {
        SetSynchronizationContext(this);
        return new LoopCall(connection.Loop.BeginCall(connection) ? connection.Loop : null);
    }

    /// <summary>A call of the handler.</summary>
    /// <param name="loop">The loop that it holds up; <see langword="null"/> within another call.</param>
    public readonly ref struct LoopCall(Loop? loop)
    {
        /// <summary>The call is over.</summary>
        public void Dispose()
        {
            SetSynchronizationContext(null);
            loop?.EndCall();
        }
    }

    public override void Post(SendOrPostCallback d, object? state) => connection.Loop.Post(() =>
    {
        using (Enter()) Run(d, state);
    });

    public override void Send(SendOrPostCallback d, object? state) => Run(d, state);

    public override SynchronizationContext CreateCopy() => this;

    private void Run(SendOrPostCallback callback, object? state)
    {
        try
        {
            callback(state);
        }
        catch (Exception exception)
        {
            connection.Loop.Post(connection, () => connection.Handler!.Fault(exception));
        }
    }
}
