using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Connections;

/// <summary>The interpreter: the only place where what the core decided is done.</summary>
internal sealed partial class Connection
{
    private bool _handlerClosed;
    private byte[]? _reply;
    private string _closeReason = "";

    private void Apply(Transition transition, byte[] buffer, int at)
    {
        _state = transition.State;
        var actions = transition.Actions;
        if (actions.First.Kind == ActionKind.None) return;
        Perform(actions.First, buffer, at);
        if (actions.Second.Kind == ActionKind.None) return;
        Perform(actions.Second, buffer, at);
        if (actions.Third.Kind != ActionKind.None) Perform(actions.Third, buffer, at);
    }

    private void Perform(ConnectionAction action, byte[] buffer, int at)
    {
        switch (action.Kind)
        {
            case ActionKind.DeliverData:
                OnData(action, buffer, at);
                break;
            case ActionKind.SendPong:
                EmitFrame(Opcode.Pong, buffer.AsSpan(at + action.Start, action.Length));
                if (_state.WaitingPongs == _settings.MaxWaitingPongs) FlushOutput(); // perhaps they only wait for the end of the turn
                break;
            case ActionKind.SendPing:
                EmitFrame(Opcode.Ping, default);
                break;
            case ActionKind.SendClose:
                EmitFrame(Opcode.Close, FrameEncoder.ClosePayload(action.CloseCode, CloseReason(action)));
                EndSending();
                break;
            case ActionKind.DeliverClosed:
                OnClosed(action, buffer, at);
                break;
            case ActionKind.DecideHandshake:
                _handshakes.Decide(this, buffer.AsSpan(at + action.Start, action.Length));
                break;
            case ActionKind.SendHandshakeReply:
                if (action.HeadFault == HeadFault.BadMethod) LogSpeech(buffer.AsSpan(at));
                EmitBytes(action.Status == 0 ? _reply : Refusal(action));
                _reply = null;
                Loop.Counters.Answered(action.Status == 0 ? 101 : action.Status);
                EndHandshake();
                if (action.Status != 0) AbandonDecision();
                break;
            case ActionKind.EndOutput:
                _endOutput = true;
                break;
            case ActionKind.CloseStream:
                _close = true;
                break;
            case ActionKind.ResetStream:
                _close = _reset = true;
                break;
        }
    }

    /// <summary>The peer speaks another protocol: most often somebody's configuration is wrong, so it is worth a line.</summary>
    private void LogSpeech(ReadOnlySpan<byte> head)
    {
        var speech = FirstBytes.Guess(head);
        if (speech is Speech.Tls or Speech.Proxy)
            Loop.Log.Peers.Note(LogLevel.Information, Peer, FirstBytes.OnPlainListener(speech), Loop.Now);
    }

    private ReadOnlySpan<byte> CloseReason(ConnectionAction action)
    {
        if (action.Violation != ViolationKind.None) return Encoding.ASCII.GetBytes(Violations.Describe(action.Violation).Explanation);
        var reason = Encoding.UTF8.GetBytes(_closeReason);
        _closeReason = "";
        return reason;
    }

    private byte[] Refusal(ConnectionAction action)
    {
        if (_reply is not null) return _reply;
        if (action.HeadFault != HeadFault.None) return Rejection.Of(action.HeadFault).ToBytes();
        return Rejection.Of(action.Status == 408 ? RejectionReason.Timeout : RejectionReason.Unavailable).ToBytes();
    }

    private void OnClosed(ConnectionAction action, byte[] buffer, int at)
    {
        Loop.Counters.Closed((int)action.CloseCode);
        _session?.Over();
        LeaveTopics();
        _handlerTimer = long.MaxValue;
        if (action.Violation != ViolationKind.None) LogViolation(action.Violation);
        var reason = action.Length == 0 ? "" : Encoding.UTF8.GetString(buffer, at + action.Start, action.Length);
        var clean = action.CloseCode != CloseCode.AbnormalClosure;
        var runner = _runner;
        if (runner is null || _handlerClosed) return;
        _handlerClosed = true;
        try
        {
            runner.Closed(new CloseInfo((int)action.CloseCode, reason, clean));
        }
        catch (Exception exception)
        {
            LogFault(exception);
        }
    }
}
