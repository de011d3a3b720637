using PluginHost.Core.Policy.Limits;

namespace PluginHost.Server.Authentication;

/// <summary>
/// Lets in only so many verifications at a time, addresses in turn, those that have just failed behind the others: whoever guesses passwords costs a bounded share of the processors, and keeps only
/// itself waiting. From any thread.
/// </summary>
/// <param name="width">How many at a time.</param>
/// <param name="maxWaiting">How many may wait.</param>
internal sealed class VerificationGate(int width, int maxWaiting)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, TaskCompletionSource<bool>> _waiting = [];
    private FairQueue _queue = FairQueue.Empty;
    private int _running;
    private long _tickets;

    /// <summary>What suits this machine.</summary>
    public static int DefaultWidth => Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>How many are in.</summary>
    public int Running
    {
        get
        {
            lock (_gate) return _running;
        }
    }

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _waiting.Count;
        }
    }

    /// <summary>Waits for its turn; <see cref="Leave"/> ends it.</summary>
    /// <param name="address">Whose it is.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>False when too many wait already.</returns>
    public async Task<bool> EnterAsync(AddressKey address, CancellationToken cancellation)
    {
        TaskCompletionSource<bool> turn;
        long ticket;
        lock (_gate)
        {
            if (_running < width && _waiting.Count == 0)
            {
                _running++;
                return true;
            }
            if (_waiting.Count >= maxWaiting && !MakeRoom(address)) return false;
            ticket = ++_tickets;
            _queue = _queue.Add(address, ticket);
            _waiting[ticket] = turn = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        using var registration = cancellation.Register(() => GiveUp(ticket, cancellation));
        return await turn.Task.ConfigureAwait(false);
    }

    /// <summary>One that was let in is done.</summary>
    /// <param name="address">Whose it was.</param>
    /// <param name="failed">What it showed does not count.</param>
    public void Leave(AddressKey address, bool failed)
    {
        lock (_gate)
        {
            _running--;
            _queue = _queue.Judged(address, failed);
            _queue.Next().Iter(next =>
            {
                _queue = next.Left;
                _running++;
                _waiting.Remove(next.Ticket, out var turn);
                turn!.SetResult(true);
            });
        }
    }

    private bool MakeRoom(AddressKey address) => _queue.Yielding(address).Match(
        ticket =>
        {
            _queue = _queue.Without(ticket);
            _waiting.Remove(ticket, out var turn);
            turn!.SetResult(false);
            return true;
        },
        () => false);

    private void GiveUp(long ticket, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (!_waiting.Remove(ticket, out var turn)) return;
            _queue = _queue.Without(ticket);
            turn.SetCanceled(cancellation);
        }
    }
}
