using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;
using static PluginHost.Core.Tests.Scripting.Builtin;

namespace PluginHost.Core.Tests.Scripting.Functions;

/// <summary><c>date.*</c>, by the examples of the language's documentation and at the edges.</summary>
public sealed class DateFunctionTests
{
    private static readonly DateTimeOffset Documented = new(2013, 9, 12, 22, 49, 27, new TimeSpan(5, 30, 0));

    [Theory]
    [InlineData("%a", "Thu")]
    [InlineData("%A", "Thursday")]
    [InlineData("%b", "Sep")]
    [InlineData("%B", "September")]
    [InlineData("%c", "Thu Sep 12 22:49:27 2013")]
    [InlineData("%C", "20")]
    [InlineData("%d", "12")]
    [InlineData("%D", "09/12/13")]
    [InlineData("%e", "12")]
    [InlineData("%F", "2013-09-12")]
    [InlineData("%h", "Sep")]
    [InlineData("%H", "22")]
    [InlineData("%I", "10")]
    [InlineData("%j", "255")]
    [InlineData("%k", "22")]
    [InlineData("%l", "10")]
    [InlineData("%L", "000")]
    [InlineData("%m", "09")]
    [InlineData("%M", "49")]
    [InlineData("%n", "\n")]
    [InlineData("%N", "000000000")]
    [InlineData("%p", "PM")]
    [InlineData("%P", "pm")]
    [InlineData("%r", "10:49:27 PM")]
    [InlineData("%R", "22:49")]
    [InlineData("%s", "1379006367")]
    [InlineData("%S", "27")]
    [InlineData("%t", "\t")]
    [InlineData("%T", "22:49:27")]
    [InlineData("%u", "4")]
    [InlineData("%U", "36")]
    [InlineData("%v", "12-SEP-2013")]
    [InlineData("%V", "37")]
    [InlineData("%W", "36")]
    [InlineData("%w", "4")]
    [InlineData("%x", "09/12/2013")]
    [InlineData("%X", "22:49:27")]
    [InlineData("%y", "13")]
    [InlineData("%Y", "2013")]
    [InlineData("%Z", "+05:30")]
    [InlineData("%%", "%")]
    [InlineData("%g", "12 Sep 2013")]
    [InlineData("%g %d", "12")]
    [InlineData("%q%", "%q%")]
    [InlineData("", "")]
    public void Directives(string pattern, string expected) => Assert.Equal(expected, Print("date.to_string", Documented, pattern));

    [Theory]
    [InlineData("2016-01-03 00:05", "%e|%k|%l|%u|%w|%U|%W|%V|%p", " 3| 0|12|7|0|01|00|53|AM")]
    [InlineData("2016-01-04 13:05", "%e|%k|%l|%u|%w|%U|%W|%V|%P", " 4|13| 1|1|1|01|01|01|pm")]
    public void Weeks_and_hours(string date, string pattern, string expected) =>
        Assert.Equal(expected, Print("date.parse_to_string", date, pattern));

    [Theory]
    [InlineData("date.add_days", "06 Jan 2016", 1)]
    [InlineData("date.add_days", "04 Jan 2016", -0.5)]
    [InlineData("date.add_months", "05 Feb 2016", 1)]
    [InlineData("date.add_months", "05 Dec 2015", -1)]
    [InlineData("date.add_years", "05 Jan 2017", 1)]
    [InlineData("date.add_hours", "06 Jan 2016", 24)]
    [InlineData("date.add_minutes", "06 Jan 2016", 1440)]
    [InlineData("date.add_seconds", "04 Jan 2016", -1)]
    [InlineData("date.add_milliseconds", "04 Jan 2016", -1)]
    public void Adds(string name, string expected, object amount) =>
        Assert.Equal(expected, Print(name, Call("date.parse", Text("2016/01/05")), amount));

    [Fact]
    public void The_last_of_a_month_stays_the_last() =>
        Assert.Equal("29 Feb 2016", Print("date.add_months", Call("date.parse", Text("2016/01/31")), 1));

    [Theory]
    [InlineData("2016/01/05", "2016-01-05T00:00:00.0000000+00:00")]
    [InlineData("2021/11/30 20:50:23Z", "2021-11-30T20:50:23.0000000+00:00")]
    [InlineData("2016-01-05T10:11:12.345-08:00", "2016-01-05T10:11:12.3450000-08:00")]
    [InlineData("2016-01-05 10:11 +0530", "2016-01-05T10:11:00.0000000+05:30")]
    [InlineData("Tue, 05 Jan 2016 10:11:12 GMT", "2016-01-05T10:11:12.0000000+00:00")]
    [InlineData("5 January 2016", "2016-01-05T00:00:00.0000000+00:00")]
    [InlineData("Jan 5, 2016 3:04 PM", "2016-01-05T15:04:00.0000000+00:00")]
    [InlineData("5 Jan 16 3 am", "2016-01-05T03:00:00.0000000+00:00")]
    [InlineData("12:00 AM 1/2/2016", "2016-01-02T00:00:00.0000000+00:00")]
    [InlineData("20160105", "2016-01-05T00:00:00.0000000+00:00")]
    [InlineData("2016-02", "2016-02-01T00:00:00.0000000+00:00")]
    [InlineData("March 2016", "2016-03-01T00:00:00.0000000+00:00")]
    [InlineData("5 Mar", "2024-03-05T00:00:00.0000000+00:00")]
    [InlineData("23:59", "2024-02-29T23:59:00.0000000+00:00")]
    [InlineData("0001-01-01", "0001-01-01T00:00:00.0000000+00:00")]
    public void Parses(string text, string expected) => Assert.Equal(expected, Print("object.format", Call("date.parse", Text(text)), "O"));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("2016-13-01")]
    [InlineData("2015-02-29")]
    [InlineData("2016-01-05 24:00")]
    [InlineData("2016-01-05 10:60")]
    [InlineData("2016-01-05 13:00 PM")]
    [InlineData("1 2 3 4")]
    [InlineData("Jan Feb 2016")]
    [InlineData("12345678901")]
    [InlineData("10:11:12:13")]
    [InlineData("2016-01-05T")]
    [InlineData("5 Janissary 2016")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    public void What_is_no_date_is_null(string text) => Assert.True(Call("date.parse", Text(text)).IsNull);

    [Fact]
    public void Null_stays_null()
    {
        Assert.True(Call("date.parse", ScriptValue.Null).IsNull);
        Assert.True(Call("date.to_string", ScriptValue.Null, Text("%d")).IsNull);
        Assert.True(Call("date.parse_to_string", Text("?"), Text("%d")).IsNull);
    }

    [Theory]
    [InlineData("2018--06--17", "%Y--%m--%d", "2018-06-17 00:00:00.000 +00:00")]
    [InlineData("03 14, 2016", "%m %d, %Y", "2016-03-14 00:00:00.000 +00:00")]
    [InlineData("2025-01-01 14:01:23", "%Y-%m-%d %k:%M:%S", "2025-01-01 14:01:23.000 +00:00")]
    [InlineData("02:01:23 PM 1 Mar 16", "%r %e %b %y", "2016-03-01 14:01:23.000 +00:00")]
    [InlineData("1379006367", "%s", "2013-09-12 17:19:27.000 +00:00")]
    [InlineData("255 2013 %", "%j %Y %%", "2013-09-12 00:00:00.000 +00:00")]
    [InlineData("12-SEP-2013 +05:30", "%v %Z", "2013-09-12 00:00:00.000 +05:30")]
    [InlineData("Thursday 09/12/2013 22:49:27 .123", "%A %x %X .%L", "2013-09-12 22:49:27.123 +00:00")]
    public void Parses_by_a_pattern(string text, string pattern, string expected) =>
        Assert.Equal(expected, Print("date.to_string", Call("date.parse", Text(text), Text(pattern)), "%F %T.%L %Z"));

    [Theory]
    [InlineData("2018-06-17 ", "%Y-%m-%d")]
    [InlineData("2018-06-", "%Y-%m-%d")]
    [InlineData("2018-06-31", "%Y-%m-%d")]
    [InlineData("13 PM", "%I %p")]
    [InlineData("x", "%q")]
    public void What_does_not_follow_the_pattern_is_null(string text, string pattern) =>
        Assert.True(Call("date.parse", Text(text), Text(pattern)).IsNull);

    [Fact]
    public void Parse_to_string()
    {
        Assert.Equal("2016--01--05", Print("date.parse_to_string", "2016/01/05", "%Y--%m--%d"));
        Assert.Equal("Mar 14, 16", Print("date.parse_to_string", "03 14, 2016", "%b %d, %y", null, "%m %d, %Y"));
        Assert.Equal("02:01:23 PM", Print("date.parse_to_string", "2025-01-01 14:01:23", "%r", null, "%Y-%m-%d %k:%M:%S"));
        Assert.Equal("2025-03-01", Print("date.parse_to_string", "03/01/2025 14:01:23", "%F", "en-GB", null, "en-US"));
    }

    [Fact]
    public void Cultures()
    {
        Assert.Equal("20 Jan 2022", Print("date.parse", "20/01/2022 08:32:48 +00:00", null, "en-GB"));
        Assert.Equal("05 janvier 2016", Print("date.to_string", Call("date.parse", Text("2016/01/05")), "%d %B %Y", "fr-FR"));
        Assert.Equal("05 Jan 2016", Print("date.parse", "5 janvier 2016", null, "fr"));
        Assert.Equal("05.01.2016", Print("date.to_string", Call("date.parse", Text("2016/01/05")), "%x", "de-DE"));
        Assert.Equal("05 January 2016", Print("date.to_string", Call("date.parse", Text("2016/01/05")), "%g %d %B %Y", "fr-FR"));
        Assert.StartsWith(
            "`date.to_string`: argument `culture` must name a known culture (en-US, en-GB, ",
            Fault("date.to_string", Documented, "%d", "xx-YY"));
    }

    [Fact]
    public void Now_is_what_the_evaluation_was_given() => Assert.Equal(Now, Call("date.now").AsDate());

    [Fact]
    public void Date_format_is_how_dates_print()
    {
        var run = NewRun();
        Assert.Equal("%d %b %Y", Print(run, "date.format"));
        run.DateFormat = "%a %b %e %T %Y";
        Assert.Equal("Thu Sep 12 22:49:27 2013", ValueText.Of(run, Value(Documented)));
        Assert.Equal("Thu Sep 12 22:49:27 2013", Print(run, "date.to_string", Documented));
        Assert.Equal("Thu Sep 12 22:49:27 2013", Print(run, "date.to_string", Documented, "%g"));
        Assert.Equal("%a %b %e %T %Y", Print(run, "date.format"));
        Assert.Equal("%d %b %Y", Core.Scripting.Functions.Builtins.Find("date").AsObject()!["default_format"].AsString());
    }

    [Theory]
    [InlineData("year", 2013)]
    [InlineData("month", 9)]
    [InlineData("day", 12)]
    [InlineData("day_of_year", 255)]
    [InlineData("hour", 22)]
    [InlineData("minute", 49)]
    [InlineData("second", 27)]
    [InlineData("millisecond", 0)]
    public void Members_of_a_date(string name, int expected) =>
        Assert.Equal(expected, Members.Get(NewRun(), Value(Documented), name).AsInteger());

    [Theory]
    [InlineData("date.add_days", 1e7)]
    [InlineData("date.add_days", 1e300)]
    [InlineData("date.add_months", 100_000)]
    [InlineData("date.add_months", long.MinValue)]
    [InlineData("date.add_years", long.MaxValue)]
    public void Dates_end_somewhere(string name, object amount) =>
        Assert.Matches("leads out of the years|is out of range", Fault(name, Documented, amount));

    [Fact]
    public void Faults() => Assert.Equal(
        "`date.add_days`: argument `date` must be a date, but is the text \"2016\"", Fault("date.add_days", "2016", 1));
}
