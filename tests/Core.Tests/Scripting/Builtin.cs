using System.Numerics;
using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Functions;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Tests.Scripting;

/// <summary>Calls of single built-ins.</summary>
internal static class Builtin
{
    public static readonly DateTimeOffset Now = new(2024, 2, 29, 12, 30, 15, TimeSpan.Zero);

    public static Run NewRun(ScriptLimits? limits = null)
    {
        var run = new Run();
        run.Begin(limits ?? Rendering.Patient, Now, 42, null);
        return run;
    }

    public static ScriptValue Call(string name, params ScriptValue[] arguments) => Call(NewRun(), name, arguments);

    public static ScriptValue Call(Run run, string name, ScriptValue[] arguments, params (string Name, ScriptValue Value)[] named) =>
        run.Call(Function(name), arguments, named.Select(n => new NamedArgument(n.Name, n.Value)).ToArray(), CodeLocation.None);

    public static ScriptFunction Function(string name)
    {
        var parts = name.Split('.');
        return Builtins.Find(parts[0]).AsObject()![parts[1]].AsFunction()!;
    }

    /// <summary>What a call prints, of arguments as <see cref="Value"/> takes them.</summary>
    public static string Print(string name, params object?[]? arguments) => Print(NewRun(), name, arguments);

    public static string Print(Run run, string name, params object?[]? arguments) =>
        ValueText.Of(run, Call(run, name, Values(arguments)));

    /// <summary>The message of the fault that a call ends with.</summary>
    public static string Fault(string name, params object?[]? arguments) =>
        Assert.Throws<ScriptFault>(() => Call(name, Values(arguments))).Message;

    // A single null is passed as no array at all.
    private static ScriptValue[] Values(object?[]? arguments) => [.. (arguments ?? [null]).Select(Value)];

    /// <summary>A value of .NET; <c>@string.strip</c> is a function, <c>json:{...}</c> what the JSON says.</summary>
    public static ScriptValue Value(object? value) => value switch
    {
        null => ScriptValue.Null,
        ScriptValue script => script,
        bool truth => ScriptValue.Of(truth),
        int number => Number(number),
        long number => Number(number),
        float number => ScriptValue.Of(number),
        double number => ScriptValue.Of(number),
        decimal number => ScriptValue.Of(number),
        BigInteger number => ScriptValue.Of(number),
        DateTimeOffset date => ScriptValue.Of(date),
        TimeSpan span => ScriptValue.Of(span),
        Range range => ScriptValue.Of(ScriptRange.Between(range.Start.Value, range.End.Value, true)),
        string text when text.StartsWith('@') => ScriptValue.Of(Function(text[1..])),
        string text when text.StartsWith("json:", StringComparison.Ordinal) => Json.Read(NewRun(), text[5..])!.Value,
        string text => Text(text),
        IEnumerable<object?> items => Array([.. items.Select(Value)]),
        System.Collections.IEnumerable items => Array([.. items.Cast<object?>().Select(Value)]),
        _ => throw new ArgumentException(value.GetType().Name),
    };

    public static ScriptValue Array(params ScriptValue[] items) => ScriptValue.Of(ScriptArray.Create(items));

    public static ScriptValue Text(string text) => ScriptValue.Of(text);

    public static ScriptValue Number(long number) => ScriptValue.Of(number);
}
