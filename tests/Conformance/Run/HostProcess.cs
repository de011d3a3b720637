using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using PluginHost.Conformance.Cases;

namespace PluginHost.Conformance.Run;

/// <summary>Our server as a process of its own, on a free port, with its echo handler and the limits that the cases need.</summary>
internal sealed partial class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly string _folder;
    private readonly TaskCompletionSource<Uri> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _output = new();

    private HostProcess(Process process, string folder) => (_process, _folder) = (process, folder);

    /// <summary>Where it listens.</summary>
    public Uri Url { get; private set; } = new("ws://127.0.0.1/");

    /// <summary>The folder with the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Starts it.</summary>
    /// <exception cref="InvalidOperationException">It did not start; the message has what it printed.</exception>
    public static async Task<HostProcess> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("conformance-").FullName;
        var config = Path.Combine(folder, "plugins.json");
        await File.WriteAllTextAsync(config, Configuration).ConfigureAwait(false);
        var start = new ProcessStartInfo("dotnet", [Program(), "--config", config])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder,
        };
        var host = new HostProcess(new Process { StartInfo = start, EnableRaisingEvents = true }, folder);
        try
        {
            await host.BeginAsync().ConfigureAwait(false);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().ConfigureAwait(false);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task BeginAsync()
    {
        _process.OutputDataReceived += (_, e) => Note(e.Data);
        _process.ErrorDataReceived += (_, e) => Note(e.Data);
        _process.Exited += (_, _) => _started.TrySetException(Failure("ended"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            Url = await _started.Task.WaitAsync(StartWithin).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw Failure("did not start listening");
        }
    }

    private void Note(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
        if (Address().Match(line) is { Success: true } match) _started.TrySetResult(new Uri(match.Value));
    }

    private InvalidOperationException Failure(string what)
    {
        lock (_output) return new InvalidOperationException($"the server {what}:\n{_output}");
    }

    /// <summary>Messages of 16 MiB and their echo must fit; no case may be disturbed by pings, however slow the machine is; a server that ends
    /// TCP only when its time is over is too late; every message of the compression cases is compressed.</summary>
    private const string Configuration = """
        {
          "listeners": [{ "address": "127.0.0.1:0" }],
          "plugins": { "discover": false, "entries": { "echo": {} } },
          "routes": [{ "path": "/", "protocols": [], "noOffer": "echo", "origins": "any" }],
          "limits": { "message": "16MiB", "sendQueue": "64MiB", "assembly": "2m" },
          "keepAlive": { "ping": "10m", "close": "30s" },
          "compression": { "enabled": true, "contextTakeover": true, "threshold": 0 }
        }
        """;

    private static string Program()
    {
        var configuration = typeof(HostProcess).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";
        var path = Path.Combine(Root, "host", "bin", configuration, "net10.0", "PluginHost.dll");
        return File.Exists(path) ? path : throw new InvalidOperationException($"there is no {path}; build host/ first");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "PluginHost.sln"))) return folder.FullName;
        throw new InvalidOperationException("the folder with PluginHost.sln is not above this program");
    }

    [GeneratedRegex(@"ws://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
