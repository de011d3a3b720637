namespace PluginHost.Transports.Memory;

/// <summary>Bytes from one thread to another, bounded, with an end and a break.</summary>
internal sealed class MemoryPipe(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Queue<byte> _bytes = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _ended;
    private bool _broken;

    /// <summary>Something can be read now: bytes, the end, or the break. Called outside the lock.</summary>
    public Action? BecameReadable { get; set; }

    /// <summary>There is room again after there was none.</summary>
    public Action? BecameWritable { get; set; }

    /// <summary>Nothing more can be read: everything before the end was, or it is broken.</summary>
    public bool IsAtEnd { get { lock (_gate) return _broken || (_ended && _bytes.Count == 0); } }

    /// <summary>It is broken.</summary>
    public bool IsBroken { get { lock (_gate) return _broken; } }

    /// <summary>Takes as many bytes as there is room for; −1 when broken.</summary>
    public int TryWrite(ReadOnlySpan<byte> bytes)
    {
        int count;
        lock (_gate)
        {
            if (_broken) return -1;
            count = Math.Min(bytes.Length, capacity - _bytes.Count);
            foreach (var b in bytes[..count]) _bytes.Enqueue(b);
            if (count > 0) Changed();
        }
        if (count > 0) BecameReadable?.Invoke();
        return count;
    }

    /// <summary>Reads what is there.</summary>
    /// <returns>Bytes; 0 at the end; −1 when nothing is there now; −2 when broken.</returns>
    public int TryRead(Span<byte> target)
    {
        int count;
        lock (_gate)
        {
            if (_broken) return -2;
            if (_bytes.Count == 0) return _ended ? 0 : -1;
            count = Math.Min(target.Length, _bytes.Count);
            for (var i = 0; i < count; i++) target[i] = _bytes.Dequeue();
            Changed();
        }
        BecameWritable?.Invoke();
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
            _bytes.Clear();
            Changed();
        }
        BecameReadable?.Invoke();
        BecameWritable?.Invoke();
    }

    /// <summary>Completes at the next change after it was asked for.</summary>
    public Task NextChange { get { lock (_gate) return _changed.Task; } }

    private void Changed()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
