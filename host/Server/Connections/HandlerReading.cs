using PluginHost.Core.Policy.Calls;
using CloseCode = PluginHost.Core.Protocol.Frames.CloseCode;

namespace PluginHost.Server.Connections;

/// <summary>Whether a connection is read for its handler, and how it ends when it is told to. On its loop.</summary>
/// <param name="connection">The connection.</param>
internal sealed class HandlerReading(Connection connection)
{
    private Drain? _drain;
    private bool _isPaused;

    /// <summary>When it is to be looked at whatever happens.</summary>
    public long DueAt => _drain?.DueAt ?? long.MaxValue;

    /// <summary>It has been told to end.</summary>
    public bool IsEnding => _drain is not null;

    /// <summary>It has been closed after it was told to end: what is still read is not delivered.</summary>
    public bool IsClosed => _drain is { Phase: DrainPhase.Closed };

    /// <summary>The handler pauses or resumes reading. One that resumes after it was told that the connection is to end has taken over.</summary>
    public void Set(bool paused)
    {
        if (!paused && _drain is { } drain) _drain = drain.TakenOver();
        Pause(paused);
    }

    /// <summary>The connection is to end: nothing is read any more.</summary>
    /// <param name="code">The close code.</param>
    /// <param name="within">Milliseconds.</param>
    /// <returns>False where it was told before.</returns>
    public bool Stop(int code, long within)
    {
        if (_drain is not null) return false;
        _drain = Drain.Begun(code, connection.Loop.Now + within);
        Pause(true);
        return true;
    }

    /// <summary>Looks whether the connection is to be closed now, and closes it.</summary>
    /// <param name="isIdle">No call is in flight, and none waits.</param>
    public void Look(bool isIdle)
    {
        if (_drain is not { } drain || !connection.State.CanSend) return;
        var answer = drain.Look(isIdle, connection.WaitingBytes, connection.Loop.Now);
        _drain = answer.Next;
        if (answer.Verdict == DrainVerdict.Wait) return;
        connection.Close((CloseCode)drain.Code, ""); // which cancels the calls that are still in flight
        End();
    }

    /// <summary>It is closed: the peer's close frame is wanted.</summary>
    public void End() => Pause(false);

    private void Pause(bool paused)
    {
        if (paused == _isPaused) return;
        _isPaused = paused;
        if (paused)
        {
            connection.Holds |= ReadingHolds.Handler;
            return;
        }
        connection.Holds &= ~ReadingHolds.Handler;
        connection.MarkDirty(); // what was left behind is read at the end of the loop's turn
    }
}
