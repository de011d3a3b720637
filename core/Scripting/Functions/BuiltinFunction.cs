using System.Collections.Immutable;
using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>What a built-in computes: a pure function of its call.</summary>
internal delegate ScriptValue BuiltinBody(Call call);

/// <summary>
/// A function of the language itself.
/// <para>
/// A group of them is one static class with a <see cref="FunctionGroup"/>, listed in <see cref="Builtins"/>. A function is declared by its
/// name, its parameters as Scriban's documentation names them (they are also the names of named arguments) and its body:
/// <c>new("truncate", "text length ellipsis?", Truncate)</c>. A parameter ending in <c>?</c> may be left out; the last may end in
/// <c>...</c> and takes all further positional arguments. Whoever calls with too few, too many or unknown names gets a located error
/// before the body is reached.
/// </para>
/// <para>
/// In the body: take arguments through <see cref="Call"/> (<c>call.Text(0)</c>, <c>call.Integer(1)</c>, <c>call.List(0)</c> …), which
/// converts or fails with a located error. Before a loop over input, or within it, count it: <c>call.Run.Step()</c> an item. Before
/// allocating, charge it: <c>call.Run.ChargeArray(n)</c>; return text by <c>call.Text(string)</c>, which charges it. Where the length of a
/// string is known before it is built, ask <c>call.Run.CheckText(length)</c> first. Call a function given as an argument by
/// <c>call.Run.Call(call.Function(1), [item])</c>. Clock and chance are <c>call.Run.Now</c> and <c>call.Run.NextRandom()</c>. Fail by
/// <c>throw call.Fail("…")</c>; no other exception may escape. Never change an argument: return a new array. Reading a container out of a
/// container through the indexers keeps two names for one thing what they are; raw spans are for reading only.
/// </para>
/// </summary>
internal sealed class BuiltinFunction : ScriptFunction
{
    private readonly BuiltinBody _body;
    private readonly ImmutableArray<string> _parameters;
    private readonly bool _isVariadic;

    /// <summary>Declares a function.</summary>
    /// <param name="name">The name within its group.</param>
    /// <param name="parameters">Parameter names, separated by spaces.</param>
    /// <param name="body">What it computes.</param>
    public BuiltinFunction(string name, string parameters, BuiltinBody body)
        : this(name, parameters, "", body)
    {
    }

    /// <inheritdoc cref="BuiltinFunction(string, string, BuiltinBody)"/>
    /// <param name="name">The name within its group.</param>
    /// <param name="parameters">Parameter names, separated by spaces.</param>
    /// <param name="summary">One sentence for <c>docs/scripting-functions.md</c>.</param>
    /// <param name="body">What it computes.</param>
    public BuiltinFunction(string name, string parameters, string summary, BuiltinBody body)
        : this(name, parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries), summary, body)
    {
    }

    private BuiltinFunction(string name, string[] parameters, string summary, BuiltinBody body)
    {
        Summary = summary;
        Signature = [.. parameters];
        MemberName = name;
        Name = name;
        _body = body;
        _isVariadic = parameters.Length > 0 && parameters[^1].EndsWith("...", StringComparison.Ordinal);
        RequiredArguments = parameters.Count(p => !p.EndsWith('?') && !p.EndsWith("...", StringComparison.Ordinal));
        _parameters = [.. parameters.Select(p => p.TrimEnd('?', '.'))];
    }

    private BuiltinFunction(BuiltinFunction function, string fullName)
    {
        (MemberName, Name, _body) = (function.MemberName, fullName, function._body);
        (Summary, Signature) = (function.Summary, function.Signature);
        (_parameters, _isVariadic, RequiredArguments) = (function._parameters, function._isVariadic, function.RequiredArguments);
    }

    /// <summary>The name within its group.</summary>
    public string MemberName { get; }

    /// <summary>What it does, in one sentence.</summary>
    public string Summary { get; }

    /// <summary>The parameters as declared: <c>text</c>, <c>length?</c>, <c>args...</c>.</summary>
    public ImmutableArray<string> Signature { get; }

    /// <inheritdoc/>
    public override string Name { get; }

    internal override int RequiredArguments { get; }

    /// <summary>How an error names the argument at a place from 0.</summary>
    public string Argument(int index) => index < _parameters.Length ? $"argument `{_parameters[index]}`" : $"argument {index + 1}";

    /// <summary>The same function, called by the name of its group too.</summary>
    public BuiltinFunction In(string group) => new(this, group + "." + MemberName);

    internal override ScriptValue Invoke(
        Run run, ReadOnlySpan<ScriptValue> arguments, ReadOnlySpan<NamedArgument> named, CodeLocation site)
    {
        run.Site = site;
        if (named.IsEmpty && arguments.Length >= RequiredArguments && (arguments.Length <= _parameters.Length || _isVariadic))
            return _body(new Call(run, this, arguments, site, ulong.MaxValue));
        return InvokeBound(run, arguments, named, site);
    }

    private ScriptValue InvokeBound(
        Run run, ReadOnlySpan<ScriptValue> arguments, ReadOnlySpan<NamedArgument> named, CodeLocation site)
    {
        if (arguments.Length > _parameters.Length && !_isVariadic)
            throw run.Fail($"`{Name}` takes at most {_parameters.Length} arguments, but {arguments.Length} were given");
        run.ChargeArray(_parameters.Length + arguments.Length);
        var bound = new ScriptValue[Math.Max(_parameters.Length, arguments.Length)];
        arguments.CopyTo(bound);
        var given = Mask(arguments.Length);
        foreach (var (name, value) in named)
        {
            var place = _parameters.IndexOf(name);
            if (place < 0) throw run.Fail($"`{Name}` has no parameter `{name}`");
            if ((given & 1UL << place) != 0) throw run.Fail($"the argument `{name}` of `{Name}` is given twice");
            given |= 1UL << place;
            bound[place] = value;
        }
        if ((~given & Mask(RequiredArguments)) != 0)
            throw run.Fail($"`{Name}` misses its argument `{_parameters[System.Numerics.BitOperations.TrailingZeroCount(~given)]}`");
        return _body(new Call(run, this, bound, site, given));
    }

    private static ulong Mask(int count) => count >= 64 ? ulong.MaxValue : (1UL << count) - 1;
}
