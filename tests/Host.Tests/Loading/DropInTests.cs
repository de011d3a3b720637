using PluginHost.Abstractions;
using PluginHost.Abstractions.Testing;
using PluginHost.Loading;

namespace PluginHost.Tests.Loading;

/// <summary>A plugin that was built elsewhere is found and loaded when its output folder is copied to <c>plugins/</c>, without an entry.</summary>
public sealed class DropInTests(OutsidePlugin outside) : IClassFixture<OutsidePlugin>
{
    [Fact]
    public void A_plugin_in_csharp_is_dropped_in() => DropIn("ReverseWords", "csproj", """
        using PluginHost.Abstractions;

        public sealed class ReversePlugin : Plugin
        {
            public override PluginDescription Describe() => new("Reverse", "1.0", [Handler.Pure("reverse.v1", new Reverse())]);
        }

        public sealed class Reverse : PureHandler<int>
        {
            public override Step<int> Open(HandshakeInfo handshake) => Step.To(0);

            public override Step<int> Next(int count, Event e) => e.Kind switch
            {
                EventKind.Text => Step.To(count + 1, Command.SendText(string.Concat(e.Message.ToString().Reverse()))),
                _ => Step.To(count),
            };
        }
        """, "reverse.v1", "olleh");

    [Fact]
    public void A_plugin_in_fsharp_is_dropped_in() => DropIn("length-fs", "fsproj", """
        namespace Length

        open PluginHost.Abstractions

        type Counter() =
            inherit PureHandler<int list>()
            override _.Open _ = Step.To []
            override _.Next(seen, e) =
                match e.Kind with
                | EventKind.Text -> Step.To(e.Message.Length :: seen, Command.SendText(sprintf "%A" (e.Message.Length :: seen)))
                | _ -> Step.To seen

        type LengthPlugin() =
            inherit Plugin()
            override _.Describe() = PluginDescription("Length", "1.0", [ Handler.Pure("length", Counter()) ])
        """, "length", "[5]");

    private void DropIn(string name, string extension, string source, string token, string answer)
    {
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
