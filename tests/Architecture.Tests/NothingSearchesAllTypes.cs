namespace PluginHost.Architecture.Tests;

/// <summary>Starting does not wait for LanguageExt to look through all types of all packages: core and host say how to compare.</summary>
public sealed class NothingSearchesAllTypes
{
    [Fact]
    public void Core_names_its_comparisons()
    {
        using var core = Inspected.Core();
        Assert.Empty(Rules.Searches(core));
    }

    [Fact]
    public void The_host_names_its_comparisons()
    {
        using var host = Inspected.Host();
        Assert.Empty(Rules.Searches(host));
    }
}
