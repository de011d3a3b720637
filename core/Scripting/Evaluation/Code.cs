using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Evaluation;

/// <summary>An expression, ready to be evaluated as often as wanted. Immutable; used by many evaluations at once.</summary>
internal abstract class ValueCode
{
    /// <summary>The value. Throws <see cref="ScriptFault"/>.</summary>
    public abstract ScriptValue Evaluate(Frame frame);
}

/// <summary>An expression that can be assigned to.</summary>
internal abstract class TargetCode : ValueCode
{
    /// <summary>Assigns.</summary>
    public abstract void Assign(Frame frame, ScriptValue value);

    /// <summary>Reads, computes, assigns, evaluating what the target is made of once.</summary>
    public virtual (ScriptValue Before, ScriptValue After) Update(Frame frame, Func<ScriptValue, ScriptValue> change)
    {
        var before = Evaluate(frame);
        var after = change(before);
        Assign(frame, after);
        return (before, after);
    }
}

/// <summary>A statement, ready to be executed as often as wanted.</summary>
internal abstract class StatementCode
{
    /// <summary>Executes it.</summary>
    public abstract Flow Execute(Frame frame);
}
