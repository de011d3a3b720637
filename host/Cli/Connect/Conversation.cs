using System.Threading.Channels;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Cli.Connect;

/// <summary>Joins a connection, its stream, the lines of the user and the clock: one after the other, on one task.</summary>
internal sealed class Conversation
{
    private readonly ClientConnection _connection;
    private readonly Stream _stream;
    private readonly CancellationToken _stopping;
    private readonly TimeSpan _wait;
    private readonly Channel<string> _lines = Channel.CreateBounded<string>(64);
    private byte[] _buffer = new byte[16 * 1024];
    private int _length;

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
                else if (_lines.Reader.TryRead(out var text)) await _connection.SendTextAsync(text).ConfigureAwait(false);
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

    private TimeSpan UntilDeadline()
    {
        var left = _connection.NextDeadline - Environment.TickCount64;
        return TimeSpan.FromMilliseconds(Math.Clamp(left, 1, 60_000));
    }

    /// <summary>Bytes read; 0 at the end of the stream, -1 when it broke.</summary>
    private async Task<int> ReadAsync()
    {
        if (_length == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        try
        {
            return await _stream.ReadAsync(_buffer.AsMemory(_length), CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException)
        {
            return -1;
        }
    }

    private async Task TakeAsync(int read)
    {
        if (read <= 0)
        {
            await (read == 0 ? _connection.InputEndedAsync() : _connection.AbortAsync()).ConfigureAwait(false);
            return;
        }
        _length += read;
        var consumed = await _connection.ReceiveAsync(_buffer.AsMemory(0, _length)).ConfigureAwait(false);
        _buffer.AsSpan(consumed, _length - consumed).CopyTo(_buffer);
        _length -= consumed;
    }
}
