namespace PluginHost.Server.Transports.Memory;

/// <summary>Bytes from one thread to another, bounded, with an end and a break.</summary>
/// <param name="capacity">Bytes that it holds at most.</param>
internal sealed class MemoryPipe(int capacity)
{
    private readonly Lock _gate = new();
    private byte[] _ring = new byte[Math.Min(capacity, 4096)];
    private int _start;
    private int _count;
    private TaskCompletionSource? _changed;
    private bool _ended;
    private bool _broken;

    /// <summary>Something can be read now: bytes, the end, or the break. Called outside the lock.</summary>
    public Action? BecameReadable { get; set; }

    /// <summary>There is room again after there was none.</summary>
    public Action? BecameWritable { get; set; }

    /// <summary>Nothing more can be read: everything before the end was, or it is broken.</summary>
    public bool IsAtEnd { get { lock (_gate) return _broken || (_ended && _count == 0); } }

    /// <summary>Nothing is in it now.</summary>
    public bool IsEmpty { get { lock (_gate) return _count == 0; } }

    /// <summary>It is broken.</summary>
    public bool IsBroken { get { lock (_gate) return _broken; } }

    /// <summary>Takes as many bytes as there is room for; −1 when broken.</summary>
    public int TryWrite(ReadOnlySpan<byte> bytes)
    {
        int count;
        lock (_gate)
        {
            if (_broken) return -1;
            count = Math.Min(bytes.Length, capacity - _count);
            if (count > 0)
            {
                Grow(_count + count);
                var at = (_start + _count) % _ring.Length;
                var first = Math.Min(count, _ring.Length - at);
                bytes[..first].CopyTo(_ring.AsSpan(at));
                bytes[first..count].CopyTo(_ring);
                _count += count;
                Changed();
            }
        }
        if (count > 0) BecameReadable?.Invoke();
        return count;
    }

    /// <summary>Reads what is there.</summary>
    /// <returns>Bytes; 0 at the end; −1 when nothing is there now; −2 when broken.</returns>
    public int TryRead(Span<byte> target)
    {
        int count;
        bool wasFull;
        lock (_gate)
        {
            if (_broken) return -2;
            if (_count == 0) return _ended ? 0 : -1;
            wasFull = _count == capacity;
            count = Math.Min(target.Length, _count);
            var first = Math.Min(count, _ring.Length - _start);
            _ring.AsSpan(_start, first).CopyTo(target);
            _ring.AsSpan(0, count - first).CopyTo(target[first..]);
            _start = (_start + count) % _ring.Length;
            _count -= count;
            Changed();
        }
        if (wasFull) BecameWritable?.Invoke();
        return count;
    }

    /// <summary>Nothing more is written.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            Changed();
        }
        BecameReadable?.Invoke();
    }

    /// <summary>Reads and writes fail from now on.</summary>
    public void Break()
    {
        lock (_gate)
        {
            _broken = true;
            _count = 0;
            Changed();
        }
        BecameReadable?.Invoke();
        BecameWritable?.Invoke();
    }

    /// <summary>Completes at the next change after it was asked for.</summary>
    public Task NextChange
    {
        get
        {
            lock (_gate) return (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private void Changed()
    {
        _changed?.TrySetResult();
        _changed = null;
    }

    private void Grow(int needed)
    {
        if (needed <= _ring.Length) return;
        var bigger = new byte[Math.Min(capacity, Math.Max(needed, 2 * _ring.Length))];
        var first = Math.Min(_count, _ring.Length - _start);
        _ring.AsSpan(_start, first).CopyTo(bigger);
        _ring.AsSpan(0, _count - first).CopyTo(bigger.AsSpan(first));
        _ring = bigger;
        _start = 0;
    }
}
