using System.Runtime.CompilerServices;
using System.Text;
using PluginHost.Core.Scripting.Functions;
using PluginHost.Core.Scripting.Globalization;

namespace PluginHost.Core.Tests.Scripting.Functions;

/// <summary>
/// The tables of <c>docs/scripting-functions.md</c> are made from the functions themselves. With the environment variable
/// <c>UPDATE_FUNCTIONS=1</c> this test writes them instead of comparing them.
/// </summary>
public sealed class FunctionReferenceTests
{
    private const string Begin = "<!-- functions: begin -->\n";
    private const string End = "<!-- functions: end -->";

    [Fact]
    public void The_reference_is_in_step_with_the_code()
    {
        var path = Path.Combine(Root(), "docs", "scripting-functions.md");
        var committed = File.ReadAllText(path);
        var generated = committed[..(committed.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)]
            + Tables() + committed[committed.IndexOf(End, StringComparison.Ordinal)..];
        if (Environment.GetEnvironmentVariable("UPDATE_FUNCTIONS") == "1") File.WriteAllText(path, generated);
        else Assert.True(committed == generated, "run: UPDATE_FUNCTIONS=1 dotnet test tests/Core.Tests --filter FunctionReference");
    }

    [Fact]
    public void Every_function_is_described_and_named_once()
    {
        foreach (var group in Builtins.Groups)
        {
            Assert.All(group.Functions, f => Assert.Matches("^[A-Z`].*[^.]\\.$", f.Summary));
            Assert.Equal(group.Functions.Length, group.Functions.Select(f => f.MemberName).Distinct().Count());
        }
    }

    [Fact]
    public void Every_function_has_a_file_in_the_corpus()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Scripting", "corpus");
        var missing = Builtins.Groups.SelectMany(g => g.Functions.Select(f => $"builtin-{g.Name}-{f.MemberName}.sbn"))
            .Where(f => !File.Exists(Path.Combine(folder, f)));
        Assert.Empty(missing);
    }

    private static string Tables()
    {
        var result = new StringBuilder();
        foreach (var group in Builtins.Groups)
        {
            result.Append("\n## ").Append(group.Name).Append("\n\n| function | gives |\n| --- | --- |\n");
            foreach (var function in group.Functions)
            {
                var usage = string.Join(' ', [function.Name, .. function.Signature]);
                result.Append("| `").Append(usage).Append("` | ").Append(function.Summary.Replace("|", "\\|")).Append(" |\n");
            }
            foreach (var (name, value) in group.Values)
                result.Append("| `").Append(group.Name).Append('.').Append(name).Append("` | The text `").Append(value).Append("`. |\n");
        }
        result.Append("\n## Cultures\n\n");
        foreach (var culture in Cultures.All) result.Append("`").Append(culture.Name).Append("`\n");
        return result.Append("\nor a language alone: `fr` is the first of the list that begins so.\n\n").ToString();
    }

    private static string Root([CallerFilePath] string here = "")
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PluginHost.sln"))) folder = folder.Parent;
        return folder?.FullName ?? Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", ".."));
    }
}
