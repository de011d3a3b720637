using PluginHost.Server;
using PluginHost.Server.Buffers;

namespace PluginHost.Transports;

/// <summary>A channel whose loop is told when there may be input, and then pulls it: shared by all transports.</summary>
internal abstract class PulledChannel : Channel
{
    /// <summary>What <see cref="TryReceive"/> answers when nothing is there now.</summary>
    protected const int WouldBlock = -1;

    /// <summary>What <see cref="TryReceive"/> answers when the stream is broken.</summary>
    protected const int StreamBroken = -2;

    private const int MostReads = 8;

    private bool _isReady;
    private bool _isHeld;

    /// <summary>The loop takes it from its list of channels that have more to read.</summary>
    public void TakeReady()
    {
        _isReady = false;
        try
        {
            Pull();
        }
        catch (Exception exception)
        {
            Failed(exception);
        }
    }

    public override void ResumeReading()
    {
        // Unless a pull was cut short, the transport tells when there is input: asking the system again would be for nothing.
        if (_isHeld) PullLater();
    }

    /// <summary>Pulls in the next turn.</summary>
    protected void PullLater()
    {
        _isHeld = false;
        if (_isReady || Connection.IsOver) return;
        _isReady = true;
        AddReady();
    }

    /// <summary>The loop's guard: what a turn throws ends this connection only.</summary>
    protected void Failed(Exception exception) => Connection.Loop.Failed(Connection, exception);

    /// <summary>Puts this on the loop's list of channels that have more to read.</summary>
    protected abstract void AddReady();

    /// <summary>Receives what is there into the target, without blocking.</summary>
    /// <returns>Bytes, 1 and above; 0 at the end of input; <see cref="WouldBlock"/>; <see cref="StreamBroken"/>.</returns>
    protected abstract int TryReceive(Segment target);

    /// <summary>After that receive, nothing more is there until the transport says so.</summary>
    protected abstract bool IsDrainedBy(int received, int asked);

    /// <summary>Nothing is there: the transport is to say when there is.</summary>
    protected virtual void AwaitInput() { }

    /// <summary>Receives what is there and hands it to the connection; after a fair share others come first.</summary>
    protected void Pull()
    {
        for (var reads = 0; reads < MostReads; reads++)
        {
            if (IsStopped()) return;
            var target = Connection.InputTarget();
            var count = TryReceive(target);
            if (count > 0)
            {
                Connection.Receive(target, count);
                if (!IsDrainedBy(count, target.Length)) continue;
                if (!IsStopped()) AwaitInput();
                return;
            }
            if (count == WouldBlock) AwaitInput();
            else if (count == 0) Connection.InputEnded();
            else Connection.Broken();
            return;
        }
        PullLater();
    }

    private bool IsStopped()
    {
        if (Connection.IsOver) return true;
        _isHeld = Connection.IsReadingPaused;
        return _isHeld;
    }
}
