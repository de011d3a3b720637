namespace PluginHost.Core.Scripting.Evaluation;

/// <summary>Stops an evaluation. It never leaves the script engine: the entry points turn it into a <see cref="ScriptError"/>.</summary>
internal sealed class ScriptFault(CodeLocation site, string message) : Exception(message)
{
    public CodeLocation Site { get; } = site;

    public ScriptError ToError() => ScriptError.At(Site.Source.File, Site.Source.Text, Site.Start, Site.End, Message);
}
