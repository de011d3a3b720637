using System.Collections;
using System.Globalization;
using System.Numerics;
using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Syntax;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>How a built-in of the library comes to scripts.</summary>
internal enum Treatment
{
    /// <summary>As it is: what it walks is counted, what it gives is held to the limits.</summary>
    AsIs,

    /// <summary>With texts of at most 131,072 characters, as its work or its result is not in proportion to them.</summary>
    Capped,

    /// <summary>With numbers, dates and texts only: the library would print anything else into a message without a bound.</summary>
    ScalarsOnly,

    /// <summary>The host's own.</summary>
    Replaced,
}

/// <summary>A built-in of the library with bounds on what it gets and what it gives.</summary>
internal sealed class BoundedFunction(string name, IScriptCustomFunction function, Treatment treatment) : IScriptCustomFunction
{
    /// <summary>Characters of a text that a capped function takes.</summary>
    public const int MaxText = 131_072;

    /// <inheritdoc/>
    public int RequiredParameterCount => function.RequiredParameterCount;

    /// <inheritdoc/>
    public int ParameterCount => function.ParameterCount;

    /// <inheritdoc/>
    public ScriptVarParamKind VarParamKind => function.VarParamKind;

    /// <inheritdoc/>
    public Type ReturnType => function.ReturnType;

    /// <inheritdoc/>
    public ScriptParameterInfo GetParameterInfo(int index) => function.GetParameterInfo(index);

    /// <inheritdoc/>
    public object? Invoke(TemplateContext context, ScriptNode? callerContext, ScriptArray arguments, ScriptBlockStatement? blockStatement)
    {
        var bounded = (ScriptContext)context;
        var span = callerContext?.Span ?? context.CurrentSpan;
        for (var i = 0; i < arguments.Count; i++) Check(bounded, span, i, arguments[i]);
        var value = function.Invoke(context, callerContext, arguments, blockStatement);
        if (value is string text) bounded.CheckText(span, text.Length);
        return value is IEnumerable items and not (string or ScriptArray or IScriptObject or IDictionary) ? ScriptValues.ToArray(bounded, items) : value;
    }

    /// <inheritdoc/>
    public ValueTask<object?> InvokeAsync(TemplateContext context, ScriptNode? callerContext, ScriptArray arguments, ScriptBlockStatement? blockStatement) =>
        new(Invoke(context, callerContext, arguments, blockStatement));

    private void Check(ScriptContext context, SourceSpan span, int index, object? argument)
    {
        switch (argument)
        {
            case int number:
                if (number > 1000) context.Arm();
                return;
            case null or bool or double:
                return;
            case string text:
                if (treatment == Treatment.Capped && text.Length > MaxText)
                    throw new ScriptRuntimeException(span, $"`{name}`: the text is longer than {MaxText} characters");
                if (text.Length > 256) context.StepItems(text.Length / 256);
                return;
            case ScriptArray or ScriptRange:
                context.StepItems(((ICollection)argument).Count);
                break;
        }
        var isScalar = argument is ValueType and not KeyValuePair<string, object?>;
        if (isScalar) return;
        if (treatment == Treatment.ScalarsOnly)
            throw new ScriptRuntimeException(span, $"`{name}`: a number, a date or a text is expected, not {ScriptValues.Describe(argument)}");
        // The library prints what should be a function, but is none.
        if (argument is not IScriptCustomFunction && GetParameterInfo(index).Name == "function")
            throw new ScriptRuntimeException(span, $"`{name}`: a function is expected, not {ScriptValues.Describe(argument)}; write @ before its name");
    }
}

/// <summary>A function of the host.</summary>
internal sealed class HostFunction : IScriptCustomFunction
{
    private readonly string[] _parameters;
    private readonly Func<Call, object?> _body;

    /// <summary>Makes one.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="parameters">Names, separated by a blank; those that may be left out end with <c>?</c>.</param>
    /// <param name="body">What it does.</param>
    public HostFunction(string name, string parameters, Func<Call, object?> body)
    {
        Name = name;
        _parameters = parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        RequiredParameterCount = _parameters.Count(parameter => !parameter.EndsWith('?'));
        _body = body;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public int RequiredParameterCount { get; }

    /// <inheritdoc/>
    public int ParameterCount => _parameters.Length;

    /// <inheritdoc/>
    public ScriptVarParamKind VarParamKind => ScriptVarParamKind.None;

    /// <inheritdoc/>
    public Type ReturnType => typeof(object);

    /// <inheritdoc/>
    public ScriptParameterInfo GetParameterInfo(int index) => index < RequiredParameterCount
        ? new ScriptParameterInfo(typeof(object), _parameters[index])
        : new ScriptParameterInfo(typeof(object), index < _parameters.Length ? _parameters[index].TrimEnd('?') : "", null);

    /// <inheritdoc/>
    public object? Invoke(TemplateContext context, ScriptNode? callerContext, ScriptArray arguments, ScriptBlockStatement? blockStatement) =>
        _body(new Call((ScriptContext)context, this, callerContext?.Span ?? context.CurrentSpan, arguments));

    /// <inheritdoc/>
    public ValueTask<object?> InvokeAsync(TemplateContext context, ScriptNode? callerContext, ScriptArray arguments, ScriptBlockStatement? blockStatement) =>
        new(Invoke(context, callerContext, arguments, blockStatement));
}

/// <summary>A call of a host function.</summary>
/// <param name="Context">Where.</param>
/// <param name="Function">The function.</param>
/// <param name="Span">The place of the call.</param>
/// <param name="Arguments">As many as the function has parameters.</param>
internal readonly record struct Call(ScriptContext Context, HostFunction Function, SourceSpan Span, ScriptArray Arguments)
{
    /// <summary>An argument; null where it was left out.</summary>
    public object? this[int index] => index < Arguments.Count ? Arguments[index] : null;

    /// <summary>The error of this call.</summary>
    public ScriptRuntimeException Fail(string message) => new(Span, $"`{Function.Name}`: {message}");

    /// <summary>A text, as the value prints; null is empty.</summary>
    public string Text(int index) => TextOrNull(index) ?? "";

    /// <summary>A text, as the value prints.</summary>
    public string? TextOrNull(int index)
    {
        var text = Context.ObjectToString(this[index]);
        Context.CheckText(Span, text?.Length ?? 0);
        return text;
    }

    /// <summary>A text of at most 131,072 characters.</summary>
    public string CappedText(int index)
    {
        var text = Text(index);
        if (text.Length > BoundedFunction.MaxText) throw Fail($"the text is longer than {BoundedFunction.MaxText} characters");
        Context.StepItems(text.Length / 64);
        return text;
    }

    /// <summary>A whole number; none where it was left out.</summary>
    public long? Whole(int index) => this[index] switch
    {
        null => null,
        int small => small,
        long large => large,
        double real when double.IsInteger(real) && Math.Abs(real) < 9e15 => (long)real,
        var other => throw Fail($"a whole number is expected, not {ScriptValues.Describe(other)}"),
    };

    /// <summary>A number.</summary>
    public double Double(int index) => this[index] switch
    {
        int small => small,
        long large => large,
        double real => real,
        float single => single,
        decimal exact => (double)exact,
        BigInteger huge => (double)huge,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var read) => read,
        var other => throw Fail($"a number is expected, not {ScriptValues.Describe(other)}"),
    };

    /// <summary>A condition.</summary>
    public bool Truth(int index) => Context.ToBool(Span, this[index]);

    /// <summary>The bytes of a Base64 text.</summary>
    public ReadOnlyMemory<byte> FromBase64(int index)
    {
        var text = Text(index);
        var bytes = new byte[text.Length / 4 * 3 + 3];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes.AsMemory(0, length) : throw Fail("the text is not Base64");
    }
}
