using System.Globalization;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>What has been read of a date. What is missing is taken from the day on which the evaluation runs, a missing time is midnight, a
/// missing offset is UTC.</summary>
internal sealed class DateParts
{
    public int? Year { get; set; }

    public int? Month { get; set; }

    public int? Day { get; set; }

    public int? DayOfYear { get; set; }

    public int Hour { get; set; }

    public int Minute { get; set; }

    public int Second { get; set; }

    /// <summary>Ticks beyond the second.</summary>
    public long Fraction { get; set; }

    /// <summary>True for PM, false for AM.</summary>
    public bool? IsAfternoon { get; set; }

    public TimeSpan Offset { get; set; }

    /// <summary>All of it at once: seconds since 1970.</summary>
    public long? Seconds { get; set; }

    /// <summary>A year of two digits: within 1950 to 2049, as .NET's invariant calendar takes it.</summary>
    public static int FullYear(int year) => CultureInfo.InvariantCulture.Calendar.ToFourDigitYear(year);

    /// <summary>The date, or null where there is no such one.</summary>
    public DateTimeOffset? ToDate(DateTimeOffset now)
    {
        if (Seconds is { } seconds)
            return seconds is >= -62_135_596_800 and <= 253_402_300_799 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        if (IsAfternoon is { } afternoon)
        {
            if (Hour is < 1 or > 12) return null;
            Hour = Hour % 12 + (afternoon ? 12 : 0);
        }
        var hasDay = Year is not null || Month is not null || Day is not null;
        var (year, month, day) = (Year ?? now.Year, Month ?? (hasDay ? 1 : now.Month), Day ?? (hasDay ? 1 : now.Day));
        if (year is < 1 or > 9999 || Hour > 23 || Minute > 59 || Second > 59 || Offset.Duration() > TimeSpan.FromHours(14)) return null;
        var date = DayOfYear is { } number ? OfDayOfYear(year, number) : OfDay(year, month, day);
        if (date is not { } found) return null;
        var ticks = found.Ticks + new TimeSpan(Hour, Minute, Second).Ticks + Fraction;
        var utc = ticks - Offset.Ticks;
        return utc >= 0 && utc <= DateTime.MaxValue.Ticks ? new DateTimeOffset(ticks, Offset) : null;
    }

    private static DateTime? OfDay(int year, int month, int day) =>
        month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new DateTime(year, month, day) : null;

    private static DateTime? OfDayOfYear(int year, int day) =>
        day >= 1 && day <= (DateTime.IsLeapYear(year) ? 366 : 365) ? new DateTime(year, 1, 1).AddDays(day - 1) : null;
}
