namespace PluginHost.Server.Connections;

/// <summary>The timers of one connection's handler, told apart by number. From any thread. It allocates once, and again only for more timers at once.</summary>
internal sealed class HandlerTimers
{
    /// <summary>Timers that may run at once.</summary>
    public const int Max = 64;

    private readonly Lock _gate = new();
    private (int Id, long DueAt)[] _timers = new (int, long)[1];
    private int _count;
    private long _next = long.MaxValue;
    private bool _isEnded;

    /// <summary>When the first of them runs out; <see cref="long.MaxValue"/> for never.</summary>
    public long DueAt => Volatile.Read(ref _next);

    /// <summary>Sets a timer.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="at">When it runs out, in milliseconds.</param>
    /// <exception cref="InvalidOperationException">As many as may run do, and this is another.</exception>
    public void Set(int id, long at)
    {
        lock (_gate)
        {
            if (_isEnded) return;
            var place = Find(id);
            if (place == _count)
            {
                if (_count == Max) throw new InvalidOperationException($"A connection has at most {Max} timers.");
                if (_count == _timers.Length) Array.Resize(ref _timers, Math.Min(Max, 2 * _count));
                _count++;
            }
            _timers[place] = (id, at);
            FindNext();
        }
    }

    /// <summary>Stops a timer.</summary>
    public void Stop(int id)
    {
        lock (_gate) Remove(Find(id));
    }

    /// <summary>Takes a timer that has run out, the earliest first.</summary>
    /// <param name="now">Milliseconds.</param>
    /// <param name="id">Its number.</param>
    public bool TryTake(long now, out int id)
    {
        id = 0;
        if (now < DueAt) return false;
        lock (_gate)
        {
            if (now < _next) return false;
            var place = 0;
            while (_timers[place].DueAt != _next) place++;
            id = _timers[place].Id;
            Remove(place);
            return true;
        }
    }

    /// <summary>The connection is over: none runs any more.</summary>
    public void End()
    {
        lock (_gate) (_count, _isEnded, _next) = (0, true, long.MaxValue);
    }

    private int Find(int id)
    {
        var place = 0;
        while (place < _count && _timers[place].Id != id) place++;
        return place;
    }

    private void Remove(int place)
    {
        if (place >= _count) return;
        // In their order: of two that run out at once, the one that was set first comes first.
        Array.Copy(_timers, place + 1, _timers, place, _count - place - 1);
        _count--;
        FindNext();
    }

    private void FindNext()
    {
        var next = long.MaxValue;
        for (var i = 0; i < _count; i++) next = Math.Min(next, _timers[i].DueAt);
        Volatile.Write(ref _next, next);
    }
}
