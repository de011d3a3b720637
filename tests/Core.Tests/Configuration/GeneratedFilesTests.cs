using System.Runtime.CompilerServices;
using System.Text.Json;
using PluginHost.Core.Configuration;

namespace PluginHost.Core.Tests.Configuration;

/// <summary>
/// <c>plugins.schema.json</c> and the tables in <c>docs/configuration.md</c> are made from the reader's own table of keys. With the
/// environment variable <c>UPDATE_GENERATED=1</c> these tests write the files instead of comparing them.
/// </summary>
public class GeneratedFilesTests
{
    private const string Begin = "<!-- keys: begin -->\n";
    private const string End = "<!-- keys: end -->";
    private const string HowToUpdate =
        " is out of step with the code; run: UPDATE_GENERATED=1 dotnet test tests/Core.Tests --filter GeneratedFiles";

    [Fact]
    public void The_schema_is_in_step_with_the_code() => Compare("plugins.schema.json", _ => ConfigurationSchema.Text());

    [Fact]
    public void The_reference_is_in_step_with_the_code() => Compare(
        Path.Combine("docs", "configuration.md"),
        text => text[..(text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)]
            + ConfigurationReference.Markdown()
            + text[text.IndexOf(End, StringComparison.Ordinal)..]);

    [Fact]
    public void The_schema_knows_types_defaults_and_what_is_required()
    {
        using var schema = JsonDocument.Parse(ConfigurationSchema.Text());
        var properties = schema.RootElement.GetProperty("properties");

        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.RootElement.GetProperty("$schema").GetString());
        Assert.False(schema.RootElement.GetProperty("additionalProperties").GetBoolean());
        Assert.Equal(
            "boolean",
            properties.GetProperty("compression").GetProperty("properties").GetProperty("enabled").GetProperty("type").GetString());
        Assert.Equal("path", properties.GetProperty("routes").GetProperty("items").GetProperty("required")[0].GetString());
        Assert.Equal("1MiB", properties.GetProperty("limits").GetProperty("properties").GetProperty("message").GetProperty("default")
            .GetString());
    }

    private static void Compare(string name, Func<string, string> generate)
    {
        var path = Path.Combine(Root(), name);
        var committed = File.Exists(path) ? File.ReadAllText(path) : "";
        var generated = generate(committed);
        if (Environment.GetEnvironmentVariable("UPDATE_GENERATED") == "1") File.WriteAllText(path, generated);
        else Assert.True(committed == generated, name + HowToUpdate);
    }

    private static string Root([CallerFilePath] string here = "")
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PluginHost.sln"))) folder = folder.Parent;
        return folder?.FullName ?? Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
    }
}
