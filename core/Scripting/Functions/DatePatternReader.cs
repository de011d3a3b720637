using System.Globalization;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>Reads dates that were written by directives such as <c>%Y-%m-%d</c>.</summary>
internal sealed class DatePatternReader(TextCursor text, CultureInfo culture)
{
    private readonly DateParts _parts = new();

    /// <summary>The date; null where the text does not follow the pattern to its end, or there is no such day.</summary>
    public static DateTimeOffset? Read(string text, string pattern, CultureInfo culture, DateTimeOffset now)
    {
        var cursor = new TextCursor(text);
        var reader = new DatePatternReader(cursor, culture);
        return reader.Follow(pattern) && cursor.IsAtEnd ? reader._parts.ToDate(now) : null;
    }

    private bool Follow(string pattern)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '%' || i + 1 == pattern.Length)
            {
                if (!text.Take(pattern[i])) return false;
            }
            else if (pattern[++i] == 'g')
            {
                if (i + 1 < pattern.Length && pattern[i + 1] == ' ') i++;
            }
            else if (!Directive(pattern[i]))
            {
                return false;
            }
        }
        return true;
    }

    private bool Directive(char directive) => directive switch
    {
        'v' => Follow("%e-%b-%Y"),
        'x' => Localised(culture.DateTimeFormat.ShortDatePattern),
        'X' => Localised(culture.DateTimeFormat.LongTimePattern),
        'n' => text.Take('\n'),
        't' => text.Take('\t'),
        '%' => text.Take('%'),
        _ => DateFormatter.Composite(directive) is { } longer ? Follow(longer) : Name(directive) || Digits(directive),
    };

    private bool Name(char directive)
    {
        var names = culture.DateTimeFormat;
        switch (directive)
        {
            case 'a': return text.OneOf(names.AbbreviatedDayNames) >= 0;
            case 'A': return text.OneOf(names.DayNames) >= 0;
            case 'b' or 'h': return Month(text.OneOf(names.AbbreviatedMonthNames));
            case 'B': return Month(text.OneOf(names.MonthNames));
            case 'p' or 'P':
                var half = text.OneOf([names.AMDesignator, names.PMDesignator]);
                _parts.IsAfternoon = half == 1;
                return half >= 0;
            case 'Z':
                if (text.Offset() is not { } offset) return false;
                _parts.Offset = offset;
                return true;
            default: return false;
        }
    }

    private bool Month(int index)
    {
        _parts.Month = index + 1;
        return index >= 0;
    }

    private bool Digits(char directive)
    {
        if (directive is 'e' or 'k' or 'l') text.SkipBlanks();
        var negative = directive == 's' && text.Take('-');
        if (text.Number(Width(directive)) is not { } number) return false;
        var value = (int)Math.Min(int.MaxValue, number.Value);
        switch (directive)
        {
            case 'd' or 'e': _parts.Day = value; break;
            case 'j': _parts.DayOfYear = value; break;
            case 'm': _parts.Month = value; break;
            case 'y': _parts.Year = DateParts.FullYear(value); break;
            case 'Y': _parts.Year = value; break;
            case 'H' or 'I' or 'k' or 'l': _parts.Hour = value; break;
            case 'M': _parts.Minute = value; break;
            case 'S': _parts.Second = value; break;
            case 'L': _parts.Fraction = value * TimeSpan.TicksPerMillisecond; break;
            case 'N': _parts.Fraction = value / 100; break;
            case 's': _parts.Seconds = negative ? -number.Value : number.Value; break;
        }
        return true;
    }

    /// <summary>The digits a directive takes at most; 0 for one that is not read.</summary>
    private static int Width(char directive) => directive switch
    {
        'u' or 'w' => 1,
        'Y' => 4,
        'j' or 'L' => 3,
        'N' => 9,
        's' => 12,
        'C' or 'd' or 'e' or 'm' or 'y' or 'H' or 'I' or 'k' or 'l' or 'M' or 'S' or 'U' or 'V' or 'W' => 2,
        _ => 0,
    };

    // .NET's own short patterns: the letters are the directives, everything else is text.
    private bool Localised(string pattern)
    {
        for (var i = 0; i < pattern.Length;)
        {
            var letter = pattern[i];
            var start = i;
            while (i < pattern.Length && pattern[i] == letter) i++;
            var directive = letter switch
            {
                'd' => 'd',
                'M' => 'm',
                'y' => i - start > 2 ? 'Y' : 'y',
                'H' => 'H',
                'h' => 'I',
                'm' => 'M',
                's' => 'S',
                't' => 'p',
                _ => '\0',
            };
            if (letter == '\'')
            {
                var end = pattern.IndexOf('\'', i);
                if (!text.Take(pattern[i..end])) return false;
                i = end + 1;
            }
            else if (directive == '\0' ? !text.Take(letter) : !Directive(directive))
            {
                return false;
            }
        }
        return true;
    }
}
