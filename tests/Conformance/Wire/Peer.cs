using System.Buffers.Binary;
using System.Net.Sockets;

namespace PluginHost.Conformance.Wire;

/// <summary>
/// One connection to the server: sends whatever bytes it is told to, and notes in the background what comes back. Pings of the server are
/// answered and not noted; its first close frame is answered when we have sent none.
/// </summary>
internal sealed class Peer : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly FrameReader _reader;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly Lock _lock = new();
    private readonly List<Arrival> _arrivals = [];
    private readonly Task _reading;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _closeSent;

    private Peer(Socket socket, Stream stream, Input input, DeflateTerms? terms)
    {
        (_socket, _stream, Terms) = (socket, stream, terms);
        Deflate = terms is null ? null : new Deflate(terms);
        _reader = new FrameReader(input, terms is not null);
        _reading = ReadAllAsync();
    }

    /// <summary>What was agreed on; null when nothing is compressed.</summary>
    public DeflateTerms? Terms { get; }

    /// <summary>Compresses and decompresses; null when nothing is compressed.</summary>
    public Deflate? Deflate { get; }

    /// <summary>The server's close code: null without a close frame, 1005 when it had no code.</summary>
    public int? CloseCode { get; private set; }

    /// <summary>The server sent its close frame before we sent ours.</summary>
    public bool ServerClosedFirst { get; private set; }

    /// <summary>How the server's half ended.</summary>
    public StreamEnd End { get; private set; }

    /// <summary>The rule that the server broke; null when it broke none.</summary>
    public string? Fault { get; private set; }

    /// <summary>A message came compressed.</summary>
    public bool SawCompressed { get; private set; }

    /// <summary>Connects.</summary>
    /// <param name="url">ws:// only.</param>
    /// <param name="offer">The value of <c>Sec-WebSocket-Extensions</c>, or null.</param>
    /// <param name="cancellation">The case's time limit.</param>
    public static async Task<Peer> ConnectAsync(Uri url, string? offer, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(url.Host, url.Port, cancellation).ConfigureAwait(false);
            var stream = new NetworkStream(socket, ownsSocket: false);
            var input = new Input(stream);
            var answer = await Opening.PerformAsync(url, offer, stream, input).WaitAsync(cancellation).ConfigureAwait(false);
            return new Peer(socket, stream, input, answer is null ? null : DeflateTerms.Read(answer));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends bytes, in pieces of <paramref name="chop"/> (0: in one). A server that has left already is no error here.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, int chop, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (chop == 0) chop = bytes.Length;
            for (var at = 0; at < bytes.Length; at += chop)
                await _stream.WriteAsync(bytes.Slice(at, Math.Min(chop, bytes.Length - at)), cancellation).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // What the server said before it left is what counts; the reader has it.
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>To be called before a close frame of the case's own is sent.</summary>
    public void NoteCloseSent()
    {
        lock (_lock) _closeSent = true;
    }

    /// <summary>What has arrived and was not taken.</summary>
    public IReadOnlyList<Arrival> Arrivals
    {
        get
        {
            lock (_lock) return [.. _arrivals];
        }
    }

    /// <summary>Waits for so many arrivals, or the end of them.</summary>
    public Task WaitForArrivalsAsync(int count, CancellationToken cancellation) =>
        WaitAsync(() => _arrivals.Count >= count || CloseCode is not null || End != StreamEnd.Open, cancellation);

    /// <summary>Takes the first arrival out; null when there will be none.</summary>
    public async Task<Arrival?> TakeAsync(CancellationToken cancellation)
    {
        await WaitForArrivalsAsync(1, cancellation).ConfigureAwait(false);
        lock (_lock)
        {
            if (_arrivals.Count == 0) return null;
            var first = _arrivals[0];
            _arrivals.RemoveAt(0);
            return first;
        }
    }

    /// <summary>Waits until the server fails or ends the connection.</summary>
    /// <returns>False when it has done neither in time.</returns>
    public async Task<bool> LeavesWithinAsync(TimeSpan time, CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(time);
        try
        {
            await WaitAsync(() => CloseCode is not null || End != StreamEnd.Open, limited.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Waits until the server's half has ended.</summary>
    public Task WaitForEndAsync(CancellationToken cancellation) => WaitAsync(() => End != StreamEnd.Open, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading.ConfigureAwait(false);
        Deflate?.Dispose();
        _sending.Dispose();
    }

    private async Task WaitAsync(Func<bool> holds, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (holds()) return;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            change();
            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        changed.SetResult();
    }

    private async Task ReadAllAsync()
    {
        await Task.Yield();
        try
        {
            var message = new List<Received>();
            while (await _reader.ReadAsync().ConfigureAwait(false) is { } frame) await TakeInAsync(frame, message).ConfigureAwait(false);
            Change(() => End = StreamEnd.Finished);
        }
        catch (Exception e) when (e is ProtocolFault or EndOfStreamException)
        {
            Change(() => (Fault, End) = (e.Message, StreamEnd.Finished));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            Change(() => End = StreamEnd.Reset);
        }
    }

    private async Task TakeInAsync(Received frame, List<Received> message)
    {
        if (CloseCode is not null) throw new ProtocolFault($"the server sent a {Op.Name(frame.Opcode)} frame after its close frame");
        switch (frame.Opcode)
        {
            case Op.Ping:
                await SendAsync(new Frame(Op.Pong, frame.Payload).ToBytes(), 0, CancellationToken.None).ConfigureAwait(false);
                break;
            case Op.Pong:
                Change(() => _arrivals.Add(new Arrival(Op.Pong, frame.Payload)));
                break;
            case Op.Close:
                await TakeCloseAsync(frame.Payload).ConfigureAwait(false);
                break;
            default:
                message.Add(frame);
                if (!frame.Fin) break;
                var whole = Assemble(message);
                message.Clear();
                Change(() => _arrivals.Add(whole));
                break;
        }
    }

    private async Task TakeCloseAsync(byte[] payload)
    {
        var answer = false;
        Change(() =>
        {
            ServerClosedFirst = answer = !_closeSent;
            _closeSent = true;
            CloseCode = payload.Length == 0 ? 1005 : BinaryPrimitives.ReadUInt16BigEndian(payload);
        });
        if (answer) await SendAsync(new Frame(Op.Close, payload).ToBytes(), 0, CancellationToken.None).ConfigureAwait(false);
    }

    private Arrival Assemble(List<Received> message)
    {
        var payload = message.Count == 1 ? message[0].Payload : [.. message.SelectMany(one => one.Payload)];
        if (message[0].Rsv == 4)
        {
            payload = Deflate!.Decompress(payload);
            SawCompressed = true;
        }
        if (message[0].Opcode == Op.Text && !FrameReader.IsUtf8(payload)) throw new ProtocolFault("the server sent text that is not UTF-8");
        return new Arrival(message[0].Opcode, payload);
    }
}
