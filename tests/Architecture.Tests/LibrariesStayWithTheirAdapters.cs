namespace PluginHost.Architecture.Tests;

/// <summary>A library that stands for a whole part of the host is known to its adapter alone.</summary>
public sealed class LibrariesStayWithTheirAdapters
{
    private const string Scripts = "Scriban.Signed";

    [Fact]
    public void Only_the_script_engine_refers_to_Scriban()
    {
        using var host = Inspected.Host();
        var users = Users.Of(host, Scripts);
        Assert.Contains("PluginHost.Scripting.Engine.ScriptContext", users);
        Assert.DoesNotContain(users, user => !user.StartsWith("PluginHost.Scripting.Engine.", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_but_the_host_refers_to_Scriban()
    {
        foreach (var path in Inspected.Ours.Where(path => Path.GetFileName(path) != Arrows.Host + ".dll"))
        {
            using var reading = new Reading(path);
            Assert.DoesNotContain(Scripts, reading.References);
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
