namespace PluginHost.Core.Text;

/// <summary>Finds the known name that a misspelt one probably means.</summary>
public static class Suggestion
{
    private const int MaxName = 64;

    /// <summary>The closest of the known names, or null when none is close: at most a third of the letters may differ.</summary>
    public static string? For(string name, IEnumerable<string> known)
    {
        if (name.Length is 0 or > MaxName) return null;
        var lower = name.ToLowerInvariant();
        var closest = known
            .Where(k => k.Length <= MaxName)
            .Select(k => (Name: k, Distance: Distance(lower, k.ToLowerInvariant())))
            .OrderBy(k => k.Distance)
            .FirstOrDefault();
        return closest.Name is not null && closest.Distance <= Math.Max(1, name.Length / 3) ? closest.Name : null;
    }

    // Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours count one each.
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(change, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }
        return rows[a.Length, b.Length];
    }
}
