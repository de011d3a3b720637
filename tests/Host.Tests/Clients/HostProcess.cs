using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace PluginHost.Tests.Clients;

/// <summary>The built host as a process of its own, with a folder of its own and a port that the system picks.</summary>
public sealed partial class HostProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<string> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostProcess(string configuration)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "PluginHost.dll"), "--config", configuration])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Exited += (_, _) => _url.TrySetException(new InvalidOperationException($"the host ended:\n{Output}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has printed.</summary>
    public string Output { get { lock (_output) return _output.ToString(); } }

    /// <summary>Its first <c>ws://</c> address.</summary>
    public string Url => _url.Task.Result;

    /// <summary>Starts it and waits until it has printed its address.</summary>
    /// <param name="configuration">The path of its configuration file, with a listener on port 0.</param>
    public static async Task<HostProcess> StartAsync(string configuration)
    {
        var host = new HostProcess(configuration);
        try
        {
            await host._url.Task.WaitAsync(TimeSpan.FromMinutes(1));
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
        if (Address().Match(line) is { Success: true } match) _url.TrySetResult(match.Value);
    }

    [GeneratedRegex(@"ws://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
