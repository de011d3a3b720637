using PluginHost.Tests.Cli;

namespace PluginHost.Tests.Startup;

/// <summary>What a start has compiled. Nearly all of its time goes there.</summary>
public sealed class CompiledCodeTests
{
    /// <summary>
    /// Where LanguageExt is first asked whether two values of a type that it does not know are equal, it looks through all types of all packages for somebody who knows:
    /// a quarter of a second. <c>Option</c>s and <c>Seq</c>s are compared by it, and the keys of its maps where no other comparison is named.
    /// </summary>
    private const string Search = "LanguageExt.ClassInstances.ClassInstancesAssembly:";

    [Fact]
    public async Task A_check_does_not_search_all_types()
    {
        using var folder = new TempFolder();
        await using var host = Start(folder, "check");
        Assert.Equal(0, (await host.EndAsync()).ExitCode);
        await DidNotSearch(folder);
    }

    [LinuxFact]
    public async Task Nor_does_a_server_for_its_first_clients()
    {
        using var folder = new TempFolder();
        await using var host = Start(folder, "run", "--json", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0");
        var url = (await host.StartedAsync()).Values.Single();
        foreach (var protocol in (string[])["echo", "chat.v1", "shout.v1"])
        {
            using var client = await Served.ConnectAsync(url, protocol);
            await client.AskAsync("hello");
        }
        host.Signal(15);
        Assert.Equal(0, (await host.EndAsync()).ExitCode);
        await DidNotSearch(folder);
    }

    private static HostProcess Start(TempFolder folder, params string[] arguments) => HostProcess.Start("dotnet", folder.Path, [HostProcess.Program, .. arguments],
        new Dictionary<string, string> { ["DOTNET_JitStdOutFile"] = Listing(folder), ["DOTNET_JitDisasmSummary"] = "1" });

    private static string Listing(TempFolder folder) => Path.Combine(folder.Path, "compiled.txt");

    private static async Task DidNotSearch(TempFolder folder)
    {
        var compiled = await File.ReadAllTextAsync(Listing(folder));
        Assert.Contains("LanguageExt.Seq`1", compiled, StringComparison.Ordinal);
        Assert.DoesNotContain(Search, compiled, StringComparison.Ordinal);
    }
}
