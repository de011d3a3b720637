namespace PluginHost.Core.Scripts;

/// <summary>What one evaluation may use. Whatever goes beyond stops it with an error that says so, and where.</summary>
public sealed record ScriptLimits
{
    /// <summary>The defaults of <c>plugins.json</c>.</summary>
    public static ScriptLimits Default { get; } = new();

    /// <summary>Steps: one for each statement, expression, call and walked item. Default 100,000.</summary>
    public int Steps { get; init; } = 100_000;

    /// <summary>Bytes allocated, and bytes of the state that is kept. Default 8 MiB.</summary>
    public long Memory { get; init; } = 8 * 1024 * 1024;

    /// <summary>Calls and includes within each other. Default 64.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>Characters of output, of every message sent and of every string made. Default 1,048,576.</summary>
    public int Output { get; init; } = 1024 * 1024;

    /// <summary>Time for one match of a regular expression. Default 10 ms.</summary>
    public TimeSpan Regex { get; init; } = TimeSpan.FromMilliseconds(10);
}
