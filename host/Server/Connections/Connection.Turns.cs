using PluginHost.Core.Protocol.Connection;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Connections;

/// <summary>Its turns, from the first byte of one to the end of the connection.</summary>
internal sealed partial class Connection
{
    private bool _endOutput;
    private bool _close;
    private bool _reset;
    private bool _lost;

    /// <summary>What follows is sent together, at <see cref="FinishTurn"/>.</summary>
    public void BeginTurn()
    {
        _inTurn = true;
        Loop.Output.MostCopied = _sendLimits.Batch;
    }

    /// <summary>Sends what the turn has gathered, and does what it has left to be done.</summary>
    public void FinishTurn()
    {
        FlushOutput();
        if (_lost) Apply(Transitions.Abort(_state), [], 0);
        else if (_slow) FailSlow();
        if (_close && !_reset) SendWaiting();
        _inTurn = false;
        if (_assemblyDone || _state.Discarding) ReleaseAssembly();
        if (_endOutput && WaitingBytes == 0 && !IsOver)
        {
            _endOutput = false;
            _channel.EndOutput();
        }
        _session?.Waiting(WaitingBytes);
        if (_close) CloseChannel();
        else Loop.Timers.Update(this);
    }

    private void CloseChannel()
    {
        if (IsOver) return;
        IsOver = true;
        if (!_wantsWritable) _waiting?.Clear(); // otherwise the transport may still be sending from it
        LeaveQueue();
        if (_handshakeCounts) Loop.Counters.Abandoned++;
        EndHandshake();
        EndService();
        _account?.Leave(Loop.Now);
        _account = null;
        AbandonDecision();
        LeaveTopics();
        DropCarry();
        ReleaseAssembly();
        _deflate?.Dispose();
        _deflate = null;
        _handlerTimer = long.MaxValue;
        _channel.Close(_reset);
        Loop.Remove(this);
    }

    /// <inheritdoc/>
    internal override void OnDue(long now)
    {
        try
        {
            Due(now);
        }
        catch (Exception exception)
        {
            Loop.Failed(this, exception);
        }
    }

    private void Due(long now)
    {
        if (IsOver) return;
        BeginTurn();
        if (_state.Phase == Phase.Open && (IsHeldByThisEnd || _inputIsLeft)) _state = Transitions.Unread(_settings, _state, now);
        if (now >= _state.NextDeadline) Apply(Transitions.Tick(_settings, _state, now), [], 0);
        if (now >= _handlerTimer)
        {
            _handlerTimer = long.MaxValue;
            Call(static runner => runner.Tick());
        }
        OtherDue(now);
        FinishTurn();
        Resume();
    }

    /// <summary>Ends the connection after a fault of this program, whatever state the fault has left behind. Throws nothing.</summary>
    public void Abandon()
    {
        try
        {
            _lost = true;
            BeginTurn();
            Apply(Transitions.Abort(_state), [], 0);
        }
        catch (Exception exception)
        {
            Loop.Log.Write(LogLevel.Error, $"connection {Id}: internal error, {ExceptionText.Describe(exception)}");
        }
        _inTurn = false;
        _close = _reset = true;
        CloseChannel();
    }
}
