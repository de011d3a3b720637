namespace PluginHost.Core.Scripting.Evaluation;

/// <summary>The text of one script file.</summary>
/// <param name="File">Its name as errors show it.</param>
/// <param name="Text">All of it.</param>
internal sealed record SourceText(string File, string Text);

/// <summary>A place in a script.</summary>
/// <param name="Source">The file.</param>
/// <param name="Start">UTF-16 offset of the first character.</param>
/// <param name="End">UTF-16 offset after the last character.</param>
internal sealed record CodeLocation(SourceText Source, int Start, int End)
{
    /// <summary>No place in any script.</summary>
    public static CodeLocation None { get; } = new(new SourceText("", ""), 0, 0);
}
