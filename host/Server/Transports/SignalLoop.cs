using System.Collections.Concurrent;
using PluginHost.Server.Connections;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Transports;

/// <summary>A loop that other threads tell what has happened, through a queue: under the portable sockets and the in-memory streams.</summary>
internal abstract class SignalLoop(Func<long> clock, ServerLog log, IConnectionFactory factory) : AcceptingLoop(clock, log, factory)
{
    private readonly ConcurrentQueue<(SignalledChannel Channel, Signal Signal, long Count)> _signals = new();
    private readonly ManualResetEventSlim _wake = new(false);
    private List<PulledChannel> _ready = [];
    private List<PulledChannel> _readyNow = [];

    /// <summary>Tells the loop; from any thread.</summary>
    public void Tell(SignalledChannel channel, Signal signal, long count)
    {
        _signals.Enqueue((channel, signal, count));
        _wake.Set();
    }

    /// <summary>The channel has more to read than its share of this turn.</summary>
    public void AddReady(PulledChannel channel) => _ready.Add(channel);

    protected override bool HasWork => base.HasWork || !_signals.IsEmpty || _ready.Count > 0;

    protected override void Poll(int milliseconds)
    {
        if (milliseconds != 0 && _ready.Count == 0 && _signals.IsEmpty) _wake.Wait(milliseconds);
        _wake.Reset();
    }

    protected override void Dispatch()
    {
        for (var count = _signals.Count; count > 0 && _signals.TryDequeue(out var signal); count--)
            signal.Channel.TakeSignal(signal.Signal, signal.Count);
        (_ready, _readyNow) = (_readyNow, _ready);
        foreach (var channel in _readyNow) channel.TakeReady();
        _readyNow.Clear();
    }

    protected override void Wake() => _wake.Set();

    protected override void Release()
    {
        StopListening();
        foreach (var connection in Connections.ToArray()) connection.Abort();
    }
}

/// <summary>What another thread has to tell.</summary>
internal enum Signal
{
    /// <summary>There may be input.</summary>
    Readable,

    /// <summary>The stream takes output again; some bytes of the queue may have been sent.</summary>
    Writable,

    /// <summary>The stream broke.</summary>
    Broken,
}

/// <summary>A channel of a <see cref="SignalLoop"/>.</summary>
internal abstract class SignalledChannel(SignalLoop loop) : PulledChannel
{
    /// <summary>Its loop.</summary>
    protected SignalLoop Loop => loop;

    protected override void AddReady() => loop.AddReady(this);

    /// <summary>On the loop: what was told, under the loop's guard.</summary>
    public void TakeSignal(Signal signal, long count)
    {
        try
        {
            OnSignal(signal, count);
        }
        catch (Exception exception)
        {
            Failed(exception);
        }
    }

    /// <summary>On the loop: what was told.</summary>
    protected virtual void OnSignal(Signal signal, long count)
    {
        if (Connection.IsOver) return;
        switch (signal)
        {
            case Signal.Readable:
                Pull();
                break;
            case Signal.Writable:
                Writable(count);
                break;
            default:
                Connection.Abort();
                break;
        }
    }
}
