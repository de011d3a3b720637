using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LanguageExt;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Cli.Connect;

/// <summary>What the user of a client connection is told.</summary>
internal interface IClientObserver
{
    /// <summary>The server accepted.</summary>
    void Opened(AcceptedConnection accepted);

    /// <summary>The server refused, or its answer is none.</summary>
    void Refused(ClientFault fault);

    /// <summary>A whole message came.</summary>
    void Message(bool isText, byte[] payload);

    /// <summary>The connection is over: 1005 without a code, 1006 without a close frame.</summary>
    void Closed(CloseCode code, string reason, string? violation);
}

/// <summary>
/// The client's end of one connection over a stream: the core decides, this performs its actions. Not safe for several threads: its owner calls one
/// method after the other.
/// </summary>
internal sealed class ClientConnection(Stream stream, ClientRequest request, IClientObserver observer, Func<long> clock)
{
    /// <summary>The greatest message that is taken.</summary>
    public const int MaxMessage = 64 << 20;

    private static readonly ConnectionSettings Settings = ConnectionSettings.Default with
    {
        Role = Role.Client,
        MaxMessage = MaxMessage,
        MaxFragments = ConnectionSettings.DefaultMaxFragments(MaxMessage),
        HandshakeTimeout = 15_000,
    };

    private readonly MemoryStream _message = new();
    private readonly MemoryStream _output = new();
    private ConnectionState _state = ConnectionState.Start(Settings, clock());
    private string _closeReason = "";

    /// <summary>The stream has been given up: nothing more is to be done.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Messages may be sent.</summary>
    public bool CanSend => _state.CanSend;

    /// <summary>When <see cref="TickAsync"/> wants to be called.</summary>
    public long NextDeadline => _state.NextDeadline;

    /// <summary>Sends the request.</summary>
    public async Task BeginAsync(CancellationToken cancellation)
    {
        await stream.WriteAsync(request.ToBytes(), cancellation).ConfigureAwait(false);
        await stream.FlushAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes received bytes.</summary>
    /// <param name="bytes">What has come and was not consumed; payloads in it are changed.</param>
    /// <returns>How many bytes are done with.</returns>
    public async Task<int> ReceiveAsync(Memory<byte> bytes)
    {
        var consumed = 0;
        while (!IsOver)
        {
            var rest = bytes[consumed..];
            var transition = ConnectionMachine.Receive(Settings, _state, rest.Span, clock());
            Apply(transition, rest.Span);
            if (transition.Consumed == 0 && transition.Actions.Count == 0) break;
            consumed += transition.Consumed;
        }
        await SendOutputAsync().ConfigureAwait(false);
        return consumed;
    }

    /// <summary>The server has ended its half of the stream.</summary>
    public Task InputEndedAsync() => DoAsync(Transitions.InputEnded(_state));

    /// <summary>The stream broke.</summary>
    public Task AbortAsync() => DoAsync(Transitions.Abort(_state));

    /// <summary>Time has passed.</summary>
    public Task TickAsync() => DoAsync(Transitions.Tick(Settings, _state, clock()));

    /// <summary>Sends a text message.</summary>
    /// <param name="text">Valid UTF-16.</param>
    public Task SendTextAsync(string text)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        var transition = Transitions.Send(_state, Opcode.Text, true, payload.Length);
        _state = transition.State;
        if (transition.Actions.Count > 0) Emit(Opcode.Text, payload);
        return SendOutputAsync();
    }

    /// <summary>Begins the close handshake (RFC 6455 §7.1.2).</summary>
    public Task CloseAsync(CloseCode code, string reason)
    {
        _closeReason = reason;
        return DoAsync(Transitions.Close(Settings, _state, code, Encoding.UTF8.GetByteCount(reason), clock()));
    }

    private Task DoAsync(Transition transition)
    {
        Apply(transition, default);
        return SendOutputAsync();
    }

    private void Apply(Transition transition, Span<byte> bytes)
    {
        _state = transition.State;
        for (var i = 0; i < transition.Actions.Count; i++) Perform(transition.Actions[i], bytes);
    }

    private void Perform(ConnectionAction action, Span<byte> bytes)
    {
        switch (action.Kind)
        {
            case ActionKind.DecideHandshake:
                Decide(bytes.Slice(action.Start, action.Length));
                break;
            case ActionKind.DeliverData:
                Deliver(action, bytes.Slice(action.Start, action.Length));
                break;
            case ActionKind.SendPong:
                Emit(Opcode.Pong, bytes.Slice(action.Start, action.Length));
                break;
            case ActionKind.SendPing:
                Emit(Opcode.Ping, default);
                break;
            case ActionKind.SendClose:
                Emit(Opcode.Close, FrameEncoder.ClosePayload(action.CloseCode, Encoding.UTF8.GetBytes(Reason(action))));
                break;
            case ActionKind.DeliverClosed:
                observer.Closed(action.CloseCode, Encoding.UTF8.GetString(bytes.Slice(action.Start, action.Length)), Violated(action));
                break;
            case ActionKind.CloseStream or ActionKind.ResetStream:
                IsOver = true;
                break;
        }
    }

    private void Decide(ReadOnlySpan<byte> head) => ClientHandshake.Check(request, head).Match(
        Right: accepted =>
        {
            _state = Transitions.Accept(Settings, _state, clock()).State;
            observer.Opened(accepted);
        },
        Left: fault =>
        {
            observer.Refused(fault);
            IsOver = true; // the answer is known; nothing is owed to a server that refused
        });

    private void Deliver(ConnectionAction action, ReadOnlySpan<byte> piece)
    {
        _message.Write(piece);
        if (!action.IsLast) return;
        observer.Message(action.Opcode == Opcode.Text, _message.ToArray());
        _message.SetLength(0);
    }

    private string Reason(ConnectionAction action) => Violated(action) ?? _closeReason;

    private static string? Violated(ConnectionAction action) =>
        action.Violation == ViolationKind.None ? null : Violations.Describe(action.Violation).Explanation;

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
        await stream.WriteAsync(bytes).ConfigureAwait(false);
        await stream.FlushAsync().ConfigureAwait(false);
    }
}
