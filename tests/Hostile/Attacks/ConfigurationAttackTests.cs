using System.Diagnostics;
using System.Text;
using LanguageExt;
using PluginHost.Core.Serving.Plans;
using PluginHost.Hostile.Corpora;
using PluginHost.Server;
using PluginHost.Tests;
using PluginHost.Tests.Cli;
using static LanguageExt.Prelude;

namespace PluginHost.Hostile.Attacks;

/// <summary>Configurations that say nonsense: no start, every problem with its place, no stack trace.</summary>
[Trait("Row", "broken config: duplicate or unknown key, wrong type, depth, 10 MB")]
public sealed class ConfigurationAttackTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Seq<StartupProblem> Problems(byte[] configuration)
    {
        File.WriteAllBytes(_folder["plugins.json"], configuration);
        return Preparation.Prepare(new StartupSettings(null, Seq<ListenAddress>(), _folder.Path, _folder.Path)).Match(
            prepared =>
            {
                prepared.Plugins.Unload();
                return Seq<StartupProblem>();
            },
            problems => problems);
    }

    [Fact]
    public void Every_mutant_is_refused_with_lines_and_columns()
    {
        foreach (var mutant in Corpus.Configurations)
        {
            var problems = Problems(Encoding.Latin1.GetBytes(mutant.Text));
            Assert.True(problems.Count > 0, $"{mutant.Name} was taken");
            foreach (var problem in problems)
            {
                var line = problem.ToString();
                Assert.False(line.Contains("   at ", StringComparison.Ordinal) || line.Any(char.IsControl), $"{mutant.Name}: {line}");
                Assert.Matches(@"plugins\.json:\d+:\d+: ", line);
            }
        }
    }

    [Fact]
    public void All_problems_are_said_at_once_with_what_was_meant()
    {
        var problems = Problems("""
            {
              "lisTeners": [], "limits": { "mesage": "1MiB", "head": -1, "headers": "many", "head": "1KiB" },
              "routes": [{ "path": "/", "noMach": "reject" }, { "path": "/" }],
              "keepAlive": 7
            }
            """u8.ToArray()).Map(problem => problem.ToString());
        foreach (var expected in new[] { "did you mean \"listeners\"", "did you mean \"message\"", "did you mean \"noMatch\"", "a second time", ":2:", ":3:", ":4:" })
            Assert.Contains(problems, problem => problem.Contains(expected, StringComparison.Ordinal));
        Assert.True(problems.Count >= 6, string.Join('\n', problems));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Ten_megabytes_and_endless_depth_are_refused_at_once(int kind)
    {
        byte[] file = kind switch
        {
            0 => [.. "{ \"$schema\": \""u8, .. Enumerable.Repeat((byte)'x', 10_000_000), .. "\" }"u8],
            1 => [.. Enumerable.Repeat((byte)'[', 5_000_000)],
            _ => [.. "{"u8, .. Enumerable.Repeat((byte)' ', 10_000_000), .. "}"u8],
        };
        var watch = Stopwatch.StartNew();
        Assert.Single(Problems(file));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task The_program_itself_exits_with_1_and_shows_no_stack()
    {
        foreach (var name in new[] { "deep arrays", "many unknown keys", "control characters in a key" })
        {
            File.WriteAllBytes(_folder["plugins.json"], Encoding.Latin1.GetBytes(Corpus.Configurations.Single(one => one.Name == name).Text));
            (await HostProcess.RunAsync(_folder.Path, "run")).Failed(1);
        }
    }
}
