namespace PluginHost.Server.Handlers;

/// <summary>
/// Lets so many pieces of work of one handler run on the thread pool at once; the others wait. A handler that blocks its threads
/// then keeps none of the others from getting one.
/// </summary>
/// <param name="most">How many, 1 and above.</param>
internal sealed class ThreadGate(int most)
{
    private readonly Lock _gate = new();
    private readonly Queue<IThreadPoolWorkItem> _waiting = new();
    private int _running;

    /// <summary>Runs it on the pool, now or once there is room. It calls <see cref="Leave"/> at its end.</summary>
    public void Run(IThreadPoolWorkItem work)
    {
        lock (_gate)
        {
            if (_running >= most)
            {
                _waiting.Enqueue(work);
                return;
            }
            _running++;
        }
        ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
    }

    /// <summary>A piece of work is at its end.</summary>
    public void Leave()
    {
        IThreadPoolWorkItem? next;
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out next))
            {
                _running--;
                return;
            }
        }
        ThreadPool.UnsafeQueueUserWorkItem(next, preferLocal: false);
    }
}
