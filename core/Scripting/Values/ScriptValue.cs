using System.Numerics;
using System.Runtime.CompilerServices;

namespace PluginHost.Core.Scripting.Values;

/// <summary>
/// A value of the script language: 16 bytes, passed by value. Numbers, booleans and time spans live in it; everything else is a reference.
/// The default value is null.
/// </summary>
public readonly struct ScriptValue : IEquatable<ScriptValue>
{
    // For values without an object this names the kind; otherwise it is the object itself.
    private readonly object? _reference;
    private readonly long _bits;

    private ScriptValue(object? reference, long bits = 0)
    {
        _reference = reference;
        _bits = bits;
    }

    /// <summary>No value.</summary>
    public static ScriptValue Null => default;

    /// <summary>The boolean true.</summary>
    public static ScriptValue True => new(Tag.Bool, 1);

    /// <summary>The boolean false.</summary>
    public static ScriptValue False => new(Tag.Bool, 0);

    /// <summary>The empty object that nobody can change: also the variable <c>empty</c>.</summary>
    public static ScriptValue Empty { get; } = new(ScriptObject.Create([]));

    /// <summary>The empty string.</summary>
    public static ScriptValue EmptyText => new(string.Empty);

    /// <summary>What the value is.</summary>
    public ValueKind Kind => _reference switch
    {
        null => ValueKind.Null,
        string => ValueKind.String,
        Tag tag => tag.Kind,
        ScriptObject => ValueKind.Object,
        ScriptArray => ValueKind.Array,
        ScriptRange => ValueKind.Range,
        ScriptFunction => ValueKind.Function,
        DateTimeOffset => ValueKind.Date,
        decimal => ValueKind.Decimal,
        _ => ValueKind.BigInteger,
    };

    /// <summary>Whether this is null.</summary>
    public bool IsNull => _reference is null;

    /// <summary>Whether this is a number of any kind.</summary>
    public bool IsNumber => Kind is >= ValueKind.Integer and <= ValueKind.Decimal;

    /// <summary>Whether this counts as true in a condition: everything but null and false.</summary>
    public bool IsTruthy => ReferenceEquals(_reference, Tag.Bool) ? _bits != 0 : _reference is not null;

    internal bool IsInteger => ReferenceEquals(_reference, Tag.Integer);

    internal bool IsDouble => ReferenceEquals(_reference, Tag.Double);

    internal bool IsBool => ReferenceEquals(_reference, Tag.Bool);

    /// <summary>The number of 64 bits; 0 where this is none.</summary>
    internal long RawInteger => _bits;

    internal double RawDouble => BitConverter.Int64BitsToDouble(_bits);

    internal bool RawBool => _bits != 0;

    /// <summary>The array, object, range, function or string; null for anything else.</summary>
    internal object? Reference => _reference is Tag ? null : _reference;

    /// <summary>Whether this may hold other values.</summary>
    internal bool IsContainer => _reference is ScriptContainer;

    /// <summary>A boolean.</summary>
    public static ScriptValue Of(bool value) => new(Tag.Bool, value ? 1 : 0);

    /// <summary>A whole number.</summary>
    public static ScriptValue Of(long value) => new(Tag.Integer, value);

    /// <summary>A floating-point number of 64 bits.</summary>
    public static ScriptValue Of(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A floating-point number of 32 bits.</summary>
    public static ScriptValue Of(float value) => new(Tag.Single, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A decimal number.</summary>
    public static ScriptValue Of(decimal value) => new((object)value);

    /// <summary>A whole number of any size; kept in 64 bits where it fits.</summary>
    public static ScriptValue Of(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? Of((long)value) : new((object)value);

    /// <summary>Text; null gives the null value.</summary>
    public static ScriptValue Of(string? value) => new(value);

    /// <summary>An array, object, range or function; null gives the null value.</summary>
    public static ScriptValue Of(ScriptObject? value) => new(value);

    /// <inheritdoc cref="Of(ScriptObject?)"/>
    public static ScriptValue Of(ScriptArray? value) => new(value);

    /// <inheritdoc cref="Of(ScriptObject?)"/>
    public static ScriptValue Of(ScriptRange? value) => new(value);

    /// <inheritdoc cref="Of(ScriptObject?)"/>
    public static ScriptValue Of(ScriptFunction? value) => new(value);

    /// <summary>An instant.</summary>
    public static ScriptValue Of(DateTimeOffset value) => new((object)value);

    /// <summary>A length of time.</summary>
    public static ScriptValue Of(TimeSpan value) => new(Tag.TimeSpan, value.Ticks);

    /// <summary>The text, when this is a string; otherwise null.</summary>
    public string? AsString() => _reference as string;

    /// <summary>The object, when this is one; otherwise null.</summary>
    public ScriptObject? AsObject() => _reference as ScriptObject;

    /// <summary>The array, when this is one; otherwise null.</summary>
    public ScriptArray? AsArray() => _reference as ScriptArray;

    /// <summary>The range, when this is one; otherwise null.</summary>
    public ScriptRange? AsRange() => _reference as ScriptRange;

    /// <summary>The function, when this is one; otherwise null.</summary>
    public ScriptFunction? AsFunction() => _reference as ScriptFunction;

    /// <summary>The instant, when this is one; otherwise null.</summary>
    public DateTimeOffset? AsDate() => _reference is DateTimeOffset date ? date : null;

    /// <summary>The length of time, when this is one; otherwise null.</summary>
    public TimeSpan? AsTimeSpan() => ReferenceEquals(_reference, Tag.TimeSpan) ? new TimeSpan(_bits) : null;

    /// <summary>The boolean, when this is one; otherwise null.</summary>
    public bool? AsBool() => IsBool ? _bits != 0 : null;

    /// <summary>The whole number, when this is one that fits into 64 bits; otherwise null.</summary>
    public long? AsInteger() => IsInteger ? _bits : null;

    /// <summary>The number as a double, rounded where it has to be; null when this is no number.</summary>
    public double? AsDouble() => Kind switch
    {
        ValueKind.Integer => _bits,
        ValueKind.Single or ValueKind.Double => RawDouble,
        ValueKind.Decimal => (double)(decimal)_reference!,
        ValueKind.BigInteger => (double)(BigInteger)_reference!,
        _ => null,
    };

    /// <summary>The number as a decimal; null when this is no number or out of the range of a decimal.</summary>
    public decimal? AsDecimal() => Kind switch
    {
        ValueKind.Integer => _bits,
        ValueKind.Decimal => (decimal)_reference!,
        ValueKind.Single or ValueKind.Double => Math.Abs(RawDouble) < (double)decimal.MaxValue ? (decimal)RawDouble : null,
        ValueKind.BigInteger when BigInteger.Abs((BigInteger)_reference!) <= (BigInteger)decimal.MaxValue => (decimal)(BigInteger)_reference,
        _ => null,
    };

    /// <summary>The whole number of any size, when this is one; otherwise null.</summary>
    public BigInteger? AsBigInteger() => Kind switch
    {
        ValueKind.Integer => _bits,
        ValueKind.BigInteger => (BigInteger)_reference!,
        _ => null,
    };

    /// <summary>Whether both are the same value: scalars by kind and value, arrays, objects, ranges and functions by reference. The
    /// language's own <c>==</c> is <see cref="ValueComparison.AreEqual"/>.</summary>
    public bool Equals(ScriptValue other) => Kind == other.Kind && Kind switch
    {
        ValueKind.String or ValueKind.Decimal or ValueKind.BigInteger or ValueKind.Date => _reference!.Equals(other._reference),
        _ => _bits == other._bits && ReferenceEquals(_reference, other._reference),
    };

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ScriptValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _reference switch
    {
        null => 0,
        string or decimal or BigInteger or DateTimeOffset => _reference.GetHashCode(),
        _ => HashCode.Combine(RuntimeHelpers.GetHashCode(_reference), _bits),
    };

    /// <summary>Same as <see cref="Equals(ScriptValue)"/>.</summary>
    public static bool operator ==(ScriptValue left, ScriptValue right) => left.Equals(right);

    /// <summary>The opposite of ==.</summary>
    public static bool operator !=(ScriptValue left, ScriptValue right) => !left.Equals(right);

    /// <summary>The text that a script would print, for logs and debuggers; at most 1,000 characters.</summary>
    public override string ToString() => ValueText.Preview(this);

    private sealed class Tag(ValueKind kind)
    {
        public static readonly Tag Bool = new(ValueKind.Bool);
        public static readonly Tag Integer = new(ValueKind.Integer);
        public static readonly Tag Single = new(ValueKind.Single);
        public static readonly Tag Double = new(ValueKind.Double);
        public static readonly Tag TimeSpan = new(ValueKind.TimeSpan);

        public readonly ValueKind Kind = kind;

        public override string ToString() => Kind.ToString();
    }
}
