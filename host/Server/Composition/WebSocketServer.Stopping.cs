using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Connections;
using PluginHost.Server.Transports;

namespace PluginHost.Server.Composition;

/// <summary>Its end.</summary>
internal sealed partial class WebSocketServer
{
    /// <summary>What peers have to answer the close frames of connections whose calls have had their time.</summary>
    private static readonly TimeSpan Answering = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Stops gracefully: accepts nothing more, has the calls of every connection finish, closes it with the configured code, and waits for all of that as long as
    /// configured. Then what is still open is closed all the same, and what is left is reset.
    /// </summary>
    /// <param name="hurry">Cuts the wait short.</param>
    /// <param name="within">How long it waits for calls and connections; <see langword="null"/> for as long as configured.</param>
    /// <returns>How many connections had to be reset.</returns>
    public async Task<int> StopAsync(CancellationToken hurry, TimeSpan? within = null)
    {
        if (Interlocked.Exchange(ref _stopping, 1) != 0) return 0;
        if (within is { } drain) _shutdown = _shutdown with { Drain = drain };
        await OnEachLoop(loop =>
        {
            loop.StopListening();
            Stop(loop, loop.Connections.ToArray(), 0);
        }).ConfigureAwait(false);
        CloseListeners();
        await WaitForConnections(_shutdown.Drain, hurry).ConfigureAwait(false);
        var left = 0;
        if (ConnectionCount > 0)
        {
            await OnEachLoop(loop => OnEachConnection(loop, loop.Connections.ToArray(), connection =>
            {
                if (!connection.StopNow((CloseCode)_shutdown.Code)) Interlocked.Increment(ref left);
            })).ConfigureAwait(false);
            await WaitForConnections(Answering, hurry).ConfigureAwait(false);
        }
        left += ConnectionCount;
        await OnEachLoop(loop => OnEachConnection(loop, loop.Connections.ToArray(), connection => connection.Abort())).ConfigureAwait(false);
        foreach (var loop in _loops) loop.Stop();
        foreach (var thread in _threads) thread.Join();
        if (_options.IsDriven) await Task.WhenAll(_loops.Select(loop => loop.Ended)).ConfigureAwait(false);
        _directory.End();
        _topics.Close();
        if (_files is not null) await _files.DisposeAsync().ConfigureAwait(false);
        _watchdog?.Dispose();
        return left;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);

    private async Task WaitForConnections(TimeSpan drain, CancellationToken hurry)
    {
        using var time = new CancellationTokenSource(drain, _options.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(hurry, time.Token);
        try
        {
            await Task.WhenAll(_loops.Select(loop => loop.Emptied)).WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // What is left is reset.
        }
    }

    private Task OnEachLoop(Action<AcceptingLoop> action) => Task.WhenAll(_loops.Select(loop =>
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() =>
        {
            try
            {
                action(loop);
            }
            finally
            {
                done.SetResult();
            }
        });
        return done.Task;
    }));

    /// <summary>Stops connections batch by batch: in between, the loop reads answers and serves those whose turn has not come.</summary>
    private void Stop(Loop loop, Connection[] connections, int from)
    {
        var until = Math.Min(connections.Length, from + _shutdown.Batch);
        OnEachConnection(loop, connections.AsSpan(from, until - from), connection => connection.Stop((CloseCode)_shutdown.Code, (long)_shutdown.Drain.TotalMilliseconds));
        if (until < connections.Length) loop.Post(() => Stop(loop, connections, until));
    }

    private static void OnEachConnection(Loop loop, ReadOnlySpan<Connection> connections, Action<Connection> action)
    {
        foreach (var connection in connections)
        {
            try
            {
                action(connection);
            }
            catch (Exception exception)
            {
                loop.Failed(connection, exception);
            }
        }
    }
}
