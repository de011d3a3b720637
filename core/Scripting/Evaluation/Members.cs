using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Evaluation;

/// <summary>Members and items of values.</summary>
internal static class Members
{
    private const int LongestArray = 10_000_000;

    /// <summary><c>target.name</c>. A member that is not there is null; a member of null fails.</summary>
    public static ScriptValue Get(Run run, ScriptValue target, string name)
    {
        switch (target.Kind)
        {
            case ValueKind.Object:
                var members = target.AsObject()!;
                if (members.Find(name) is var at and >= 0) return members.At(at);
                if (ReferenceEquals(members, run.Globals)) return run.Ambient(name);
                return name == "empty?" ? ScriptValue.Of(members.Count == 0) : default;
            case ValueKind.Array:
                var array = target.AsArray()!;
                return name switch
                {
                    "size" => ScriptValue.Of((long)array.Count),
                    "empty?" => ScriptValue.Of(array.Count == 0),
                    _ => array.Member(name),
                };
            case ValueKind.String or ValueKind.Range:
                var count = ScriptSequence.Of(target)!.Value.Count;
                return name switch
                {
                    "size" => ScriptValue.Of(count),
                    "empty?" => ScriptValue.Of(count == 0),
                    _ => default,
                };
            case ValueKind.Date: return OfDate(target.AsDate()!.Value, name);
            case ValueKind.TimeSpan: return OfTimeSpan(target.AsTimeSpan()!.Value, name);
            case ValueKind.Null: throw run.Fail($"the member `{name}` of null cannot be read");
            default: return default;
        }
    }

    /// <summary><c>target.name = value</c>.</summary>
    public static void Set(Run run, ScriptValue target, string name, ScriptValue value)
    {
        if (target.AsObject() is { } members)
        {
            run.SetMember(members, name, value);
            return;
        }
        if (target.AsArray() is not { } array) throw run.Fail($"a member of {ValueNumbers.Describe(target)} cannot be set");
        if (array.IsFrozen) throw run.Fail("this value cannot be changed");
        if (name is "size" or "empty?") throw run.Fail($"`{name}` is read-only");
        run.Charge(ScriptObject.MemberSize);
        array.SetMember(name, value);
    }

    /// <summary><c>target[index]</c>. Negative numbers count from the end; what is not there is null.</summary>
    public static ScriptValue GetItem(Run run, ScriptValue target, ScriptValue index)
    {
        if (target.IsNull) throw run.Fail("an item of null cannot be read");
        if (index.IsNull) throw run.Fail("null is no index");
        if (target.Kind == ValueKind.Object || index.Kind == ValueKind.String) return Get(run, target, ValueText.Of(run, index));
        if (target.Kind is not (ValueKind.Array or ValueKind.String or ValueKind.Range)) return default;
        var items = ScriptSequence.Of(target)!.Value;
        var at = Place(run, index, items.Count);
        return at >= 0 && at < items.Count ? items[at] : default;
    }

    /// <summary><c>target[index] = value</c>. An array grows as far as it has to.</summary>
    public static void SetItem(Run run, ScriptValue target, ScriptValue index, ScriptValue value)
    {
        if (index.IsNull) throw run.Fail("null is no index");
        if (target.Kind == ValueKind.Object || index.Kind == ValueKind.String)
        {
            Set(run, target, ValueText.Of(run, index), value);
            return;
        }
        if (target.AsArray() is not { } array) throw run.Fail($"an item of {ValueNumbers.Describe(target)} cannot be set");
        if (array.IsFrozen) throw run.Fail("this value cannot be changed");
        var at = Place(run, index, array.Count);
        if (at is < 0 or > LongestArray) throw run.Fail($"an array has no item {ValueNumbers.Describe(index)}");
        run.Charge(ScriptArray.ItemSize * Math.Max(1, at + 1 - array.Count));
        array.Set((int)at, value);
    }

    private static long Place(Run run, ScriptValue index, long count)
    {
        var at = (index.IsNumber ? ValueNumbers.ToInteger(index) : null)
            ?? throw run.Fail($"{ValueNumbers.Describe(index)} is no index");
        return at < 0 ? at + count : at;
    }

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

    private static ScriptValue OfTimeSpan(TimeSpan time, string name) => name switch
    {
        "days" => ScriptValue.Of((long)time.Days),
        "hours" => ScriptValue.Of((long)time.Hours),
        "minutes" => ScriptValue.Of((long)time.Minutes),
        "seconds" => ScriptValue.Of((long)time.Seconds),
        "milliseconds" => ScriptValue.Of((long)time.Milliseconds),
        "total_days" => ScriptValue.Of(time.TotalDays),
        "total_hours" => ScriptValue.Of(time.TotalHours),
        "total_minutes" => ScriptValue.Of(time.TotalMinutes),
        "total_seconds" => ScriptValue.Of(time.TotalSeconds),
        "total_milliseconds" => ScriptValue.Of(time.TotalMilliseconds),
        _ => default,
    };
}
