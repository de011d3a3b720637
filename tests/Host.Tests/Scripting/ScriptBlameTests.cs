using PluginHost.Core.Policy.Limits;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Scripting;

/// <summary>What a script's failures count against.</summary>
public sealed class ScriptBlameTests
{
    private const string OneSource = """{ "handlers": { "faults": 3, "faultSources": 1, "faultsPerAddress": 5 } }""";

    [Theory]
    [InlineData("{{ while true; end }}", QuarantinePhase.Healthy)]
    [InlineData("{{ t = 'x'; for i in 1..60; t = t + t; end }}", QuarantinePhase.Healthy)]
    [InlineData("{{ nothing.at.all }}", QuarantinePhase.Quarantined)]
    public void A_script_that_reaches_its_limits_is_not_to_blame(string text, QuarantinePhase phase)
    {
        var server = new ManualServer([.. TestHandlers.Echoes, ManualScripts.Handler("script", text)], OneSource);
        for (var i = 0; i < 3; i++) server.Say(server.Open("script", address: "192.0.2.1"), ClientFrames.Text("x"));
        Assert.Equal(phase, server.Guard("script").Phase);
    }

    [Fact]
    public void Who_drives_scripts_into_their_limits_is_refused()
    {
        var server = new ManualServer([.. TestHandlers.Echoes, ManualScripts.Handler("script", "{{ while true; end }}")], OneSource);
        for (var i = 0; i < 5; i++) server.Say(server.Open("script", address: "192.0.2.1"), ClientFrames.Text("x"));
        Assert.StartsWith("HTTP/1.1 429 ", ManualServer.Latin1(server.Say(server.Connect(address: "192.0.2.1"), ClientFrames.Request(protocol: "script"))), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 101 ", ManualServer.Latin1(server.Say(server.Connect(address: "192.0.2.2"), ClientFrames.Request(protocol: "script"))), StringComparison.Ordinal);
    }
}
