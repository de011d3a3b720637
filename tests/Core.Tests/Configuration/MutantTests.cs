using System.Text;
using PluginHost.Core.Configuration;

namespace PluginHost.Core.Tests.Configuration;

public class MutantTests
{
    // Line ends, tabs and characters of one to four bytes, so that a column is neither a byte nor a UTF-16 unit.
    private static readonly string Valid = DefaultsTests.Example
        .Replace("\n", "\r\n", StringComparison.Ordinal)
        .Replace("  \"keepAlive\"", "\t/* é € 😀 */\"keepAlive\"", StringComparison.Ordinal)
        .Replace("{ \"name\"", "{ /* 😀 */ \"name\"", StringComparison.Ordinal);

    private static readonly List<Mutant> All = [.. Mutants.Of(Valid)];

    [Fact]
    public void The_original_is_valid() => Reading.Plan(Valid);

    [Fact]
    public void There_are_many_mutants() => Assert.True(All.Count >= 200, $"only {All.Count}");

    [Fact]
    public void Every_mutant_has_a_problem_in_its_place()
    {
        foreach (var mutant in All)
        {
            var problems = ConfigurationReader.Read(mutant.Utf8).Match(_ => [], p => p.ToArray());
            Assert.True(problems.Length > 0, mutant.Name + ": accepted");
            if (mutant.At < 0) continue;
            var place = Place(mutant.Utf8, mutant.At);
            Assert.True(
                problems.Any(p => (p.Line, p.Column) == place && p.Format("f").Contains(mutant.Expected, StringComparison.Ordinal)),
                $"{mutant.Name}: nothing with \"{mutant.Expected}\" at {place}:\n{string.Join('\n', problems.Select(p => p.Format("f")))}");
        }
    }

    // Counts in decoded text, unlike the reader.
    private static (int Line, int Column) Place(byte[] utf8, int offset)
    {
        var lines = Encoding.UTF8.GetString(utf8, 0, offset).Split('\n');
        return (lines.Length, lines[^1].EnumerateRunes().Count() + 1);
    }
}
