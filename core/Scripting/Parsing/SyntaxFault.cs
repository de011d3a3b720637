namespace PluginHost.Core.Scripting.Parsing;

/// <summary>Ends the parsing; it never leaves the parser.</summary>
internal sealed class SyntaxFault(SyntaxError error) : Exception(error.Message)
{
    public SyntaxError Error { get; } = error;
}
