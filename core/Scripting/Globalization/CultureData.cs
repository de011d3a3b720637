namespace PluginHost.Core.Scripting.Globalization;

/// <summary>
/// How numbers and dates are written in one place of the world (facts of the Unicode CLDR). The parts of <c>Numbers</c> and <c>Patterns</c>
/// are separated by <c>~</c>, names by <c>|</c>, Sunday and January first.
/// </summary>
/// <param name="Name">Language and region.</param>
/// <param name="Numbers">Decimal separator, group separator, .NET's percent pattern, currency symbol, its pattern, its digits.</param>
/// <param name="Months">Names of the months by themselves.</param>
/// <param name="ShortMonths">The same, abbreviated.</param>
/// <param name="Days">Names of the days.</param>
/// <param name="ShortDays">The same, abbreviated.</param>
/// <param name="Patterns">AM, PM, and .NET's patterns: short time, long time, short date, long date.</param>
/// <param name="MonthsOfDays">Names of the months after a day, where they differ.</param>
internal sealed record CultureData(
    string Name, string Numbers, string Months, string ShortMonths, string Days, string ShortDays, string Patterns,
    string? MonthsOfDays = null);
