using System.Text;
using System.Threading.Channels;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Client;

namespace PluginHost.Cli.Connect;

/// <summary>Joins a connection, its stream, the lines of the user and the clock: one after the other, on one task.</summary>
internal sealed class Conversation
{
    private readonly ClientConnection _connection;
    private readonly Stream _stream;
    private readonly CancellationToken _stopping;
    private readonly TimeSpan _wait;
    private readonly Channel<string> _lines = Channel.CreateBounded<string>(64);

    /// <summary>Prepares.</summary>
    /// <param name="connection">The connection; its request has been sent.</param>
    /// <param name="stream">Its stream.</param>
    /// <param name="input">Lines to send.</param>
    /// <param name="stopping">Begins the close handshake.</param>
    /// <param name="wait">How long to listen after the end of the input.</param>
    public Conversation(ClientConnection connection, Stream stream, TextReader input, CancellationToken stopping, TimeSpan wait)
    {
        _connection = connection;
        _stream = stream;
        _stopping = stopping;
        _wait = wait;
        // Reading a terminal cannot be cancelled, so it has a thread of its own that does not keep the process.
        new Thread(() => ReadLines(input)) { IsBackground = true, Name = "input" }.Start();
    }

    /// <summary>Runs until the connection is over.</summary>
    public async Task RunAsync()
    {
        Task<int>? read = null;
        Task<bool>? line = null;
        var stop = Task.Delay(Timeout.Infinite, _stopping);
        Task? end = null;
        while (!_connection.IsOver)
        {
            read ??= ReadAsync();
            if (end is null && _connection.CanSend) line ??= _lines.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
            var timer = Task.Delay(UntilDeadline());
            await Task.WhenAny([read, stop, timer, .. line is null ? Array.Empty<Task>() : [line], .. end is null ? Array.Empty<Task>() : [end]])
                .ConfigureAwait(false);
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
            else if (line is { IsCompleted: true })
            {
                if (!line.Result) end = Task.Delay(_wait, _stopping);
                else if (_lines.Reader.TryRead(out var text)) await _connection.SendAsync(isText: true, Encoding.UTF8.GetBytes(text)).ConfigureAwait(false);
                line = null;
            }
            if (end is { IsCompleted: true } && _connection.CanSend)
            {
                await _connection.CloseAsync(CloseCode.NormalClosure, "").ConfigureAwait(false);
                end = Task.Delay(Timeout.Infinite, CancellationToken.None);
            }
            await _connection.TickAsync().ConfigureAwait(false);
        }
    }

    private void ReadLines(TextReader input)
    {
        try
        {
            while (input.ReadLine() is { } line) _lines.Writer.WriteAsync(line).AsTask().GetAwaiter().GetResult();
        }
        catch (IOException)
        {
            // An input that breaks has ended.
        }
        _lines.Writer.TryComplete();
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
