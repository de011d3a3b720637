using System.Buffers.Binary;
using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using PluginHost.Core.Policy.Limits;
using PluginHost.Server.Connections;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Transports.Epoll;

/// <summary>
/// An event loop over epoll: one thread, one descriptor set, one receive for each socket that woke it, one send for what that receive produced.
/// Listening sockets stand in the set of every loop, so that whichever is free accepts.
/// </summary>
internal sealed unsafe class EpollLoop : AcceptingLoop
{
    private const int MaxEvents = 256;
    private const ulong WakeMark = ulong.MaxValue;
    private const ulong ListenerMark = 1UL << 63;

    private readonly byte[] _events = GC.AllocateUninitializedArray<byte>(MaxEvents * 16, pinned: true);
    private readonly List<EpollChannel?> _channels = [];
    private readonly Stack<int> _freeSlots = new();
    private readonly List<int> _freedThisTurn = [];
    private readonly List<Listening> _listening = [];
    private List<EpollChannel> _ready = [];
    private List<EpollChannel> _readyNow = [];
    private readonly int _epoll;
    private readonly int _wake;
    private readonly Lock _wakeGate = new();
    private bool _isReleased;
    private int _count;
    private long _turn;

    private sealed class Listening(Listener listener)
    {
        public readonly Listener Listener = listener;
        public readonly int Descriptor = (int)listener.Socket.Handle;
        public bool IsRegistered;
        public AcceptShare Share = AcceptShare.Start;
    }

    public EpollLoop(Func<long> clock, ServerLog log, IConnectionFactory factory) : base(clock, log, factory)
    {
        _epoll = Check(Native.EpollCreate(Native.CloseOnExec), "epoll_create1");
        _wake = Check(Native.EventDescriptor(0, Native.CloseOnExec | Native.NonBlocking), "eventfd");
        Register(_wake, Native.EpollIn, WakeMark);
    }

    public override void Listen(Listener listener)
    {
        var listening = new Listening(listener);
        _listening.Add(listening);
        if (listener.Socket.ProtocolType == ProtocolType.Tcp) Native.SetNoDelay(listening.Descriptor); // what it accepts inherits that
        StartAccepting(listening, _listening.Count - 1);
    }

    public override void StopListening()
    {
        foreach (var listening in _listening) StopAccepting(listening);
        _listening.Clear();
    }

    /// <summary>The channel has more to read than its share of this turn.</summary>
    public void AddReady(EpollChannel channel) => _ready.Add(channel);

    /// <summary>Closes the channel's descriptor; its slot is used again from the next turn on, when no event of this one can name it any more.</summary>
    public void Close(EpollChannel channel)
    {
        _channels[channel.Slot] = null;
        _freedThisTurn.Add(channel.Slot);
        _ = Native.Close(channel.Descriptor); // leaves the set by itself
    }

    protected override void Poll(int milliseconds)
    {
        fixed (byte* events = _events)
        {
            _count = _ready.Count > 0 || milliseconds == 0
                ? Native.EpollPoll(_epoll, events, MaxEvents, 0)
                : Native.EpollWait(_epoll, events, MaxEvents, milliseconds);
        }
    }

    protected override void Dispatch()
    {
        _turn++;
        foreach (var slot in _freedThisTurn) _freeSlots.Push(slot);
        _freedThisTurn.Clear();
        for (var i = 0; i < _count; i++)
        {
            var entry = _events.AsSpan(i * Native.EventSize);
            var events = BitConverter.ToUInt32(entry);
            var data = BitConverter.ToUInt64(entry[Native.EventData..]);
            if (data < ListenerMark) _channels[(int)data]?.OnEvents(events);
            else if (data == WakeMark) ReadWake();
            else Accept((int)(data & int.MaxValue));
        }
        (_ready, _readyNow) = (_readyNow, _ready);
        foreach (var channel in _readyNow) channel.TakeReady();
        _readyNow.Clear();
    }

    protected override void Wake()
    {
        var one = 1UL;
        lock (_wakeGate)
        {
            // Once closed, the number may belong to somebody else's descriptor.
            if (!_isReleased) _ = Native.Write(_wake, &one, sizeof(ulong));
        }
    }

    protected override void Release()
    {
        StopListening();
        foreach (var connection in Connections.ToArray()) connection.Abort();
        lock (_wakeGate)
        {
            _isReleased = true;
            _ = Native.Close(_wake);
        }
        _ = Native.Close(_epoll);
    }

    private void ReadWake()
    {
        ulong value;
        _ = Native.Read(_wake, &value, sizeof(ulong));
    }

    private void Accept(int index)
    {
        if (index >= _listening.Count) return;
        var listening = _listening[index];
        var address = stackalloc byte[SocketAddressReader.MaxSize];
        var accepted = 0;
        for (; accepted < listening.Share.Connections && listening.IsRegistered; accepted++)
        {
            uint length = SocketAddressReader.MaxSize;
            var descriptor = Native.Accept(listening.Descriptor, address, &length, Native.CloseOnExec | Native.NonBlocking);
            if (descriptor < 0)
            {
                var error = Native.LastError;
                if (error is Native.Interrupted or Native.ConnectionAborted) continue;
                if (error is Native.TooManyFiles or Native.TooManyFilesInSystem or Native.NoBuffers or Native.NoMemory) BackOff(listening, index);
                break;
            }
            Accepted();
            var remote = SocketAddressReader.Read(new ReadOnlySpan<byte>(address, (int)Math.Min(length, SocketAddressReader.MaxSize)));
            var listener = listening.Listener;
            if (Factory.Admit(this, remote, listener.Name) is { } account)
                Place(loop => ((EpollLoop)loop).Adopt(descriptor, remote ?? listener.EndPoint, listener, account));
            else Refuse(descriptor, Factory.Refusal(listener.Name));
        }
        listening.Share = listening.Share.After(accepted, _turn);
    }

    /// <summary>Says why, as far as that goes without waiting, and closes.</summary>
    private static void Refuse(int descriptor, ReadOnlySpan<byte> why)
    {
        fixed (byte* bytes = why) _ = Native.Send(descriptor, bytes, (nuint)why.Length, Native.DontWait | Native.NoSignal);
        _ = Native.Shutdown(descriptor, Native.ShutdownWrite);
        var unread = stackalloc byte[1024];
        _ = Native.Receive(descriptor, unread, 1024, Native.DontWait); // what lies there unread would turn the close into a reset
        _ = Native.Close(descriptor);
    }

    private void Adopt(int descriptor, EndPoint remote, Listener listener, AddressAccount account)
    {
        if (!_freeSlots.TryPop(out var slot))
        {
            slot = _channels.Count;
            _channels.Add(null);
        }
        var channel = new EpollChannel(this, descriptor, listener.IsWildcard ? LocalAddress(descriptor) : listener.EndPoint)
        {
            Slot = slot,
            RemoteEndPoint = remote,
        };
        _channels[slot] = channel;
        try
        {
            Factory.Create(this, channel, listener.Name, account);
            if (channel.Connection.IsOver) return; // the descriptor is closed, its number perhaps in use again
            Register(descriptor, Native.EpollIn | Native.EpollOut | Native.EpollRdHup | Native.EpollEdge, (ulong)slot);
        }
        catch (Exception exception)
        {
            // No memory for one more in the set, for instance: it costs this connection only.
            Failed(channel.Connection, exception);
            if (channel.Connection is null)
            {
                account.EndHandshake(null);
                account.Leave(Now);
            }
            if (_channels[slot] == channel) Close(channel);
        }
    }

    private static EndPoint? LocalAddress(int descriptor)
    {
        var address = stackalloc byte[SocketAddressReader.MaxSize];
        uint length = SocketAddressReader.MaxSize;
        return Native.GetSocketName(descriptor, address, &length) < 0
            ? null
            : SocketAddressReader.Read(new ReadOnlySpan<byte>(address, (int)Math.Min(length, SocketAddressReader.MaxSize)));
    }

    // Descriptors or memory are used up: leave the backlog alone for a while instead of being woken for it again and again.
    private void BackOff(Listening listening, int index)
    {
        var wait = NextBackOff();
        Log.Write(LogLevel.Warning, $"listener {listening.Listener.Name}: out of descriptors or memory; no accept for {wait} ms");
        StopAccepting(listening);
        After(wait, () =>
        {
            if (index < _listening.Count && ReferenceEquals(_listening[index], listening)) StartAccepting(listening, index);
        });
    }

    private void StartAccepting(Listening listening, int index)
    {
        Register(listening.Descriptor, Native.EpollIn | Native.EpollExclusive, ListenerMark | (uint)index);
        listening.IsRegistered = true;
    }

    private void StopAccepting(Listening listening)
    {
        if (!listening.IsRegistered) return;
        listening.IsRegistered = false;
        _ = Native.EpollControl(_epoll, Native.CtlDelete, listening.Descriptor, null);
    }

    private void Register(int descriptor, uint events, ulong data)
    {
        var entry = stackalloc byte[16];
        *(uint*)entry = events;
        *(ulong*)(entry + Native.EventData) = data;
        Check(Native.EpollControl(_epoll, Native.CtlAdd, descriptor, entry), "epoll_ctl");
    }

    private static int Check(int result, string call) => result >= 0
        ? result
        : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call} failed: {Marshal.GetLastPInvokeErrorMessage()}");
}
