using System.Runtime.CompilerServices;
using System.Text.Json;
using LanguageExt;
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

    [Fact]
    public void Every_value_says_what_a_change_of_it_needs() =>
        Assert.Empty(Values(FileKeys.File.Declarations, "").Where(key => key.Rule is null).Select(key => key.Name));

    [Theory]
    [InlineData("listeners[].address", "restart")]
    [InlineData("listeners[].addresses.allow", "live")]
    [InlineData("listeners[].proxies.header", "new connections")]
    [InlineData("routes[].limits.message", "new connections")]
    [InlineData("routes[].addresses.deny", "live")]
    [InlineData("routes[].slowConsumer", "new connections")]
    [InlineData("limits.connections", "live")]
    [InlineData("authentication.concurrency", "restart")]
    [InlineData("authentication.bearer.clockSkew", "new connections")]
    [InlineData("plugins.entries.<id>.sha256", "restart")]
    public void What_a_change_needs_follows_from_how_a_value_is_used(string key, string rule) =>
        Assert.Equal(rule, Values(FileKeys.File.Declarations, "").Single(value => value.Name == key).Rule?.Text());

    [Fact]
    public void The_schema_says_what_a_change_needs()
    {
        using var schema = JsonDocument.Parse(ConfigurationSchema.Text());
        var limits = schema.RootElement.GetProperty("properties").GetProperty("limits");
        Assert.False(limits.TryGetProperty("x-reload", out _));
        Assert.Equal("new connections", limits.GetProperty("properties").GetProperty("message").GetProperty("x-reload").GetString());
    }

    private static IEnumerable<(string Name, ReloadRule? Rule)> Values(Seq<Declaration> keys, string prefix) => keys.AsEnumerable().SelectMany(key =>
        key.Shape.Keys.IsEmpty
            ? [(prefix + key.Name, key.Reload)]
            : Values(key.Shape.Keys, $"{prefix}{key.Name}{key.Shape.Suffix}."));

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
