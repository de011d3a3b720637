namespace PluginHost.Core.Scripting.Values;

/// <summary>Members of values by name: those of objects, and the few that other kinds have.</summary>
internal static class ValueMembers
{
    /// <summary>The member; null where there is none.</summary>
    public static ScriptValue Of(ScriptValue value, string name) => value.Kind switch
    {
        ValueKind.Object => value.AsObject()![name],
        ValueKind.Array => name == "size" ? ScriptValue.Of((long)value.AsArray()!.Count) : value.AsArray()!.Member(name),
        ValueKind.Range => name == "size" ? ScriptValue.Of(value.AsRange()!.Count) : default,
        ValueKind.String => name == "size" ? ScriptValue.Of((long)value.AsString()!.Length) : default,
        ValueKind.Date => OfDate(value.AsDate()!.Value, name),
        ValueKind.TimeSpan => OfTimeSpan(value.AsTimeSpan()!.Value, name),
        _ => default,
    };

    private static ScriptValue OfDate(DateTimeOffset date, string name) => name switch
    {
        "year" => ScriptValue.Of((long)date.Year),
        "month" => ScriptValue.Of((long)date.Month),
        "day" => ScriptValue.Of((long)date.Day),
        "day_of_year" => ScriptValue.Of((long)date.DayOfYear),
        "hour" => ScriptValue.Of((long)date.Hour),
        "minute" => ScriptValue.Of((long)date.Minute),
        "second" => ScriptValue.Of((long)date.Second),
        "millisecond" => ScriptValue.Of((long)date.Millisecond),
        _ => default,
    };

    private static ScriptValue OfTimeSpan(TimeSpan span, string name) => name switch
    {
        "days" => ScriptValue.Of((long)span.Days),
        "hours" => ScriptValue.Of((long)span.Hours),
        "minutes" => ScriptValue.Of((long)span.Minutes),
        "seconds" => ScriptValue.Of((long)span.Seconds),
        "milliseconds" => ScriptValue.Of((long)span.Milliseconds),
        "total_days" => ScriptValue.Of(span.TotalDays),
        "total_hours" => ScriptValue.Of(span.TotalHours),
        "total_minutes" => ScriptValue.Of(span.TotalMinutes),
        "total_seconds" => ScriptValue.Of(span.TotalSeconds),
        "total_milliseconds" => ScriptValue.Of(span.TotalMilliseconds),
        _ => default,
    };
}
