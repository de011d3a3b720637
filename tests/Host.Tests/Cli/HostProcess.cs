using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace PluginHost.Tests.Cli;

/// <summary>The program that was built with these tests, run as a process of its own.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private HostProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) =>
        {
            if (e.Data is null)
            {
                _lines.Writer.TryComplete();
                return;
            }
            lock (_output) _output.Append(e.Data).Append('\n');
            _lines.Writer.TryWrite(e.Data);
        };
        process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is null) return;
            lock (_error) _error.Append(e.Data).Append('\n');
        };
    }

    /// <summary>The assembly of the program, in its own output folder.</summary>
    public static string Program { get; } = typeof(HostProcess).Assembly
        .GetCustomAttributes(typeof(System.Reflection.AssemblyMetadataAttribute), false)
        .Cast<System.Reflection.AssemblyMetadataAttribute>().Single(one => one.Key == "HostProgram").Value!;

    /// <summary>What it has written to standard output.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>What it has written to standard error.</summary>
    public string Error
    {
        get
        {
            lock (_error) return _error.ToString();
        }
    }

    /// <summary>Its standard input.</summary>
    public StreamWriter Input => _process.StandardInput;

    /// <summary>Starts it in a folder.</summary>
    public static HostProcess Start(string folder, params string[] arguments) => Start("dotnet", folder, [Program, .. arguments]);

    /// <summary>Starts any program in a folder, with further variables in its environment.</summary>
    public static HostProcess Start(string file, string folder, string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = new Process { StartInfo = start };
        var host = new HostProcess(process);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return host;
    }

    /// <summary>Runs it to its end with nothing on standard input.</summary>
    public static async Task<Result> RunAsync(string folder, params string[] arguments)
    {
        await using var host = Start(folder, arguments);
        host.Input.Close();
        return await host.EndAsync();
    }

    /// <summary>Waits for the line of a start with <c>--json</c> and gives the URLs of its listeners by name.</summary>
    public async Task<IReadOnlyDictionary<string, string>> StartedAsync()
    {
        var line = await LineAsync(_ => true);
        using var json = JsonDocument.Parse(line);
        Assert.True(json.RootElement.GetProperty("event").GetString() == "started", line);
        return json.RootElement.GetProperty("listeners").EnumerateArray()
            .ToDictionary(one => one.GetProperty("name").GetString()!, one => one.GetProperty("url").GetString()!);
    }

    /// <summary>Waits for a line of standard error.</summary>
    public Task ErrorAsync(string part) => Server.Wait.Until(
        () => Error.Contains(part, StringComparison.Ordinal), () => $"no line with {part}:\n{Error}");

    /// <summary>Waits for a line of standard output.</summary>
    public async Task<string> LineAsync(Func<string, bool> wanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            while (true)
            {
                var line = await _lines.Reader.ReadAsync(limit.Token);
                if (wanted(line)) return line;
            }
        }
        catch (Exception exception) when (exception is ChannelClosedException or OperationCanceledException)
        {
            throw new InvalidOperationException($"no such line; output:\n{Output}\nerror:\n{Error}", exception);
        }
    }

    /// <summary>Its id.</summary>
    public int Id => _process.Id;

    /// <summary>Sends a signal.</summary>
    public void Signal(int number) => Assert.Equal(0, Kill(_process.Id, number));

    /// <summary>Waits for its end.</summary>
    public async Task<Result> EndAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException exception)
        {
            throw new InvalidOperationException($"it does not end; output:\n{Output}\nerror:\n{Error}", exception);
        }
        return new Result(_process.ExitCode, Output, Error);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    /// <summary>A process that has ended.</summary>
    public sealed record Result(int ExitCode, string Output, string Error)
    {
        /// <summary>Standard error by line.</summary>
        public string[] Problems => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        /// <summary>Standard output by line.</summary>
        public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        /// <summary>Standard output as one JSON value.</summary>
        public JsonElement Json => JsonDocument.Parse(Output).RootElement.Clone();

        /// <summary>It failed with this code, said why, and showed nobody a stack trace.</summary>
        public void Failed(int exitCode)
        {
            Assert.True(ExitCode == exitCode, $"exit code {ExitCode}\n{Output}\n{Error}");
            Assert.DoesNotContain("   at ", Output + Error, StringComparison.Ordinal);
            Assert.NotEqual("", Output + Error);
        }
    }
}
