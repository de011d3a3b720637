using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Evaluation;

/// <summary>A parameter, ready to be bound.</summary>
internal sealed record ParameterCode(string Name, ValueCode? Default, bool IsVariadic);

/// <summary>A function that a script defines. It captures nothing: what its variables mean is decided by who calls it.</summary>
/// <param name="name">Its name; empty for an anonymous one.</param>
/// <param name="layout">Its local variables.</param>
/// <param name="parameters">Its parameters; null when it declares none.</param>
/// <param name="body">Its statements.</param>
/// <param name="prints">Whether its body can print.</param>
internal sealed class CompiledFunction(
    string name, FrameLayout layout, ParameterCode[]? parameters, StatementCode body, bool prints) : ScriptFunction
{
    public override string Name => name;

    /// <summary>How many positional arguments it takes; int.MaxValue for any number.</summary>
    public int MostArguments => parameters is null || (parameters.Length > 0 && parameters[^1].IsVariadic)
        ? int.MaxValue
        : parameters.Length;

    internal override int RequiredArguments
    {
        get
        {
            var count = 0;
            foreach (var parameter in parameters ?? [])
                if (parameter is { Default: null, IsVariadic: false }) count++;
            return count;
        }
    }

    internal override ScriptValue Invoke(
        Run run, ReadOnlySpan<ScriptValue> arguments, ReadOnlySpan<NamedArgument> named, CodeLocation site) =>
        Invoke(run, arguments, named, site, null);

    /// <summary>Calls it with a block for <c>$$</c>.</summary>
    public ScriptValue Invoke(
        Run run, ReadOnlySpan<ScriptValue> arguments, ReadOnlySpan<NamedArgument> named, CodeLocation site, WrappedCode? wrapped)
    {
        run.Charge(120 + ScriptArray.ItemSize * (layout.Locals.Length + (long)arguments.Length));
        var frame = new Frame(run, layout) { Wrapped = wrapped };
        var outer = run.Scope;
        if (parameters is not null) Bind(frame, parameters, arguments, named, site);
        else
        {
            if (!arguments.IsEmpty) frame.Arguments = arguments.ToArray();
            if (!named.IsEmpty) frame.Named = named.ToArray();
        }
        var result = prints ? Capture(frame) : Execute(frame);
        run.Scope = outer;
        return result;
    }

    private ScriptValue Execute(Frame frame)
    {
        body.Execute(frame);
        return frame.Result;
    }

    // What is printed is the result, unless `ret` gives one.
    private ScriptValue Capture(Frame frame)
    {
        var output = frame.Run.Output;
        var start = output.Length;
        if (body.Execute(frame) == Flow.Return && !frame.Result.IsNull) return frame.Result;
        return frame.Run.TakeOutput(start);
    }

    private void Bind(
        Frame frame, ParameterCode[] declared, ReadOnlySpan<ScriptValue> arguments, ReadOnlySpan<NamedArgument> named, CodeLocation site)
    {
        var run = frame.Run;
        var shown = name.Length == 0 ? "this function" : $"`{name}`";
        if (arguments.Length > MostArguments)
            throw run.Fail($"{shown} takes at most {declared.Length} arguments, but {arguments.Length} were given");
        run.ChargeObject(declared.Length);
        var members = new ScriptObject(declared.Length);
        run.Scope = new Scope(members, null, run.Scope);
        var bound = new ScriptValue[declared.Length];
        var given = 0UL;
        foreach (var (argument, value) in named)
        {
            var place = Array.FindIndex(declared, p => p.Name == argument);
            if (place < 0) throw run.Fail($"{shown} has no parameter `{argument}`");
            if (place < arguments.Length || (given & 1UL << place) != 0)
                throw run.Fail($"the argument `{argument}` of {shown} is given twice");
            given |= 1UL << place;
            bound[place] = value;
        }
        for (var i = 0; i < declared.Length; i++)
        {
            if (declared[i].IsVariadic && (given & 1UL << i) == 0) bound[i] = Rest(run, arguments, i);
            else if (i < arguments.Length) bound[i] = arguments[i];
            else if ((given & 1UL << i) == 0)
                bound[i] = declared[i].Default?.Evaluate(frame) ?? throw run.Fail($"{shown} misses its argument `{declared[i].Name}`");
            members.Set(declared[i].Name, bound[i]);
            run.Site = site;
        }
        frame.Arguments = bound;
    }

    private static ScriptValue Rest(Run run, ReadOnlySpan<ScriptValue> arguments, int from)
    {
        run.ChargeArray(arguments.Length);
        return ScriptValue.Of(from < arguments.Length ? new ScriptArray(arguments[from..]) : new ScriptArray());
    }
}

/// <summary>A function with its first arguments given: <c>@(f 1)</c>.</summary>
internal sealed class PartialFunction(ScriptFunction function, ScriptValue[] first, NamedArgument[] named) : ScriptFunction
{
    public override string Name => function.Name;

    internal override int RequiredArguments => Math.Max(0, function.RequiredArguments - first.Length - named.Length);

    internal override ScriptValue Invoke(
        Run run, ReadOnlySpan<ScriptValue> arguments, ReadOnlySpan<NamedArgument> more, CodeLocation site)
    {
        run.ChargeArray(first.Length + arguments.Length + 2 * (named.Length + more.Length));
        ScriptValue[] all = [.. first, .. arguments];
        NamedArgument[] allNamed = [.. named, .. more];
        return run.Call(function, all, allNamed, site);
    }
}
