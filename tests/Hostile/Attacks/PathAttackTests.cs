using System.Diagnostics;
using System.Text.Json;
using LanguageExt;
using PluginHost.Hostile.Corpora;
using PluginHost.Hostile.Support;
using PluginHost.Server;
using PluginHost.Tests;
using static LanguageExt.Prelude;

namespace PluginHost.Hostile.Attacks;

/// <summary>Names of plugins and scripts that lead elsewhere: refused before anything starts, and nothing outside the root is opened.</summary>
[Trait("Row", "plugin or script path with .., symlink, NUL, absolute path, device")]
public sealed class PathAttackTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _outside;

    public PathAttackTests()
    {
        _outside = _folder.Make("outside");
        foreach (var name in new[] { "evil.dll", "evil.sbn", "text.dll", "plugin/plugin.dll" }) _folder.Write($"outside/{name}", "{{# protocols: evil }}");
        _folder.Write("outside/empty.dll", "");
        var root = _folder.Make("root");
        foreach (var name in new[] { "folder", "folder.dll", "deep", "plugins", "scripts", "links/1/2" }) _folder.Make("root", name);
        _folder.Write("root/text.dll", "not an assembly");
        _folder.Write("root/empty.dll", "");
        Link("link", _outside);
        Link("deep/link", _outside);
        Link("linked.dll", Path.Combine(_outside, "evil.dll"));
        Link("linked.sbn", Path.Combine(_outside, "evil.sbn"));
        Link("links/1/2/3", _outside);
        Link("circle", Path.Combine(root, "circle"));
        Link("circle.dll", Path.Combine(root, "circle.dll"));
        Link("dangling.dll", Path.Combine(_outside, "nowhere.dll"));
        // Whoever opens a pipe waits for ever: the test would not end.
        foreach (var pipe in new[] { "outside/pipe", "outside/pipe.dll", "root/pipe" }) Process.Start("mkfifo", _folder[pipe]).WaitForExit();
    }

    public void Dispose() => _folder.Dispose();

    private void Link(string name, string target) => File.CreateSymbolicLink(_folder["root", name], target);

    private Either<Seq<StartupProblem>, Prepared> Prepare(string configuration)
    {
        File.WriteAllText(_folder["root", "plugins.json"], configuration);
        return Preparation.Prepare(new StartupSettings(null, Seq<PluginHost.Core.Serving.Plans.ListenAddress>(), _folder["root"], _folder["root"]));
    }

    [Fact]
    public void Every_name_is_refused_with_its_place_and_nothing_outside_is_opened()
    {
        using var opened = OperatingSystem.IsLinux() ? new Opened(_outside) : null;
        foreach (var path in Corpus.Paths)
        {
            var written = JsonSerializer.Serialize(path.Replace("{outside}", _outside));
            foreach (var configuration in new[]
            {
                $$"""{ "plugins": { "entries": { "x": { "path": {{written}} } } } }""",
                $$"""{ "scripts": { "entries": { "x": { "file": {{written}} } } } }""",
                $$"""{ "plugins": { "directory": {{written}} } }""",
                $$"""{ "scripts": { "directory": {{written}} } }""",
            })
            {
                // Some name a folder of the root, or one that the operator has named by its absolute path: that is no attack where a folder is wanted.
                var mayBeFolder = configuration.Contains("directory") && path is "folder" or "folder/" or "folder.dll" or "{outside}" or "/" or "/dev" or "/sys/kernel" or "/proc/1/root";
                if (mayBeFolder) continue;
                var answer = Prepare(configuration);
                Assert.True(answer.IsLeft, $"{configuration} was taken");
                answer.IfLeft(problems =>
                {
                    Assert.NotEmpty(problems);
                    Assert.All(problems, problem =>
                    {
                        Assert.DoesNotContain("   at ", problem.ToString(), StringComparison.Ordinal);
                        Assert.DoesNotContain(problem.ToString(), char.IsControl);
                    });
                });
                // An absolute path is the operator's own word: what it names may be looked at, as text.dll is.
                var looked = opened?.Take() ?? [];
                if (!path.StartsWith("{outside}", StringComparison.Ordinal)) Assert.True(looked.Count == 0, $"{configuration} opened {string.Join(", ", looked)}");
            }
        }
    }

    [Fact]
    public void Ids_that_are_paths_are_refused_too()
    {
        using var opened = OperatingSystem.IsLinux() ? new Opened(_outside) : null;
        foreach (var id in new[] { "..", "../outside/plugin", "a/b", "a\\b", "/dev/null", "\0", "a\nb", ".hidden", "con:", new string('x', 300), "", "link", "circle" })
        {
            var written = JsonSerializer.Serialize(id);
            foreach (var kind in new[] { "plugins", "scripts" })
                Assert.True(Prepare($$"""{ "{{kind}}": { "entries": { {{written}}: {} } } }""").IsLeft, $"{kind}: {written}");
        }
        Assert.Empty(opened?.Take() ?? []);
    }

    [Fact]
    public void What_is_found_in_the_folders_by_a_link_is_refused_and_not_opened()
    {
        Link("plugins/plugin", Path.Combine(_outside, "plugin"));
        Link("scripts/evil.sbn", Path.Combine(_outside, "evil.sbn"));
        using var opened = OperatingSystem.IsLinux() ? new Opened(_outside) : null;
        var problems = Prepare("{}").Match(_ => Seq<StartupProblem>(), found => found);
        Assert.NotEmpty(problems);
        Assert.Empty(opened?.Take() ?? []);
    }
}
