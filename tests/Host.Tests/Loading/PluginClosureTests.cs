using FsCheck;
using FsCheck.Fluent;
using PluginHost.Server.Loading;
using PluginHost.TestSupport;

namespace PluginHost.Tests.Loading;

public sealed class PluginClosureTests
{
    private static readonly Version One = new(1, 0, 0, 0);
    private static readonly Version Two = new(2, 0, 0, 0);

    private static readonly AssemblyFacts Contract = Facts("Contract", One, ("Runtime", One), ("Shared", One));

    private static readonly Dictionary<string, Version> Framework = new(StringComparer.OrdinalIgnoreCase) { ["Runtime"] = One, ["Shared"] = One, ["Other"] = One };

    [Fact]
    public void References_into_the_folder_the_framework_and_the_contract_are_fine()
    {
        var closure = Of(Facts("plugin", One, ("Contract", One), ("Runtime", One), ("library", Two)), Facts("Library", One, ("runtime", One)));
        Assert.Empty(closure.Faults);
        Assert.Empty(closure.LeftOut);
    }

    [Fact]
    public void What_is_missing_is_named_with_all_who_want_it() => Assert.Equal(
        ["Gone, Version=1.0.0.0 is wanted by library, plugin, but is not in the plugin's folder"],
        Of(Facts("plugin", One, ("Gone", One)), Facts("library", One, ("Gone", One))).Faults);

    [Fact]
    public void A_framework_that_is_too_old_is_no_help() => Assert.Equal(
        ["Other, Version=2.0.0.0 is wanted by plugin, but is not in the plugin's folder, and the framework has 1.0.0.0"],
        Of(Facts("plugin", One, ("Other", Two))).Faults);

    [Fact]
    public void A_newer_copy_of_a_framework_assembly_is_the_plugins_own_unless_the_contract_shares_it()
    {
        Assert.Equal(new PluginClosureView([], []), View(Of(Facts("plugin", One, ("Other", Two)), Facts("Other", Two))));
        Assert.Equal(["it brings Shared 2.0.0.0, which the contract shares with the host: there it is 1.0.0.0"],
            Of(Facts("plugin", One, ("Shared", Two)), Facts("Shared", Two)).Faults);
    }

    [Fact]
    public void The_contract_and_copies_of_the_framework_are_left_out()
    {
        // As a self-contained publication has them. What they refer to is not looked at.
        var closure = Of(Facts("plugin", One, ("Runtime", One)), Facts("contract", Two, ("Gone", One)), Facts("Runtime", One, ("Private", One)));
        Assert.Equal(["contract", "Runtime"], closure.LeftOut.Select(assembly => assembly.Name));
        Assert.Empty(closure.Faults);
    }

    /// <summary>For any folder: nothing is missing exactly if each reference of each assembly that is loaded finds a target that is loaded.</summary>
    [TestSupport.Property(MaxTest = 300)]
    public FsCheck.Property Complete_is_what_leads_nowhere_else()
    {
        var names = Gen.Elements("a", "b", "c", "Contract", "Runtime", "Shared", "Other", "Gone");
        var versions = Gen.Elements(One, Two);
        var references = from name in names from version in versions select (name, version);
        var assemblies = from name in names from version in versions from all in references.ListOf() select Facts(name, version, [.. all]);
        return Prop.ForAll(assemblies.ListOf().ToArbitrary(), folder =>
        {
            var distinct = folder.DistinctBy(assembly => assembly.Name).ToList();
            var closure = PluginClosure.Of(distinct, Contract, name => Framework.GetValueOrDefault(name));
            var loaded = distinct.Except(closure.LeftOut).ToList();
            var leadsNowhere = loaded.SelectMany(assembly => assembly.References).Any(reference =>
                reference.Name != "Contract" && loaded.All(assembly => assembly.Name != reference.Name)
                && !(Framework.GetValueOrDefault(reference.Name) >= reference.Version));
            Assert.Equal(leadsNowhere, closure.Faults.Any(fault => fault.Contains("is wanted by", StringComparison.Ordinal)));
            // No type that the contract uses exists twice.
            Assert.True(closure.Faults.Count > 0 || loaded.All(assembly => assembly.Name is not ("Contract" or "Runtime" or "Shared")));
        });
    }

    [Theory]
    [InlineData("plugin.dll", true)]
    [InlineData("runtimes/any/lib/net8.0/x.dll", true)]
    [InlineData("runtimes/plan9/lib/net8.0/x.dll", false)]
    [InlineData("runtimes/any/native/x.dll", false)]
    [InlineData("de/plugin.resources.dll", false)]
    [InlineData("tools/x.dll", false)]
    public void Only_what_a_context_finds_is_looked_at(string path, bool loads) => Assert.Equal(loads, PluginPlatform.Loads(path));

    [Theory]
    [InlineData("linux-x64", "any,linux,linux-x64,unix,unix-x64")]
    [InlineData("linux-musl-x64", "any,linux,linux-musl,linux-musl-x64,linux-x64,unix,unix-x64")]
    [InlineData("win-arm64", "any,win,win-arm64")]
    public void A_platform_is_compatible_with_its_families(string identifier, string all) =>
        Assert.Equal(all, string.Join(',', PluginPlatform.IdentifiersOf(identifier).Order(StringComparer.Ordinal)));

    private sealed record PluginClosureView(string LeftOut, string Faults)
    {
        public PluginClosureView(IEnumerable<string> leftOut, IEnumerable<string> faults) : this(string.Join(',', leftOut), string.Join(',', faults))
        {
        }
    }

    private static PluginClosureView View(PluginClosure closure) => new(closure.LeftOut.Select(assembly => assembly.Name), closure.Faults);

    private static PluginClosure Of(params AssemblyFacts[] folder) => PluginClosure.Of(folder, Contract, name => Framework.GetValueOrDefault(name));

    private static AssemblyFacts Facts(string name, Version version, params (string Name, Version Version)[] references) =>
        new(name + ".dll", name, version, [.. references.Select(reference => new AssemblyReferenceFacts(reference.Name, reference.Version))]);
}
