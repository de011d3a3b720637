using PluginHost.Core.Scripts;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Scripting;

/// <summary>An evaluation was stopped by an error. The message is one line, with the place, the source line and the caret.</summary>
/// <param name="message">The line.</param>
/// <param name="isLimit">It was stopped by a limit.</param>
internal sealed class ScriptFailure(string message, bool isLimit) : HandlerException(message, isLimit)
{
    /// <summary>The error of an evaluation.</summary>
    public static ScriptFailure Of(ScriptError error) => new(OneLine(error), error.IsLimit);

    /// <summary>The three lines of an error on one, for a log in which one event is one line.</summary>
    public static string OneLine(ScriptError error) => error.Format().Replace("\n", " | ", StringComparison.Ordinal);
}
