using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Evaluation;

internal sealed class GlobalCode(string name, CodeLocation site) : TargetCode
{
    public override ScriptValue Evaluate(Frame frame) => frame.Run.Lookup(name);

    public override void Assign(Frame frame, ScriptValue value)
    {
        frame.Run.Site = site;
        frame.Run.SetGlobal(name, value);
    }

    /// <summary>The value as something that can be changed: the members of a built-in object become the script's own.</summary>
    public ScriptValue EvaluateForChange(Frame frame)
    {
        var value = frame.Run.Lookup(name);
        if (value.Reference is not ScriptObject { IsFrozen: true } builtin || value == ScriptValue.Empty) return value;
        var own = ScriptValue.Of((ScriptObject)builtin.Thaw());
        frame.Run.Globals.Set(name, own);
        return own;
    }
}

internal sealed class LocalCode(int slot, string name, CodeLocation site) : TargetCode
{
    public override ScriptValue Evaluate(Frame frame) => frame.Locals[slot];

    public override void Assign(Frame frame, ScriptValue value)
    {
        frame.Run.Site = site;
        frame.CheckWritable(name);
        frame.Locals[slot] = value;
    }
}

/// <summary>A local variable in the block of a <c>wrap</c>, which is executed in a frame that is not its own.</summary>
internal sealed class NamedLocalCode(string name, CodeLocation site) : TargetCode
{
    public override ScriptValue Evaluate(Frame frame) => frame.Local(name);

    public override void Assign(Frame frame, ScriptValue value)
    {
        frame.Run.Site = site;
        frame.SetLocal(name, value);
    }
}

internal sealed class ArgumentCode(int index, CodeLocation site) : TargetCode
{
    public override ScriptValue Evaluate(Frame frame) => frame.Argument(index);

    public override void Assign(Frame frame, ScriptValue value)
    {
        frame.Run.Site = site;
        frame.Run.Charge(ScriptArray.ItemSize * (index + 1L));
        frame.AllArguments.Set(index, value);
    }
}

/// <param name="target">What it is a member of, where that is read.</param>
/// <param name="owner">The same where it is changed: a built-in object must then become the script's own. Null when it is the same.</param>
/// <param name="name">The member's name.</param>
/// <param name="isOptional">Whether a member of null is null.</param>
/// <param name="site">Where it stands.</param>
internal sealed class MemberCode(ValueCode target, GlobalCode? owner, string name, bool isOptional, CodeLocation site) : TargetCode
{
    public override ScriptValue Evaluate(Frame frame)
    {
        var value = target.Evaluate(frame);
        if (value.Reference is ScriptObject members && members.Find(name) is var at and >= 0) return members.At(at);
        if (isOptional && value.IsNull) return default;
        frame.Run.Site = site;
        return Members.Get(frame.Run, value, name);
    }

    public override void Assign(Frame frame, ScriptValue value) => Set(frame, Owner(frame), value);

    public override (ScriptValue Before, ScriptValue After) Update(Frame frame, Func<ScriptValue, ScriptValue> change)
    {
        var holder = Owner(frame);
        frame.Run.Site = site;
        var before = Members.Get(frame.Run, holder, name);
        var after = change(before);
        Set(frame, holder, after);
        return (before, after);
    }

    private ScriptValue Owner(Frame frame) => owner is null ? target.Evaluate(frame) : owner.EvaluateForChange(frame);

    private void Set(Frame frame, ScriptValue holder, ScriptValue value)
    {
        frame.Run.Site = site;
        Members.Set(frame.Run, holder, name, value);
        if (name == "format" && owner is not null) frame.Run.DateFormatMayHaveChanged(holder, value);
    }
}

internal sealed class ItemCode(ValueCode target, ValueCode index, CodeLocation site) : TargetCode
{
    public override ScriptValue Evaluate(Frame frame)
    {
        var (holder, at) = (target.Evaluate(frame), index.Evaluate(frame));
        frame.Run.Site = site;
        return Members.GetItem(frame.Run, holder, at);
    }

    public override void Assign(Frame frame, ScriptValue value)
    {
        var (holder, at) = (target.Evaluate(frame), index.Evaluate(frame));
        frame.Run.Site = site;
        Members.SetItem(frame.Run, holder, at, value);
    }

    public override (ScriptValue Before, ScriptValue After) Update(Frame frame, Func<ScriptValue, ScriptValue> change)
    {
        var (holder, at) = (target.Evaluate(frame), index.Evaluate(frame));
        frame.Run.Site = site;
        var before = Members.GetItem(frame.Run, holder, at);
        var after = change(before);
        frame.Run.Site = site;
        Members.SetItem(frame.Run, holder, at, after);
        return (before, after);
    }
}
