using PluginHost.Core.Scripts;
using PluginHost.Server.Connections;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Scripting;

/// <summary>An evaluation was stopped by an error. The message is one line, with the place, the source line and the caret.</summary>
/// <param name="error">The error.</param>
internal sealed class ScriptFailure(ScriptError error) : HandlerException(OneLine(error), error.IsLimit)
{
    /// <inheritdoc/>
    public override FaultText Told => new(error.Place, error.Message);

    /// <summary>The three lines of an error on one, for a log in which one event is one line.</summary>
    public static string OneLine(ScriptError error) => error.Format().Replace("\n", " | ", StringComparison.Ordinal);
}
