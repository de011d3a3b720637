using PluginHost.Core.Scripting.Evaluation;

namespace PluginHost.Core.Scripting.Values;

/// <summary>Something that a script can call: one of its own functions, a built-in, or either with some arguments given already.</summary>
public abstract class ScriptFunction
{
    private protected ScriptFunction() { }

    /// <summary>The name for errors, such as <c>string.upcase</c>; empty for an anonymous function.</summary>
    public abstract string Name { get; }

    /// <summary>How many arguments a call must give.</summary>
    internal abstract int RequiredArguments { get; }

    /// <summary>Calls it. Charges its own steps; the caller has counted the depth.</summary>
    /// <param name="run">The evaluation under way.</param>
    /// <param name="arguments">Positional arguments.</param>
    /// <param name="named">Named arguments, after the positional ones.</param>
    /// <param name="site">The call, for errors.</param>
    internal abstract ScriptValue Invoke(
        Run run, ReadOnlySpan<ScriptValue> arguments, ReadOnlySpan<NamedArgument> named, CodeLocation site);
}

/// <summary>An argument given by name: <c>f 1 count: 2</c>.</summary>
internal readonly record struct NamedArgument(string Name, ScriptValue Value);
