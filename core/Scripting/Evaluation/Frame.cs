using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Evaluation;

/// <summary>How a statement ended.</summary>
internal enum Flow : byte
{
    Next,
    Break,
    Continue,
    Return,
}

/// <summary>One call of a function, of an include or of the script itself: its local variables and arguments.</summary>
internal sealed class Frame(Run run, FrameLayout layout)
{
    public readonly Run Run = run;
    public readonly FrameLayout Layout = layout;
    public readonly ScriptValue[] Locals = layout.Locals.Length == 0 ? [] : new ScriptValue[layout.Locals.Length];

    /// <summary>The positional arguments.</summary>
    public ScriptValue[] Arguments = [];

    /// <summary>The named arguments of a function without parameters.</summary>
    public NamedArgument[] Named = [];

    /// <summary>The block given by <c>wrap</c>.</summary>
    public WrappedCode? Wrapped;

    /// <summary>The innermost loop.</summary>
    public LoopState? Loop;

    /// <summary>What <c>ret</c> gave.</summary>
    public ScriptValue Result;

    private ScriptArray? _all;
    private ScriptObject? _others; // local variables of a wrapped block that this frame's own code does not mention
    private HashSet<string>? _readOnly;

    /// <summary><c>$</c>: the arguments, the named ones as members.</summary>
    public ScriptArray AllArguments
    {
        get
        {
            if (_all is not null) return _all;
            Run.ChargeArray(Arguments.Length);
            _all = new ScriptArray(Arguments);
            foreach (var (name, value) in Named) _all.SetMember(name, value);
            return _all;
        }
    }

    /// <summary><c>$0</c> and so on.</summary>
    public ScriptValue Argument(int index) =>
        _all is not null ? _all[index] : index < Arguments.Length ? Arguments[index] : default;

    /// <summary>A local variable by name, for code that runs in a frame that is not its own.</summary>
    public ScriptValue Local(string name) =>
        Array.IndexOf(Layout.Locals, name) is var slot and >= 0 ? Locals[slot] : _others?[name] ?? default;

    /// <inheritdoc cref="Local"/>
    public void SetLocal(string name, ScriptValue value)
    {
        CheckWritable(name);
        if (Array.IndexOf(Layout.Locals, name) is var slot and >= 0) Locals[slot] = value;
        else (_others ??= new ScriptObject()).Set(name, value);
    }

    public void SetReadOnly(string name) => (_readOnly ??= []).Add(name);

    public void CheckWritable(string name)
    {
        if (_readOnly is not null && _readOnly.Contains(name)) throw Run.Fail($"`${name}` is read-only");
    }
}

/// <summary>The names of the local variables of a piece of code, by slot.</summary>
internal sealed class FrameLayout(string[] locals)
{
    public readonly string[] Locals = locals;
}

/// <summary>Where a loop is.</summary>
internal sealed class LoopState(LoopState? outer)
{
    public readonly LoopState? Outer = outer;
    public long Index;
    public long Count = -1;
    public long Columns = 1;
    public bool IsChanged = true;
}

/// <summary>The block of a <c>wrap</c>, with what <c>$$</c> means in it.</summary>
internal sealed record WrappedCode(StatementCode Body, WrappedCode? Outer);

/// <summary>Where global variables are looked for: an object, or the variable of a loop; then further out.</summary>
internal sealed class Scope(ScriptObject? members, string? loopVariable, Scope? outer)
{
    public readonly ScriptObject? Members = members;
    public readonly string? LoopVariable = loopVariable;
    public readonly Scope? Outer = outer;
    public ScriptValue LoopValue;
}
