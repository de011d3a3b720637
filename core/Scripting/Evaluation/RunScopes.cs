using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Evaluation;

/// <summary>Global variables: looked for from the innermost object outwards, set in the innermost.</summary>
internal sealed partial class Run
{
    private ScriptObject _globals = new(8);
    private Scope? _outermost;

    /// <summary>The innermost scope.</summary>
    public Scope Scope { get; set; } = new(null, null, null);

    /// <summary>The outermost object that scripts can write to.</summary>
    public ScriptObject Globals => _globals;

    /// <summary>The value of a global variable, null where there is none.</summary>
    public ScriptValue Lookup(string name)
    {
        for (var scope = Scope; scope is not null; scope = scope.Outer)
        {
            if (scope.LoopVariable is not null)
            {
                if (scope.LoopVariable == name) return scope.LoopValue;
            }
            else if (scope.Members!.Find(name) is var at and >= 0)
            {
                return scope.Members.At(at);
            }
        }
        return Ambient(name);
    }

    /// <summary>Sets a global variable in the innermost object, or the variable of a loop.</summary>
    public void SetGlobal(string name, ScriptValue value)
    {
        var scope = Scope;
        for (; scope.LoopVariable is not null; scope = scope.Outer!)
        {
            if (scope.LoopVariable != name) continue;
            scope.LoopValue = value;
            return;
        }
        SetMember(scope.Members!, name, value);
    }

    /// <summary><c>this</c>.</summary>
    public ScriptObject This
    {
        get
        {
            var scope = Scope;
            while (scope.LoopVariable is not null) scope = scope.Outer!;
            return scope.Members!;
        }
    }

    /// <summary>Sets a member, if that is allowed.</summary>
    public void SetMember(ScriptObject target, string name, ScriptValue value)
    {
        if (target.IsFrozen) throw Fail("this value cannot be changed");
        if (target.IsReadOnly(name)) throw Fail($"`{name}` is read-only");
        Charge(ScriptObject.MemberSize);
        target.Set(name, value);
    }

    private void BeginScopes()
    {
        if (_globals.IsFrozen) _globals = new ScriptObject(8);
        else _globals.Clear();
        if (_outermost?.Members != _globals) _outermost = new Scope(_globals, null, null);
        Scope = _outermost;
    }
}
