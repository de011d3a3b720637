using System.Globalization;
using PluginHost.Core.Scripting.Globalization;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>
/// Reads dates as people and programs write them: ISO 8601, RFC 1123, <c>2016/01/05</c>, <c>5 Jan 2016 3:04 PM</c>, <c>20/01/2022 08:32
/// +00:00</c>. Of two numbers the culture says which is the day. Nothing is taken from the machine: neither its clock nor its time zone.
/// </summary>
internal sealed class DateReader(TextCursor text, CultureInfo culture)
{
    private const int Longest = 200;

    private readonly DateParts _parts = new();
    private readonly List<(int Value, int Digits)> _numbers = [];

    /// <summary>The date; null where the text is none.</summary>
    public static DateTimeOffset? Read(string text, CultureInfo culture, DateTimeOffset now)
    {
        if (text.Length > Longest) return null;
        var cursor = new TextCursor(text);
        var reader = new DateReader(cursor, culture);
        return reader.ReadAll() && reader.Assign() ? reader._parts.ToDate(now) : null;
    }

    // Until the day is complete, a hyphen separates its numbers.
    private bool HasDay => _numbers.Count is 0 or 3 || _parts.Month is not null;

    private bool ReadAll()
    {
        var hasTime = false;
        while (true)
        {
            while (text.Next is ' ' or ',' or '\t' or '\u202f' or '\u00a0') text.Skip();
            if (text.IsAtEnd) return true;
            if (char.IsAsciiDigit(text.Next))
            {
                if (!Digits(ref hasTime)) return false;
            }
            else if (hasTime && HasDay && text.Offset() is { } offset)
            {
                _parts.Offset = offset;
            }
            else if (text.Next is '/' or '-' or '.')
            {
                if (_numbers.Count == 0 && _parts.Month is null) return false;
                text.Skip();
            }
            else if (!Word(hasTime))
            {
                return false;
            }
        }
    }

    private bool Digits(ref bool hasTime)
    {
        if (Month()) return true; // 12月
        var (value, digits) = text.Number(9)!.Value;
        if (char.IsAsciiDigit(text.Next)) return false;
        if (text.Next != ':')
        {
            if (digits == 8 && _numbers.Count == 0) // 20160105
            {
                _numbers.AddRange([((int)value / 10000, 4), ((int)value / 100 % 100, 2), ((int)value % 100, 2)]);
                return true;
            }
            if (IsHalfDayNext())
            {
                _parts.Hour = (int)value;
                return hasTime = !hasTime;
            }
            _numbers.Add(((int)value, digits));
            return _numbers.Count <= 3;
        }
        if (hasTime || digits > 2) return false;
        hasTime = true;
        _parts.Hour = (int)value;
        text.Skip();
        return Clock();
    }

    // After the colon behind the hour.
    private bool Clock()
    {
        if (text.Number(2) is not { } minute) return false;
        _parts.Minute = (int)minute.Value;
        if (!text.Take(':')) return true;
        if (text.Number(2) is not { } second) return false;
        _parts.Second = (int)second.Value;
        if (!text.Take('.') && !text.Take(',')) return true;
        if (text.Fraction() is not { } fraction) return false;
        _parts.Fraction = fraction;
        return true;
    }

    // 3 PM
    private bool IsHalfDayNext()
    {
        text.SkipBlanks();
        return text.Next is 'a' or 'A' or 'p' or 'P' && HalfDay();
    }

    private bool HalfDay()
    {
        var half = text.OneOf([culture.DateTimeFormat.AMDesignator, culture.DateTimeFormat.PMDesignator, "AM", "PM"]);
        if (half >= 0) _parts.IsAfternoon = half % 2 == 1;
        return half >= 0;
    }

    private bool Word(bool hasTime)
    {
        if (hasTime && HalfDay()) return true;
        if (_numbers.Count == 3 && !hasTime && text.Take('T')) return char.IsAsciiDigit(text.Next);
        var isFirst = _parts.Month is null;
        if (Month()) return isFirst && !char.IsLetter(text.Next);
        return Named(f => f.DayNames, f => f.AbbreviatedDayNames, f => f.AbbreviatedDayNames) >= 0 && !char.IsLetter(text.Next);
    }

    private bool Month()
    {
        var month = Named(f => f.MonthNames, f => f.MonthGenitiveNames, f => f.AbbreviatedMonthNames);
        if (month >= 0) _parts.Month = month + 1;
        return month >= 0;
    }

    private int Named(params ReadOnlySpan<Func<DateTimeFormatInfo, string[]>> kinds)
    {
        foreach (var kind in kinds)
        {
            var found = text.OneOf(kind(culture.DateTimeFormat));
            if (found >= 0) return found;
        }
        foreach (var kind in kinds)
        {
            var found = text.OneOf(kind(CultureInfo.InvariantCulture.DateTimeFormat));
            if (found >= 0) return found;
        }
        return -1;
    }

    // Which number is what.
    private bool Assign()
    {
        if (_parts.Month is not null) return AssignBesideMonth();
        switch (_numbers)
        {
            case []: return true;
            case [{ Digits: >= 3 } year, var month]: Set(year, month, (1, 1)); return true;
            case [var month, { Digits: >= 3 } year]: Set(year, month, (1, 1)); return true;
            case [{ Digits: >= 3 } year, var month, var day]: Set(year, month, day); return true;
            case [var first, var second, var year] when CultureLookup.DayComesFirst(culture): Set(year, second, first); return true;
            case [var first, var second, var year]: Set(year, first, second); return true;
            default: return false;
        }
    }

    private bool AssignBesideMonth()
    {
        switch (_numbers)
        {
            case [{ Digits: >= 3 } year]: Set(year, null, null); return true;
            case [var day]: Set(null, null, day); return true;
            case [{ Digits: >= 3 } year, var day]: Set(year, null, day); return true;
            case [var day, var year]: Set(year, null, day); return true;
            default: return false;
        }
    }

    private void Set((int Value, int Digits)? year, (int Value, int Digits)? month, (int Value, int Digits)? day)
    {
        if (year is { } given) _parts.Year = given.Digits <= 2 ? DateParts.FullYear(given.Value) : given.Value;
        _parts.Month ??= month?.Value;
        _parts.Day = day?.Value;
    }
}
