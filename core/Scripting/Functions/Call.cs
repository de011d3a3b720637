using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>One call of a built-in. Arguments are counted from 0, as its parameters are; one that was left out is null.</summary>
internal readonly ref struct Call(
    Run run, BuiltinFunction function, ReadOnlySpan<ScriptValue> arguments, CodeLocation site, ulong given)
{
    private readonly ReadOnlySpan<ScriptValue> _arguments = arguments;

    /// <summary>The evaluation: limits, clock, chance, calls of other functions.</summary>
    public Run Run { get; } = run;

    /// <summary>The place of the call.</summary>
    public CodeLocation Site { get; } = site;

    /// <summary>The argument as it is; null where it was left out.</summary>
    public ScriptValue this[int index] => index < _arguments.Length ? _arguments[index] : default;

    /// <summary>Whether the argument was given, be it null.</summary>
    public bool Has(int index) => index < _arguments.Length && (index >= 64 || (given & 1UL << index) != 0);

    /// <summary>The arguments of a last parameter that takes several.</summary>
    public ReadOnlySpan<ScriptValue> Rest(int from) => from < _arguments.Length ? _arguments[from..] : default;

    /// <summary>The text of the argument; null for null.</summary>
    public string? TextOrNull(int index) => this[index].IsNull ? null : ValueText.Of(Run, this[index]);

    /// <summary>The text of the argument; empty for null.</summary>
    public string Text(int index) => ValueText.Of(Run, this[index]);

    /// <summary>The argument as a whole number: a float is cut, a text must be one. Null where it was left out or is null.</summary>
    public long? IntegerOrNull(int index) => this[index].IsNull ? null : Integer(index);

    /// <inheritdoc cref="IntegerOrNull"/>
    /// <remarks>An argument that is null fails.</remarks>
    public long Integer(int index) => ValueNumbers.ToInteger(this[index])
        ?? throw Fail($"{Argument(index)} must be a whole number, but is {Describe(this[index])}");

    /// <summary>The same as <see cref="Integer"/> in 32 bits; beyond that it fails.</summary>
    public int Int32(int index) => Integer(index) is var value and >= int.MinValue and <= int.MaxValue
        ? (int)value
        : throw Fail($"{Argument(index)} is out of range: {Describe(this[index])}");

    /// <summary>The argument as a number, whatever its kind; a text must be one.</summary>
    public ScriptValue Number(int index) => this[index].IsNumber
        ? this[index]
        : ValueNumbers.Parse(this[index].AsString()) is { IsNull: false } parsed
            ? parsed
            : throw Fail($"{Argument(index)} must be a number, but is {Describe(this[index])}");

    /// <summary>The argument as a double.</summary>
    public double Double(int index) => Number(index).AsDouble()!.Value;

    /// <summary>Whether the argument counts as true.</summary>
    public bool Truth(int index) => this[index].IsTruthy;

    /// <summary>The argument as something to walk: array, range, text, object; null is empty.</summary>
    public ScriptSequence List(int index) => ScriptSequence.Of(this[index])
        ?? throw Fail($"{Argument(index)} must be a list, but is {Describe(this[index])}");

    /// <summary>The argument as an object.</summary>
    public ScriptObject Object(int index) => this[index].AsObject()
        ?? throw Fail($"{Argument(index)} must be an object, but is {Describe(this[index])}");

    /// <summary>The argument as a function.</summary>
    public ScriptFunction Function(int index) => this[index].AsFunction()
        ?? throw Fail($"{Argument(index)} must be a function, but is {Describe(this[index])}");

    /// <summary>The argument as an instant.</summary>
    public DateTimeOffset Date(int index) => this[index].AsDate()
        ?? throw Fail($"{Argument(index)} must be a date, but is {Describe(this[index])}");

    /// <summary>The argument as a length of time.</summary>
    public TimeSpan TimeSpan(int index) => this[index].AsTimeSpan()
        ?? throw Fail($"{Argument(index)} must be a timespan, but is {Describe(this[index])}");

    /// <summary>A fault that names one argument: <c>throw call.Fail(1, "must not be negative")</c>.</summary>
    public ScriptFault Fail(int index, string message) => Fail($"{Argument(index)} {message}, but is {Describe(this[index])}");

    /// <summary>A text as a result. It is charged.</summary>
    public ScriptValue Text(string? text)
    {
        if (text is not null) Run.ChargeText(text.Length);
        return ScriptValue.Of(text);
    }

    /// <summary>A fault at this call: <c>throw call.Fail("…")</c>.</summary>
    public ScriptFault Fail(string message) => new(Site, $"`{function.Name}`: {message}");

    private string Argument(int index) => function.Argument(index);

    private static string Describe(ScriptValue value) => ValueNumbers.Describe(value);
}
