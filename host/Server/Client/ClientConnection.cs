using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Client;

/// <summary>
/// The client's end of one connection over a stream, driven by its owner, who reads the stream and watches the clock. Not safe for several threads: one method
/// is called after the other.
/// </summary>
public sealed class ClientConnection
{
    /// <summary>The greatest message that is taken, in bytes.</summary>
    public const int MaxMessage = 64 << 20;

    private const int FirstBuffer = 16 * 1024;

    private static readonly ConnectionSettings Settings = ConnectionSettings.Default with
    {
        Role = Role.Client,
        MaxMessage = MaxMessage,
        MaxFragments = ConnectionSettings.DefaultMaxFragments(MaxMessage),
        HandshakeTimeout = 15_000,
    };

    private readonly Stream _stream;
    private readonly ClientRequest _request;
    private readonly IClientObserver _observer;
    private readonly TimeProvider _time;
    private readonly MemoryStream _message = new();
    private readonly MemoryStream _output = new();
    private ConnectionState _state;
    private byte[] _input = new byte[FirstBuffer];
    private int _length;
    private ReadOnlyMemory<byte> _payload;
    private string _closeReason = "";
    private ClientFault? _refusal;
    private ResponseHead? _refused;
    private ReadOnlyMemory<byte> _body;

    /// <summary>A connection begins.</summary>
    /// <param name="stream">Its stream, which stays the owner's.</param>
    /// <param name="request">The request that opens it.</param>
    /// <param name="observer">Is told what happens, in the calls to this connection.</param>
    /// <param name="time">The clock.</param>
    public ClientConnection(Stream stream, ClientRequest request, IClientObserver observer, TimeProvider time)
    {
        (_stream, _request, _observer, _time) = (stream, request, observer, time);
        _state = ConnectionState.Start(Settings, Now);
    }

    /// <summary>Nothing more is to be done: the owner closes the stream.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Messages may be sent.</summary>
    public bool CanSend => _state.CanSend;

    /// <summary>How long until <see cref="TickAsync"/> wants to be called; zero when it is due.</summary>
    public TimeSpan UntilDeadline => _state.NextDeadline == ConnectionState.NoDeadline
        ? TimeSpan.MaxValue
        : TimeSpan.FromMilliseconds(Math.Max(0, _state.NextDeadline - Now));

    private long Now => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>Sends the request.</summary>
    /// <param name="cancellation">Gives up.</param>
    public async Task BeginAsync(CancellationToken cancellation)
    {
        await _stream.WriteAsync(_request.ToBytes(), cancellation).ConfigureAwait(false);
        await _stream.FlushAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Where the next bytes are to be received; never empty. It holds until <see cref="ReceivedAsync"/>.</summary>
    public Memory<byte> InputTarget()
    {
        if (_length == _input.Length) Array.Resize(ref _input, _input.Length * 2);
        return _input.AsMemory(_length);
    }

    /// <summary>Bytes have been received into <see cref="InputTarget"/>.</summary>
    /// <param name="count">Bytes, 1 and above.</param>
    public Task ReceivedAsync(int count)
    {
        _length += count;
        var consumed = 0;
        while (!IsOver)
        {
            var transition = ConnectionMachine.Receive(Settings, _state, _input.AsSpan(consumed, _length - consumed), Now);
            Apply(transition, consumed);
            if (transition.Consumed == 0 && transition.Actions.Count == 0) break;
            consumed += transition.Consumed;
        }
        if (!IsOver && _refused is { } head) ReadBody(head, _input.AsSpan(consumed, _length - consumed));
        _input.AsSpan(consumed, _length - consumed).CopyTo(_input);
        _length -= consumed;
        return SendOutputAsync();
    }

    /// <summary>The server has ended its half of the stream.</summary>
    public Task InputEndedAsync() => DoAsync(Transitions.InputEnded(_state));

    /// <summary>The stream broke.</summary>
    public Task AbortAsync() => DoAsync(Transitions.Abort(_state));

    /// <summary>Time has passed.</summary>
    public Task TickAsync() => DoAsync(Transitions.Tick(Settings, _state, Now));

    /// <summary>Sends a message; none is sent unless <see cref="CanSend"/>.</summary>
    /// <param name="isText">Text, which must be valid UTF-8, or binary.</param>
    /// <param name="payload">Its bytes.</param>
    public Task SendAsync(bool isText, ReadOnlyMemory<byte> payload)
    {
        _payload = payload;
        return DoAsync(Transitions.Send(_state, isText ? Opcode.Text : Opcode.Binary, true, payload.Length));
    }

    /// <summary>Begins the close handshake (RFC 6455 §7.1.2), if the connection is open.</summary>
    /// <param name="code">A code that may be on the wire, or 1005 for none.</param>
    /// <param name="reason">At most 123 bytes of UTF-8; empty without a code.</param>
    public Task CloseAsync(CloseCode code, string reason)
    {
        _closeReason = reason;
        return DoAsync(Transitions.Close(Settings, _state, code, Encoding.UTF8.GetByteCount(reason), Now));
    }

    private Task DoAsync(Transition transition)
    {
        Apply(transition, 0);
        return SendOutputAsync();
    }

    private void Apply(Transition transition, int at)
    {
        _state = transition.State;
        Interpreter.Perform(new End(this), transition.Actions, _input, at);
    }

    private void Decide(ReadOnlySpan<byte> head) => ClientHandshake.Check(_request, head).Match(
        Right: accepted =>
        {
            Apply(Transitions.Accept(Settings, _state, Now), 0);
            _observer.Opened(accepted);
        },
        Left: fault =>
        {
            _refusal = fault;
            // A refusal has a body that may say why; it is waited for. Any other answer is none.
            if (fault.Kind == ClientFaultKind.Refused) fault.Answer.IfSome(answer => _refused = answer);
            else Refuse(fault);
        });

    private void ReadBody(ResponseHead head, ReadOnlySpan<byte> received)
    {
        var body = ResponseBody.Read(head, received, RefusalText.MaxBody);
        _body = body.Content;
        if (body.IsComplete) Refuse(_refusal!);
    }

    private void Refuse(ClientFault fault) => Apply(Transitions.Refuse(Settings, _state, fault.Status, Now), 0);

    /// <summary>The stream is given up. What has come of a refusal is all that will.</summary>
    private void Leave()
    {
        IsOver = true;
        if (_refusal is { } fault) _observer.Refused(fault, _body);
        _refusal = null;
    }

    private void Deliver(ConnectionAction action, ReadOnlySpan<byte> piece)
    {
        _message.Write(piece);
        if (!action.IsLast) return;
        _observer.Message(action.Opcode == Opcode.Text, _message.ToArray());
        _message.SetLength(0);
    }

    /// <summary>A client masks every frame with a key that nobody can guess (§5.3).</summary>
    private void Emit(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        Span<byte> key = stackalloc byte[4];
        RandomNumberGenerator.Fill(key);
        _output.Write(FrameEncoder.Encode(
            new FrameHeader(true, ReservedBits.None, opcode, true, BinaryPrimitives.ReadUInt32LittleEndian(key), payload.Length), payload));
    }

    private async Task SendOutputAsync()
    {
        if (_output.Length == 0) return;
        var bytes = _output.ToArray();
        _output.SetLength(0);
        await _stream.WriteAsync(bytes).ConfigureAwait(false);
        await _stream.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>How a client does what the core has decided.</summary>
    private readonly struct End(ClientConnection client) : IConnectionEnd
    {
        public void DecideHandshake(ReadOnlySpan<byte> head) => client.Decide(head);

        public void SendHandshakeReply(ConnectionAction action, ReadOnlySpan<byte> input) =>
            throw new InvalidOperationException("a client answers no handshake");

        public void DeliverData(ConnectionAction action, byte[] buffer, int at) => client.Deliver(action, buffer.AsSpan(at + action.Start, action.Length));

        public void DeliverPong(ReadOnlySpan<byte> payload)
        {
            // It was a sign of life.
        }

        public void DeliverClosed(ConnectionAction action, ReadOnlySpan<byte> reason) => client._observer.Closed(
            action.CloseCode,
            Encoding.UTF8.GetString(reason),
            action.Violation == ViolationKind.None ? null : Violations.Describe(action.Violation).Explanation);

        public void SendFrame(ConnectionAction action) => client.Emit(action.Opcode, client._payload.Span);

        public void SendPing() => client.Emit(Opcode.Ping, default);

        public void SendPong(ReadOnlySpan<byte> payload) => client.Emit(Opcode.Pong, payload);

        public void SendClose(ConnectionAction action) =>
            client.Emit(Opcode.Close, FrameEncoder.ClosePayload(action.CloseCode, Interpreter.CloseReason(action, client._closeReason)));

        public void EndOutput()
        {
            // Not every stream has halves. The server leaves, or its time to do so passes.
        }

        public void CloseStream() => client.Leave();

        public void ResetStream() => client.Leave();
    }
}
