using PluginHost.Cli;

namespace PluginHost.Tests.Cli;

/// <summary>What <c>new</c> makes. That it builds, that its tests pass and that it is served, the tests of the templates try.</summary>
public sealed class NewTests
{
    [Theory]
    [InlineData("C#", "pure", "Weather.slnx,Weather/Weather.csproj,Weather/WeatherHandler.cs,Weather/WeatherPlugin.cs,Weather.Tests/Weather.Tests.csproj,Weather.Tests/WeatherTests.cs,README.md,.gitignore")]
    [InlineData("C#", "session", "Weather.slnx,Weather/Weather.csproj,Weather/WeatherHandler.cs,Weather/WeatherPlugin.cs,Weather.Tests/Weather.Tests.csproj,Weather.Tests/WeatherTests.cs,README.md,.gitignore")]
    [InlineData("F#", "pure", "Weather.slnx,Weather/Weather.fsproj,Weather/Weather.fs,Weather.Tests/Weather.Tests.fsproj,Weather.Tests/WeatherTests.fs,README.md,.gitignore")]
    public void A_plugin_is_made_of_its_templates(string language, string kind, string files)
    {
        var made = NewCommand.Files(NewFolder.Plugin("Weather", language, kind)).ToDictionary(file => file.Path, file => file.Text);
        Assert.Equal(files.Split(',').Order(StringComparer.Ordinal), made.Keys.Order(StringComparer.Ordinal));
        Assert.All(made.Values, text => Assert.DoesNotContain("PluginName1", text, StringComparison.Ordinal));
        Assert.All(made.Values, text => Assert.DoesNotContain("plugintoken", text, StringComparison.Ordinal));
        Assert.Contains(made.Values, text => text.Contains($"Handler.{(kind == "pure" ? "Pure" : "Session")}(\"weather.v1\"", StringComparison.Ordinal));
    }

    [Fact]
    public void A_script_is_made_of_its_template()
    {
        var made = NewCommand.Files(NewFolder.Script("Weather")).ToDictionary(file => file.Path, file => file.Text);
        Assert.Equal([".gitignore", "README.md", "Weather.Tests/Weather.Tests.csproj", "Weather.Tests/WeatherTests.cs", "Weather.sbn"], made.Keys.Order(StringComparer.Ordinal));
        Assert.StartsWith("{{## protocols: weather.v1", made["Weather.sbn"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Weather", true)]
    [InlineData("my_plugin2", true)]
    [InlineData("", false)]
    [InlineData("2day", false)]
    [InlineData("my-plugin", false)]
    [InlineData("../up", false)]
    [InlineData("wétter", false)]
    public void A_name_is_a_namespace_an_id_and_a_subprotocol(string name, bool isGood) => Assert.Equal(isGood, NewFolder.NameProblem(name) is null);
}
