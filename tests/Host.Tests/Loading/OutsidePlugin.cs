using System.Diagnostics;
using System.Text;

namespace PluginHost.Tests.Loading;

/// <summary>
/// Builds plugins as their authors do: in folders outside the repository, against the packed contract, offline. Packed once for all tests
/// that share it.
/// </summary>
public sealed class OutsidePlugin : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly HashSet<string> _packed = [];

    private static string Repository { get; } = FindRepository();

    /// <summary>Builds a project.</summary>
    /// <param name="name">The name of the project, of its assembly and so of the plugin.</param>
    /// <param name="extension"><c>csproj</c> or <c>fsproj</c>.</param>
    /// <param name="source">The only source file.</param>
    /// <param name="package">The package it refers to, by the end of its name: the contract, or one that brings it.</param>
    /// <returns>The output folder.</returns>
    public string Build(string name, string extension, string source, string package = "Abstractions")
    {
        Pack("Abstractions");
        Pack(package);
        var code = extension == "csproj" ? "Plugin.cs" : "Plugin.fs";
        var compile = extension == "csproj" ? "" : $"<Compile Include=\"{code}\" />";
        _temp.Write($"{name}/{code}", source);
        _temp.Write($"{name}/{name}.{extension}", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup>
                {compile}
                <PackageReference Include="PluginHost.{package}" Version="0.2.0" />
              </ItemGroup>
            </Project>
            """);
        _temp.Write("nuget.config", $"""
            <configuration>
              <packageSources><clear /><add key="local" value="{_temp["feed"]}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{_temp["packages"]}" /></config>
            </configuration>
            """);
        Dotnet("build", _temp[name], "-c", "Release", "-o", _temp["out", name]);
        return _temp["out", name];
    }

    /// <summary>The first fenced block of a language in a Markdown file of the repository, or the first after a heading.</summary>
    public static string FirstCode(string file, string language, string heading = "")
    {
        var text = File.ReadAllText(Path.Combine(Repository, file)).ReplaceLineEndings("\n");
        var fence = $"```{language}\n";
        var start = text.IndexOf(fence, text.IndexOf(heading, StringComparison.Ordinal), StringComparison.Ordinal) + fence.Length;
        return text[start..text.IndexOf("```", start, StringComparison.Ordinal)];
    }

    /// <inheritdoc/>
    public void Dispose() => _temp.Dispose();

    private void Pack(string package)
    {
        if (!_packed.Add(package)) return;
        // With intermediate folders of its own, so that it disturbs no build of the repository.
        Dotnet("pack", Path.Combine(Repository, "plugins", package), "-c", "Release", "-o", _temp["feed"], "--artifacts-path", _temp["artifacts"]);
    }

    private static void Dotnet(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [.. arguments, "-nologo", "-v:q", "-nodeReuse:false", "-p:UseSharedCompilation=false"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the test runner's own MSBuild left in the environment would lead this one astray.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        var output = new StringBuilder();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => Append(e.Data);
        process.ErrorDataReceived += (_, e) => Append(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output.ToString());

        void Append(string? line)
        {
            lock (output)
                output.AppendLine(line);
        }
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PluginHost.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("PluginHost.sln");
        return folder.FullName;
    }
}
