using System.Collections.Concurrent;
using System.Text;

namespace PluginHost.Startup;

/// <summary>
/// Writes lines to a stream on a thread of its own, so that a terminal that is slow, a pipe that nobody reads or a disk that is full holds nobody up: what does
/// not fit, or cannot be written, is lost, and counted.
/// </summary>
internal sealed class LineWriter : IDisposable
{
    /// <summary>Lines that may wait.</summary>
    internal const int MaxWaiting = 2500;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    private readonly BlockingCollection<string> _lines = new(MaxWaiting);
    private readonly Stream _stream;
    private readonly Func<long, string> _lostLine;
    private readonly Thread _thread;
    private long _lost;

    /// <summary>Begins.</summary>
    /// <param name="stream">Where to; it stays open.</param>
    /// <param name="lostLine">The line that says that so many were lost.</param>
    public LineWriter(Stream stream, Func<long, string> lostLine)
    {
        (_stream, _lostLine) = (stream, lostLine);
        _thread = new Thread(Run) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    /// <summary>Takes a line, from any thread.</summary>
    public void Add(string line)
    {
        try
        {
            if (!_lines.TryAdd(line)) Interlocked.Increment(ref _lost);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }

    /// <summary>Writes what waits, as far as that takes no long time.</summary>
    public void Dispose()
    {
        _lines.CompleteAdding();
        if (_thread.Join(Patience)) _lines.Dispose();
    }

    private void Run()
    {
        foreach (var line in _lines.GetConsumingEnumerable())
        {
            var lost = Interlocked.Exchange(ref _lost, 0);
            if (lost > 0 && !Write(_lostLine(lost))) Interlocked.Add(ref _lost, lost);
            if (!Write(line)) Interlocked.Increment(ref _lost);
        }
    }

    private bool Write(string line)
    {
        try
        {
            _stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
            _stream.Flush();
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            return false; // there is nowhere to say it
        }
    }
}
