using PluginHost.Core.Scripts;
using PluginHost.Server.Scripting.Engine;

namespace PluginHost.Tests.Scripting.Engine;

/// <summary>A script that would take all there is.</summary>
/// <param name="Name">What it tries.</param>
/// <param name="Text">The script.</param>
/// <param name="Message">Part of the error that stops it; empty where it may come to its end.</param>
internal sealed partial record HostileScript(string Name, string Text, string Message)
{
    /// <summary>What they include.</summary>
    public static IReadOnlyDictionary<string, ScriptPart<ScriptProgram>> Parts { get; } = new Dictionary<string, string>
    {
        ["a.sbn"] = "{{ include 'b.sbn' }}",
        ["b.sbn"] = "{{ include 'a.sbn' }}",
        ["self.sbn"] = "x{{ include 'self.sbn' }}",
        ["kilobyte.sbn"] = new string('x', 1024),
        ["argument.sbn"] = "{{ $1 }}",
        ["global.sbn"] = "{{ o.a = this }}",
    }.ToDictionary(part => part.Key, part => new ScriptPart<ScriptProgram>(
        part.Value, ScriptProgram.Compile(part.Key, part.Value).IfLeft(errors => throw new InvalidOperationException(errors[0].Format()))));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<HostileScript> All => [.. Plain, .. Cunning];

    private static IReadOnlyList<HostileScript> Plain { get; } =
    [
        new("endless while", "{{ while true; end }}", "more than 100000 steps"),
        new("endless work in a loop", "{{ x = 0; while true; x = x + 1; y = [x, x]; end }}", "more than 100000 steps"),
        new("endless for", "{{ for i in 1..9223372036854775807; end }}", "more than 100000 steps"),
        new("list that grows while walked", "{{ a = [1]; for i in 1..1000000000; a[a.size] = i; end }}", "more than 100000 steps"),
        new("doubled string", "{{ s = 'x'; while true; s = s + s; end }}", "text longer than 1048576 characters"),
        new("many long strings", "{{ s = 'x' * 100000; while true; t = s + s; end }}", "more than 8388608 bytes of memory were used"),
        new("repeated string", "{{ 'abc' * 9223372036854775807 }}", "text longer than 1048576 characters"),
        new("doubled array", "{{ a = [1]; while true; a = a + a; end }}", "more than 100000 steps"),
        new("repeated array", "{{ [1,2,3] * 1000000000 }}", "more than 100000 steps"),
        new("array with a far item", "{{ a = []; a[9000000] = 1 }}", "more than 8388608 bytes of memory were used"),
        new("recursion", "{{ func f; f; end; f }}", "calls nested deeper than 64"),
        new("mutual recursion", "{{ f(x) = g (x + 1); g(x) = f (x + 1); f 0 }}", "calls nested deeper than 64"),
        new("recursion through arguments", "{{ func f; ret $0 @$0; end; f @f }}", "calls nested deeper than 64"),
        new("recursion through wrap", "{{ func f; wrap f; $$; end; end; wrap f; 1; end }}", "calls nested deeper than 64"),
        new("endless output", "{{ while true; 'x' * 1000; end }}", "output longer than 1048576 characters"),
        new("output of one long text", "{{ s = 'x' * 1000000; s; s }}", "output longer than 1048576 characters"),
        new("nested value that is printed", "{{ a = []; for i in 1..1000; a = [a]; end; a }}", "a value nested deeper than 64 levels"),
        new("value that holds itself", "{{ a = []; a[0] = a; a }}", "a value nested deeper than 64 levels"),
        new("object that holds itself, compared", "{{ a = []; a[0] = a; b = []; b[0] = b; a == b }}", "a value nested deeper than 64 levels"),
        new("wide value that holds itself", "{{ a = []; for i in 0..9; a[i] = a; end; a }}", "a value nested deeper than 64 levels"),
        new("shared value that is printed", "{{ a = ['x']; for i in 1..100; a = [a, a]; end; a }}", ""),
        new("large number", "{{ x = 3; while true; x = x * x; end }}", "a number of more than 8192 bits"),
        new("large shift", "{{ 1 << 9000000000 }}", "a number is shifted by at most 8192 bits"),
        new("range as a list", "{{ [0] + (1..9223372036854775807) }}", "more than 100000 steps"),
        new("printed range", "{{ 1..9223372036854775807 }}", "more than 100000 steps"),
        new("expanded range", "{{ func f; end; f ^(1..9223372036854775807) }}", "more than 100000 steps"),
        new("quadratic difference", "{{ a = (1..5000) + []; a - a }}", "is not supported between"),
        new("catastrophic regex", "{{ ('a' * 40) | regex.match '^(a+)+$b' }}", "a match took longer than 10 ms"),
        new("many slow regexes", "{{ for i in 1..100; ('a' * 18) | regex.match '^(a+)+$b'; end }}", ""),
        new("keys without end", "{{ i = 0; while true; i = i + 1; store.set i 'x'; end }}", "the store holds 1000 keys"),
        new("large value in the store", "{{ store.set 'a' ('x' * 100000) }}", "a value in the store has at most 65536 bytes"),
        new("full store", "{{ for i in 1..999; store.set i ('x' * 30000); end }}", "the store holds at most 1048576 bytes"),
        new("store that is walked", "{{ for i in 1..999; store.set i 1; end; while true; x = store.keys 'x'; end }}", "more than 100000 steps"),
        new("huge sort", "{{ a = (1..50000) + []; while true; a = a | array.sort; end }}", "more than 100000 steps"),
        new("huge uniq", "{{ a = (1..50000) + []; while true; a = a | array.uniq; end }}", "more than 100000 steps"),
        new("padding", "{{ 'x' | string.pad_left 9000000 }}", "text longer than 1048576 characters"),
        new("replacements that grow", "{{ s = 'x'; while true; s = s | string.replace 'x' 'xx'; end }}", ""),
        new("include cycle", "{{ include 'a.sbn' }}", "calls nested deeper than 64"),
        new("include of itself", "{{ include 'self.sbn' }}", "calls nested deeper than 64"),
        new("parent folder", "{{ include '../plugins.json' }}", "the name of an include cannot hold the segment `..`"),
        new("hidden parent folder", "{{ include 'parts/../../x' }}", "the name of an include cannot hold the segment `..`"),
        new("absolute path", "{{ include '/etc/passwd' }}", "the name of an include is relative to the folder of scripts"),
        new("drive", "{{ include 'C:/x' }}", "the name of an include cannot hold `:`"),
        new("NUL", "{{ include \"a\\u0000.sbn\" }}", "the name of an include cannot hold control characters"),
        new("backslash", "{{ include `..\\x` }}", "the name of an include cannot hold `\\`"),
        new("many commands", "{{ while true; log 'x'; end }}", ""),
        new("captures in captures", "{{ s = 'x'; while true; capture s; s; s; end; end }}", ""),
        new("growing object", "{{ o = {}; i = 0; while true; o[i] = i; i = i + 1; end }}", "more than 100000 steps"),
        new("deep source", "{{ " + new string('(', 20_000) + "}}", "this is nested too deep"),
        new("deep source, closed", $"{{{{ {new string('[', 5000)}{new string(']', 5000)} }}}}", "this is nested too deep"),
        new("long chain", "{{ " + string.Concat(Enumerable.Repeat("1 + ", 10_000)) + "1 }}", "this is nested too deep"),
        new("long chain of members", "{{ a" + string.Concat(Enumerable.Repeat(".a", 10_000)) + " }}", "this is nested too deep"),
        new("signs", "{{ " + new string('!', 20_000) + "1 }}", "this is nested too deep"),
        new("blocks", string.Concat(Enumerable.Repeat("{{ if true }}", 10_000)), "this is nested too deep"),
        new("pipes", "{{ 1 " + string.Concat(Enumerable.Repeat("| f ", 10_000)) + " }}", "this is nested too deep"),
        new("strings in strings", "{{ " + string.Concat(Enumerable.Repeat("$\"{", 10_000)), "this is nested too deep"),
        new("text of many braces", new string('{', 20_000), ""),
        new("text of many marks", string.Concat(Enumerable.Repeat("{%", 20_000)), ""),
        new("many comments", string.Concat(Enumerable.Repeat("{{ 1 # }}", 5_000)), ""),
    ];
}
