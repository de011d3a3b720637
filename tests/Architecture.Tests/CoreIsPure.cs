namespace PluginHost.Architecture.Tests;

/// <summary>The rules on PluginHost.Core: nothing breaks them.</summary>
public sealed class CoreIsPure : IDisposable
{
    private readonly Reading _core = Inspected.Core();

    public void Dispose() => _core.Dispose();

    [Fact]
    public void It_references_the_framework_and_LanguageExt_only() => Assert.Empty(Rules.References(_core, "LanguageExt.Core"));

    [Fact]
    public void It_mentions_no_input_output_time_chance_thread_or_environment() => Assert.Empty(Rules.Impurities(_core));

    [Fact]
    public void It_holds_no_static_state() => Assert.Empty(Rules.MutableStatics(_core));

    [Fact]
    public void Its_public_signatures_pass_nothing_by_reference() => Assert.Empty(Rules.ByReference(_core));

    [Fact]
    public void Its_public_structs_are_readonly() => Assert.Empty(Rules.MutableStructs(_core));

    [Fact]
    public void Its_public_properties_cannot_be_set() => Assert.Empty(Rules.Setters(_core));
}
