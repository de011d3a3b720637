using PluginHost.Abstractions;

namespace PluginHost.Extensions;

/// <summary>
/// Calls to the client of a connection that wait for their answers. The handler begins one, sends the request, and awaits the task; when a message turns out to be
/// an answer, it completes the call of that id. All are cancelled with the connection. From any thread.
/// </summary>
/// <typeparam name="T">What an answer is.</typeparam>
public sealed class PendingCalls<T> : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TaskCompletionSource<T>> _calls = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _ended;
    private readonly TimeProvider _time;
    private readonly int _max;

    /// <summary>Makes one for a connection.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="max">How many may wait at once.</param>
    public PendingCalls(Session session, int max) : this((session ?? throw new ArgumentNullException(nameof(session))).Context.Time, max, session.Closed) { }

    /// <summary>Makes one.</summary>
    /// <param name="time">Measures how long calls wait.</param>
    /// <param name="max">How many may wait at once.</param>
    /// <param name="ended">Cancelled when no answer can come any more.</param>
    public PendingCalls(TimeProvider time, int max, CancellationToken ended)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        (_time, _max) = (time, max);
        _source = CancellationTokenSource.CreateLinkedTokenSource(ended);
        _ended = _source.Token;
    }

    /// <summary>How many wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _calls.Count;
        }
    }

    /// <summary>Begins a call. When this returns, an answer is awaited: send the request now.</summary>
    /// <param name="id">Tells the connection's calls apart, as the protocol does.</param>
    /// <param name="timeout">How long to wait for the answer.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>
    /// The answer. It fails with an <see cref="InvalidOperationException"/> where as many wait as may, with a <see cref="TimeoutException"/>, with what
    /// <see cref="Fail"/> was given, or is cancelled.
    /// </returns>
    /// <exception cref="ArgumentException">A call of that id waits.</exception>
    public Task<T> Begin(string id, TimeSpan timeout, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(id);
        var call = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_calls.ContainsKey(id)) throw new ArgumentException($"A call \"{id}\" waits for its answer already.", nameof(id));
            if (_calls.Count >= _max) return Task.FromException<T>(new InvalidOperationException($"{_max} calls wait for their answers already."));
            _calls.Add(id, call);
        }

        return AwaitAsync(id, call, timeout, cancellation);
    }

    /// <summary>The answer to a call has come.</summary>
    /// <param name="id">The call.</param>
    /// <param name="value">The answer.</param>
    /// <returns>Whether the call waited for it; otherwise it is unknown, or no longer waits.</returns>
    public bool Complete(string id, T value) => Take(id)?.TrySetResult(value) ?? false;

    /// <summary>The answer to a call is that it has failed.</summary>
    /// <param name="id">The call.</param>
    /// <param name="exception">What its task fails with.</param>
    /// <returns>Whether the call waited for it; otherwise it is unknown, or no longer waits.</returns>
    public bool Fail(string id, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return Take(id)?.TrySetException(exception) ?? false;
    }

    /// <summary>Cancels all that wait. A call that is begun later is cancelled at once.</summary>
    public void Dispose()
    {
        if (!_ended.IsCancellationRequested) _source.Cancel();
        _source.Dispose();
    }

    private async Task<T> AwaitAsync(string id, TaskCompletionSource<T> call, TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_ended, cancellation);
            return await call.Task.WaitAsync(timeout, _time, either.Token).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
                if (_calls.TryGetValue(id, out var known) && known == call) _calls.Remove(id);
        }
    }

    private TaskCompletionSource<T>? Take(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        lock (_gate) return _calls.Remove(id, out var call) ? call : null;
    }
}
