namespace PluginHost.Core.Scripting.Values;

/// <summary>What a <see cref="ScriptValue"/> is.</summary>
public enum ValueKind : byte
{
    /// <summary>No value. Text: empty.</summary>
    Null,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Bool,

    /// <summary>A whole number of 64 bits. Scriban's <c>int</c> where it fits into 32 bits, its <c>long</c> otherwise.</summary>
    Integer,

    /// <summary>A whole number beyond 64 bits.</summary>
    BigInteger,

    /// <summary>A 32-bit floating-point number (literal <c>1.5f</c>).</summary>
    Single,

    /// <summary>A 64-bit floating-point number.</summary>
    Double,

    /// <summary>A decimal number (literal <c>1.5m</c>).</summary>
    Decimal,

    /// <summary>UTF-16 text.</summary>
    String,

    /// <summary>A <see cref="ScriptArray"/>.</summary>
    Array,

    /// <summary>A <see cref="ScriptObject"/>, the variable <c>empty</c> among them.</summary>
    Object,

    /// <summary>Consecutive whole numbers: <c>1..5</c>.</summary>
    Range,

    /// <summary>Something that can be called.</summary>
    Function,

    /// <summary>An instant with its offset from UTC.</summary>
    Date,

    /// <summary>A length of time.</summary>
    TimeSpan,
}
