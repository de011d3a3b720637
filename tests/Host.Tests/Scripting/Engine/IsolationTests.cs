using System.Globalization;
using PluginHost.Server.Scripting.Engine;
using Scriban.Functions;
using Scriban.Runtime;
using static PluginHost.Tests.Scripting.Engine.Rendering;

namespace PluginHost.Tests.Scripting.Engine;

/// <summary>Connections, scripts and threads cannot reach each other, and an event gives the same wherever it happens.</summary>
public sealed class IsolationTests
{
    [Theory]
    [InlineData("date.format = '%Y'")]
    [InlineData("string.x = 1")]
    [InlineData("string.upcase = @string.downcase")]
    [InlineData("string['x'] = 1")]
    [InlineData("with string; x = 1; end")]
    [InlineData("with date; format = '%Y'; end")]
    [InlineData("with string; import { x: 1 }; end")]
    [InlineData("for string.x in [1]; end")]
    [InlineData("capture string.x; 1; end")]
    [InlineData("empty.x = 1")]
    [InlineData("x = string; x.y = 1")]
    public void Built_in_objects_cannot_be_changed(string code)
    {
        Assert.NotNull(Send(Parse($"{{{{ {code} }}}}"), "").Error);
        Assert.Equal("A  06 May 2024", Render("{{ string.upcase 'a' }} {{ string.x }} {{ now }}"));
    }

    [Fact]
    public void A_script_may_use_their_names_for_itself()
    {
        Assert.Equal("1 2", Render("{{ string = 1; func math; ret 2; end; string }} {{ math }}"));
        Assert.Equal("A 3", Render("{{ string.upcase 'a' }} {{ math.plus 1 2 }}"));
    }

    [Theory]
    [InlineData("x = 1", "x")]
    [InlineData("this.x = 1", "x")]
    [InlineData("func x; ret 1; end", "x")]
    [InlineData("capture x; 1; end", "x")]
    [InlineData("include 'set.sbn'", "x")]
    [InlineData("array.cycle ['1', '2']", "array.cycle ['', '2']")]
    [InlineData("array.cycle ['1', '2'] 'g'", "array.cycle ['', '2'] 'g'")]
    [InlineData("options.x = 1", "options.x")]
    [InlineData("options.l[0] = 1", "options.l[0]")]
    [InlineData("connection.route.x = 1", "connection.route.x")]
    [InlineData("json.x = 1", "json.x")]
    [InlineData("readonly x", "x = ''; x")]
    [InlineData("$x = 1", "$x")]
    public void Nothing_is_left_for_the_next_event(string first, string then)
    {
        var parts = Parts(("set.sbn", "{{ x = 1 }}"));
        var options = ScriptData.Of("""{"l": [""]}""");
        var connection = ScriptData.Of(new Abstractions.HandshakeInfo());
        var message = Event with { Payload = "{}"u8.ToArray() };
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(Tell(Parse($"{{{{ {first} }}}}"), message, parts: parts, options: options, connection: connection).Error?.Format());
            var after = Tell(Parse($"{{{{ {then} }}}}"), message, parts: parts, options: options, connection: connection);
            Assert.Null(after.Error?.Format());
            Assert.Null(after.Reply);
        }
    }

    /// <summary>Two scripts on four threads try what they can; each sees its own only.</summary>
    [Fact]
    public async Task Scripts_and_threads_cannot_reach_each_other()
    {
        string Text(string own) => $$$"""
            {{ if mark; ret 'seen ' + mark; end
               mark = '{{{own}}}'; this.other = mark; x = string; y = (date.format); options.mark = (options.mark ?? mark); state.mark = (state.mark ?? mark)
               func helper; ret mark; end
               array.cycle [mark, 'again']; include 'part.sbn'; helper; options.mark; state.mark; now; y
               for i in 1..20; total = (total ?? 0) + i; end; total }}
            """;

        var parts = Parts(("part.sbn", "{{ mark }}"));
        var options = ScriptData.Of("{}");
        var scripts = new[] { "a", "b" }.Select(own => (Own: own, Program: Parse(Text(own), own + ".sbn"))).ToArray();
        var hostile = new[] { "date.format = 'X'", "string.upcase = 1", "func f; f; end; f", "while true; x = [x]; end", "this.mark = 'h'; foo 1" }
            .Select(code => Parse($"{{{{ mark = 'hostile'; {code} }}}}", "h.sbn")).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < 300; i++)
                {
                    var (own, program) = scripts[(i + thread) % 2];
                    var outcome = Tell(program, Event, parts: parts, options: options);
                    Assert.Equal(string.Concat(Enumerable.Repeat(own, 5)) + "06 May 2024%d %b %Y210", outcome.Error?.Format() ?? outcome.Reply);
                    Assert.NotNull(Tell(hostile[i % hostile.Length], Event, parts: parts, options: options).Error);
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.Equal("0", Render("{{ string.x ?? 0 }}"));
    }

    [Theory]
    [InlineData("{{ now }} {{ date.now | date.to_string '%F %T.%L %Z' }} {{ date.utc_now }}")]
    [InlineData("{{ math.random 0 1000000 }} {{ math.random 0 1000000 }} {{ math.uuid }} {{ math.uuid }}")]
    [InlineData("{{ object.eval 'math.uuid' }} {{ date.parse '2020-01-02 03:04' | date.to_string '%F %T %Z' }}")]
    public void The_same_event_gives_the_same(string text)
    {
        var script = Parse(text);
        var first = Tell(script, Event).Reply;
        Assert.Null(Tell(script, Event).Error?.Format());
        Thread.Sleep(2);
        Assert.Equal(first, Tell(script, Event).Reply);
        Assert.NotEqual(first, Tell(script, Event with { Now = Now.AddDays(1), Seed = 43 }).Reply is var other && text.Contains("2020", StringComparison.Ordinal) ? first + "x" : other);
    }

    [Fact]
    public void Chance_differs_from_call_to_call_and_stays_within_its_bounds()
    {
        Assert.Equal("2", Render("{{ [math.uuid, math.uuid] | array.uniq | array.size }}"));
        var drawn = Render("{{ for i in 1..500; math.random 3 7; end }}");
        Assert.Equal("3456", string.Concat(drawn.Distinct().Order()));
        Assert.Equal("5", Render("{{ math.random 5 5 }}"));
        Assert.Contains("is larger than", Render("{{ math.random 6 5 }}"), StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", Render("{{ math.uuid }}"));
    }

    /// <summary>What names no offset is UTC.</summary>
    [Theory]
    [InlineData("2020-07-02 03:04:05", "2020-07-02 03:04:05")]
    [InlineData("2020-07-02T03:04:05Z", "2020-07-02 03:04:05")]
    [InlineData("2020-07-02T03:04:05+05:00", "2020-07-01 22:04:05")]
    public void Dates_do_not_depend_on_the_machines_time_zone(string text, string utc)
    {
        Assert.Equal(utc + " +00:00", Render($"{{{{ date.parse '{text}' | date.to_string '%F %T %Z' }}}}"));
        Assert.Equal(utc, Render($"{{{{ date '{text}' | date.to_string '%F %T' }}}}"));
        Assert.Equal(utc, Render($"{{{{ date.parse_to_string '{text}' '%F %T' }}}}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    public void Nothing_depends_on_the_threads_culture(string culture)
    {
        const string text = """
            {{ 1234.5 }} {{ 'i' | string.upcase }} {{ 'I' | string.downcase }} {{ 'istanbul' | string.capitalize }} {{ 'ix iy' | string.capitalizewords }}
            {{ 'I' | string.equals_ignore_case 'i' }} {{ ['ı', 'i', 'I', 'z', 'Z', 'ä'] | array.sort }} {{ 'AI' | string.index_of 'I' }} {{ '1.5' | string.to_double }}
            {{ 'x' + 1.5 }} {{ 1.5 | math.format 'N2' }} {{ now | date.to_string '%x %B %A %c' }} {{ date.parse '05/06/2024' }} {{ timespan.parse '1:30' }} {{ 'iI' | string.handleize }}
            {{ object.to_json [1.5, 1e30] }} {{ 'I' | regex.replace '(?i)i' 'x' }} {{ 'straße' | string.starts_with 'strasse' }} {{ 'a' < 'B' }} {{ [1.5, 2] }} {{ { a: 1.5 } }}
            {{ 'I' | regex.match 'i' 'i' }} {{ now.month }} {{ 0.1 + 0.2 }} {{ '1,5' | string.to_float }} {{ 1.5 | object.format 'F3' }}
            """;
        var script = Parse(text);
        var before = CultureInfo.CurrentCulture;
        string? Reply()
        {
            var outcome = Tell(script, Event);
            return outcome.Error?.Format() ?? outcome.Reply;
        }

        var invariant = Reply();
        try
        {
            CultureInfo.CurrentCulture = Of(culture);
            Assert.Equal(invariant, Reply());
            Assert.Equal(culture.Length == 0 ? "" : CultureInfo.CurrentCulture.Name, CultureInfo.CurrentCulture.Name);
            // A failure leaves the thread's culture as well.
            var set = CultureInfo.CurrentCulture;
            Assert.NotNull(Tell(Parse("{{ foo 1 }}"), Event).Error);
            Assert.Same(set, CultureInfo.CurrentCulture);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        Assert.StartsWith("1234.5 I i Istanbul", invariant, StringComparison.Ordinal);
    }

    // Where the runtime knows no cultures, one that differs from the invariant one all the same.
    private static CultureInfo Of(string name)
    {
        try
        {
            return CultureInfo.GetCultureInfo(name);
        }
        catch (CultureNotFoundException)
        {
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NumberDecimalSeparator = ",";
            return culture;
        }
    }
}
