using System.Runtime.CompilerServices;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Evaluation;

/// <summary>An argument of a call.</summary>
internal readonly record struct ArgumentItem(string? Name, ValueCode Value, bool IsExpanded);

/// <summary>A call with arguments.</summary>
internal sealed class CallCode : ValueCode
{
    private const int Inline = 4;

    private readonly ValueCode _target;
    private readonly string _shown;
    private readonly ArgumentItem[] _arguments;
    private readonly CodeLocation _site;
    private readonly bool _isPlain;

    /// <param name="target">What is called; it is not called by being evaluated.</param>
    /// <param name="shown">How errors name it.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="site">Where the call stands.</param>
    public CallCode(ValueCode target, string shown, ArgumentItem[] arguments, CodeLocation site)
    {
        (_target, _shown, _arguments, _site) = (target, shown, arguments, site);
        _isPlain = arguments.Length <= Inline && !Array.Exists(arguments, a => a.Name is not null || a.IsExpanded);
    }

    public override ScriptValue Evaluate(Frame frame) => Evaluate(frame, null);

    /// <summary>Calls it with a block for <c>$$</c>.</summary>
    public ScriptValue Evaluate(Frame frame, WrappedCode? wrapped)
    {
        var function = Function(frame);
        if (_isPlain && wrapped is null) return EvaluatePlain(frame, function);
        var (positional, named) = Arguments(frame);
        if (wrapped is null) return frame.Run.Call(function, positional, named, _site);
        if (function is not CompiledFunction compiled)
        {
            frame.Run.Site = _site;
            throw frame.Run.Fail($"`{_shown}` takes no block");
        }
        frame.Run.Enter(_site);
        var result = compiled.Invoke(frame.Run, positional, named, _site, wrapped);
        frame.Run.Leave(_site);
        return result;
    }

    /// <summary>The function with these arguments given.</summary>
    public ScriptValue EvaluatePartial(Frame frame)
    {
        var function = Function(frame);
        var (positional, named) = Arguments(frame);
        return ScriptValue.Of(new PartialFunction(function, positional, named));
    }

    private ScriptFunction Function(Frame frame)
    {
        var target = _target.Evaluate(frame);
        if (target.Reference is ScriptFunction function) return function;
        frame.Run.Site = _site;
        throw frame.Run.Fail(target.IsNull
            ? $"the function `{_shown}` is not defined"
            : $"`{_shown}` is no function, but {ValueNumbers.Describe(target)}");
    }

    // Up to four arguments travel on the stack.
    private ScriptValue EvaluatePlain(Frame frame, ScriptFunction function)
    {
        var buffer = default(FourValues);
        for (var i = 0; i < _arguments.Length; i++) buffer[i] = _arguments[i].Value.Evaluate(frame);
        return frame.Run.Call(function, ((ReadOnlySpan<ScriptValue>)buffer)[.._arguments.Length], default, _site);
    }

    private (ScriptValue[] Positional, NamedArgument[] Named) Arguments(Frame frame)
    {
        var run = frame.Run;
        run.Site = _site;
        run.ChargeArray(2 * _arguments.Length);
        var positional = new List<ScriptValue>(_arguments.Length);
        var named = new List<NamedArgument>();
        foreach (var (name, code, isExpanded) in _arguments)
        {
            var value = code.Evaluate(frame);
            if (name is not null) named.Add(new NamedArgument(name, value));
            else if (isExpanded && ScriptSequence.Of(value) is { } items)
            {
                run.Site = _site;
                run.StepMany(items.Count);
                run.ChargeArray(items.Count);
                for (var i = 0L; i < items.Count; i++) positional.Add(items[i]);
            }
            else positional.Add(value);
        }
        return ([.. positional], [.. named]);
    }

    [InlineArray(Inline)]
    private struct FourValues
    {
        private ScriptValue _first;
    }
}
