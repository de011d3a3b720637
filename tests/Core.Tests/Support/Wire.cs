using System.Text;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Tests.Support;

/// <summary>
/// One connection, driven as a shell would: it keeps what the machine leaves, performs the actions by writing them down, and watches the
/// promises that hold for every connection. Whole messages are one event, however their pieces came.
/// </summary>
public sealed class Wire(ConnectionSettings settings, bool fastPath = false)
{
    private readonly List<byte> _message = [];
    private byte[] _rest = [];
    private bool _inPieces;
    private bool _closeSent;
    private bool _opened;
    private int _closedDelivered;

    public ConnectionSettings Settings { get; } = settings;

    public ConnectionState State { get; private set; } = ConnectionState.Start(settings, 0);

    public long Now { get; set; }

    /// <summary>The stream takes nothing just now; otherwise whatever is sent has left at once.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>What was performed, one line each.</summary>
    public List<string> Events { get; } = [];

    /// <summary>Every move between phases (also to the same one) with what moved it, as seen from outside.</summary>
    public HashSet<(Phase From, Trigger Trigger, Phase To)> Moves { get; } = [];

    /// <summary>The part of a message that has come, unless it can no longer be finished.</summary>
    public string Unfinished => State.Discarding ? "" : Convert.ToHexString(_message.ToArray());

    /// <summary>Received bytes that the machine has left.</summary>
    public ReadOnlySpan<byte> Rest => _rest;

    public int FastMessages { get; private set; }

    /// <summary>A connection whose handshake is over.</summary>
    public static Wire Open(ConnectionSettings settings, bool fastPath = false)
    {
        var wire = new Wire(settings, fastPath);
        wire.Receive(settings.Role == Role.Server ? "GET / HTTP/1.1\r\n\r\n"u8 : "HTTP/1.1 101 Switching Protocols\r\n\r\n"u8);
        wire.Accept();
        Assert.Equal(Phase.Open, wire.State.Phase);
        wire.Events.Clear();
        return wire;
    }

    public Wire Receive(params ReadOnlySpan<byte> bytes)
    {
        byte[] all = [.. _rest, .. bytes];
        var at = 0;
        while (true)
        {
            var input = all.AsSpan(at);
            if (fastPath && Fast(input) is > 0 and var whole)
            {
                at += whole;
                continue;
            }
            var transition = ConnectionMachine.Receive(Settings, State, input, Now);
            Assert.InRange(transition.Consumed, 0, input.Length);
            Perform(transition, input, null);
            at += transition.Consumed;
            if (transition.Consumed == 0) break;
        }
        _rest = all[at..];
        if (State.Phase is Phase.Open or Phase.CloseSent) Assert.InRange(_rest.Length, 0, 130);
        return this;
    }

    public Wire Accept() => Command(Transitions.Accept(Settings, State, Now), Trigger.HandshakeAccepted).Receive();

    public Wire Accept(long expires) => Command(Transitions.Accept(Settings, State, expires, Now), Trigger.HandshakeAccepted).Receive();

    public Wire Refuse(int status) => Command(Transitions.Refuse(Settings, State, status, Now), null);

    public Wire Send(Opcode opcode, bool fin = true, int length = 1) => Command(Transitions.Send(State, opcode, fin, length), null);

    public Wire Close(CloseCode code, int reasonLength = 0) =>
        Command(Transitions.Close(Settings, State, code, reasonLength, Now), Trigger.CloseCommanded);

    public Wire Fail(ViolationKind violation) => Command(Transitions.Fail(Settings, State, violation, Now), null);

    public Wire Decoded(ReadOnlySpan<byte> bytes, bool last) => Command(Transitions.Decoded(Settings, State, bytes, last, Now), null);

    public Wire InputEnded() => Command(Transitions.InputEnded(State), Trigger.InputEnded);

    public Wire Abort() => Command(Transitions.Abort(State), Trigger.Aborted);

    /// <summary>The stream takes no more.</summary>
    public Wire Block(bool progressed)
    {
        IsBlocked |= State.Phase != Phase.Closed;
        State = Transitions.OutputWaits(Settings, State, progressed, Now);
        return this;
    }

    /// <summary>Everything has left.</summary>
    public Wire Flow()
    {
        IsBlocked = false;
        State = Transitions.OutputSent(State);
        return this;
    }

    public Wire Tick(long now)
    {
        Now = now;
        var before = State;
        var transition = Transitions.Tick(Settings, State, Now);
        if (now < before.NextDeadline) Assert.Equal(new Transition(before, 0, default), transition);
        else Assert.NotEqual(before, transition.State);
        return Command(transition, null);
    }

    /// <summary>The events since the last call.</summary>
    public string[] Take()
    {
        string[] events = [.. Events];
        Events.Clear();
        return events;
    }

    private int Fast(Span<byte> input)
    {
        if (!State.AllowsWholeMessage || Settings.Role != Role.Server) return 0;
        var before = input.ToArray();
        var message = WholeMessageReader.Read(input, Settings.MaxMessage);
        if (message.IsNone)
        {
            Assert.True(before.AsSpan().SequenceEqual(input), "a message that was refused was changed");
            return 0;
        }
        FastMessages++;
        State = Transitions.Heard(Settings, State, Now);
        Events.Add($"{message.Opcode} {Convert.ToHexString(input.Slice(message.Start, message.Length))}");
        return message.End;
    }

    private Wire Command(Transition transition, Trigger? trigger)
    {
        Assert.Equal(0, transition.Consumed);
        Perform(transition, default, trigger);
        return this;
    }

    private void Perform(Transition transition, ReadOnlySpan<byte> input, Trigger? trigger)
    {
        var before = State;
        State = transition.State;
        var actions = transition.Actions.ToSeq().ToArray();
        if (before.Phase == Phase.Closed) Assert.True(State == before && actions.Length == 0, "something came out of a closed connection");
        Note(before.Phase, State.Phase, trigger, actions);
        _opened |= State.Phase == Phase.Open;
        foreach (var action in actions) Perform(action, input);
        if (!IsBlocked && State.WaitingPongs > 0) State = Transitions.PongsLeft(State, 0);
        Assert.Equal(_closedDelivered == 1, _opened && State.Phase is Phase.CloseReceived or Phase.Failed or Phase.Closed);
        if (State.Phase == Phase.Closed)
        {
            Assert.Equal(_opened ? 1 : 0, _closedDelivered);
            Assert.Equal(ConnectionState.NoDeadline, State.NextDeadline);
        }
        else if (State.Phase != Phase.Open)
        {
            Assert.NotEqual(ConnectionState.NoDeadline, State.NextDeadline);
        }
    }

    private void Note(Phase from, Phase to, Trigger? trigger, ConnectionAction[] actions)
    {
        var closed = actions.FirstOrDefault(a => a.Kind == ActionKind.DeliverClosed);
        trigger ??= actions.Any(a => a.Kind == ActionKind.DecideHandshake) ? Trigger.HeadCompleted
            : actions.Any(a => a.Kind == ActionKind.SendHandshakeReply) ? Trigger.HandshakeRefused
            : closed.Violation != ViolationKind.None ? Trigger.Violated
            : actions.Any(a => a.Kind == ActionKind.ResetStream) ? from is Phase.Open or Phase.Connecting or Phase.Deciding
                ? Trigger.Aborted
                : Trigger.DeadlinePassed
            : closed.Kind == ActionKind.DeliverClosed || (from != to && to == Phase.CloseReceived) ? Trigger.CloseFrameReceived
            : null;
        if (trigger is null) Assert.Equal(from, to);
        else if (from != to || actions.Length > 0) Moves.Add((from, trigger.Value, to));
    }

    private void Perform(ConnectionAction action, ReadOnlySpan<byte> input)
    {
        if (action.Kind is ActionKind.SendFrame or ActionKind.SendPing or ActionKind.SendPong or ActionKind.SendClose)
        {
            Assert.False(_closeSent, $"{action.Kind} after a close frame");
            Assert.True(_opened);
        }
        var bytes = input.IsEmpty ? default : input.Slice(action.Start, action.Length);
        switch (action.Kind)
        {
            case ActionKind.DeliverData:
                Deliver(action, bytes);
                return;
            case ActionKind.SendClose:
                _closeSent = true;
                Assert.True(action.CloseCode == CloseCode.NoStatusReceived || CloseCodeRules.IsValidOnWire((int)action.CloseCode));
                break;
            case ActionKind.DeliverClosed:
                _closedDelivered++;
                Assert.Equal(1, _closedDelivered);
                break;
        }
        Events.Add(Describe(action, bytes));
    }

    private void Deliver(ConnectionAction action, ReadOnlySpan<byte> bytes)
    {
        Assert.Equal(0, _closedDelivered);
        Assert.Equal(action.IsFirst, !_inPieces);
        Assert.True(action.Length > 0 || action.IsLast, "a piece that says nothing");
        _inPieces = !action.IsLast;
        _message.AddRange(bytes);
        if (!action.IsLast) return;
        Events.Add($"{(action.IsEncoded ? "encoded " : "")}{action.Opcode} {Convert.ToHexString(_message.ToArray())}");
        _message.Clear();
    }

    private static string Describe(ConnectionAction action, ReadOnlySpan<byte> bytes) => action.Kind switch
    {
        ActionKind.SendHandshakeReply => action.Status == 0 ? "reply accepted" : $"reply {action.Status} {action.HeadFault}",
        ActionKind.SendFrame => $"send {action.Opcode} {action.IsLast} {action.Length}",
        ActionKind.SendPong => $"pong back {Convert.ToHexString(bytes)}",
        ActionKind.DeliverPong => $"pong {Convert.ToHexString(bytes)}",
        ActionKind.SendClose => $"send close {(int)action.CloseCode}",
        ActionKind.DeliverClosed => $"closed {(int)action.CloseCode} {action.Violation} {Encoding.UTF8.GetString(bytes)}".TrimEnd(),
        ActionKind.DecideHandshake => $"decide {action.Length}",
        _ => action.Kind.ToString(),
    };
}
