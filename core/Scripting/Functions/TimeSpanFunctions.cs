using System.Globalization;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>The built-in object <c>timespan</c>.</summary>
internal static class TimeSpanFunctions
{
    public static FunctionGroup Group { get; } = new("timespan",
        new("from_days", "days", "A length of time of so many days, which may be a fraction.", call => From(call, TimeSpan.TicksPerDay)),
        new("from_hours", "hours", "The same of hours.", call => From(call, TimeSpan.TicksPerHour)),
        new("from_minutes", "minutes", "The same of minutes.", call => From(call, TimeSpan.TicksPerMinute)),
        new("from_seconds", "seconds", "The same of seconds.", call => From(call, TimeSpan.TicksPerSecond)),
        new("from_milliseconds", "millis", "The same of milliseconds.", call => From(call, TimeSpan.TicksPerMillisecond)),
        new("parse", "text", "The length of time that a text such as `1.02:03:04.5` is (days.hours:minutes:seconds).", Parse));

    /// <summary>The length of an argument in units of so many ticks.</summary>
    public static TimeSpan Ticks(Call call, int argument, long unit)
    {
        var ticks = call.Number(argument).AsInteger() is { } whole ? (double)whole * unit : call.Double(argument) * unit;
        return Math.Abs(ticks) < 9.2e18 ? TimeSpan.FromTicks((long)Math.Round(ticks)) : throw call.Fail(argument, "is out of range");
    }

    private static ScriptValue From(Call call, long unit) => ScriptValue.Of(Ticks(call, 0, unit));

    private static ScriptValue Parse(Call call)
    {
        var text = call.Text(0);
        if (text.Length == 0) return default;
        return text.Length <= 100 && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span)
            ? ScriptValue.Of(span)
            : throw call.Fail(0, "must be a length of time such as 1.02:03:04");
    }
}
