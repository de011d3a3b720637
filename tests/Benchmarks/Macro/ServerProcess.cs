using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace PluginHost.Benchmarks.Macro;

/// <summary>A server as a process of its own, and what the system says of it. Linux only.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(string name, Process process, int port) => (Name, _process, Port) = (name, process, port);

    public string Name { get; }

    public int Id => _process.Id;

    public int Port { get; }

    /// <summary>Processor time so far, in seconds.</summary>
    public double Cpu => Load.Epoll.ProcessorTime(_process.Id);

    /// <summary>Bytes of memory that the process takes.</summary>
    public double Memory => Number(File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;

    /// <summary>Open files and sockets.</summary>
    public int Descriptors => Directory.GetFiles($"/proc/{_process.Id}/fd").Length;

    /// <summary>Starts an assembly and waits until it prints an address. On two cores or more it gets the first one for itself.</summary>
    public static ServerProcess Start(string name, string assembly, params string[] arguments) => Start(name, pinned: true, assembly, arguments);

    /// <summary>As the other, with a choice of being pinned to the first core.</summary>
    public static ServerProcess Start(string name, bool pinned, string assembly, params string[] arguments) => StartProgram(name, pinned, "dotnet", [assembly, .. arguments]);

    /// <summary>The same for any program.</summary>
    public static ServerProcess StartProgram(string name, bool pinned, string program, params string[] arguments)
    {
        string[] pin = pinned ? ["-c", "0"] : ["-c", $"0-{Environment.ProcessorCount - 1}"];
        var start = new ProcessStartInfo("taskset", [.. pin, program, .. arguments]) { RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (Address().Match(line) is not { Success: true } match) continue;
            _ = process.StandardOutput.ReadToEndAsync();
            return new ServerProcess(name, process, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        }
        throw new InvalidOperationException($"{name} ended without printing an address");
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"//127\.0\.0\.1:(\d+)")]
    private static partial Regex Address();
}
