using System.Diagnostics;

namespace PluginHost.Tests.Cli;

/// <summary>The folder that <c>dotnet publish host</c> makes, published once from what is built already.</summary>
public sealed class PublishedHost : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>Publishes.</summary>
    public PublishedHost()
    {
        var build = new DirectoryInfo(Path.GetDirectoryName(HostProcess.Program)!);
        var project = build.Parent!.Parent!.Parent!.FullName;
        Folder = _folder["published"];
        using var publish = Process.Start(new ProcessStartInfo(
            "dotnet", ["publish", project, "--no-build", "-c", build.Parent.Name, "-o", Folder, "-v", "q", "-nologo", "--disable-build-servers"])
        {
            RedirectStandardOutput = true,
        })!;
        var output = publish.StandardOutput.ReadToEnd();
        publish.WaitForExit();
        Assert.True(publish.ExitCode == 0, output);
    }

    /// <summary>The published folder.</summary>
    public string Folder { get; }

    /// <summary>The program in it.</summary>
    public string Program => Path.Combine(Folder, "PluginHost");

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}

public class PublishTests(PublishedHost published) : IClassFixture<PublishedHost>
{
    [Fact]
    public async Task It_runs_from_any_folder_with_the_file_and_the_plugins_beside_it()
    {
        using var elsewhere = new TempFolder();

        await using var host = HostProcess.Start(published.Program, elsewhere.Path, ["--listen", "127.0.0.1:0", "--admin", "off", "--json"]);
        var url = (await host.StartedAsync())["default"];
        using var client = await Served.ConnectAsync(url, "echo");
        Assert.Equal("hello", await client.AskAsync("hello"));

        Assert.Contains($"\"config\":\"{published.Folder}/plugins.json\"", host.Output, StringComparison.Ordinal);
        foreach (var plugin in new[] { "echo", "chat", "upper" }) Assert.True(File.Exists(Path.Combine(published.Folder, "plugins", plugin, plugin + ".dll")));
        Assert.True(File.Exists(Path.Combine(published.Folder, "plugins.schema.json")));
    }

    [Fact]
    public async Task Without_any_file_the_defaults_are_used_and_said_to_be()
    {
        using var elsewhere = new TempFolder();
        var copy = elsewhere.Copy(published.Folder, "copy");
        File.Delete(Path.Combine(copy, "plugins.json"));

        await using var check = HostProcess.Start(Path.Combine(copy, "PluginHost"), elsewhere.Path, ["check"]);
        var end = await check.EndAsync();

        Assert.Equal(0, end.ExitCode);
        Assert.Equal(["no plugins.json here or beside the program: the defaults are used"], end.Problems);
        Assert.Contains("listeners: default 127.0.0.1:8080", end.Lines);
        Assert.Contains("subprotocols: chat.v1, echo, upper.v1", end.Lines);
    }

    [Fact]
    public async Task A_file_in_the_current_folder_comes_before_the_one_beside_the_program()
    {
        using var elsewhere = new TempFolder();
        elsewhere.Write("plugins.json", """{ "listeners": [{ "name": "mine", "address": "127.0.0.1:0" }] }""");

        await using var check = HostProcess.Start(published.Program, elsewhere.Path, ["check"]);

        Assert.Contains("listeners: mine 127.0.0.1:0", (await check.EndAsync()).Lines);
    }
}
