using System.Reflection;
using PluginHost.Hostile.Corpora;

namespace PluginHost.Hostile;

/// <summary>The page about hostile peers and these tests name the same rows, so that none is without a proof and none of the proofs is forgotten.</summary>
public sealed class RowTests
{
    private static string Page => File.ReadAllText(Path.Combine(Corpus.Project, "..", "..", "docs", "hostile.md"));

    /// <summary>Every row with the classes that prove it.</summary>
    private static ILookup<string, string> Proofs { get; } = typeof(RowTests).Assembly.GetTypes()
        .SelectMany(type => type.GetCustomAttributesData()
            .Where(data => data.AttributeType == typeof(TraitAttribute) && (string)data.ConstructorArguments[0].Value! == "Row")
            .Select(data => (Row: (string)data.ConstructorArguments[1].Value!, type.Name)))
        .ToLookup(one => one.Row, one => one.Name);

    [Fact]
    public void Every_row_of_the_page_has_its_tests_and_every_test_its_row()
    {
        var rows = Page.Split('\n').Where(line => line.Contains("Tests`", StringComparison.Ordinal) && line.StartsWith('|'))
            .Select(line => line.Split('|')).ToDictionary(cells => cells[1].Trim(), cells => cells[^2]);
        Assert.Equal(Proofs.Select(proof => proof.Key).Order(StringComparer.Ordinal), rows.Keys.Order(StringComparer.Ordinal));
        Assert.All(Proofs, proof => Assert.All(proof, name => Assert.Contains($"`{name}`", rows[proof.Key], StringComparison.Ordinal)));
    }
}
