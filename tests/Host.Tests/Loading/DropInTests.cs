using PluginHost.Abstractions;
using PluginHost.Server.Loading;
using PluginHost.Testing;
using PluginHost.Tests.Cli;

namespace PluginHost.Tests.Loading;

/// <summary>A plugin that was built elsewhere is found and loaded when its output folder is copied to <c>plugins/</c>, without an
/// entry.</summary>
public sealed class DropInTests(OutsidePlugin outside) : IClassFixture<OutsidePlugin>
{
    [Fact]
    public Task The_guides_plugin_in_csharp_is_dropped_in_and_served() => DropIn("Reverse", "csproj", "reverse.v1", "olleh");

    [Fact]
    public Task The_guides_plugin_in_fsharp_is_dropped_in_and_served() => DropIn("length-fs", "fsproj", "length", "[5]");

    [Fact]
    public async Task The_readmes_plugin_is_compiled_and_served()
    {
        using var served = new TempFolder();
        served.Copy(outside.Build("counter", "csproj", OutsidePlugin.FirstCode("README.md", "csharp")), "plugins", "counter");

        await Serve(served, "counter.v1", ["1: hello", "2: hello"]);
    }

    private async Task DropIn(string name, string extension, string token, string answer)
    {
        var source = OutsidePlugin.FirstCode("docs/writing-plugins.md", extension == "csproj" ? "csharp" : "fsharp");
        var output = outside.Build(name, extension, source);
        Assert.False(File.Exists(Path.Combine(output, "PluginHost.Abstractions.dll")));
        using var served = new TempFolder();
        served.Copy(output, "plugins", name);

        var set = PluginLoader.Load(PluginSources.Default(served.Path))
            .Match(s => s, problems => throw new Xunit.Sdk.XunitException(string.Join("\n", problems)));
        var plugin = Assert.Single(set.Plugins);
        Assert.Equal(name, plugin.Id);
        Assert.Equal(new Version(ContractInfo.Major, ContractInfo.Minor), plugin.Metadata.Contract);
        var run = set.Handlers[token].Description.Tier.Match(create => create(), _ => null!, _ => null!);
        run.Open(new HandshakeInfo());
        Assert.Equal([Command.SendText(answer)], run.Next(PureTest.Text("hello")));
        set.Unload();

        await Serve(served, token, [answer]);
    }

    /// <summary>The next start serves it, without an entry in a configuration.</summary>
    private static async Task Serve(TempFolder folder, string token, string[] answers)
    {
        folder.Write("plugins.json", "{}");
        await using var host = HostProcess.Start(folder.Path, "--json", "--listen", "127.0.0.1:0");
        var url = (await host.StartedAsync()).Values.Single();
        using var client = await Served.ConnectAsync(url, token);
        Assert.Equal(token, client.SubProtocol);
        foreach (var answer in answers) Assert.Equal(answer, await client.AskAsync("hello"));
    }
}
