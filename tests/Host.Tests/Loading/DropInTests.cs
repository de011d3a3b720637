using PluginHost.Abstractions;
using PluginHost.Abstractions.Testing;
using PluginHost.Loading;

namespace PluginHost.Tests.Loading;

/// <summary>A plugin that was built elsewhere is found and loaded when its output folder is copied to <c>plugins/</c>, without an
/// entry.</summary>
public sealed class DropInTests(OutsidePlugin outside) : IClassFixture<OutsidePlugin>
{
    [Fact]
    public void The_guides_plugin_in_csharp_is_dropped_in() => DropIn("Reverse", "csproj", "reverse.v1", "olleh");

    [Fact]
    public void The_guides_plugin_in_fsharp_is_dropped_in() => DropIn("length-fs", "fsproj", "length", "[5]");

    private void DropIn(string name, string extension, string token, string answer)
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
        var run = set.Handlers[token].Description.Match(create => create(), _ => null!, _ => null!);
        run.Open(new HandshakeInfo());
        Assert.Equal([Command.SendText(answer)], run.Next(PureTest.Text("hello")));
        set.Unload();
    }
}
