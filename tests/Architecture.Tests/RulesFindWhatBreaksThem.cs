namespace PluginHost.Architecture.Tests;

/// <summary>The same rules on an assembly that breaks each of them, and that does what they let pass.</summary>
public sealed class RulesFindWhatBreaksThem : IDisposable
{
    private readonly Reading _fixture = Inspected.Fixture();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void References() =>
        Assert.Equal(["FsCheck", "PluginHost.Core"], Rules.References(_fixture, "LanguageExt.Core"));

    [Fact]
    public void Impurities()
    {
        var found = Rules.Impurities(_fixture);

        Assert.Equal(
            [
                "LanguageExt.EitherAsync`2",
                "LanguageExt.Prelude.Atom",
                "System.Console",
                "System.DateTime.get_Now",
                "System.DateTime.get_Today",
                "System.DateTime.get_UtcNow",
                "System.DateTimeOffset.get_Now",
                "System.DateTimeOffset.get_UtcNow",
                "System.Diagnostics.Stopwatch",
                "System.Environment.GetEnvironmentVariable",
                "System.Environment.get_TickCount64",
                "System.Guid.CreateVersion7",
                "System.Guid.NewGuid",
                "System.IO.File",
                "System.IO.Pipes.NamedPipeClientStream",
                "System.Net.Sockets.Socket",
                "System.Random",
                "System.Security.Cryptography.RandomNumberGenerator",
                "System.ThreadStaticAttribute",
                "System.Threading.Tasks.Task",
                "System.Threading.Thread",
                "System.Threading.Timer",
                "System.TimeProvider",
                "System.Timers.Timer",
            ],
            found.Where(f => !f.StartsWith("LanguageExt.Atom", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_iterator_of_the_fixture_does_ask_for_its_thread() =>
        Assert.Contains("System.Environment.get_CurrentManagedThreadId", _fixture.MentionedMembers);

    [Fact]
    public void Searches() =>
        Assert.Equal(
            [
                "LanguageExt.Either`2.op_Equality", "LanguageExt.HashMap`2", "LanguageExt.HashSet`1", "LanguageExt.Map`2", "LanguageExt.Option`1.op_Equality",
                "LanguageExt.Seq`1.CompareTo", "LanguageExt.Seq`1.op_Inequality", "LanguageExt.Set`1",
            ],
            Rules.Searches(_fixture));

    [Fact]
    public void MutableStatics() =>
        Assert.Equal(
            [
                "<Counter>k__BackingField", "ByName", "Growing", "Held", "Last", "Lock", "Nested", "PerThread", "Table",
            ],
            Rules.MutableStatics(_fixture).Select(s => s["PluginHost.Architecture.Fixture.Statics.".Length..]));

    [Fact]
    public void ByReference() =>
        Assert.Equal(
            ["Callback", "In", "Inherited", "Out", "Ref", "Returned"],
            Rules.ByReference(_fixture).Select(s => s["PluginHost.Architecture.Fixture.Signatures.".Length..]));

    [Fact]
    public void MutableStructs() => Assert.Equal(["PluginHost.Architecture.Fixture.Mutable"], Rules.MutableStructs(_fixture));

    [Fact]
    public void Setters() =>
        Assert.Equal(
            [
                "PluginHost.Architecture.Fixture.Signatures.Field",
                "PluginHost.Architecture.Fixture.Signatures.set_Settable",
                "PluginHost.Architecture.Fixture.Statics.set_Counter",
            ],
            Rules.Setters(_fixture));
}
