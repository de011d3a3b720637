using PluginHost.Tests.Cli;

namespace PluginHost.Tests.Systemd;

/// <summary>
/// A systemd that is process 1 of namespaces of its own, with the shipped units, the published host in <c>/opt/pluginhost</c> and its configuration in
/// <c>/etc/pluginhost</c>: see <c>machine.sh</c>.
/// </summary>
internal sealed class SystemdMachine : IAsyncDisposable
{
    /// <summary>The unit under test.</summary>
    public const string Service = "pluginhost.service", Socket = "pluginhost.socket";

    private const string Log = "/var/log/pluginhost.log";

    private static readonly Lazy<string?> Unable = new(FindOut);

    private readonly TempFolder _folder;
    private readonly HostProcess _process;
    private string _first = "";

    private SystemdMachine(TempFolder folder, HostProcess process) => (_folder, _process) = (folder, process);

    /// <summary>Why there can be none here, or <see langword="null"/> when there can.</summary>
    public static string? Missing => Unable.Value;

    /// <summary>Starts it; the service is not started.</summary>
    /// <param name="published">The published host.</param>
    /// <param name="configuration">The folder that is seen as <c>/etc/pluginhost</c>.</param>
    /// <param name="changes">What a test changes in a unit, by its name.</param>
    public static Task<SystemdMachine> StartAsync(PublishedHost published, string configuration, params (string Unit, string Text)[] changes)
    {
        var folder = new TempFolder();
        folder.Copy(SystemdTools.Units, "units");
        folder.Write($"units/{Service}.d/log.conf", $"[Service]\nStandardOutput=append:{Log}\nStandardError=append:{Log}\n");
        foreach (var (unit, text) in changes) folder.Write($"units/{unit}.d/test.conf", text);
        var runtime = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        return StartAsync(folder, published.Folder, runtime, configuration);
    }

    /// <summary>Runs <c>systemctl</c> in it.</summary>
    public Task<HostProcess.Result> ControlAsync(params string[] arguments) => InsideAsync(["systemctl", "--no-pager", .. arguments]);

    /// <summary>Runs <c>systemctl</c> in it, which has to go well.</summary>
    public async Task DoAsync(params string[] arguments)
    {
        var end = await ControlAsync(arguments);
        if (end.ExitCode != 0) Assert.Fail($"systemctl {string.Join(' ', arguments)}: {end.ExitCode}\n{end.Error}\n{await LogAsync()}\n{_process.Error}");
    }

    /// <summary>A property of a unit.</summary>
    public async Task<string> PropertyAsync(string unit, string name) => (await ControlAsync("show", unit, "-p", name, "--value")).Output.Trim();

    /// <summary>Waits until a property of a unit is as wanted.</summary>
    public async Task UntilAsync(string unit, string name, Func<string, bool> wanted)
    {
        var limit = Served.Limit();
        string value;
        while (!wanted(value = await PropertyAsync(unit, name)))
        {
            if (limit.IsCancellationRequested) Assert.Fail($"{name} of {unit} is {value}\n{await LogAsync()}\n{_process.Error}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>What the service has written.</summary>
    public async Task<string> LogAsync() => (await InsideAsync("cat", Log)).Output;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Input.Close();
        await _process.EndAsync();
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<SystemdMachine> StartAsync(TempFolder folder, params string[] rest)
    {
        foreach (var target in (string[])["sysinit", "basic", "sockets", "network-online", "multi-user", "shutdown"])
            folder.Write($"units/{target}.target", "[Unit]\nDefaultDependencies=no\n");
        var script = Path.Combine(SystemdTools.Repository, "tests", "Host.Tests", "Systemd", "machine.sh");
        var group = Path.Combine(GroupFolder()!, "pluginhost-test-" + Guid.NewGuid().ToString("N"));
        var machine = new SystemdMachine(folder, HostProcess.Start("bash", "/", [script, group, "multi-user.target", folder["units"], .. rest]));
        try
        {
            machine._first = await machine._process.LineAsync(_ => true);
            var limit = Served.Limit();
            // It takes a moment until it can be asked.
            while ((await machine.ControlAsync("is-system-running", "--wait")) is { ExitCode: not 0 } end)
            {
                if (limit.IsCancellationRequested) throw new InvalidOperationException($"{end.Output}{end.Error}{machine._process.Error}");
                await Task.Delay(20, CancellationToken.None);
            }
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    private Task<HostProcess.Result> InsideAsync(params string[] command) =>
        SystemdTools.RunAsync("nsenter", ["--target", _first, "--pid", "--mount", "--uts", "--ipc", "--cgroup", "--", .. command]);

    private static string? GroupFolder() => File.ReadLines("/proc/self/mounts").Select(line => line.Split(' '))
        .Where(fields => fields[2] == "cgroup2").Select(fields => fields[1]).FirstOrDefault();

    private static string? FindOut()
    {
        if (SystemdTools.Missing("bash", "systemd", "systemctl", "unshare", "nsenter") is { } missing) return missing;
        if (!Environment.IsPrivilegedProcess) return "needs root, for namespaces";
        if (GroupFolder() is null) return "needs a mount of cgroup2";
        try
        {
            // One that starts nothing.
            Task.Run(async () => await (await StartAsync(new TempFolder())).DisposeAsync()).Wait();
            return null;
        }
        catch (AggregateException exception)
        {
            return $"a systemd in namespaces of its own does not run on this machine: {exception.InnerException!.Message.ReplaceLineEndings(" ")}";
        }
    }
}

/// <summary>A fact that needs a systemd to itself, and is skipped with the reason where there can be none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SystemdMachineFactAttribute : FactAttribute
{
    /// <summary>Finds out whether there can be one.</summary>
    public SystemdMachineFactAttribute() => Skip = SystemdMachine.Missing;
}

/// <inheritdoc cref="SystemdMachineFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SystemdMachineTheoryAttribute : TheoryAttribute
{
    /// <summary>Finds out whether there can be one.</summary>
    public SystemdMachineTheoryAttribute() => Skip = SystemdMachine.Missing;
}
