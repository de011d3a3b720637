using System.Text.RegularExpressions;
using PluginHost.Core.Scripting;
using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Tests.Scripting;

/// <summary>Whatever a script makes or walks is counted: no construct gets much more memory, or work, than its limits say.</summary>
public sealed class CountedWorkTests
{
    private const string Functions = """
        func plain; ret 1; end
        func four(a, b, c, d); ret 1; end
        func rest(a...); ret 1; end
        func locals; $a = 1; $b = 1; $c = 1; $d = 1; $e = 1; $f = 1; $g = 1; $h = 1; ret 1; end
        func all; ret $; end
        long = 'x' * 10000
        list = (1..1000) + []
        """;

    private static readonly ScriptLimits Ample = new() { Steps = int.MaxValue, Memory = long.MaxValue / 2, Output = 1 << 28, Regex = TimeSpan.FromMinutes(1) };

    /// <summary>Done over and over with half of the memory that it takes, it is stopped: no less than that is counted of what is made. Tables and lists
    /// that grew on the way are counted by what they are at the end.</summary>
    [Theory]
    [InlineData("list + list")]
    [InlineData("list * 4")]
    [InlineData("[...]")]
    [InlineData("{...}", 4)]
    [InlineData("[^list, 1]")]
    [InlineData("plain ^list")]
    [InlineData("plain 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20")]
    [InlineData("rest ^list")]
    [InlineData("four 1 2 3 4")]
    [InlineData("locals")]
    [InlineData("all ^list")]
    [InlineData("@(plain ^list)", 4)]
    [InlineData("list | array.any @(plain ^list)")]
    [InlineData("$\"{long}{long}\"")]
    [InlineData("long + long")]
    [InlineData("'ab' * 5000")]
    [InlineData("(1 << 80000) + 1")]
    [InlineData("1 << 80000")]
    [InlineData("list | array.reverse")]
    [InlineData("list | array.sort")]
    [InlineData("list | array.uniq")]
    [InlineData("list | array.each @plain")]
    [InlineData("list | array.filter @plain")]
    [InlineData("list | array.join ', '")]
    [InlineData("list | array.map 'x'")]
    [InlineData("list | array.add_range list")]
    [InlineData("list | object.to_json")]
    [InlineData("'[' + (list | array.join ',') + ']' | object.from_json")]
    [InlineData("long | string.append long")]
    [InlineData("long | string.upcase")]
    [InlineData("long | string.capitalize")]
    [InlineData("long | string.capitalizewords")]
    [InlineData("long | string.escape")]
    [InlineData("long | string.pad_left 20000")]
    [InlineData("long | string.slice 1")]
    [InlineData("long | string.truncate 9000")]
    [InlineData("long | string.replace_first 'x' 'y'")]
    [InlineData("long | string.replace 'x' 'y'")]
    [InlineData("long | string.split 'x'")]
    [InlineData("('a,' * 5000) | string.split ','")]
    [InlineData("long | string.base64_encode")]
    [InlineData("long | string.sha256")]
    [InlineData("long | regex.escape")]
    [InlineData("(`\\\\x41` * 2500) | regex.unescape")]
    [InlineData("long | regex.match '.*'")]
    [InlineData("long | regex.matches '.'")]
    [InlineData("long | regex.match '((((((((((((((((x))))))))))))))))'")]
    [InlineData("long | regex.split 'y'")]
    [InlineData("long | regex.replace 'x' 'y'")]
    [InlineData("long | html.escape")]
    [InlineData("send long")]
    [InlineData("send_binary ('AAAA' * 2500)")]
    [InlineData("publish 'topic' long")]
    [InlineData("log 'x'")]
    [InlineData("date.now")]
    [InlineData("math.uuid")]
    [InlineData("'[1, 2, 3, 4, 5, 6, 7, 8, 9]' | object.eval")]
    [InlineData("include 'part.sbn'")]
    [InlineData("include 'part.sbn' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16")]
    [InlineData("1..9")]
    [InlineData("for i in [1]; for j in [1]; end; end")]
    public void What_is_made_is_counted(string made, int factor = 2)
    {
        var items = string.Join(", ", Enumerable.Range(0, 50).Select(i => $"{i}"));
        var members = string.Join(", ", Enumerable.Range(0, 50).Select(i => $"m{i}: {i}"));
        made = made.Replace("[...]", $"[{items}]", StringComparison.Ordinal).Replace("{...}", $"{{{members}}}", StringComparison.Ordinal);
        var once = made.StartsWith("for ", StringComparison.Ordinal) ? made : $"$x = {made}";
        var times = made.Contains("list", StringComparison.Ordinal) || made.Contains("long", StringComparison.Ordinal) ? 4 : 200; // beside the fixed part
        var script = Rendering.Parse($"{{{{ {Functions}; for n in 1..{times}; {string.Concat(Enumerable.Repeat(once + "; ", 8))} end }}}}");
        var workspace = new ScriptWorkspace();
        Assert.Null(Run(script, Ample, workspace).Error);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(script, Ample, workspace);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Contains("bytes of memory were used", Run(script, Ample with { Memory = bytes / factor }, workspace).Error?.Message ?? $"{bytes} bytes made, and not counted", StringComparison.Ordinal);
    }

    /// <summary>One statement that walks hundreds of thousands of items or characters does not get by with two thousand steps.</summary>
    [Theory]
    [InlineData("1..200000 == 1..200000")]
    [InlineData("1..200000 < 1..200000")]
    [InlineData("(1..200000) - [0]")]
    [InlineData("[0] - (1..200000)")]
    [InlineData("[^(1..200000)]")]
    [InlineData("$\"{1..200000}\"")]
    [InlineData("1..200000 | object.to_json")]
    [InlineData("1..200000 | array.reverse")]
    [InlineData("[] | array.insert_at 200000 1")]
    [InlineData("options | object.keys")]
    [InlineData("options | object.values")]
    [InlineData("options | object.to_json")]
    [InlineData("import options")]
    [InlineData("[long, long + 'x'] | array.sort")]
    [InlineData("long | string.append 'x'")]
    [InlineData("long | string.capitalize")]
    [InlineData("long | string.capitalizewords")]
    [InlineData("long | string.upcase")]
    [InlineData("long | string.downcase")]
    [InlineData("long | string.handleize")]
    [InlineData("long | string.strip_newlines")]
    [InlineData("long | string.strip")]
    [InlineData("long | string.whitespace")]
    [InlineData("long | string.contains 'y'")]
    [InlineData("long | string.replace 'y' 'z'")]
    [InlineData("long | string.pad_left 800000")]
    [InlineData("long | string.sha256")]
    [InlineData("long | string.base64_decode")]
    [InlineData("long | regex.escape")]
    [InlineData("long | regex.unescape")]
    [InlineData("long | regex.match 'y'")]
    [InlineData("'x' | regex.match ('y' * 4000)")]
    [InlineData("'x' | regex.replace 'x' long")]
    [InlineData("('x' * 1100) | regex.matches 'x'")]
    [InlineData("long | html.strip")]
    [InlineData("long | html.escape")]
    [InlineData("long | html.url_encode")]
    [InlineData("long | html.url_escape")]
    [InlineData("date.now | date.to_string long")]
    [InlineData("'\"' + long + '\"' | object.from_json")]
    [InlineData("('1;' * 3000) | object.eval")]
    [InlineData("(1 << 100000) + ''")]
    [InlineData("for i in 1..30; {1;x = 1;} end")]
    [InlineData("for i in 1..30; x = {1; + 1} end")]
    [InlineData("for i in 1..30; case 0; {1;when 1, 1, 1; y = 1;} end; end")]
    [InlineData("func f; end; for i in 1..30; x = [{1;f,} f]; end")]
    public void What_is_walked_is_counted(string walked)
    {
        // {n;text} stands for the text, so many times that it makes a long statement of the one.
        var text = Regex.Replace(walked, @"\{1;([^}]*)\}", match => string.Concat(Enumerable.Repeat(match.Groups[1].Value, 190)));
        if (!Regex.IsMatch(text, "^(for|func|import) ")) text = "$x = " + text; // nothing is printed, which would be counted too
        var script = Rendering.Parse($"{{{{ long = 'x' * 400000; {text} }}}}");
        var members = Enumerable.Range(0, 3000).Select(i => KeyValuePair.Create($"m{i}", ScriptValue.Of(i)));
        var happened = Rendering.Event with { Options = ScriptObject.Create(members) };
        var result = script.Evaluate(happened, ScriptObject.Create([]), ScriptLibrary.Empty, Ample with { Steps = 2000 }, new ScriptWorkspace());
        Assert.Equal("more than 2000 steps", result.Error?.Message);
    }

    /// <summary>Everything that prints looks at how much has been printed.</summary>
    [Theory]
    [InlineData("{{ while true }}a text that is printed again and again{{ end }}")]
    [InlineData("{{ for i in 1..100; 'x' * 600; end }}")]
    [InlineData("{{ tablerow i in 1..100 }}{{ end }}")]
    [InlineData("{{ func f; ret 'x' * 600; end; wrap f; end; wrap f; end }}")]
    [InlineData("\n          {{ '\\n' * 900 }}")]
    [InlineData("{{ ['x' * 600, 'x' * 600] }}")]
    [InlineData("{{ include_join ['part.sbn', 'part.sbn', 'part.sbn'] ('x' * 600) }}")]
    [InlineData("{{ func on_message(text); ret ['x' * 600, 'x' * 600]; end }}")]
    public void What_is_printed_is_counted(string text)
    {
        var result = Run(Rendering.Parse(text), new ScriptLimits { Output = 1000, Steps = 10_000 }, new ScriptWorkspace());
        Assert.Equal("output longer than 1000 characters", result.Error?.Message);
    }

    private static readonly ScriptLibrary Library = ScriptLibrary.Create(
        [new("part.sbn", "{{ $a = 1; $b = 1; $c = 1; $d = 1; $e = 1; $f = 1; $g = 1; $h = 1 }}")]);

    private static ScriptResult Run(Script script, ScriptLimits limits, ScriptWorkspace workspace) =>
        script.Evaluate(Rendering.Event, ScriptObject.Create([]), Library, limits, workspace);
}
