namespace PluginHost.Server.Loading;

/// <summary>
/// The rules of plugin ids: 1 to 64 ASCII letters, digits, <c>.</c>, <c>_</c> and <c>-</c>, beginning with a letter or digit, not ending
/// with a dot, and no name that
/// Windows keeps for a device. An id is a file name on every system. Ids are shown as they are written and compared without regard to
/// case: two that differ in case
/// only could not lie beside each other everywhere.
/// </summary>
public static class PluginId
{
    /// <summary>How ids are compared.</summary>
    public static StringComparer Comparer => StringComparer.OrdinalIgnoreCase;

    /// <summary>The rules in a line.</summary>
    public const string Rules = "an id is 1 to 64 letters, digits, '.', '_' or '-', begins with a letter or digit, and is no device name";

    /// <summary>Whether the text may be an id.</summary>
    public static bool IsValid(string id) =>
        id.Length is > 0 and <= 64
        && char.IsAsciiLetterOrDigit(id[0])
        && id[^1] != '.'
        && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
        && !IsDevice(id.Split('.')[0]);

    private static bool IsDevice(string stem) => stem.ToUpperInvariant() switch
    {
        "CON" or "PRN" or "AUX" or "NUL" => true,
        { Length: 4 } name =>
            (name.StartsWith("COM", StringComparison.Ordinal) || name.StartsWith("LPT", StringComparison.Ordinal))
            && char.IsAsciiDigit(name[3]),
        _ => false,
    };
}
