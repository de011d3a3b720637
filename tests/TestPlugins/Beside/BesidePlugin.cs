using System.Globalization;
using System.Resources;
using Microsoft.AspNetCore.Http;
using PluginHost.Abstractions;

namespace TestPlugins.Beside;

/// <summary>Uses what lies beside its assembly, and a framework that is not .NET's own.</summary>
public sealed class BesidePlugin : Plugin
{
    public override PluginDescription Describe() => new("Beside", "1.0", [Handler.Pure("beside", new BesideHandler())]);
}

public sealed class BesideHandler : PureHandler<int>
{
    private static readonly ResourceManager Words = new("TestPlugins.Beside.Words", typeof(BesideHandler).Assembly);

    public override Step<int> Open(HandshakeInfo handshake) => Step.To(0);

    public override Step<int> Next(int state, Event e) => Step.To(state, Command.SendText(e.Message.ToString() switch
    {
        "motto" => File.ReadAllText(Path.Combine(Path.GetDirectoryName(typeof(BesideHandler).Assembly.Location)!, "motto.txt")),
        "framework" => new PathString("/a").Add("/b").Value!,
        "number" => 1234.5.ToString("n1", CultureInfo.GetCultureInfo("de-DE")),
        var culture => Words.GetString("Greeting", CultureInfo.GetCultureInfo(culture))!,
    }));
}
