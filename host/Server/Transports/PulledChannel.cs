using PluginHost.Abstractions;
using PluginHost.Server.Buffers;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Transports;

/// <summary>A channel whose loop is told when there may be input, and then pulls it: shared by all transports.</summary>
internal abstract class PulledChannel : Channel
{
    /// <summary>What <see cref="TryReceive"/> answers when nothing is there now.</summary>
    public const int WouldBlock = -1;

    /// <summary>What <see cref="TryReceive"/> answers when the stream is broken.</summary>
    public const int StreamBroken = -2;

    private const int MaxReads = 8;

    private bool _isReady;
    private bool _isHeld;

    /// <summary>What stands between this and the connection, or <see langword="null"/>.</summary>
    public StreamLayer? Layer { get; set; }

    protected sealed override bool IsEncrypted => Layer is { IsSecure: true };

    public sealed override ClientCertificate? ClientCertificate => Layer?.ClientCertificate;

    public sealed override long Send(ReadOnlySpan<Segment> segments) => Layer is { } layer ? layer.Send(segments) : SendRaw(segments);

    public sealed override void WantWritable(SendQueue waiting)
    {
        if (Layer is { } layer) layer.WantWritable(waiting);
        else WantRawWritable(waiting);
    }

    public sealed override void EndOutput()
    {
        if (Layer is { } layer) layer.EndOutput();
        else EndRawOutput();
    }

    public sealed override void Close(bool reset)
    {
        Layer?.Close(reset);
        CloseRaw(reset);
    }

    /// <summary>Hands bytes to the stream itself; as <see cref="Channel.Send"/>.</summary>
    public abstract long SendRaw(ReadOnlySpan<Segment> segments);

    /// <summary>Has <see cref="Writable"/> called once the stream itself takes more; as <see cref="Channel.WantWritable"/>.</summary>
    public abstract void WantRawWritable(SendQueue waiting);

    /// <summary>Ends the sending half of the stream itself.</summary>
    public abstract void EndRawOutput();

    /// <summary>Closes the stream itself.</summary>
    protected abstract void CloseRaw(bool reset);

    /// <summary>The stream itself takes bytes again.</summary>
    /// <param name="alreadySent">Bytes of the queue's front that the transport has sent itself.</param>
    protected void Writable(long alreadySent)
    {
        if (Layer is { } layer) layer.Writable(alreadySent);
        else Connection.Writable(alreadySent);
    }

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

    public sealed override void ReadOn() => PullLater();

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
    public abstract int TryReceive(Segment target);

    /// <summary>After that receive, nothing more is there until the transport says so.</summary>
    public abstract bool IsDrainedBy(int received, int asked);

    /// <summary>Nothing is there: the transport is to say when there is.</summary>
    protected virtual void AwaitInput() { }

    /// <summary>Receives what is there and hands it to the connection; after a fair share others come first.</summary>
    protected void Pull()
    {
        if (Layer is null)
        {
            PullAll();
            return;
        }
        Layer.BeginPull();
        PullAll();
        Layer?.EndPull();
    }

    private void PullAll()
    {
        var loop = Connection.Loop;
        var began = 0L;
        for (var reads = 0; reads < MaxReads; reads++)
        {
            if (IsStopped()) return;
            if (reads == 1) began = loop.Microseconds;
            else if (reads > 1 && !Connection.Inbox.MayReadOn(began)) break;
            if (Connection.Inbox.IsLeft)
            {
                Connection.Inbox.TakeLeft();
                if (Connection.Inbox.IsLeft) break;
                continue;
            }
            var target = Connection.InputTarget();
            var count = Layer is { } layer ? layer.Receive(target) : TryReceive(target);
            if (count > 0)
            {
                Connection.Receive(target, count);
                if (Connection.Inbox.IsLeft || !(Layer is { } above ? above.IsDrainedBy(count, target.Length) : IsDrainedBy(count, target.Length))) continue;
                if (!IsStopped()) AwaitInput();
                return;
            }
            if (count == WouldBlock) AwaitInput();
            else if (count == 0) Connection.InputEnded();
            else Connection.Abort();
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
