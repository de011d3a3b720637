using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using CloseCode = PluginHost.Core.Protocol.Frames.CloseCode;

namespace PluginHost.Server.Connections;

/// <summary>The connections of one plugin. What is to be done with them is done on their loops, in batches, so that nobody else waits for long.</summary>
/// <param name="directory">Where they are found.</param>
/// <param name="plugin">The plugin's id.</param>
internal sealed class PluginConnections(ConnectionDirectory directory, string plugin) : Abstractions.Connections
{
    private const int Batch = 256;

    public override ValueTask<int> CountAsync(ConnectionTarget target, CancellationToken cancellation) => OnEachAsync(target, _ => true, cancellation);

    public override async ValueTask<IReadOnlyList<ConnectionInfo>> ListAsync(ConnectionTarget target, CancellationToken cancellation)
    {
        var found = new List<ConnectionInfo>();
        await OnEachAsync(
            target,
            connection =>
            {
                var info = InfoOf(connection);
                lock (found) found.Add(info);
                return true;
            },
            cancellation).ConfigureAwait(false);
        lock (found) return [.. found];
    }

    public override ValueTask<int> SendAsync(ConnectionTarget target, OutgoingMessage message, CancellationToken cancellation)
    {
        if (message.IsNone) throw new ArgumentException("There is no message.", nameof(message));
        if (message.Kind == MessageKind.Text) TextEncoding.Check(message.Bytes.Span);
        return OnEachAsync(target, connection => connection.Send((Opcode)message.Kind, message.Bytes.Span), cancellation);
    }

    protected override ValueTask<int> CloseCoreAsync(ConnectionTarget target, int code, string reason, CancellationToken cancellation) => OnEachAsync(
        target,
        connection =>
        {
            connection.InTurn(() => connection.Close((CloseCode)code, reason));
            return true;
        },
        cancellation);

    public override async ValueTask<ReadOnlyMemory<byte>?> AskAsync(ConnectionTarget target, ReadOnlyMemory<byte> question, CancellationToken cancellation)
    {
        var asked = new HandlerQuestion(question.ToArray());
        Connection? newest = null;
        var gate = new Lock();
        await OnEachAsync(
            target,
            connection =>
            {
                lock (gate)
                {
                    if (newest is null || newest.Id < connection.Id) newest = connection;
                }
                return true;
            },
            cancellation).ConfigureAwait(false);
        if (newest is not { } found) return null;
        found.Loop.Post(found, () =>
        {
            if (!IsOpen(found) || found.Handler!.Callable is not { } runner || !runner.Ask(asked)) asked.SetAnswer(null);
        });
        await Task.WhenAny(asked.Answer, directory.Ended).WaitAsync(cancellation).ConfigureAwait(false);
        return asked.Answer.IsCompletedSuccessfully ? await asked.Answer.ConfigureAwait(false) : null;
    }

    private ConnectionInfo InfoOf(Connection connection) => new(
        new ConnectionId(directory.Server, connection.Id), connection.Handler!.Served.Token, connection.Handler.Key, connection.Handler.User,
        Peers.AddressOf(connection.Channel.RemoteEndPoint).Match(address => address.ToString(), () => connection.Channel.RemoteEndPoint is null ? "" : "unix"));

    private bool IsOpen(Connection connection) =>
        connection is { IsOver: false, Phase: Phase.Open, Handler: { } handler } && handler.Served.Plugin == plugin;

    /// <summary>Does something with each connection, on its loop.</summary>
    /// <returns>For how many it answered true.</returns>
    private async ValueTask<int> OnEachAsync(ConnectionTarget target, Func<Connection, bool> action, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(target);
        cancellation.ThrowIfCancellationRequested();
        Task<int>[] all = target.Kind switch
        {
            ConnectionTargetKind.Key or ConnectionTargetKind.User =>
                [.. directory.Find(plugin, target.Kind, target.Name).GroupBy(connection => connection.Loop).Select(group => OnLoop(group.Key, () => [.. group], action))],
            ConnectionTargetKind.Id when target.ConnectionId.Server != directory.Server => [],
            ConnectionTargetKind.Id =>
                [.. directory.Loops.Select(loop => OnLoop(loop, () => [.. loop.Connections.Where(connection => connection.Id == target.ConnectionId.Number)], action))],
            _ => [.. directory.Loops.Select(loop => OnLoop(loop, () => [.. loop.Connections], action))],
        };
        await Task.WhenAny(Task.WhenAll(all), directory.Ended).WaitAsync(cancellation).ConfigureAwait(false);
        return all.Where(task => task.IsCompletedSuccessfully).Sum(task => task.Result);
    }

    private Task<int> OnLoop(Loop loop, Func<Connection[]> select, Func<Connection, bool> action)
    {
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() => Next(select(), 0, 0));
        return done.Task;

        void Next(Connection[] connections, int from, int count)
        {
            var until = Math.Min(connections.Length, from + Batch);
            for (; from < until; from++)
            {
                var connection = connections[from];
                if (!IsOpen(connection)) continue;
                try
                {
                    if (action(connection)) count++;
                }
                catch (Exception exception)
                {
                    loop.Failed(connection, exception);
                }
            }
            if (from < connections.Length) loop.Post(() => Next(connections, from, count));
            else done.TrySetResult(count);
        }
    }
}
