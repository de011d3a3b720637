using PluginHost.Abstractions;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Buffers;
using PluginHost.Server.Compression;

namespace PluginHost.Server.Connections;

/// <summary>
/// What one connection has received and not delivered yet: bytes that are carried over to the next turn, and the message that is being assembled. A connection has
/// a share of each turn of its loop; what it has received beyond that is kept, and the connection stands in the loop's list of those that have more to read until
/// the others have had theirs. How large a share is, the core decides.
/// </summary>
/// <param name="connection">The connection.</param>
internal sealed class Inbox(Connection connection)
{
    /// <summary>From this size on what is carried over stays where it lies: copied to and fro, a head that comes byte by byte would cost its square.</summary>
    private const int LargeCarry = 1024;

    /// <summary>Bytes that are read at once while output waits.</summary>
    private const int MaxReadWhileWaiting = 32 * 1024;

    private const int MinInflateRoom = 4096;

    private MessageAssembly? _assembly;
    private byte[]? _carry;
    private int _carryStart;
    private int _carryLength;
    private TurnShare _share = TurnShare.First;
    private int _shareOf;
    private bool _isLeft;
    private bool _outlastsShare;

    /// <summary>Input has been received that could not be handled yet: <see cref="TakeLeft"/> comes before anything more is received.</summary>
    public bool IsLeft => _isLeft;

    private Loop Loop => connection.Loop;

    private bool GoesOn => !connection.IsOver && connection.Half != SendingHalf.Lost;

    /// <summary>Whether more may be received in this turn of the loop.</summary>
    /// <param name="since">When receiving began, in <see cref="Loop.Microseconds"/>.</param>
    public bool MayReadOn(long since) => !_share.Looked(TurnBudget.Input, 0, Loop.Microseconds - since).IsSpent(TurnBudget.Input);

    /// <summary>The message that is being assembled lies in that array.</summary>
    public bool IsAssembly(byte[]? array) => _assembly is { } assembly && assembly.LiesIn(array);

    /// <summary>The array goes over to whoever asks, if it is that of a complete message.</summary>
    public bool GivesAway(byte[] array) => _assembly is { } assembly && assembly.GivesAway(array);

    // ---- Receiving ----

    /// <inheritdoc cref="Connection.InputTarget"/>
    public Segment Target()
    {
        ref readonly var state = ref connection.State;
        if (_assembly is { IsInProgress: true } assembly && !state.Message.Encoded && _carryLength == 0 && state.Frame.Remaining > 0)
        {
            var behind = assembly.Room(Math.Min(state.Frame.Remaining, Math.Max(assembly.Length, 4096)));
            return behind with { Length = Math.Min(behind.Length, state.Frame.Remaining) };
        }
        if (_carryLength >= LargeCarry) return LargeCarryTarget();
        var buffer = Loop.ReceiveBuffer;
        if (_carryLength > 0) _carry.AsSpan(0, _carryLength).CopyTo(buffer.AsSpan(Loop.Headroom));
        var start = Loop.Headroom + _carryLength;
        var room = buffer.Length - start;
        // Of a peer that does not read itself, what has been read may have to be carried over: not much of it.
        // The same of one whose messages take long to handle.
        return new Segment(buffer, start, connection.WaitingBytes > 0 || _outlastsShare ? Math.Min(room, MaxReadWhileWaiting) : room);
    }

    /// <inheritdoc cref="Connection.Receive"/>
    public void Receive(Segment target, int count)
    {
        connection.CountReceived(count);
        var start = target.Start;
        if (!IsAssembly(target.Array))
        {
            start -= _carryLength;
            count += _carryLength;
        }
        Take(target.Array, start, count);
    }

    /// <summary>Handles what has been received before, as far as the share of this turn goes.</summary>
    public void TakeLeft()
    {
        _isLeft = false;
        if (_carry is { } carried) Take(carried, _carryStart, _carryLength);
    }

    /// <summary>The turn ends.</summary>
    public void EndTurn()
    {
        if (_assembly is { } assembly && (assembly.IsComplete || connection.State.Discarding)) assembly.Release();
    }

    /// <summary>The stream is closed.</summary>
    public void Close()
    {
        if (TakeCarry() is { } carried) PinnedPool.Shared.Return(carried);
        _assembly?.Release();
    }

    private void Take(byte[] buffer, int start, int count)
    {
        var carried = TakeCarry();
        connection.BeginTurn();
        connection.Heard();
        Pump(buffer, start, start + count);
        connection.FinishTurn();
        if (carried is not null && !ReferenceEquals(carried, _carry)) PinnedPool.Shared.Return(carried); // only now: the input may have lain in it
    }

    private void Pump(byte[] buffer, int at, int end)
    {
        var meter = BeginShare();
        while (at < end && GoesOn)
        {
            _isLeft = connection.IsReadingPaused || !meter.Step(Loop);
            if (_isLeft) break;
            if (connection.State.AllowsWholeMessage)
            {
                var whole = WholeMessageReader.Read(buffer.AsSpan(at, end - at), connection.Settings.MaxMessage);
                if (!whole.IsNone)
                {
                    Deliver((MessageKind)whole.Opcode, new Segment(buffer, at + whole.Start, whole.Length));
                    at += whole.End;
                    continue;
                }
            }
            var transition = ConnectionMachine.Receive(connection.Settings, connection.State, buffer.AsSpan(at, end - at), Loop.Now);
            connection.Apply(transition, buffer, at);
            if (transition.Consumed == 0)
            {
                _isLeft = connection.IsReadingPaused;
                break;
            }
            at += transition.Consumed;
        }
        EndShare(meter);
        if (at < end && GoesOn) KeepCarry(buffer, at, end);
    }

    private ShareMeter BeginShare()
    {
        if (_shareOf != Loop.Turns)
        {
            _shareOf = Loop.Turns;
            _share = _share.Renew();
        }
        return new ShareMeter(TurnBudget.Input, _share);
    }

    private void EndShare(in ShareMeter meter)
    {
        _share = meter.Share;
        _outlastsShare = _isLeft && _share.IsSpent(TurnBudget.Input);
    }

    // ---- Messages ----

    /// <summary>A piece of a message, or all of it, has come.</summary>
    /// <param name="action">What the core has decided.</param>
    /// <param name="buffer">The input.</param>
    /// <param name="at">Where what it refers to begins.</param>
    public void OnData(ConnectionAction action, byte[] buffer, int at)
    {
        var start = at + action.Start;
        if (!action.IsEncoded && action is { IsFirst: true, IsLast: true })
        {
            Deliver((MessageKind)action.Opcode, new Segment(buffer, start, action.Length));
            return;
        }
        var assembly = _assembly ??= new MessageAssembly(connection);
        if (action.IsFirst) assembly.Begin(action.Length);
        if (!action.IsEncoded) assembly.Add(buffer, start, action.Length);
        else if (!TryInflate(action, buffer.AsSpan(start, action.Length), assembly)) return;
        if (!action.IsLast) return;
        assembly.Complete();
        Deliver((MessageKind)action.Opcode, new Segment(assembly.Array, Loop.Headroom, assembly.Length));
    }

    private void Deliver(MessageKind kind, Segment payload)
    {
        connection.CountMessageReceived();
        connection.Handler?.Deliver(kind, payload);
    }

    /// <summary>Inflates a piece at once, into an assembly that never grows beyond the limit (RFC 7692). What is allowed, and what is too much, the core decides.</summary>
    /// <returns>False where the connection fails over it.</returns>
    private bool TryInflate(ConnectionAction action, ReadOnlySpan<byte> piece, MessageAssembly assembly)
    {
        var deflate = connection.Deflate!;
        if (!TryInflate(piece, assembly, deflate.Inflater)) return false;
        if (!action.IsLast) return true;
        if (!TryInflate(MessageDeflate.Tail, assembly, deflate.Inflater)) return false;
        deflate.MessageEnded();
        return TryDecoded(default, isLast: true);
    }

    private bool TryInflate(ReadOnlySpan<byte> input, MessageAssembly assembly, Inflater inflater)
    {
        while (true)
        {
            var room = InflateRoom(assembly);
            var step = inflater.Inflate(input, room);
            if (!step.IsValid || (step is { Consumed: 0, Written: 0 } && !input.IsEmpty))
            {
                connection.Fail(ViolationKind.InvalidExtensionData);
                return false;
            }
            if (step.Written > 0)
            {
                if (!TryDecoded(room[..step.Written], isLast: false)) return false;
                assembly.Written(step.Written);
            }
            input = input[step.Consumed..];
            if (input.IsEmpty && step.Written < room.Length) return true;
        }
    }

    private bool TryDecoded(ReadOnlySpan<byte> bytes, bool isLast)
    {
        connection.Apply(Transitions.Decoded(connection.Settings, connection.State, bytes, isLast, Loop.Now), [], 0);
        return !connection.State.Discarding;
    }

    /// <summary>Room for more of the message, one byte beyond the limit at most: it is by that byte that the core knows a message to be too big.</summary>
    private Span<byte> InflateRoom(MessageAssembly assembly)
    {
        var max = connection.Settings.MaxMessage + 1 - assembly.Length;
        var room = assembly.Room(0);
        if (room.Length == 0) room = assembly.Room(Math.Min(max, Math.Max(MinInflateRoom, assembly.Length)));
        return room.Array.AsSpan(room.Start, Math.Min(max, room.Length));
    }

    // ---- Carrying over ----

    private void KeepCarry(byte[] buffer, int at, int end)
    {
        (_carryStart, _carryLength) = (0, end - at);
        var isCarried = !ReferenceEquals(buffer, Loop.ReceiveBuffer) && !IsAssembly(buffer);
        if (isCarried && (at == 0 || (_isLeft && 2 * _carryLength >= buffer.Length)))
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
}
