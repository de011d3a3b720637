namespace PluginHost.Hostile.Corpora;

/// <summary>What is committed is what the generators make, and it is as much as the rows ask for.</summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Names => [.. Corpus.Generators.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Generating_it_again_gives_the_same(string name)
    {
        var made = Corpus.Generators[name]();
        if (Environment.GetEnvironmentVariable("PLUGINHOST_REGENERATE") == "1") File.WriteAllText(Corpus.FileOf(name), made);
        Assert.Equal(made, File.ReadAllText(Corpus.FileOf(name)));
    }

    [Fact]
    public void There_is_enough_of_each()
    {
        Assert.True(Corpus.Heads.Count >= 60);
        Assert.True(Corpus.Origins.Count >= 15);
        Assert.True(Corpus.Paths.Count >= 80);
        Assert.True(Corpus.Configurations.Count >= 200);
        Assert.True(Corpus.Frames.Count >= 16 * 5);
    }
}
