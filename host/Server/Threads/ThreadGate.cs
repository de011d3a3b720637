
namespace PluginHost.Server.Threads;

/// <summary>
/// Lets so many pieces of work of one handler run on the thread pool at once, as far as the handlers that share it have left threads; the others wait. A handler
/// that blocks its threads then keeps none of the others from getting one.
/// </summary>
/// <param name="threads">What it shares.</param>
/// <param name="most">How many, 1 and above.</param>
internal sealed class ThreadGate(HandlerThreads threads, int most)
{
    /// <summary>Pieces of work that run; under the lock of those who share.</summary>
    public int Running { get; set; }

    /// <summary>Pieces of work that wait; under the same lock.</summary>
    public Queue<IThreadPoolWorkItem> Waiting { get; } = new();

    /// <summary>It stands in the line for a shared thread; under the same lock.</summary>
    public bool IsLined { get; set; }

    /// <summary>How many may run at once.</summary>
    public int Most => most;

    /// <summary>Runs it on the pool, now or once there is room. It calls <see cref="Leave"/> at its end.</summary>
    public void Run(IThreadPoolWorkItem work) => threads.Run(this, work);

    /// <summary>Runs a function on the pool, now or once there is room, and awaits what it has begun; only until it returns it takes room.</summary>
    /// <param name="function">Begins something.</param>
    /// <param name="cancellation">Nobody waits for it any more: it need not begin.</param>
    public async Task<T> RunAsync<T>(Func<Task<T>> function, CancellationToken cancellation)
    {
        var begin = new Beginning<T>(this, function, cancellation);
        Run(begin);
        return await (await begin.Begun.ConfigureAwait(false)).ConfigureAwait(false);
    }

    private sealed class Beginning<T>(ThreadGate gate, Func<Task<T>> function, CancellationToken cancellation) : IThreadPoolWorkItem
    {
        private readonly TaskCompletionSource<Task<T>> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Task<T>> Begun => _begun.Task;

        public void Execute()
        {
            try
            {
                if (cancellation.IsCancellationRequested) _begun.SetCanceled(cancellation);
                else _begun.SetResult(function());
            }
            catch (Exception exception)
            {
                _begun.SetException(exception);
            }
            finally
            {
                gate.Leave();
            }
        }
    }

    /// <summary>A piece of work is at its end.</summary>
    public void Leave() => threads.Leave(this);
}
