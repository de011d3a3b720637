using System.Globalization;
using PluginHost.Core.Scripting.Evaluation;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>Dates as text by directives such as <c>%Y-%m-%d</c>.</summary>
internal static class DateFormatter
{
    /// <summary>How dates print as long as a script does not set <c>date.format</c>.</summary>
    public const string Default = "%d %b %Y";

    public static string Format(Run run, DateTimeOffset date, string pattern, CultureInfo culture)
    {
        run.Pass(16L * pattern.Length);
        if (pattern.Contains("%g", StringComparison.Ordinal))
        {
            culture = CultureInfo.InvariantCulture;
            if (pattern == "%g") pattern = run.DateFormat is null or "%g" ? Default : run.DateFormat;
        }
        var text = new TextBuilder(run);
        Append(text, date, pattern, culture);
        return text.Take();
    }

    private static void Append(TextBuilder text, DateTimeOffset date, string pattern, CultureInfo culture)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '%' || i + 1 == pattern.Length) text.Append(pattern[i]);
            else if (pattern[++i] == 'g') i = i + 1 < pattern.Length && pattern[i + 1] == ' ' ? i + 1 : i;
            else if (Composite(pattern[i]) is { } longer) Append(text, date, longer, culture);
            else if (!AppendDate(text, date, pattern[i], culture) && !AppendTime(text, date, pattern[i], culture))
                text.Append(['%', pattern[i]]);
        }
    }

    /// <summary>What a directive stands for that is made of others.</summary>
    public static string? Composite(char directive) => directive switch
    {
        'c' => "%a %b %e %T %Y",
        'D' => "%m/%d/%y",
        'F' => "%Y-%m-%d",
        'r' => "%I:%M:%S %p",
        'R' => "%H:%M",
        'T' => "%H:%M:%S",
        _ => null,
    };

    private static bool AppendDate(TextBuilder text, DateTimeOffset date, char directive, CultureInfo culture)
    {
        var names = culture.DateTimeFormat;
        switch (directive)
        {
            case 'a': text.Append(names.AbbreviatedDayNames[(int)date.DayOfWeek]); break;
            case 'A': text.Append(names.DayNames[(int)date.DayOfWeek]); break;
            case 'b' or 'h': text.Append(names.AbbreviatedMonthNames[date.Month - 1]); break;
            case 'B': text.Append(names.MonthNames[date.Month - 1]); break;
            case 'C': text.Append(date.Year / 100, 2); break;
            case 'd': text.Append(date.Day, 2); break;
            case 'e': text.Append(date.Day, 2, ' '); break;
            case 'j': text.Append(date.DayOfYear, 3); break;
            case 'm': text.Append(date.Month, 2); break;
            case 'u': text.Append(WeekDay(date), 1); break;
            case 'U': text.Append((date.DayOfYear + 6 - (int)date.DayOfWeek) / 7, 2); break;
            case 'v': Append(text, date, "%e-", culture); AppendCapitals(text, date); Append(text, date, "-%Y", culture); break;
            case 'V': text.Append(ISOWeek.GetWeekOfYear(date.DateTime), 2); break;
            case 'w': text.Append((int)date.DayOfWeek, 1); break;
            case 'W': text.Append((date.DayOfYear + 7 - WeekDay(date)) / 7, 2); break;
            case 'x': text.Append(date.ToString("d", culture)); break;
            case 'y': text.Append(date.Year % 100, 2); break;
            case 'Y': text.Append(date.Year, 4); break;
            default: return false;
        }
        return true;
    }

    private static bool AppendTime(TextBuilder text, DateTimeOffset date, char directive, CultureInfo culture)
    {
        switch (directive)
        {
            case 'H': text.Append(date.Hour, 2); break;
            case 'I': text.Append(Hour12(date), 2); break;
            case 'k': text.Append(date.Hour, 2, ' '); break;
            case 'l': text.Append(Hour12(date), 2, ' '); break;
            case 'L': text.Append(date.Millisecond, 3); break;
            case 'M': text.Append(date.Minute, 2); break;
            case 'n': text.Append('\n'); break;
            case 'N': text.Append(date.Ticks % TimeSpan.TicksPerSecond * 100, 9); break;
            case 'p': text.Append(Designator(date, culture)); break;
            case 'P': text.Append(Designator(date, culture).ToLowerInvariant()); break;
            case 's': text.Append(date.ToUnixTimeSeconds(), 1); break;
            case 'S': text.Append(date.Second, 2); break;
            case 't': text.Append('\t'); break;
            case 'X': text.Append(date.ToString("T", culture)); break;
            case 'Z': text.Append(date.ToString("zzz", CultureInfo.InvariantCulture)); break;
            case '%': text.Append('%'); break;
            default: return false;
        }
        return true;
    }

    private static int WeekDay(DateTimeOffset date) => date.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)date.DayOfWeek;

    private static int Hour12(DateTimeOffset date) => (date.Hour + 11) % 12 + 1;

    private static string Designator(DateTimeOffset date, CultureInfo culture) =>
        date.Hour < 12 ? culture.DateTimeFormat.AMDesignator : culture.DateTimeFormat.PMDesignator;

    private static void AppendCapitals(TextBuilder text, DateTimeOffset date) =>
        text.Append(CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedMonthNames[date.Month - 1].ToUpperInvariant());
}
