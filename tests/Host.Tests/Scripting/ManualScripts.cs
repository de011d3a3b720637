using System.Text;
using PluginHost.Core.Configuration;
using PluginHost.Core.Scripts;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server.Loading;
using PluginHost.Server.Scripting;
using PluginHost.Server.Scripting.Engine;
using PluginHost.Server.Transports.Memory;
using PluginHost.Tests.Loading;
using PluginHost.Tests.Server;
using static LanguageExt.Prelude;

namespace PluginHost.Tests.Scripting;

/// <summary>Scripts on a server that is turned by hand.</summary>
internal static class ManualScripts
{
    // On a busy machine an event waits for a processor: what these tests look at does not depend on how long.
    private static readonly ScriptsPlan Patient = ConfigurationReader.Default.Scripts with { Wall = TimeSpan.FromMinutes(1) };

    /// <summary>The handler of a script.</summary>
    public static Abstractions.HandlerDescription Handler(string protocol, string text, Action<string>? log = null)
    {
        var source = new ScriptSource(protocol, $"scripts/{protocol}.sbn", text, None);
        var program = ScriptProgram.Compile(source.File, text).IfLeft(errors => throw new InvalidOperationException(errors[0].Format()));
        var plugin = ScriptPlugin.Load(
            new ServedScript<ScriptProgram>(source, program, ScriptHeader.Empty with { Protocols = [protocol] }), new Dictionary<string, ScriptPart<ScriptProgram>>(), Patient, new ScriptFile(ScriptStoreLimits.Default), "/" + source.File, "{}");
        var services = TestServices.Noting((_, level, line) => log?.Invoke($"{level}: {line}"));
        Assert.Null(plugin.StartAsync(services, TimeSpan.FromSeconds(60), CancellationToken.None).GetAwaiter().GetResult());
        return Assert.Single(plugin.Description.Handlers);
    }

    /// <summary>The messages that a client has got by now, as text.</summary>
    public static string[] Heard(this MemoryClient client) => Messages(client.ReadAvailable());

    /// <summary>The handshake of a client; what it hears right after it.</summary>
    public static string[] Enter(this ManualServer server, MemoryClient client, string protocol, string path)
    {
        var answer = server.Say(client, ClientFrames.Request(path, protocol));
        return Messages(answer[(answer.AsSpan().IndexOf("\r\n\r\n"u8) + 4)..]);
    }

    /// <summary>The messages of bytes from the server.</summary>
    public static string[] Messages(byte[] bytes)
    {
        var messages = new List<string>();
        for (var at = 0; at < bytes.Length;)
        {
            var (opcode, length) = (bytes[at] & 15, (int)bytes[at + 1]);
            at += 2;
            if (length == 126) (length, at) = ((bytes[at] << 8) + bytes[at + 1], at + 2);
            var payload = bytes.AsSpan(at, length);
            at += length;
            messages.Add(opcode switch
            {
                1 => Encoding.UTF8.GetString(payload),
                2 => Convert.ToHexString(payload),
                _ => $"close {(payload[0] << 8) + payload[1]} {Encoding.UTF8.GetString(payload[2..])}".TrimEnd(),
            });
        }
        return [.. messages];
    }

    /// <summary>Says a text; what the client hears at once.</summary>
    public static string[] Tell(this ManualServer server, MemoryClient client, string text) => Messages(server.Say(client, ClientFrames.Text(text)));
}
