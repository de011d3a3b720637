using System.Globalization;
using PluginHost.Core.Scripting.Functions;

namespace PluginHost.Core.Scripting.Globalization;

/// <summary>The cultures by which scripts format and parse: .NET's types, filled from <see cref="Cultures"/>, not the machine.</summary>
internal static class CultureLookup
{
    private const int EstimatedSize = 4096;

    /// <summary>The culture an argument names; the invariant one where it was left out, is null or empty. It is charged.</summary>
    public static CultureInfo Culture(this Call call, int index)
    {
        var name = call.Text(index);
        if (name.Length == 0 || name.Equals("invariant", StringComparison.OrdinalIgnoreCase)) return CultureInfo.InvariantCulture;
        call.Run.Charge(EstimatedSize);
        call.Run.StepMany(20);
        return Find(name) ?? throw call.Fail(
            index, $"must name a known culture ({string.Join(", ", Cultures.All.Select(c => c.Name))})");
    }

    /// <summary>The culture of a name such as <c>fr-FR</c> or <c>fr</c>, whatever the case; null where it is not known.</summary>
    public static CultureInfo? Find(string name)
    {
        foreach (var data in Cultures.All)
        {
            if (name.Equals(data.Name, StringComparison.OrdinalIgnoreCase)) return Of(data);
            if (name.Length == 2 && data.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase)) return Of(data);
        }
        return null;
    }

    /// <summary>Whether dates in digits are written with the day before the month.</summary>
    public static bool DayComesFirst(CultureInfo culture)
    {
        var pattern = culture.DateTimeFormat.ShortDatePattern;
        return pattern.IndexOf('d') < pattern.IndexOf('M');
    }

    private static CultureInfo Of(CultureData data)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        Fill(culture.NumberFormat, data.Numbers.Split('~'));
        Fill(culture.DateTimeFormat, data, data.Patterns.Split('~'));
        return culture;
    }

    private static void Fill(NumberFormatInfo format, string[] parts)
    {
        format.NumberDecimalSeparator = format.PercentDecimalSeparator = format.CurrencyDecimalSeparator = parts[0];
        format.NumberGroupSeparator = format.PercentGroupSeparator = format.CurrencyGroupSeparator = parts[1];
        format.NumberDecimalDigits = format.PercentDecimalDigits = 2;
        (format.PercentPositivePattern, format.PercentNegativePattern) = parts[2] switch { "0" => (0, 0), "1" => (1, 1), _ => (2, 2) };
        format.CurrencySymbol = parts[3];
        (format.CurrencyPositivePattern, format.CurrencyNegativePattern) = parts[4] switch
        {
            "0" => (0, 1),
            "1" => (1, 5),
            "2" => (2, 9),
            _ => (3, 8),
        };
        format.CurrencyDecimalDigits = parts[5][0] - '0';
    }

    private static void Fill(DateTimeFormatInfo format, CultureData data, string[] parts)
    {
        format.MonthNames = Year(data.Months);
        format.MonthGenitiveNames = Year(data.MonthsOfDays ?? data.Months);
        format.AbbreviatedMonthNames = format.AbbreviatedMonthGenitiveNames = Year(data.ShortMonths);
        format.DayNames = data.Days.Split('|');
        format.AbbreviatedDayNames = format.ShortestDayNames = data.ShortDays.Split('|');
        (format.AMDesignator, format.PMDesignator) = (parts[0], parts[1]);
        (format.ShortTimePattern, format.LongTimePattern) = (parts[2], parts[3]);
        (format.ShortDatePattern, format.LongDatePattern) = (parts[4], parts[5]);
        format.FullDateTimePattern = parts[5] + " " + parts[3];
        format.DateSeparator = parts[4].First(c => c is '/' or '.' or '-').ToString();
    }

    private static string[] Year(string months) => [.. months.Split('|'), ""];
}
