using System.Globalization;
using PluginHost.Core.Scripting.Globalization;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>The built-in object <c>date</c>.</summary>
internal static class DateFunctions
{
    private const int DateSize = 40;

    public static FunctionGroup Group { get; } = new("date",
        new("now", "", "The instant at which the evaluation began.", call => New(call, call.Run.Now)),
        new("add_days", "date days", "The date so many days later, which may be a fraction or negative.",
            call => Add(call, TimeSpan.TicksPerDay)),
        new("add_months", "date months", "The date so many months later; at most the last day of that month.", AddMonths),
        new("add_years", "date years", "The date so many years later.", AddYears),
        new("add_hours", "date hours", "The date so many hours later.", call => Add(call, TimeSpan.TicksPerHour)),
        new("add_minutes", "date minutes", "The date so many minutes later.", call => Add(call, TimeSpan.TicksPerMinute)),
        new("add_seconds", "date seconds", "The date so many seconds later.", call => Add(call, TimeSpan.TicksPerSecond)),
        new("add_milliseconds", "date millis", "The date so many milliseconds later.", call => Add(call, TimeSpan.TicksPerMillisecond)),
        new("parse", "text pattern? culture?",
            "The date that a text is, by a pattern or as people write it; null where it is none.", Parse),
        new("parse_to_string", "text output_pattern? output_culture? input_pattern? input_culture?",
            "The date that a text is, written by another pattern; null where it is none.", ParseToString),
        new("to_string", "datetime pattern? culture?", "The date written by a pattern such as `%Y-%m-%d`.", ToText),
        new("format", "", "The pattern by which dates print; `date.format = '...'` sets it.", call => call.Text(Format(call))))
    {
        Values = [new("default_format", ScriptValue.Of(DateFormatter.Default))],
    };

    private static string Format(Call call) => call.Run.DateFormat ?? DateFormatter.Default;

    private static ScriptValue New(Call call, DateTimeOffset date)
    {
        call.Run.Charge(DateSize);
        return ScriptValue.Of(date);
    }

    private static ScriptValue Add(Call call, long unit)
    {
        var (date, span) = (call.Date(0), TimeSpanFunctions.Ticks(call, 1, unit));
        var (local, utc) = ((Int128)date.Ticks + span.Ticks, (Int128)date.UtcTicks + span.Ticks);
        return IsDate(local) && IsDate(utc) ? New(call, date.Add(span)) : throw call.Fail(1, "leads out of the years 1 to 9999");
    }

    private static bool IsDate(Int128 ticks) => ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;

    private static ScriptValue AddMonths(Call call) => Months(call, call.Integer(1));

    private static ScriptValue AddYears(Call call) =>
        Months(call, call.Integer(1) is >= -10_000 and <= 10_000 and var years ? 12 * years : long.MaxValue);

    private static ScriptValue Months(Call call, long months)
    {
        var date = call.Date(0);
        try
        {
            if (Math.Abs((double)months) <= 120_000) return New(call, date.AddMonths((int)months));
        }
        catch (ArgumentOutOfRangeException)
        {
            // told below: only .NET knows where its own calendar ends
        }
        throw call.Fail(1, "leads out of the years 1 to 9999");
    }

    private static ScriptValue Parse(Call call) =>
        Read(call, 1, call.Culture(2)) is { } date ? New(call, date) : default;

    private static ScriptValue ParseToString(Call call)
    {
        if (Read(call, 3, call.Culture(4)) is not { } date) return default;
        return ScriptValue.Of(DateFormatter.Format(call.Run, date, call.TextOrNull(1) ?? Format(call), call.Culture(2)));
    }

    private static ScriptValue ToText(Call call)
    {
        if (call[0].IsNull) return default;
        return ScriptValue.Of(DateFormatter.Format(call.Run, call.Date(0), call.TextOrNull(1) ?? Format(call), call.Culture(2)));
    }

    private static DateTimeOffset? Read(Call call, int pattern, CultureInfo culture)
    {
        if (call[0].AsDate() is { } already) return already;
        var text = call.Text(0);
        call.Run.StepMany(20);
        call.Run.Charge(500);
        if (text.Length == 0) return null;
        if (call.TextOrNull(pattern) is not { } directives) return DateReader.Read(text, culture, call.Run.Now);
        call.Run.Pass(16L * directives.Length);
        return DatePatternReader.Read(text, directives, culture, call.Run.Now);
    }
}
