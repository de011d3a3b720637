using System.Text.Json;

namespace PluginHost.Extensions.Binding;

/// <summary>Words in messages about options.</summary>
internal static class Words
{
    /// <summary>What stands there. Never the value itself: it may be a password.</summary>
    public static string KindOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };

    /// <summary>Says that a name is not known, and which one may have been meant.</summary>
    public static string Unknown(string name, IReadOnlyList<string> known)
    {
        var nearest = known.Select(candidate => (candidate, distance: Distance(name, candidate))).OrderBy(pair => pair.distance).FirstOrDefault();
        return nearest.candidate is { } meant && nearest.distance <= Math.Max(2, name.Length / 3) && nearest.distance < meant.Length
            ? $"is not known; did you mean {meant}?"
            : known.Count == 0 ? "is not known: there are none" : $"is not known; known are {string.Join(", ", known)}";
    }

    /// <summary>How many letters must be changed, added, removed or swapped with their neighbour; capitals do not count.</summary>
    private static int Distance(string left, string right)
    {
        if (left.Length > 100 || right.Length > 100) return int.MaxValue;
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= right.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= left.Length; i++)
            for (var j = 1; j <= right.Length; j++)
            {
                var same = Same(left[i - 1], right[j - 1]);
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }

        return rows[left.Length, right.Length];
    }

    private static bool Same(char left, char right) => char.ToUpperInvariant(left) == char.ToUpperInvariant(right);
}
