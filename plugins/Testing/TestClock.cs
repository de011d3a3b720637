namespace PluginHost.Testing;

/// <summary>A clock that only the test moves. It is also the clock of the plugin's context, and of the timers and time limits of the host.</summary>
public sealed class TestClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<TestTimer> _timers = [];
    private readonly Func<TimeSpan> _drive;
    private long _ticks;

    /// <summary>A clock of a host.</summary>
    /// <param name="start">The time that it shows first.</param>
    /// <param name="drive">Has the host do what is to be done at the clock's time; answers how long it is until something is due, negative for never.</param>
    internal TestClock(DateTimeOffset start, Func<TimeSpan> drive) => (_ticks, _drive) = (start.UtcTicks, drive);

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    /// <inheritdoc/>
    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new TestTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass: whatever is due until then happens at its own time, in order.</summary>
    /// <param name="time">How long.</param>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        var target = Interlocked.Read(ref _ticks) + time.Ticks;
        while (true)
        {
            var left = _drive();
            var now = Interlocked.Read(ref _ticks);
            var next = Math.Min(NextTimer(), left < TimeSpan.Zero ? long.MaxValue : now + Math.Max(left.Ticks, TimeSpan.TicksPerMillisecond));
            if (next > target) break;
            Interlocked.Exchange(ref _ticks, Math.Max(now, next));
            RunDue();
        }
        Interlocked.Exchange(ref _ticks, target);
        _drive();
    }

    private long NextTimer()
    {
        lock (_gate) return _timers.Select(timer => timer.DueAt).DefaultIfEmpty(long.MaxValue).Min();
    }

    private void RunDue()
    {
        TestTimer[] due;
        lock (_gate) due = [.. _timers.Where(timer => timer.DueAt <= _ticks).OrderBy(timer => timer.DueAt)];
        foreach (var timer in due) timer.Run();
    }

    private sealed class TestTimer(TestClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public long DueAt { get; private set; } = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                _period = period;
                DueAt = dueTime < TimeSpan.Zero ? long.MaxValue : clock.GetTimestamp() + dueTime.Ticks;
                if (DueAt == long.MaxValue) clock._timers.Remove(this);
                else if (!clock._timers.Contains(this)) clock._timers.Add(this);
            }
            if (dueTime == TimeSpan.Zero) Run();
            return true;
        }

        public void Run()
        {
            lock (clock._gate)
            {
                if (DueAt == long.MaxValue) return;
                DueAt = _period > TimeSpan.Zero ? DueAt + _period.Ticks : long.MaxValue;
                if (DueAt == long.MaxValue) clock._timers.Remove(this);
            }
            callback(state);
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
