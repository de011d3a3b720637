using System.Buffers;
using PluginHost.Abstractions;
using PluginHost.Server.Buffers;

namespace PluginHost.Server.Handlers;

/// <summary>
/// Runs a handler that may block or await, on the thread pool, one call at a time. The loop only queues what has come; while more than a bound waits, the
/// connection is not read.
/// </summary>
internal sealed class SessionRunner(Connection connection, SessionHandler handler) : HandlerRunner, IThreadPoolWorkItem
{
    private const int MostWaiting = 256;
    private const long MostWaitingBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<Work> _work = new();
    private readonly ServerSession _session = connection.Session;
    private long _waitingBytes;
    private bool _running;
    private bool _closing;
    private volatile bool _busy;

    private enum WorkKind : byte
    {
        Open,
        Message,
        Closed,
    }

    private readonly record struct Work(WorkKind Kind, OwnedMessage? Message, CloseInfo Close);

    public override bool IsBusy => _busy;

    public override void Open() => Enqueue(new Work(WorkKind.Open, null, default), 0);

    public override void Message(MessageKind kind, Segment payload)
    {
        var owner = MemoryPool<byte>.Shared.Rent(Math.Max(1, payload.Length));
        payload.Span.CopyTo(owner.Memory.Span);
        Enqueue(new Work(WorkKind.Message, new OwnedMessage(kind, owner, payload.Length), default), payload.Length);
    }

    public override void Closed(CloseInfo close) => Enqueue(new Work(WorkKind.Closed, null, close), 0);

    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    private void Enqueue(Work work, int bytes)
    {
        lock (_gate)
        {
            if (_closing) return;
            _closing = work.Kind == WorkKind.Closed;
            _work.Enqueue(work);
            _waitingBytes += bytes;
            if (_work.Count >= MostWaiting || _waitingBytes >= MostWaitingBytes) _busy = true;
            if (_running) return;
            _running = true;
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private async Task RunAsync()
    {
        while (TryDequeue(out var work))
        {
            try
            {
                if (work.Kind == WorkKind.Closed) await CloseAsync(work.Close).ConfigureAwait(false);
                else if (!IsFaulted) await CallAsync(work).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                IsFaulted = true;
                connection.Loop.Post(connection, () => connection.Fault(exception));
            }
            finally
            {
                work.Message?.EndCall();
            }
        }
    }

    private ValueTask CallAsync(Work work) => work switch
    {
        { Kind: WorkKind.Open } => handler.OnOpenAsync(_session),
        { Message: { Kind: MessageKind.Text } text } => handler.OnTextAsync(_session, text),
        _ => handler.OnBinaryAsync(_session, work.Message!),
    };

    private async ValueTask CloseAsync(CloseInfo close)
    {
        try
        {
            await handler.OnClosedAsync(_session, close).ConfigureAwait(false);
        }
        finally
        {
            if (handler is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync().ConfigureAwait(false);
            else (handler as IDisposable)?.Dispose();
        }
    }

    private bool TryDequeue(out Work work)
    {
        var ready = false;
        bool found;
        lock (_gate)
        {
            found = _work.TryDequeue(out work);
            if (!found) _running = false;
            _waitingBytes -= work.Message?.Length ?? 0;
            if (_busy && _work.Count <= MostWaiting / 4 && _waitingBytes <= MostWaitingBytes / 4)
            {
                _busy = false;
                ready = true;
            }
        }
        if (ready) connection.RunnerReady();
        return found;
    }
}
