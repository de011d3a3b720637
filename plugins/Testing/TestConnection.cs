using System.Text;
using PluginHost.Abstractions;
using PluginHost.Server.Transports.Memory;

namespace PluginHost.Testing;

/// <summary>One connection of a client to the plugin under test. The client answers pings and close frames, as browsers do.</summary>
public sealed class TestConnection
{
    private readonly TestHost _host;
    private readonly MemoryConnection _connection;

    internal TestConnection(TestHost host, MemoryConnection connection, TestRequest request)
    {
        (_host, _connection, Wire) = (host, connection, new Wire(connection));
        Wire.Ask(request);
    }

    internal Wire Wire { get; }

    /// <summary>The subprotocol that was agreed on; empty for none.</summary>
    public string Subprotocol => Field("Sec-WebSocket-Protocol");

    /// <summary>What the handler has thrown, other than to close the connection; <see langword="null"/> for nothing.</summary>
    public Exception? Fault => _connection.Fault;

    /// <summary>Calls of the handler that have begun and not completed.</summary>
    public int CallsInFlight => _connection.CallsInFlight;

    /// <summary>The connection is over.</summary>
    public bool IsOver => _connection.IsOver;

    /// <summary>The connection is over, and the handler has been told and has completed that call.</summary>
    public bool IsFinished => _connection.IsFinished;

    internal bool IsSettled => _connection.IsOver || (_connection.IsSettled && (!Wire.HasOutput || Wire.IsPaused));

    internal bool IsIdle => _connection.IsOver || (IsSettled && _connection.CallsInFlight == 0);

    /// <summary>Sends a text message. Completes when all calls about it are over, or overlap.</summary>
    /// <param name="text">The text.</param>
    public Task SayAsync(string text) => SayAsync(ClientStep.Text(text));

    /// <summary>Sends a binary message. Completes when all calls about it are over, or overlap.</summary>
    /// <param name="bytes">The payload.</param>
    public Task SayAsync(ReadOnlyMemory<byte> bytes) => SayAsync(ClientStep.Binary(bytes));

    /// <summary>Does a step. Completes when all calls about it are over, or overlap.</summary>
    /// <param name="step">The step.</param>
    public async Task SayAsync(ClientStep step)
    {
        Say(step);
        await SettleAsync().ConfigureAwait(false);
    }

    /// <summary>Does a step, and waits for nothing.</summary>
    /// <param name="step">The step.</param>
    public void Say(ClientStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        Say(step, null);
    }

    internal void Say(ClientStep step, Cutting? cutting)
    {
        if (step.Kind == ClientStepKind.Wait)
        {
            _host.Clock.Advance(step.Delay);
            return;
        }
        _host.Locked(() =>
        {
            if (step.Kind == ClientStepKind.Close) Wire.SayClose(step.Code, step.Reason);
            else if (!Wire.HasClosed) Wire.Say(step.Kind == ClientStepKind.Text, step.Bytes, cutting);
        });
        _host.Turn();
    }

    /// <summary>Completes when all that was sent has been delivered, and all calls about it are over, or overlap.</summary>
    public Task SettleAsync() => _host.UntilAsync(
        () => IsSettled,
        () => $"A call of the handler has neither completed nor overlapped; {CallsInFlight} in flight. Where it waits for the clock, advance it; where it waits for what the client says next, use Say and Expect…");

    /// <summary>The next message, which is text.</summary>
    /// <exception cref="ExpectationException">It is another one, or none comes.</exception>
    public async Task<string> ExpectTextAsync()
    {
        var (isText, bytes) = await NextAsync("a text message").ConfigureAwait(false);
        return isText ? Encoding.UTF8.GetString(bytes)
            : throw new ExpectationException($"Expected a text message; a binary one has come: {Convert.ToHexString(bytes)}");
    }

    /// <summary>The next message, which is binary.</summary>
    /// <exception cref="ExpectationException">It is another one, or none comes.</exception>
    public async Task<byte[]> ExpectBinaryAsync()
    {
        var (isText, bytes) = await NextAsync("a binary message").ConfigureAwait(false);
        return isText ? throw new ExpectationException($"Expected a binary message; a text one has come: {Encoding.UTF8.GetString(bytes)}") : bytes;
    }

    /// <summary>Nothing has come, and no call is in flight that could bring something.</summary>
    /// <exception cref="ExpectationException">Something has come.</exception>
    public async Task ExpectNothingAsync()
    {
        await _host.UntilAsync(() => IsIdle, () => $"{CallsInFlight} calls are in flight").ConfigureAwait(false);
        if (TryTake() is { } message) throw new ExpectationException($"Expected nothing; a message has come: {Shown(message)}");
        if (Wire.Close is not null) throw new ExpectationException($"Expected nothing; the server has closed the connection{How()}.");
    }

    /// <summary>The server closes the connection, and sends nothing before.</summary>
    /// <exception cref="ExpectationException">A message comes, or the connection stays open.</exception>
    public async Task<CloseInfo> ExpectCloseAsync()
    {
        await _host.UntilAsync(() => IsOver || Wire.Received.Count > 0, () => "Expected the server to close the connection; it is open").ConfigureAwait(false);
        return TryTake() is { } message ? throw new ExpectationException($"Expected the server to close the connection; a message has come: {Shown(message)}") : Close;
    }

    /// <summary>Closes the connection, and waits for its end.</summary>
    /// <param name="code">The close code.</param>
    /// <param name="reason">The reason.</param>
    public async Task CloseAsync(int code, string reason)
    {
        Say(ClientStep.Close(code, reason));
        await _host.UntilAsync(() => IsFinished, () => $"the connection does not end; {CallsInFlight} calls are in flight").ConfigureAwait(false);
    }

    /// <summary>Loses the connection, as a network that breaks does.</summary>
    public void Break()
    {
        _connection.Break();
        _host.Turn();
    }

    /// <summary>Reads nothing any more, so that what the server sends waits there.</summary>
    public void StopReading() => _host.Locked(() => Wire.IsPaused = true);

    /// <summary>Reads again.</summary>
    public void ResumeReading()
    {
        _host.Locked(() => Wire.IsPaused = false);
        _host.Turn();
    }

    /// <summary>How the connection has ended for the client: 1006 where it was lost, or is still open.</summary>
    internal CloseInfo Close => Wire.Close is { } close ? new CloseInfo(close.Code, close.Reason, true) : new CloseInfo(CloseCodes.Abnormal, "", false);

    internal async Task OpenedAsync()
    {
        await _host.UntilAsync(() => Wire.Head is not null || Wire.IsAtEnd, () => "The handshake is not answered").ConfigureAwait(false);
        if (Wire.Status != 101)
        {
            await _host.UntilAsync(() => Wire.IsAtEnd, () => "The answer does not end").ConfigureAwait(false);
            throw new HandshakeRefusedException(Wire.Status, $"{Wire.Head}\n\n{Wire.Body}");
        }
        await SettleAsync().ConfigureAwait(false);
    }

    internal (bool IsText, byte[] Bytes)? TryTake()
    {
        (bool, byte[])? taken = null;
        _host.Locked(() => taken = Wire.Received.TryDequeue(out var message) ? message : null);
        return taken;
    }

    private async Task<(bool IsText, byte[] Bytes)> NextAsync(string what)
    {
        await _host.UntilAsync(() => Wire.Received.Count > 0 || IsOver, () => $"Expected {what}; nothing has come").ConfigureAwait(false);
        return TryTake() ?? throw new ExpectationException($"Expected {what}; the connection is over{How()}.");
    }

    private string How() => (Wire.Close is { } close ? $", closed with {close.Code} \"{close.Reason}\"" : "") + (Fault is { } fault ? $": {fault}" : "");

    private static string Shown((bool IsText, byte[] Bytes) message) => message.IsText ? Encoding.UTF8.GetString(message.Bytes) : Convert.ToHexString(message.Bytes);

    private string Field(string name) => Wire.Head?.Split("\r\n").Select(line => line.Split(": ", 2))
        .FirstOrDefault(field => field.Length == 2 && field[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1] ?? "";
}
