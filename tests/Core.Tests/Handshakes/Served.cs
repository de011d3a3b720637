using PluginHost.Core.Configuration;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Routing;
using PluginHost.Core.Tests.Handshake;
using static LanguageExt.Prelude;
using static PluginHost.Core.Tests.Configuration.Reading;

namespace PluginHost.Core.Tests.Handshakes;

/// <summary>What tests of the whole handshake are served by, and what they ask.</summary>
internal static class Served
{
    /// <summary>A configuration with the handler <c>echo</c> and the authenticating plugin <c>gate</c>.</summary>
    public static BoundPlan Bind(string json) => PlanValidation.Bind(Plan(json), Seq1(new RegisteredHandler("echo", "echo", "echo.dll")), Seq1("gate"))
        .IfLeft(problems => throw new Xunit.Sdk.XunitException(string.Join('\n', problems.Map(problem => problem.Format("test")))));

    /// <summary>A request to a path of <c>localhost:8080</c> with one more header.</summary>
    public static UpgradeRequest Request(string path, string header) => Heads.Accepted(
        $"GET {path} HTTP/1.1\r\nHost: localhost:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{header}\r\n\r\n");
}
