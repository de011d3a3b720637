namespace PluginHost.Architecture.Tests;

/// <summary>A library that stands for a whole part of the engine is known to its adapter alone.</summary>
public sealed class LibrariesStayWithTheirAdapters
{
    private const string Scripts = "Scriban.Signed";
    private const string Contexts = "McMaster.NETCore.Plugins";

    [Theory]
    [InlineData(Scripts, "PluginHost.Server.Scripting.Engine.", "ScriptContext")]
    [InlineData(Contexts, "PluginHost.Server.Loading.", "PluginAssembly")]
    public void Only_its_adapter_refers_to_a_library(string library, string adapter, string type)
    {
        using var server = Inspected.Server();
        var users = Users.Of(server, library);
        Assert.Contains(adapter + type, users);
        Assert.DoesNotContain(users, user => !user.StartsWith(adapter, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Scripts)]
    [InlineData(Contexts)]
    public void Nothing_but_the_engine_refers_to_a_library(string library)
    {
        foreach (var path in Inspected.Ours.Where(path => Path.GetFileName(path) != Arrows.Server + ".dll"))
        {
            using var reading = new Reading(path);
            Assert.DoesNotContain(library, reading.References);
        }
    }

    /// <summary>The rule sees each way to mention a type.</summary>
    [Fact]
    public void Every_way_to_mention_a_type_is_found()
    {
        using var fixture = Inspected.Fixture();
        Assert.Equal(
            ["Impure", "UsesAsArgument", "UsesAsBase", "UsesAsField", "UsesInside", "UsesNested", "UsesResult"],
            Users.Of(fixture, "FsCheck").Select(user => user.Split('.')[^1]));
    }
}
