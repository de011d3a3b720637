namespace PluginHost.Architecture.Tests;

/// <summary>Who knows whom, in the built assemblies and in the project files.</summary>
public sealed class ArrowsPointInwards : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("arrows").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Every_assembly_refers_to_those_it_may_know()
    {
        var references = References();
        var ours = references.Keys.ToHashSet();

        Assert.Contains(Arrows.Core, ours);
        Assert.Empty(references.SelectMany(r => Arrows.Wrong(r.Key, r.Value, ours)));
    }

    [Fact]
    public void The_contract_references_the_framework_only()
    {
        foreach (var path in Inspected.Ours.Where(p => Path.GetFileName(p) == Arrows.Contract + ".dll"))
        {
            using var contract = new Reading(path);
            Assert.Empty(Rules.References(contract));
        }
    }

    [Fact]
    public void Every_project_file_refers_to_those_it_may_know() => Assert.Empty(Arrows.WrongInProjects(Inspected.Root));

    [Fact]
    public void No_project_escapes_the_inspection() =>
        Assert.Equal(Arrows.ProjectFiles(Inspected.Root), Inspected.Projects.Order());

    [Theory]
    [InlineData("PluginHost.Core", "PluginHost.Abstractions", false)]
    [InlineData("PluginHost.Core", "PluginHost", false)]
    [InlineData("PluginHost.Core", "echo", false)]
    [InlineData("PluginHost.Abstractions", "PluginHost.Core", false)]
    [InlineData("PluginHost.Abstractions", "PluginHost", false)]
    [InlineData("PluginHost.Core", "PluginHost.Server", false)]
    [InlineData("PluginHost.Server", "PluginHost.Core", true)]
    [InlineData("PluginHost.Server", "PluginHost.Abstractions", true)]
    [InlineData("PluginHost.Server", "PluginHost", false)]
    [InlineData("PluginHost", "PluginHost.Server", true)]
    [InlineData("echo", "PluginHost.Server", false)]
    [InlineData("PluginHost", "PluginHost.Core", true)]
    [InlineData("PluginHost", "PluginHost.Abstractions", true)]
    [InlineData("PluginHost", "echo", false)]
    [InlineData("echo", "PluginHost.Abstractions", true)]
    [InlineData("echo", "PluginHost.Core", false)]
    [InlineData("echo", "PluginHost", false)]
    [InlineData("echo", "chat", false)]
    [InlineData("echo", "Some.Package", true)]
    [InlineData("PluginHost.Testing", "PluginHost.Server", true)]
    [InlineData("PluginHost.Testing", "PluginHost", false)]
    [InlineData("PluginHost.Server", "PluginHost.Testing", false)]
    [InlineData("echo", "PluginHost.Testing", false)]
    public void An_arrow_is_allowed_or_wrong(string from, string to, bool allowed)
    {
        HashSet<string> ours = ["PluginHost", "PluginHost.Testing", "PluginHost.Server", "PluginHost.Core", "PluginHost.Abstractions", "echo", "chat"];

        Assert.Equal(allowed ? [] : [$"{from} -> {to}"], Arrows.Wrong(from, [to], ours));
    }

    [Fact]
    public void The_fixture_as_a_plugin_would_be_caught()
    {
        using var fixture = Inspected.Fixture();

        Assert.Equal(
            [$"{fixture.Name} -> {Arrows.Core}"],
            Arrows.Wrong(fixture.Name, fixture.References, new HashSet<string> { Arrows.Core, fixture.Name }));
    }

    [Theory]
    [InlineData("core/A.csproj", "<ProjectReference Include='../plugins/Abstractions/B.csproj' />", "core -> plugins/Abstractions")]
    [InlineData("core/A.csproj", @"<ProjectReference Include='..\host\B.csproj' />", "core -> host")]
    [InlineData("core/A.csproj", "<PackageReference Include='Newtonsoft.Json' />", "core -> Newtonsoft.Json")]
    [InlineData("core/A.csproj", "<PackageReference Include='LanguageExt.Core' />", null)]
    [InlineData("core/A.csproj", "<PackageReference Include='Some.Analyzers' PrivateAssets='all' />", null)]
    [InlineData("core/A.csproj", "<FrameworkReference Include='Microsoft.AspNetCore.App' />", "core -> Microsoft.AspNetCore.App")]
    [InlineData("plugins/Abstractions/A.csproj", "<ProjectReference Include='../../core/B.csproj' />", "plugins/Abstractions -> core")]
    [InlineData("plugins/Abstractions/A.csproj", "<PackageReference Include='X' />", "plugins/Abstractions -> X")]
    [InlineData("plugins/Echo/A.fsproj", "<ProjectReference Include='../Chat/B.csproj' />", "plugins/Echo -> plugins/Chat")]
    [InlineData("plugins/Echo/A.csproj", "<ProjectReference Include='../../core/B.csproj' />", "plugins/Echo -> core")]
    [InlineData("plugins/Echo/A.csproj", "<ProjectReference Include='../../host/B.csproj' />", "plugins/Echo -> host")]
    [InlineData("plugins/Echo/A.csproj", "<ProjectReference Include='../Abstractions/B.csproj' />", null)]
    [InlineData("plugins/Echo/A.csproj", "<PackageReference Include='X' />", null)]
    [InlineData("host/A.csproj", "<ProjectReference Include='../core/B.csproj' />", null)]
    [InlineData("host/A.csproj", "<ProjectReference Include='Server/B.csproj' />", null)]
    [InlineData("host/Server/A.csproj", "<ProjectReference Include='../../core/B.csproj' />", null)]
    [InlineData("plugins/Testing/A.csproj", "<ProjectReference Include='../../host/Server/B.csproj' />", null)]
    [InlineData("plugins/Testing/A.csproj", "<ProjectReference Include='../Echo/B.csproj' />", "plugins/Testing -> plugins/Echo")]
    [InlineData("host/Server/A.csproj", "<ProjectReference Include='../B.csproj' />", "host/Server -> host")]
    [InlineData("host/A.csproj", "<ProjectReference Include='../plugins/Abstractions/B.csproj' />", null)]
    [InlineData("host/A.csproj", "<ProjectReference Include='../plugins/Echo/B.csproj' />", "host -> plugins/Echo")]
    [InlineData("host/A.csproj", "<ProjectReference Include='../plugins/Echo/B.csproj' ReferenceOutputAssembly='false' />", null)]
    [InlineData("host/A.csproj", "<ProjectReference Include='../tests/Kit/B.csproj' />", "host -> tests/Kit")]
    public void A_project_file_is_read_for_its_arrows(string file, string item, string? wrong)
    {
        var path = Path.Combine(_root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, $"<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup>{item}</ItemGroup></Project>");

        Assert.Equal(wrong is null ? [] : [wrong], Arrows.WrongInProjects(_root));
    }

    [Fact]
    public void Where_nothing_is_built_yet_there_is_nothing_wrong() => Assert.Empty(Arrows.WrongInProjects(_root));

    private static Dictionary<string, IReadOnlyList<string>> References()
    {
        var references = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var path in Inspected.Ours)
        {
            using var reading = new Reading(path);
            references.Add(reading.Name, reading.References);
        }

        return references;
    }
}
