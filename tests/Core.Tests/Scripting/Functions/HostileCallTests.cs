using System.Diagnostics;
using PluginHost.Core.Scripting.Evaluation;

namespace PluginHost.Core.Tests.Scripting.Functions;

/// <summary>
/// Calls that ask for more than they may have. Each must stop, or be done, within the memory that was counted and in a moment; the bound on
/// time is loose for machines under load, what is seen is some milliseconds.
/// </summary>
public sealed class HostileCallTests
{
    private const long MostBytes = 40 * 1024 * 1024; // 8 MiB are counted; text is built, then copied; storage doubles
    private const string Limit = "bytes of memory were used|more than 100000 steps|(text|output) longer than|a match took longer than";

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(Limit, "x = 'aaaa'; while true; x = x | string.append x; end")]
    [InlineData(Limit, "x = 'a' * 1000; x | string.replace 'a' x | string.replace 'a' x")]
    [InlineData(Limit, "'a' | string.pad_left 2000000000")]
    [InlineData(Limit, "'a' | string.pad_right 9000000000000000000")]
    [InlineData(Limit, "1..1000 | array.join ('x' * 10000)")]
    [InlineData(Limit, "1 | math.format 'D999999999'")]
    [InlineData(Limit, "date.now | date.to_string ('%c' * 200000)")]
    [InlineData(Limit, "('<' * 500000) | html.escape")]
    [InlineData(Limit, "('/' * 500000) | html.url_encode")]
    [InlineData(Limit, "('a' * 1000) | regex.replace 'a' ('$_' * 1000)")]
    [InlineData(Limit, "x = 'a' * 100000; x | regex.replace '.' '$`'")]
    [InlineData(Limit, "a = [1]; while true; a = a | array.add_range a; end")]
    [InlineData(Limit, "[] | array.insert_at 500000000 1")]
    [InlineData(Limit, "1..1000000000000 | array.reverse")]
    [InlineData(Limit, "1..9223372036854775807 | array.sort")]
    [InlineData(Limit, "1..9223372036854775807 | array.limit 9223372036854775807")]
    [InlineData(Limit, "1..9223372036854775807 | array.add 1")]
    [InlineData("is too long", "[] | array.concat 1..9223372036854775807")]
    [InlineData(Limit, "1..1000000000000 | array.compact")]
    [InlineData(Limit, "1..1000000000000 | array.uniq")]
    [InlineData(Limit, "1..1000000000000 | array.contains 'x'")]
    [InlineData(Limit, "1..1000000000000 | array.any @string.empty")]
    [InlineData(Limit, "1..1000000000000 | array.join ''")]
    [InlineData(Limit, "1..20000 | array.reverse | array.sort")]
    [InlineData(Limit, "x = 'a' * 100000; y = 'a' * 99999 + 'b'; for i in 1..50; [x, y, x, y] | array.sort; end")]
    [InlineData(Limit, "x = 'a' * 1000000; while true; x | string.contains 'b'; end")]
    [InlineData(Limit, "x = 'a' * 1000000; while true; x | string.index_of 'b'; end")]
    [InlineData(Limit, "x = 'a' * 1000000; while true; x | string.equals_ignore_case x; end")]
    [InlineData(Limit, "x = ' ' * 1000000; while true; x | string.whitespace; end")]
    [InlineData(Limit, "x = ' ' * 1000000; while true; x | string.strip; end")]
    [InlineData(Limit, "x = 'a' * 1000000; while true; x | string.sha512; end")]
    [InlineData(Limit, "x = 'a' * 1000000; while true; x | string.capitalizewords; end")]
    [InlineData(Limit, "x = '1' * 100000; while true; x | object.from_json; end")]
    [InlineData(Limit, "while true; 'a' | string.md5; end")]
    [InlineData(Limit, "while true; 'a' | regex.match 'a'; end")]
    [InlineData(Limit, "(',a' * 400000) | string.split ','")]
    [InlineData(Limit, "(',' * 400000) | string.split ','")]
    [InlineData(Limit, "('a' * 400000) | regex.matches ''")]
    [InlineData(Limit, "i = 0; while true; i = i + 1; array.cycle [i, 'x' * 10000]; end")]
    [InlineData(Limit, "x = 9; while true; x = x | math.times x; end")]
    [InlineData(Limit, "x = 9; for i in 1..17; x = x * x; end; while true; x | math.format 'N0'; end")]
    [InlineData("nested deeper than 128", "a = [1]; for i in 1..200; a = [a]; end; a | object.to_json")]
    [InlineData(Limit, "a = [1]; for i in 1..40; a = [a, a]; end; a | object.to_json")]
    [InlineData("nested deeper than 64", "x = 'x | object.eval'; x | object.eval")]
    [InlineData("nested deeper than 64", "x = '{{ x | object.eval_template }}'; x | object.eval_template")]
    [InlineData("nested deeper than 64", "func f; ret [1] | array.each @f; end; f 1")]
    [InlineData("nested deeper than 64", "t = 'x' * 300000; func f; ret [t, 1] | array.join '' @f; end; f 1")]
    [InlineData("a match took longer than 10 ms", "('a' * 40) | regex.match '^(a+)+$b'")]
    [InlineData("a match took longer than 10 ms", "('a' * 40 + ' ') * 100 | regex.matches '(a+)+!'")]
    [InlineData("longer than 4096 characters", "'a' | regex.match ('a' * 5000)")]
    public void Ends_with_an_error(string expected, string script)
    {
        var text = "";
        Within(script, () => text = Rendering.Render("{{ " + script + " }}", limits: ScriptLimits.Default));
        Assert.Matches("error: .*(" + expected + ")", text.Split('\n')[0]);
    }

    [Theory]
    [InlineData("false", "('a' * 400000) | string.contains ('a' * 200000 + 'b')")]
    [InlineData("0", "('a' * 400000) | string.remove_last ('a' * 200000) | string.remove ('a' * 200000) | string.size")]
    [InlineData("400000", "('<' * 400000) | html.strip | string.size")]
    [InlineData("420000", "('<script' * 60000) | html.strip | string.size")]
    [InlineData("360000", "('<!----' * 60000) | html.strip | string.size")]
    [InlineData("[]", "'b' | regex.match ('[a-' * 1000 + '[a]' + ']' * 1000)")]
    [InlineData("[]", "'b' | regex.match ('(' * 2000 + 'a' + ')' * 2000)")]
    [InlineData("[]", "'b' | regex.match ('(' * 400 + 'a' + '){500}' * 400)")]
    [InlineData("[]", "'b' | regex.match ('(?=' * 1000 + 'a' + ')' * 1000)")]
    [InlineData("[]", "'b' | regex.match ('a|' * 2000 + 'a') 'i'")]
    [InlineData("[]", "'b' | regex.match '(?:a?){2000000000}c'")]
    [InlineData("0", "('1,' * 200) | string.to_int ?? 0")]
    [InlineData("9", "('0' * 200000 + '9') | string.to_double")]
    [InlineData("False", "x = 1..50000 | array.contains 'x'; x ? 'True' : 'False'")]
    public void Is_done_in_a_moment(string expected, string script)
    {
        var text = "";
        Within(script, () => text = Rendering.Render("{{ " + script + " }}"));
        Assert.Equal(expected, text.Length > 100 ? text[..100] : text);
    }

    /// <summary>A stack as small as threads of a server may have.</summary>
    private static void Within(string script, Action action)
    {
        var (bytes, time, problem) = (0L, TimeSpan.Zero, (Exception?)null);
        var thread = new Thread(
            () =>
            {
                var (before, start) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
                try
                {
                    action();
                }
                catch (Exception e)
                {
                    problem = e;
                }
                (bytes, time) = (GC.GetAllocatedBytesForCurrentThread() - before, Stopwatch.GetElapsedTime(start));
            },
            512 * 1024);
        thread.Start();
        thread.Join();
        Assert.Null(problem);
        Assert.InRange(bytes, 0, MostBytes);
        Assert.InRange(time, TimeSpan.Zero, MostTime);
        if (Environment.GetEnvironmentVariable("SHOW_HOSTILE") is { } file)
            lock (typeof(HostileCallTests)) File.AppendAllText(file, $"{bytes,12} {time.TotalMilliseconds,8:0.0} {script}\n");
    }
}
