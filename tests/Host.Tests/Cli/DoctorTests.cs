using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PluginHost.Abstractions;

namespace PluginHost.Tests.Cli;

/// <summary>What <c>plugin doctor</c> says of plugins and scripts.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Shipped(string id) => Path.Combine(Path.GetDirectoryName(HostProcess.Program)!, "plugins", id);

    [Theory]
    [InlineData("echo")]
    [InlineData("chat")]
    [InlineData("upper")]
    public async Task Nothing_is_wrong_with_the_plugins_that_come_with_the_host(string id)
    {
        var end = await HostProcess.RunAsync(_folder.Path, "plugin", "doctor", Shipped(id), "--cases", "40");
        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.Contains("Unloaded: nothing holds it in memory", end.Lines);
        Assert.Equal("Nothing is wrong", end.Lines[^1]);
    }

    [Fact]
    public async Task A_fault_is_shrunk_and_can_be_tried_again_and_a_timer_that_is_left_is_named()
    {
        var folder = Compile("wrong", """
            using System;
            using System.Threading;
            using PluginHost.Abstractions;
            public sealed class WrongPlugin : Plugin
            {
                public override PluginDescription Describe() => new("Wrong", "1.0", [Handler.Pure<int>("wrong", _ => Step.To(0), Next)]);
                private static Step<int> Next(int sum, Event e) => e.Kind == EventKind.Text
                    ? Step.To(sum + int.Parse(e.Message.ToString()), Command.SendText("ok"))
                    : Step.To(sum);
                public override System.Threading.Tasks.ValueTask StartAsync(PluginContext context, CancellationToken cancellation)
                {
                    _timer = new Timer(_ => Tick(), null, 3600000, 3600000);
                    AppDomain.CurrentDomain.ProcessExit += (_, _) => Tick();
                    return default;
                }
                private Timer _timer;
                private void Tick() => GC.KeepAlive(this);
            }
            """);
        var sample = _folder.Write("talk.jsonl", "{\"text\":\"1\"}\n{\"text\":\"2\"}");
        var end = await HostProcess.RunAsync(_folder.Path, "plugin", "doctor", folder, "--sample", sample, "--json");
        Assert.True(end.ExitCode == 1, end.Error + end.Output);
        using var json = JsonDocument.Parse(end.Output);
        var findings = json.RootElement.GetProperty("findings").EnumerateArray().ToArray();
        var fault = Assert.Single(findings, finding => finding.GetProperty("kind").GetString() == "fault");
        Assert.Equal("wrong", fault.GetProperty("handler").GetString());
        Assert.Contains("FormatException", fault.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("""{"text":""}""", Assert.Single(fault.GetProperty("conversation").EnumerateArray()).GetString());
        Assert.False(json.RootElement.GetProperty("isUnloaded").GetBoolean());
        string[] held = [.. findings.Where(finding => finding.GetProperty("kind").GetString() == "memory").Select(finding => finding.GetProperty("message").GetString()!)];
        Assert.Contains(held, holder => holder.Contains("timer", StringComparison.Ordinal) && holder.Contains("WrongPlugin", StringComparison.Ordinal));
        Assert.Contains(held, holder => holder.Contains("System.AppDomain.ProcessExit", StringComparison.Ordinal) && holder.Contains("WrongPlugin", StringComparison.Ordinal));

        var again = await HostProcess.RunAsync(_folder.Path, "plugin", "doctor", folder, "--sample", sample, "--replay", fault.GetProperty("replay").GetString()!);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("""{"text":""}""", again.Lines);
    }

    [Fact]
    public async Task A_script_that_is_right_is_said_to_be()
    {
        var file = _folder.Write("hi.sbn", "{{## protocols: hi ##}}\n{{\nfunc on_message(text)\n  ret $\"hi {text}\"\nend\n}}");
        var end = await HostProcess.RunAsync(_folder.Path, "plugin", "doctor", file, "--cases", "20");
        Assert.True(end.ExitCode == 0, end.Error + end.Output);
    }

    [Fact]
    public async Task What_keeps_it_from_being_loaded_is_said()
    {
        _folder.Write("broken/broken.dll", "no assembly");
        var end = await HostProcess.RunAsync(_folder.Path, "plugin", "doctor", "broken");
        Assert.Equal(1, end.ExitCode);
        Assert.Contains("load: ", end.Error, StringComparison.Ordinal);
        Assert.Contains("it is not a .NET assembly", end.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await HostProcess.RunAsync(_folder.Path, "plugin", "doctor", "nowhere")).ExitCode);
        Assert.Equal(2, (await HostProcess.RunAsync(_folder.Path, "plugin", "doctor", "broken", "--cases", "none")).ExitCode);
    }

    private string Compile(string id, string source)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal)).Append(typeof(Plugin).Assembly.Location)
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(id, [CSharpSyntaxTree.ParseText(source)], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        var folder = _folder.Make(id);
        var emitted = compilation.Emit(Path.Combine(folder, id + ".dll"));
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics));
        return folder;
    }
}
