using System.Diagnostics;
using PluginHost.Core.Scripting;

namespace PluginHost.Core.Tests.Scripting;

/// <summary>Scripts that would take all there is. Each stops at a limit, soon, and says which and where.</summary>
public sealed class HostileTests
{
    // In Debug, beside other tests: what does not stop takes minutes.
    private static readonly TimeSpan Allowed = TimeSpan.FromSeconds(1);

    private static readonly ScriptLibrary Library = ScriptLibrary.Create(
    [
        new("a.sbn", "{{ include 'b.sbn' }}"), new("b.sbn", "{{ include 'a.sbn' }}"), new("self.sbn", "x{{ include 'self.sbn' }}"),
    ]);

    public static TheoryData<string, string, string> Hostile() => new()
    {
        { "endless while", "{{ while true; end }}", "more than 100000 steps" },
        { "endless work in a loop", "{{ x = 0; while true; x = x + 1; y = [x, x]; end }}", "more than 100000 steps" },
        { "endless for", "{{ for i in 1..9223372036854775807; end }}", "more than 100000 steps" },
        { "list that grows while walked", "{{ a = [1]; for i in 1..1000000000; a[a.size] = i; end }}", "more than 100000 steps" },
        { "doubled string", "{{ s = 'x'; while true; s = s + s; end }}", "text longer than 1048576 characters" },
        { "many long strings", "{{ s = 'x' * 100000; while true; t = s + s; end }}", "more than 8388608 bytes of memory were used" },
        { "repeated string", "{{ 'abc' * 9223372036854775807 }}", "text longer than 1048576 characters" },
        { "doubled array", "{{ a = [1]; while true; a = a + a; end }}", "more than 8388608 bytes of memory were used" },
        { "repeated array", "{{ [1,2,3] * 1000000000 }}", "more than 8388608 bytes of memory were used" },
        { "array with a far item", "{{ a = []; a[9000000] = 1 }}", "more than 8388608 bytes of memory were used" },
        { "recursion", "{{ func f; f; end; f }}", "calls nested deeper than 64" },
        { "mutual recursion", "{{ f(x) = g (x + 1); g(x) = f (x + 1); f 0 }}", "calls nested deeper than 64" },
        { "recursion through arguments", "{{ func f; ret $0 @$0; end; f @f }}", "calls nested deeper than 64" },
        { "recursion through wrap", "{{ func f; wrap f; $$; end; end; wrap f; 1; end }}", "calls nested deeper than 64" },
        { "endless output", "{{ while true; 'x' * 1000; end }}", "output longer than 1048576 characters" },
        { "output of one long text", "{{ s = 'x' * 1000000; s; s }}", "output longer than 1048576 characters" },
        { "nested value that is printed", "{{ a = []; for i in 1..1000; a = [a]; end; a }}", "a value nested deeper than 128 levels" },
        { "value that holds itself", "{{ a = []; a[0] = a; a }}", "a value nested deeper than 128 levels" },
        { "object that holds itself, compared", "{{ a = []; a[0] = a; b = []; b[0] = b; a == b }}", "a value nested deeper than 128 levels" },
        { "wide value that holds itself", "{{ a = []; for i in 0..9; a[i] = a; end; a }}", "a value nested deeper than 128 levels" },
        { "shared value that is printed", "{{ a = ['x']; for i in 1..100; a = [a, a]; end; a }}", "" },
        { "large number", "{{ x = 3; while true; x = x * x; end }}", "more than 100000 steps" },
        { "large shift", "{{ 1 << 9000000000 }}", "a number is shifted by at most 1,000,000 bits" },
        { "range as a list", "{{ [0] + (1..9223372036854775807) }}", "more than 8388608 bytes of memory were used" },
        { "printed range", "{{ 1..9223372036854775807 }}", "more than 100000 steps" },
        { "expanded range", "{{ func f; end; f ^(1..9223372036854775807) }}", "more than 100000 steps" },
        { "quadratic difference", "{{ a = (1..5000) + []; a - a }}", "more than 100000 steps" },
        { "include cycle", "{{ include 'a.sbn' }}", "calls nested deeper than 64" },
        { "include of itself", "{{ include 'self.sbn' }}", "calls nested deeper than 64" },
        { "parent folder", "{{ include '../plugins.json' }}", "the name of an include cannot hold the segment `..`" },
        { "hidden parent folder", "{{ include 'parts/../../x' }}", "the name of an include cannot hold the segment `..`" },
        { "absolute path", "{{ include '/etc/passwd' }}", "the name of an include is relative to the folder of scripts" },
        { "drive", "{{ include 'C:/x' }}", "the name of an include cannot hold `:`" },
        { "NUL", "{{ include \"a\\u0000.sbn\" }}", "the name of an include cannot hold control characters" },
        { "backslash", "{{ include `..\\x` }}", "the name of an include cannot hold `\\`" },
        { "many commands", "{{ while true; log 'x'; end }}", "" },
        { "captures in captures", "{{ s = 'x'; while true; capture s; s; s; end; end }}", "" },
        { "growing object", "{{ o = {}; i = 0; while true; o[i] = i; i = i + 1; end }}", "more than 100000 steps" },
        { "deep source", "{{ " + new string('(', 20_000) + "}}", "this is nested too deep" },
        { "deep source, closed", $"{{{{ {new string('[', 5000)}{new string(']', 5000)} }}}}", "this is nested too deep" },
        { "long chain", "{{ " + string.Concat(Enumerable.Repeat("1 + ", 10_000)) + "1 }}", "this is nested too deep" },
        { "long chain of members", "{{ a" + string.Concat(Enumerable.Repeat(".a", 10_000)) + " }}", "this is nested too deep" },
        { "signs", "{{ " + new string('!', 20_000) + "1 }}", "this is nested too deep" },
        { "blocks", string.Concat(Enumerable.Repeat("{{ if true }}", 10_000)), "this is nested too deep" },
        { "pipes", "{{ 1 " + string.Concat(Enumerable.Repeat("| f ", 10_000)) + " }}", "this is nested too deep" },
        { "strings in strings", "{{ " + string.Concat(Enumerable.Repeat("$\"{", 10_000)), "is not closed" },
        { "text of many braces", new string('{', 20_000), "" },
        { "text of many marks", string.Concat(Enumerable.Repeat("{%", 20_000)), "" },
        { "many comments", string.Concat(Enumerable.Repeat("{{ 1 # }}", 5_000)), "" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Stops(string name, string text, string message)
    {
        var error = Evaluate(text);
        Assert.Contains(message, error?.Message ?? "");
        if (error is not null) Assert.True(error.Line >= 1 && error.Column >= 1 && error.SourceLine.Length > 0, error.Format());
        // The best of ten: other tests are running.
        var best = Enumerable.Range(0, 10).Select(_ => Time(text)).FirstOrDefault(t => t < Allowed, TimeSpan.MaxValue);
        Assert.True(best < Allowed, name);
    }

    private static TimeSpan Time(string text)
    {
        var watch = Stopwatch.StartNew();
        Evaluate(text);
        return watch.Elapsed;
    }

    private static ScriptError? Evaluate(string text)
    {
        var parsed = Script.Parse("hostile.sbn", text);
        return parsed.IsLeft ? parsed.LeftToSeq()[0][0] : Rendering.Send(parsed.RightToSeq()[0], "x", library: Library).Error;
    }
}
