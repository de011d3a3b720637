using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Text.Json;

namespace PluginHost.Extensions.Binding;

/// <summary>Reads values that have no members: from a JSON value, from the name of a member, from the text of an attribute.</summary>
internal static class Scalars
{
    private delegate object? Parse(string text);

    private static readonly (string Unit, double Milliseconds)[] Units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    private static readonly string[] Times = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Whether a type has no members.</summary>
    public static bool Are(Type type) =>
        type == typeof(bool) || type == typeof(JsonElement) || type == typeof(object) || type.IsEnum || NumberOf(type) is not null || TextOf(type) is not null;

    /// <summary>Reads a JSON value.</summary>
    /// <returns>The value, or what was expected.</returns>
    public static (object? Value, string? Expected) Read(Type type, JsonElement element)
    {
        if (type == typeof(JsonElement) || type == typeof(object)) return (element.Clone(), null);
        if (type == typeof(bool)) return element.ValueKind is JsonValueKind.True or JsonValueKind.False ? (element.GetBoolean(), null) : (null, "true or false");
        if (type.IsEnum) return element.ValueKind == JsonValueKind.String ? ReadEnum(type, element.GetString()!) : (null, NamesOf(type));
        if (NumberOf(type) is { } number)
            return element.ValueKind == JsonValueKind.Number && number.Parse(element.GetRawText()) is { } value ? (value, null) : (null, number.Expected);
        var (parse, expected) = TextOf(type)!.Value;
        return element.ValueKind == JsonValueKind.String && Text(element) is { } text && parse(text) is { } parsed ? (parsed, null) : (null, expected);
    }

    /// <summary>Reads the name of a member.</summary>
    /// <returns>The value, or what was expected.</returns>
    public static (object? Value, string? Expected) ReadName(Type type, string text)
    {
        if (type.IsEnum) return ReadEnum(type, text);
        if (type == typeof(bool)) return bool.TryParse(text, out var flag) ? (flag, null) : (null, "true or false");
        var (parse, expected) = NumberOf(type) ?? TextOf(type) ?? (_ => null, "nothing");
        return parse(text) is { } value ? (value, null) : (null, expected);
    }

    /// <summary>The names of an enumeration, as options write them.</summary>
    public static string NameOf(string member) => JsonNamingPolicy.CamelCase.ConvertName(member);

    private static string? Text(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair
        }
    }

    private static (object?, string?) ReadEnum(Type type, string text)
    {
        foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
            if (field.Name.Equals(text, StringComparison.OrdinalIgnoreCase))
                return (field.GetValue(null), null);
        return (null, NamesOf(type));
    }

    private static string NamesOf(Type type) => $"one of {string.Join(", ", Enum.GetNames(type).Select(NameOf))}";

    private static (Parse Parse, string Expected)? NumberOf(Type type) => Type.GetTypeCode(type) switch
    {
        _ when type.IsEnum => null,
        TypeCode.Byte => Whole<byte>(),
        TypeCode.SByte => Whole<sbyte>(),
        TypeCode.Int16 => Whole<short>(),
        TypeCode.UInt16 => Whole<ushort>(),
        TypeCode.Int32 => Whole<int>(),
        TypeCode.UInt32 => Whole<uint>(),
        TypeCode.Int64 => Whole<long>(),
        TypeCode.UInt64 => Whole<ulong>(),
        TypeCode.Single => (text => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && float.IsFinite(value) ? value : null, "a number"),
        TypeCode.Double => (text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null, "a number"),
        TypeCode.Decimal => (text => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null, "a number"),
        _ => null,
    };

    private static (Parse, string) Whole<T>() where T : struct, IBinaryInteger<T>, IMinMaxValue<T> =>
        (text => T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null,
            $"a whole number from {T.MinValue.ToString("n0", CultureInfo.InvariantCulture)} to {T.MaxValue.ToString("n0", CultureInfo.InvariantCulture)}");

    private static (Parse Parse, string Expected)? TextOf(Type type)
    {
        if (type == typeof(string)) return (text => text, "text");
        if (type == typeof(TimeSpan)) return (text => Duration(text), "a duration such as 500ms, 30s, 5m, 2h, 1d or 01:30:00");
        if (type == typeof(Uri)) return (AbsoluteUri, "an absolute address such as https://example.com/");
        if (type == typeof(char)) return (text => text.Length == 1 ? text[0] : null, "one character");
        if (type == typeof(Version)) return (text => Version.TryParse(text, out var version) ? version : null, "a version such as 1.2.3");
        if (type == typeof(DateTimeOffset)) return (text => DateTimeOffset.TryParseExact(text, Times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null, "a time such as 2030-12-31T23:59:59Z");
        if (type == typeof(DateTime)) return (text => DateTime.TryParseExact(text, Times, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : null, "a time such as 2030-12-31T23:59:59Z");
        if (type == typeof(DateOnly)) return (text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null, "a date such as 2030-12-31");
        if (type == typeof(TimeOnly)) return (text => TimeOnly.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : null, "a time of day such as 23:59:59");
        return type.GetInterfaces().Any(implemented =>
            implemented.IsGenericType && implemented.GetGenericTypeDefinition() == typeof(IParsable<>) && implemented.GenericTypeArguments[0] == type)
            ? (Parsable(type), $"a {type.Name} as text")
            : null;
    }

    private static object? AbsoluteUri(string text) =>
        // On Unix /path is an absolute file; nobody means that here.
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && text.StartsWith(uri.Scheme + ":", StringComparison.OrdinalIgnoreCase) ? uri : null;

    private static TimeSpan? Duration(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
            return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var exact) ? exact : null;
        foreach (var (unit, milliseconds) in Units)
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return number * milliseconds < TimeSpan.MaxValue.TotalMilliseconds ? TimeSpan.FromMilliseconds(number * milliseconds) : null;
        return null;
    }

    private static Parse Parsable(Type type) =>
        typeof(Scalars).GetMethod(nameof(ParseWith), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).CreateDelegate<Parse>();

    private static object? ParseWith<T>(string text) where T : IParsable<T> => T.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : null;
}
