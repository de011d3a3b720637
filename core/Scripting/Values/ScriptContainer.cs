namespace PluginHost.Core.Scripting.Values;

/// <summary>
/// An array or an object. It is either <em>frozen</em>, as all are that enter or leave an evaluation and that nobody changes any more, or it
/// belongs to the one evaluation that made it. What an evaluation reads out of its own containers is always its own: a frozen child is
/// replaced by a copy on first sight, so that two names for it stay two names for one thing, and the frozen original is never touched.
/// </summary>
public abstract class ScriptContainer
{
    private protected ScriptContainer() { }

    /// <summary>Whether nobody can change this any more, nor anything in it.</summary>
    public bool IsFrozen { get; private protected set; }

    /// <summary>Bytes that this and all it holds were estimated at when it was frozen; 0 before.</summary>
    public long FrozenSize { get; private protected set; }

    /// <summary>A copy that may be changed. It shares its storage with this until then.</summary>
    internal abstract ScriptContainer Thaw();

    /// <summary>Freezes this container, whose children are frozen already.</summary>
    internal abstract void SealShallow();

    internal abstract int ChildSlots { get; }

    /// <summary>The value in a slot as it is, for walks that only read.</summary>
    internal abstract ScriptValue RawChild(int slot);

    private protected void CheckNotFrozen()
    {
        if (IsFrozen) throw new InvalidOperationException("a frozen value cannot be changed");
    }

    internal static ScriptValue Thaw(ScriptValue value) => value.Reference switch
    {
        ScriptObject { IsFrozen: true } o => ScriptValue.Of((ScriptObject)o.Thaw()),
        ScriptArray { IsFrozen: true } a => ScriptValue.Of((ScriptArray)a.Thaw()),
        _ => value,
    };
}
