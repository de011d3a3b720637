using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PluginHost.Startup.Service;

/// <summary>
/// Tells a service manager how this service does: <c>sd_notify(3)</c>, datagrams to the Unix socket that <c>NOTIFY_SOCKET</c> names. Without one nothing is
/// told.
/// </summary>
internal sealed class ServiceNotifier : IDisposable
{
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _manager;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _end = new();
    private Task _beating = Task.CompletedTask;

    /// <summary>Reads the environment. Programs that this one starts are not told of it.</summary>
    /// <param name="log">Where it is said that the manager cannot be told.</param>
    public ServiceNotifier(ILogger log)
    {
        _log = log;
        Interval = IntervalOf(Take("WATCHDOG_USEC"), Take("WATCHDOG_PID"));
        if (Take("NOTIFY_SOCKET") is not { Length: > 1 } path || OperatingSystem.IsWindows() || path[0] is not ('/' or '@')) return;
        try
        {
            _manager = new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path);
            _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        }
        catch (Exception exception) when (exception is ArgumentException or SocketException)
        {
            Failed(exception);
        }
    }

    /// <summary>How often the manager wants a sign of life, half of what it waits for; <see langword="null"/> where it wants none.</summary>
    public TimeSpan? Interval { get; }

    /// <summary>It serves. From now on signs of life are given, as often as wanted and for as long as the server answers.</summary>
    /// <param name="status">What is shown of it, one line.</param>
    /// <param name="responds">Whether the server answers within a time.</param>
    public void Ready(string status, Func<TimeSpan, Task<bool>> responds)
    {
        Tell($"READY=1\nSTATUS={status}");
        if (Interval is { } interval && _socket is not null) _beating = BeatAsync(interval, responds);
    }

    /// <summary>It stops.</summary>
    public void Stopping() => Tell("STOPPING=1\nSTATUS=Closing connections");

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _beating.Wait();
        _end.Dispose();
        _socket?.Dispose();
    }

    private async Task BeatAsync(TimeSpan interval, Func<TimeSpan, Task<bool>> responds)
    {
        using var timer = new PeriodicTimer(interval);
        try
        {
            do
            {
                if (await responds(interval).WaitAsync(_end.Token).ConfigureAwait(false)) Tell("WATCHDOG=1");
                else _log.LogError("a loop does not answer, so the service manager gets no sign of life from this server");
            }
            while (await timer.WaitForNextTickAsync(_end.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    private void Tell(string state)
    {
        try
        {
            _socket?.SendTo(Encoding.UTF8.GetBytes(state), _manager!);
        }
        catch (SocketException exception)
        {
            Failed(exception);
        }
    }

    private void Failed(Exception exception) => _log.LogWarning("the service manager cannot be told how this service does: {Why}", exception.Message);

    private static string? Take(string variable)
    {
        var value = Environment.GetEnvironmentVariable(variable);
        Environment.SetEnvironmentVariable(variable, null);
        return value;
    }

    private static TimeSpan? IntervalOf(string? microseconds, string? process)
    {
        if (!string.IsNullOrEmpty(process) && process != Environment.ProcessId.ToString(CultureInfo.InvariantCulture)) return null;
        return long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) && wanted is > 0 and < long.MaxValue / 10
            ? TimeSpan.FromMicroseconds(Math.Max(1000, Math.Min(wanted / 2, 86_400_000_000)))
            : null;
    }
}
