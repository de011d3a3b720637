using System.Net;
using System.Net.Sockets;
using PluginHost.Server.Buffers;
using PluginHost.Server.Connections;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Transports.Sockets;

/// <summary>
/// The portable transport: the framework's sockets tell the loop when they are readable; the loop receives into its own buffer and sends without blocking.
/// </summary>
internal sealed class SocketsLoop(Func<long> clock, ServerLog log, IConnectionFactory factory) : SignalLoop(clock, log, factory)
{
    private readonly List<(Listener Listener, CancellationTokenSource Stop)> _listening = [];

    public override void Listen(Listener listener)
    {
        var stop = new CancellationTokenSource();
        _listening.Add((listener, stop));
        _ = AcceptAsync(listener, stop.Token);
    }

    public override void StopListening()
    {
        foreach (var (_, stop) in _listening) stop.Cancel();
        _listening.Clear();
    }

    private async Task AcceptAsync(Listener listener, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.Socket.AcceptAsync(stop).ConfigureAwait(false);
                Post(() =>
                {
                    Accepted();
                    if (Factory.Admit(this, SocketsChannel.Remote(socket, listener), listener.Name) is { } account)
                        Place(loop => ((SocketsLoop)loop).Adopt(socket, listener, account));
                    else Refuse(socket, Factory.Refusal(listener.Name));
                });
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                // The client left before it was accepted.
            }
            catch (SocketException exception)
            {
                var wait = NextBackOff();
                Log.Write(LogLevel.Warning, $"listener {listener.Name}: {exception.Message}; no accept for {wait} ms");
                await Task.Delay(wait, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Says why, as far as that goes without waiting, and closes.</summary>
    private static void Refuse(Socket socket, ReadOnlySpan<byte> why)
    {
        socket.Blocking = false;
        socket.Send(why, SocketFlags.None, out var error);
        if (error == SocketError.Success && socket.Connected) socket.Shutdown(SocketShutdown.Send);
        socket.Receive(stackalloc byte[1024], SocketFlags.None, out _); // what lies there unread would turn the close into a reset
        socket.Dispose();
    }

    private void Adopt(Socket socket, Listener listener, AddressAccount account)
    {
        SocketsChannel? channel = null;
        try
        {
            socket.Blocking = false;
            if (socket.ProtocolType == ProtocolType.Tcp) socket.NoDelay = true;
            channel = new SocketsChannel(this, socket, listener) { RemoteEndPoint = SocketsChannel.Remote(socket, listener) };
            Factory.Create(this, channel, listener.Name, account);
            channel.Start();
        }
        catch (Exception exception)
        {
            // A client that has left already, or a fault of this program: either way it costs this connection only.
            if (channel?.Connection is { } connection) Failed(connection, exception);
            else
            {
                account.EndHandshake(null);
                account.Leave(Now);
                Log.Write(LogLevel.Debug, $"listener {listener.Name}: {ExceptionText.Describe(exception)}");
            }
            socket.Dispose();
        }
    }
}

/// <summary>A framework socket that a <see cref="SocketsLoop"/> owns.</summary>
internal sealed class SocketsChannel(SocketsLoop loop, Socket socket, Listener listener) : SignalledChannel(loop)
{
    private const int MaxAtOnce = 16 * 1024;

    private readonly SocketAsyncEventArgs _readable = new();
    private SocketAsyncEventArgs? _writable;
    private bool _awaitsInput;

    public override EndPoint? LocalEndPoint { get; } = listener.IsWildcard ? socket.LocalEndPoint : listener.EndPoint;

    /// <summary>Begins to read.</summary>
    public void Start()
    {
        // Receiving nothing completes when something is there: no buffer is held while the peer is silent.
        _readable.SetBuffer(Memory<byte>.Empty);
        _readable.Completed += (_, _) => Loop.Tell(this, Signal.Readable, 0);
        PullLater();
    }

    protected override void OnSignal(Signal signal, long count)
    {
        if (signal == Signal.Readable)
        {
            _awaitsInput = false;
            if (Connection.IsOver) _readable.Dispose();
        }
        base.OnSignal(signal, count);
    }

    public override long SendRaw(ReadOnlySpan<Segment> segments)
    {
        var total = 0L;
        foreach (var segment in segments)
        {
            var sent = socket.Send(segment.Span, SocketFlags.None, out var error);
            if (error is not (SocketError.Success or SocketError.WouldBlock)) return -1;
            if (error == SocketError.WouldBlock) sent = 0;
            total += sent;
            if (sent < segment.Length) break;
        }
        return total;
    }

    public override void WantRawWritable(SendQueue waiting)
    {
        if (_writable is null)
        {
            _writable = new SocketAsyncEventArgs();
            _writable.Completed += (_, args) => Sent(args);
        }
        var front = new Segment[1];
        waiting.Peek(front);
        // The framework tells when all of it has left, so that a long piece would look like a stalled one.
        var length = Math.Min(MaxAtOnce, front[0].Length);
        waiting.Held = length;
        _writable.SetBuffer(front[0].Array, front[0].Start, length);
        if (!socket.SendAsync(_writable)) Sent(_writable);
    }

    public override void EndRawOutput()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The peer is gone already; the next receive says so.
        }
    }

    protected override void CloseRaw(bool reset)
    {
        if (reset) socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
        // A receive or send in progress still completes; its arguments go with it.
        if (!_awaitsInput) _readable.Dispose();
    }

    public override int TryReceive(Segment target)
    {
        var count = socket.Receive(target.Array.AsSpan(target.Start, target.Length), SocketFlags.None, out var error);
        return error switch
        {
            SocketError.Success => count,
            SocketError.WouldBlock => WouldBlock,
            _ => StreamBroken,
        };
    }

    public override bool IsDrainedBy(int received, int asked) => received < asked;

    protected override void AwaitInput()
    {
        if (_awaitsInput || Connection.IsOver) return;
        _awaitsInput = true;
        if (!socket.ReceiveAsync(_readable)) Loop.Tell(this, Signal.Readable, 0);
    }

    private void Sent(SocketAsyncEventArgs args)
    {
        if (args.SocketError == SocketError.Success) Loop.Tell(this, Signal.Writable, args.BytesTransferred);
        else Loop.Tell(this, Signal.Broken, 0);
    }

    /// <summary>The peer's address.</summary>
    public static EndPoint? Remote(Socket socket, Listener listener)
    {
        try
        {
            return socket.RemoteEndPoint is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped
                ? new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port)
                : socket.RemoteEndPoint is IPEndPoint ip ? ip : listener.EndPoint;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
