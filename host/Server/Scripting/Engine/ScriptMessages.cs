using PluginHost.Core.Scripts;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>The library's messages about limits, in the words of <c>plugins.json</c>.</summary>
internal static class ScriptMessages
{
    /// <summary>The message of an error.</summary>
    /// <param name="message">The library's.</param>
    /// <param name="limits">What the evaluation may use.</param>
    public static string Of(string message, ScriptLimits limits)
    {
        if (Says("stack overflow") || Says("Insufficient stack")) return "this is nested too deep";
        if (Says("recursive depth limit")) return $"calls nested deeper than {limits.Depth}";
        if (Says("LimitToString")) return $"text longer than {limits.Output} characters";
        if (Says("LoopLimit") || Says("iteration limit")) return $"more than {limits.Steps} steps";
        return Says("depth limit") ? "this is nested too deep: at most 200 levels" : message;

        bool Says(string words) => message.Contains(words, StringComparison.Ordinal);
    }
}
