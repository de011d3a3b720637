namespace FsCheck.Xunit;

/// <summary>
/// A property that does not hold. The message gives the shrunk and the original arguments, the number of tests and shrinks, and lines
/// to paste that repeat the run; the inner exception is what the shrunk arguments met.
/// </summary>
public sealed class PropertyFailedException : Exception
{
    internal PropertyFailedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Nothing: the frames of interest are the inner exception's.</summary>
    public override string? StackTrace => null;

    internal static PropertyFailedException From(TestResult.Failed failed)
    {
        var tests = failed.Item1.NumberOfTests;
        var shrinks = failed.Item1.NumberOfShrinks;
        var (first, last, size) = (failed.Item5, failed.Item6, failed.Item7);
        var lines = new List<string>
        {
            $"Falsifiable, after {Count(tests, "test")} ({Count(shrinks, "shrink")}).",
            $"Shrunk:   {Runner.argumentsToString(failed.Item3)}",
            $"Original: {Runner.argumentsToString(failed.Item2)}",
        };
        if (!failed.Item1.Labels.IsEmpty)
            lines.Add($"Labels of the failing property: {string.Join(", ", failed.Item1.Labels)}");
        lines.Add("To repeat the whole run:");
        lines.Add($"    [Property(Replay = \"({first.Seed},{first.Gamma})\")]");
        lines.Add("To repeat the failing test alone:");
        lines.Add($"    [Property(Replay = \"({last.Seed},{last.Gamma},{size})\")]");
        return new(string.Join(Environment.NewLine, lines), (failed.Item4 as Outcome.Failed)?.Item);
    }

    internal static PropertyFailedException From(TestResult.Exhausted exhausted, int maxRejected) =>
        new($"Arguments exhausted after {Count(exhausted.Item.NumberOfTests, "test")}: more than {maxRejected} were rejected.");

    private static string Count(int n, string what) => n == 1 ? $"1 {what}" : $"{n} {what}s";
}
