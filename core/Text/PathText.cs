namespace PluginHost.Core.Text;

/// <summary>Rules for text that names a file.</summary>
internal static class PathText
{
    /// <summary>A path that can be handed to the system: not empty, no control characters (NUL would cut it short).</summary>
    public static string? Problem(string text)
    {
        if (text.Length == 0) return "a path must not be empty";
        return text.Any(char.IsControl) ? $"a path must not contain control characters; {Quoting.Quote(text)} does" : null;
    }
}
