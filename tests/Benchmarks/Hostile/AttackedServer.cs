using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using PluginHost.Benchmarks.Load;
using PluginHost.Benchmarks.Macro;

namespace PluginHost.Benchmarks.Hostile;

/// <summary>The published server as a process of its own, and what the system says of it. Linux only.</summary>
internal sealed partial class AttackedServer : IDisposable
{
    private const int NumberOfFiles = 7; // RLIMIT_NOFILE

    private readonly Process _process;
    private readonly string _folder;

    private AttackedServer(Process process, string folder, int port) => (_process, _folder, Port) = (process, folder, port);

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Its process.</summary>
    public int Id => _process.Id;

    /// <summary>Seconds of processor time so far.</summary>
    public double Cpu => Epoll.ProcessorTime(Id);

    /// <summary>Bytes of memory that it has, and that it has had at most since <see cref="ForgetPeak"/>.</summary>
    public (long Now, long Peak) Memory => (Status("VmRSS:"), Status("VmHWM:"));

    /// <summary>Open descriptors.</summary>
    public int Descriptors => Directory.GetFiles($"/proc/{Id}/fd").Length;

    /// <summary>It has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Starts it.</summary>
    /// <param name="published">The published folder.</param>
    /// <param name="limits">Members of <c>limits</c> beside those that let one address do much.</param>
    /// <param name="more">More members of the configuration.</param>
    /// <param name="scriptsOff">Scripts are turned off; otherwise it is for <paramref name="more"/> to say.</param>
    /// <param name="handshakes">Handshakes that may be in progress.</param>
    public static AttackedServer Start(string published, string limits = "", string more = "", bool scriptsOff = true, int handshakes = 10_000)
    {
        var folder = Directory.CreateTempSubdirectory("pluginhost-hostile-").FullName;
        var file = Path.Combine(folder, "plugins.json");
        File.WriteAllText(file, $$"""
            {
              "listeners": [{ "address": "127.0.0.1:0" }],
              "plugins": { "directory": {{Quoted(Path.Combine(published, "plugins"))}},
                           "entries": { "faulty": { "path": {{Quoted(Shell.Built("tests/TestPlugins/Faulty", "faulty.dll"))}} } } },
              {{(scriptsOff ? """ "scripts": { "discover": false },""" : "")}}
              "routes": [{ "path": "/", "noOffer": "echo", "origins": "any" },
                         { "path": "/free", "noOffer": "echo", "origins": "any",
                           "limits": { "fragments": 2000000, "controlFramesPerSecond": 1000000, "controlFrameBurst": 1000000, "sendTimeout": "1m" } }],
              "limits": { "connections": 30000, "connectionsPerAddress": 30000, "pendingHandshakes": {{handshakes}}{{limits}} }{{more}}
            }
            """);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(published, "PluginHost.dll"), "run", "--config", file, "--log", "error"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (Address().Match(line) is not { Success: true } match) continue;
            _ = process.StandardOutput.ReadToEndAsync();
            return new AttackedServer(process, folder, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        }
        throw new InvalidOperationException("the server ended without printing an address");
    }

    /// <summary>The most memory so far is what it has now.</summary>
    public void ForgetPeak() => File.WriteAllText($"/proc/{Id}/clear_refs", "5");

    /// <summary>Lets it have so many descriptors from now on.</summary>
    public void LimitDescriptors(int most)
    {
        var limit = new Limit { Soft = (ulong)most, Hard = 20_000 };
        if (SetLimit(Id, NumberOfFiles, limit, 0) != 0) throw new InvalidOperationException("prlimit failed");
    }

    /// <summary>Asks it to stop.</summary>
    public void Terminate() => _ = Kill(Id, 15);

    /// <summary>Waits until something is so; the time it took.</summary>
    public static TimeSpan Until(Func<bool> isSo, TimeSpan most)
    {
        var watch = Stopwatch.StartNew();
        while (!isSo() && watch.Elapsed < most) Thread.Sleep(5);
        return watch.Elapsed;
    }

    /// <summary>Waits until its memory does not change any more.</summary>
    public long SettledMemory()
    {
        var last = Memory.Now;
        for (var same = 0; same < 5;)
        {
            Thread.Sleep(500);
            var now = Memory.Now;
            same = Math.Abs(now - last) < 64 * 1024 ? same + 1 : 0;
            last = now;
        }
        return last;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private long Status(string name) => 1024 * long.Parse(
        File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    private static string Quoted(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [LibraryImport("libc", EntryPoint = "prlimit")]
    private static partial int SetLimit(int process, int resource, in Limit limit, nint before);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [GeneratedRegex(@"//127\.0\.0\.1:(\d+)")]
    private static partial Regex Address();
}
