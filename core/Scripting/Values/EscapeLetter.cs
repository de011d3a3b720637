namespace PluginHost.Core.Scripting.Values;

/// <summary>The characters that script strings and JSON (RFC 8259 §7) both write as a backslash and a letter.</summary>
internal static class EscapeLetter
{
    /// <summary>What follows the backslash; NUL for a character that has no such escape.</summary>
    public static char Of(char character) => character switch
    {
        '"' => '"',
        '\\' => '\\',
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '\b' => 'b',
        '\f' => 'f',
        _ => '\0',
    };
}
