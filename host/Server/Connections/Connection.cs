using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Buffers;

namespace PluginHost.Server.Connections;

/// <summary>
/// The pump of one connection: bytes in, steps of the core's machine, bytes out. It knows no socket and is synchronous; its loop alone calls it, but for
/// what says otherwise. All frames of one turn are answered by one send. This part takes input; <c>Connection.Output.cs</c> sends and interprets.
/// </summary>
internal sealed partial class Connection : Timed
{
    /// <summary>From this size on what is carried over stays where it lies: copied to and fro, a head that comes byte by byte would cost its square.</summary>
    private const int LargeCarry = 1024;

    /// <summary>Bytes that are read at once while output waits.</summary>
    private const int MostReadWhileWaiting = 32 * 1024;

    private readonly Channel _channel;
    private readonly IHandshakeService _handshakes;
    private ConnectionSettings _settings;
    private ConnectionState _state;
    private HandlerRunner? _runner;
    private byte[]? _carry;
    private int _carryStart;
    private int _carryLength;
    private byte[]? _assembly;
    private int _assembled;
    private bool _assemblyDone;
    private bool _assemblyReferred;
    private bool _inTurn;
    private bool _paused;
    private long _handlerTimer = long.MaxValue;

    /// <summary>A connection begins.</summary>
    /// <param name="loop">Its loop.</param>
    /// <param name="channel">The stream under it.</param>
    /// <param name="handshakes">Decides on its handshake.</param>
    /// <param name="settings">What holds until its route is known.</param>
    /// <param name="sendLimits">What holds until its route is known.</param>
    /// <param name="id">A number that no other has.</param>
    /// <param name="listener">Where it came in.</param>
    /// <param name="account">Where it is counted; it gives back its handshake and itself.</param>
    public Connection(
        Loop loop,
        Channel channel,
        IHandshakeService handshakes,
        ConnectionSettings settings,
        SendLimits sendLimits,
        long id,
        string listener,
        AddressAccount? account = null)
    {
        Loop = loop;
        Id = id;
        ListenerName = listener;
        _channel = channel;
        _handshakes = handshakes;
        _settings = settings;
        _sendLimits = sendLimits;
        _account = account;
        _handshakeCounts = account is not null;
        _handshake = account?.BeginHandshake(this);
        _state = ConnectionState.Start(settings, loop.Now);
        channel.Connection = this;
        loop.Add(this);
    }

    /// <summary>The loop that owns the connection.</summary>
    public Loop Loop { get; }

    /// <summary>What calls the handler; <see langword="null"/> before there is one.</summary>
    public HandlerRunner? Runner => _runner;

    /// <summary>A number that no other connection of this process has.</summary>
    public long Id { get; }

    /// <summary>The listener that it came in on.</summary>
    public string ListenerName { get; }

    /// <summary>What logs call it before anybody is known.</summary>
    public string Peer => $"connection {Id} from {_channel.RemoteEndPoint}, listener {ListenerName}";

    /// <summary>The stream under it.</summary>
    public Channel Channel => _channel;

    /// <summary>Where it stands.</summary>
    public Phase Phase => _state.Phase;

    /// <summary>The stream has been closed: the transport must not call any more.</summary>
    public bool IsOver { get; private set; }

    /// <summary>No input is wanted now; <see cref="Channel.ResumeReading"/> says when it is again.</summary>
    public bool IsReadingPaused => !_state.Discarding && (IsHeldByThisEnd || _state.Phase == Phase.Deciding || IsSendQueueFull);

    private bool IsHeldByThisEnd => _paused || _topics is { IsHeld: true } || _runner is { IsBusy: true } || _rates is { ReadAt: not 0 };

    internal override long DueAt => IsOver ? long.MaxValue : Math.Min(Math.Min(_state.NextDeadline, _handlerTimer), OtherDueAt);

    /// <summary>The handshake is complete and nobody has decided on it yet.</summary>
    public bool AwaitsDecision => !IsOver && _state.Phase == Phase.Deciding;

    /// <summary>Where the next bytes are to be received: a region of a pinned array, never empty while something is to be received.</summary>
    public Segment InputTarget()
    {
        if (_assembly is not null && !_assemblyDone && !_state.Message.Encoded && _carryLength == 0 && _state.Frame.Remaining > 0)
        {
            GrowAssembly(Math.Min(_state.Frame.Remaining, Math.Max(_assembled, 4096)));
            var free = _assembly.Length - Loop.Headroom - _assembled;
            return new Segment(_assembly, Loop.Headroom + _assembled, Math.Min(free, _state.Frame.Remaining));
        }
        if (_carryLength >= LargeCarry) return LargeCarryTarget();
        var buffer = Loop.ReceiveBuffer;
        if (_carryLength > 0) _carry.AsSpan(0, _carryLength).CopyTo(buffer.AsSpan(Loop.Headroom));
        var start = Loop.Headroom + _carryLength;
        var room = buffer.Length - start;
        // Of a peer that does not read itself, what has been read may have to be carried over: not much of it.
        // The same of one whose messages take long to handle.
        return new Segment(buffer, start, WaitingBytes > 0 || _outlastsShare ? Math.Min(room, MostReadWhileWaiting) : room);
    }

    /// <summary>Bytes have been received into <see cref="InputTarget"/>.</summary>
    /// <param name="target">The target.</param>
    /// <param name="count">Bytes received, 1 and above.</param>
    public void Receive(Segment target, int count)
    {
        CountReceived(count);
        var start = target.Start;
        if (!ReferenceEquals(target.Array, _assembly))
        {
            start -= _carryLength;
            count += _carryLength;
        }
        Take(target.Array, start, count);
    }

    private void Take(byte[] buffer, int start, int count)
    {
        var carried = TakeCarry();
        BeginTurn();
        if (_state.Phase == Phase.Open) _state = Transitions.Heard(_settings, _state, Loop.Now);
        Pump(buffer, start, start + count);
        FinishTurn();
        if (carried is not null && !ReferenceEquals(carried, _carry)) PinnedPool.Shared.Return(carried); // only now: the input may have lain in it
    }

    /// <summary>The peer has ended its half of the stream.</summary>
    public void InputEnded()
    {
        BeginTurn();
        Apply(Transitions.InputEnded(_state), [], 0);
        FinishTurn();
    }

    /// <summary>The stream broke.</summary>
    public void Broken()
    {
        BeginTurn();
        Apply(Transitions.Abort(_state), [], 0);
        FinishTurn();
    }

    /// <summary>Reads on after a pause: first what was left behind, then the stream.</summary>
    private void Resume()
    {
        if (IsOver || IsReadingPaused) return;
        if (_inputIsLeft)
        {
            TakeInputLeft();
            if (IsOver || IsReadingPaused) return;
        }
        if (_inputIsLeft) _channel.ReadOn();
        else _channel.ResumeReading();
    }

    private void Pump(byte[] buffer, int at, int end)
    {
        var meter = BeginShare();
        while (at < end && !IsOver && !_lost)
        {
            _inputIsLeft = IsReadingPaused || !meter.Step(Loop);
            if (_inputIsLeft) break;
            if (_state.AllowsWholeMessage)
            {
                var whole = WholeMessageReader.Read(buffer.AsSpan(at, end - at), _settings.MaxMessage);
                if (!whole.IsNone)
                {
                    Deliver((MessageKind)whole.Opcode, buffer, at + whole.Start, whole.Length);
                    at += whole.End;
                    continue;
                }
            }
            var transition = ConnectionMachine.Receive(_settings, _state, buffer.AsSpan(at, end - at), Loop.Now);
            Apply(transition, buffer, at);
            if (transition.Consumed == 0)
            {
                _inputIsLeft = IsReadingPaused;
                break;
            }
            at += transition.Consumed;
        }
        EndShare(meter);
        if (at < end && !IsOver && !_lost) KeepCarry(buffer, at, end);
    }

    private void OnData(ConnectionAction action, byte[] buffer, int at)
    {
        var start = at + action.Start;
        if (action.IsEncoded)
        {
            OnEncodedData(action, buffer.AsSpan(start, action.Length));
            return;
        }
        if (action is { IsFirst: true, IsLast: true })
        {
            Deliver((MessageKind)action.Opcode, buffer, start, action.Length);
            return;
        }
        if (action.IsFirst) BeginAssembly(action.Length);
        // Received where it belongs already, or copied there.
        if (!ReferenceEquals(buffer, _assembly))
        {
            GrowAssembly(action.Length);
            buffer.AsSpan(start, action.Length).CopyTo(_assembly.AsSpan(Loop.Headroom + _assembled));
        }
        _assembled += action.Length;
        if (!action.IsLast) return;
        _assemblyDone = true;
        Deliver((MessageKind)action.Opcode, _assembly!, Loop.Headroom, _assembled);
    }

    private void Deliver(MessageKind kind, byte[] buffer, int start, int length)
    {
        CountMessageReceived();
        if (_runner is not { IsFaulted: false } runner || _handlerClosed) return;
        if (_rates is not null && !IsWithinRates(length)) return;
        try
        {
            runner.Message(kind, new Segment(buffer, start, length));
        }
        catch (Exception exception)
        {
            Fault(exception);
        }
    }

    private void BeginAssembly(int first)
    {
        if (_assemblyReferred) FlushOutput(); // the batch refers to the message before
        _assembled = 0;
        _assemblyDone = false;
        if (_assembly is not null && _assembly.Length >= Loop.Headroom + first) return;
        ReleaseAssembly();
        _assembly = PinnedPool.Shared.Rent(AssemblySize(Loop.Headroom + first));
    }

    /// <summary>Makes room for that many bytes more.</summary>
    private void GrowAssembly(int more)
    {
        var needed = Loop.Headroom + _assembled + more;
        if (needed <= _assembly!.Length) return;
        var bigger = PinnedPool.Shared.Rent(AssemblySize(needed));
        _assembly.AsSpan(0, Loop.Headroom + _assembled).CopyTo(bigger);
        PinnedPool.Shared.Return(_assembly);
        _assembly = bigger;
    }

    /// <summary>What is announced need not come, so memory goes ahead of what has come by a bounded factor only.</summary>
    private int AssemblySize(int needed)
    {
        var announced = (long)Loop.Headroom + _state.Message.Length;
        var most = (long)Loop.Headroom + _settings.MaxMessage;
        return (int)Math.Max(needed, Math.Min(most, Math.Min(16L * needed, Math.Max(announced, 2L * needed))));
    }

    private void ReleaseAssembly()
    {
        if (_assembly is not null) PinnedPool.Shared.Return(_assembly);
        _assembly = null;
        _assembled = 0;
        _assemblyDone = false;
    }

    private void KeepCarry(byte[] buffer, int at, int end)
    {
        (_carryStart, _carryLength) = (0, end - at);
        var isCarried = !ReferenceEquals(buffer, Loop.ReceiveBuffer) && !ReferenceEquals(buffer, _assembly);
        if (isCarried && (at == 0 || (_inputIsLeft && 2 * _carryLength >= buffer.Length)))
        {
            // Carried over before, and little of it was consumed: it stays where it lies.
            (_carry, _carryStart) = (buffer, at);
            return;
        }
        _carry = PinnedPool.Shared.Rent(_carryLength);
        buffer.AsSpan(at, _carryLength).CopyTo(_carry);
    }

    /// <summary>Much is carried over, such as most of a long request head: more is received behind it, where it lies.</summary>
    private Segment LargeCarryTarget()
    {
        if (_carry!.Length < 2 * _carryLength)
        {
            var bigger = PinnedPool.Shared.Rent(2 * _carryLength);
            _carry.AsSpan(0, _carryLength).CopyTo(bigger);
            PinnedPool.Shared.Return(_carry);
            _carry = bigger;
        }
        return new Segment(_carry, _carryLength, _carry.Length - _carryLength);
    }

    /// <summary>Nothing is carried over any more; the caller returns the array.</summary>
    private byte[]? TakeCarry()
    {
        var carried = _carry;
        _carry = null;
        (_carryStart, _carryLength) = (0, 0);
        return carried;
    }

    private void DropCarry()
    {
        if (TakeCarry() is { } carried) PinnedPool.Shared.Return(carried);
    }
}
