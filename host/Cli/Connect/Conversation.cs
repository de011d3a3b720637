using System.Threading.Channels;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Client;

namespace PluginHost.Cli.Connect;

/// <summary>Joins a connection, its stream, the steps of the user and the clock: one after the other, on one task.</summary>
internal sealed class Conversation
{
    private readonly ClientConnection _connection;
    private readonly Stream _stream;
    private readonly CancellationToken _stopping;
    private readonly TimeSpan _wait;
    private readonly ChannelReader<Step> _steps;

    /// <summary>Prepares.</summary>
    /// <param name="connection">The connection; its request has been sent.</param>
    /// <param name="stream">Its stream.</param>
    /// <param name="steps">What to do, one after the other.</param>
    /// <param name="wait">How long to listen after the last step.</param>
    /// <param name="stopping">Begins the close handshake.</param>
    public Conversation(ClientConnection connection, Stream stream, ChannelReader<Step> steps, TimeSpan wait, CancellationToken stopping)
    {
        _connection = connection;
        _stream = stream;
        _steps = steps;
        _stopping = stopping;
        _wait = wait;
    }

    /// <summary>Runs until the connection is over.</summary>
    public async Task RunAsync()
    {
        Task<int>? read = null;
        Task<bool>? step = null;
        Task? pause = null;
        var stop = Task.Delay(Timeout.Infinite, _stopping);
        Task? end = null;
        while (!_connection.IsOver)
        {
            read ??= ReadAsync();
            if (pause is { IsCompleted: true }) pause = null;
            if (end is null && pause is null && _connection.CanSend) step ??= _steps.WaitToReadAsync(CancellationToken.None).AsTask();
            var timer = Task.Delay(UntilDeadline());
            await Task.WhenAny(new[] { read, stop, timer, step, pause, end }.OfType<Task>()).ConfigureAwait(false);
            if (read.IsCompleted)
            {
                await TakeAsync(read.Result).ConfigureAwait(false);
                read = null;
            }
            else if (stop.IsCompleted)
            {
                // Before the connection is open there is nothing to close; afterwards the peer has its time to answer.
                if (_connection.CanSend) end = Task.CompletedTask;
                else if (end is null) return;
                stop = Task.Delay(Timeout.Infinite, CancellationToken.None);
            }
            else if (step is { IsCompleted: true })
            {
                if (!step.Result) end = Task.Delay(_wait, _stopping);
                else if (_steps.TryRead(out var next)) (pause, end) = await DoAsync(next).ConfigureAwait(false);
                step = null;
            }
            if (end is { IsCompleted: true } && _connection.CanSend)
            {
                await _connection.CloseAsync(CloseCode.NormalClosure, "").ConfigureAwait(false);
                end = Task.Delay(Timeout.Infinite, CancellationToken.None);
            }
            await _connection.TickAsync().ConfigureAwait(false);
        }
    }

    /// <returns>How long to wait before the next step, and what comes after the last one.</returns>
    private async Task<(Task? Pause, Task? End)> DoAsync(Step step)
    {
        switch (step)
        {
            case Step.Send message:
                await _connection.SendAsync(message.IsText, message.Payload).ConfigureAwait(false);
                return default;
            case Step.Wait wait:
                return (Task.Delay(wait.Time, CancellationToken.None), null);
            case Step.Close close:
                await _connection.CloseAsync(close.Code, close.Reason).ConfigureAwait(false);
                return (null, Task.Delay(Timeout.Infinite, CancellationToken.None));
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private TimeSpan UntilDeadline() =>
        TimeSpan.FromMilliseconds(Math.Clamp(_connection.UntilDeadline.TotalMilliseconds, 1, 60_000));

    /// <summary>Bytes read; 0 at the end of the stream, -1 when it broke.</summary>
    private async Task<int> ReadAsync()
    {
        try
        {
            return await _stream.ReadAsync(_connection.InputTarget(), CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException)
        {
            return -1;
        }
    }

    private Task TakeAsync(int read) => read switch
    {
        > 0 => _connection.ReceivedAsync(read),
        0 => _connection.InputEndedAsync(),
        _ => _connection.AbortAsync(),
    };
}
