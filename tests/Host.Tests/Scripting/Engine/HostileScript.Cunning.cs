namespace PluginHost.Tests.Scripting.Engine;

/// <summary>Scripts that know the library: values that hold themselves, texts and lists that double, built-ins that work for long in one call.</summary>
internal sealed partial record HostileScript
{
    private const string Self = "a value nested deeper than 64 levels";
    private const string Steps = "more than 100000 steps";
    private const string Long = "text longer than 1048576 characters";
    private const string Memory = "more than 8388608 bytes of memory were used";
    private const string Deep = "calls nested deeper than 64";
    private const string Capped = "the text is longer than 131072 characters";

    /// <summary>A text of a million characters, as the variable <c>s</c>.</summary>
    private const string Million = "s = 'x' * 1000000; ";

    private static IReadOnlyList<HostileScript> Cunning { get; } =
    [
        // Values that hold themselves.
        new("object that holds itself, added", "{{ o = {}; o.a = o; o + o }}", Self),
        new("object that holds itself, by index", "{{ o = {}; o['a'] = o; o }}", Self),
        new("object that holds itself, through with", "{{ o = {}; with o; a = o; end; o }}", Self),
        new("object that holds itself, through import", "{{ o = {}; with o; import { a: o }; end; o }}", Self),
        new("object that holds itself, through this", "{{ this.a = this; this }}", Self),
        new("object that holds itself, in its literal", "{{ o = { a: this, b: this }; o }}", Self),
        new("object that holds itself, through an include", "{{ o = {}; include 'global.sbn' }}", Self),
        new("object that holds itself, in a loop variable", "{{ o = {}; for o.a in [o]; o; end }}", Self),
        new("object that holds itself, through a pair", "{{ o = { b: 1 }; for p in o; o.b = p; q = { c: o }; o.b = q; end; o }}", Self),
        new("two objects that hold each other", "{{ a = {}; b = { a: a }; a.b = b; a == b; a }}", Self),
        new("list that holds itself, as a member", "{{ a = [1]; a.self = a; a.self }}", Self),
        new("list that holds itself, by named argument", "{{ func f; ret $; end; x = 1; for i in 1..1000; x = f a: x; end; x }}", Self),
        new("chain from its head on", "{{ o = {}; p = o; while true; p.n = {}; p = p.n; end }}", Self),
        new("chain of lists", "{{ a = []; while true; a = [a]; end }}", Self),
        new("chain of lists in a local variable", "{{ func f(a); while true; a = [a]; end; end; f 1 }}", Self),
        new("chain of objects in a loop", "{{ o = {}; for i in 1..10000; o = { o: o }; end; o }}", Self),
        new("chain through captured arguments", "{{ func f; ret [$]; end; x = 1; for i in 1..1000; x = f x; end; x }}", Self),
        new("state that holds itself", "{{ state.a = state }}", Self),
        new("state that holds all", "{{ state.a = this }}", Self),
        new("range that holds itself", "{{ r = 1..3; r[0] = r; r }}", ""),

        // Values that are small, and large where they are written out.
        new("doubled object, printed", "{{ o = {}; for i in 1..60; o = { a: o, b: o }; end; o }}", ""),
        new("doubled list, joined", "{{ o = ['x']; for i in 1..60; o = [o, o]; end; o | array.join ',' }}", ""),
        new("doubled object, as JSON", "{{ o = {}; for i in 1..60; o = { a: o, b: o }; end; send_json o }}", ""),
        new("doubled list, compared", "{{ a = [1]; b = [1]; for i in 1..60; a = [a, a]; b = [b, b]; end; a == b }}", ""),
        new("doubled object in a message", "{{ o = {}; for i in 1..60; o = { a: o, b: o }; end; o - 1 }}", "is not supported between"),
        new("doubled object in a text", "{{ o = {}; for i in 1..60; o = { a: o, b: o }; end; $\"{o}\" }}", ""),
        new("doubled object, negated", "{{ o = {}; for i in 1..60; o = { a: o, b: o }; end; -o }}", "is not supported on"),
        new("doubled object, called", "{{ o = {}; for i in 1..60; o = { a: o, b: o }; end; o 1 }}", "is not a function"),
        new("doubled object, as a number", "{{ o = {}; for i in 1..60; o = { a: o, b: o }; end; math.abs o }}", "`math.abs`"),
        new("doubled object, as a function", "{{ o = {}; for i in 1..60; o = { a: o, b: o }; end; array.join [1] ',' o }}", "a function is expected"),
        new("doubled object, formatted", "{{ o = {}; for i in 1..60; o = { a: o, b: o }; end; object.format o 'x' }}", "`object.format`"),
        new("doubled pair, ordered", "{{ o = {}; for i in 1..60; o = { a: o, b: o }; end; for p in o; p < p; end }}", "is not supported between"),
        new("doubled objects, ordered in lists", "{{ o = {}; for i in 1..60; o = { a: o, b: o }; end; [o] < [o] }}", "is not supported between"),
        new("doubled object, counted up", "{{ o = {}; for i in 1..60; o = { a: o, b: o }; end; o++ }}", "is not supported on"),
        new("doubled state", "{{ o = {}; for i in 1..50; o = { a: o, b: o }; end; state.o = o }}", ""),
        new("doubled list, as a switch", "{{ a = [1]; b = [1]; for i in 1..50; a = [a, a]; b = [b, b]; end; case a; when b; 1; end }}", ""),

        // Texts and lists that double.
        new("doubled text in a list", "{{ s = 'x' * 100000; a = [s + s, s + s, s + s, s + s, s + s, s + s, s + s, s + s, s + s, s + s, s + s, s + s, s + s, s + s, s + s, s + s, s + s, s + s, s + s, s + s, s + s, s + s] }}", Memory),
        new("text in a text", "{{ " + Million + "t = $\"{s}{s}{s}{s}{s}{s}{s}{s}{s}{s}\" }}", ""),
        new("captured text", "{{ s = 'x' * 100000; while true; capture c; s; s; end; end }}", Memory),
        new("text by capture and print", "{{ s = 'x'; while true; capture s; s; s; end; end }}", ""),
        new("list of long texts, joined", "{{ " + Million + "[s, s, s, s, s, s] | array.join '' }}", Long),
        new("doubled list by a built-in", "{{ a = [1]; while true; a = array.concat a a; end }}", Steps),
        new("doubled list by add_range", "{{ a = [1]; while true; a = a | array.add_range a; end }}", Steps),
        new("far insertion", "{{ [1] | array.insert_at 2000000000 1 }}", ""),
        new("far index", "{{ a = [1]; a[2000000000] = 1 }}", Memory),
        new("list repeated by a number beyond", "{{ math.times [1, 2, 3] 9000000000 }}", Steps),
        new("text repeated by a built-in", "{{ math.times 'abc' 900000000 }}", Long),
        new("lists that shift", "{{ a = 1..40000; while true; a = a << 1; end }}", Memory),

        // Ranges.
        new("nested ranges", "{{ for i in 1..50000; for j in 1..50000; end; end }}", Steps),
        new("ranges of ranges", "{{ a = 1..2; while true; a = a + a; end }}", Steps),
        new("concatenation of lazy lists", "{{ a = [1]; for i in 1..20000; a = array.concat a [1]; end; a }}", Steps),
        new("lazy filters in each other", "{{ a = 1..3; for i in 1..30000; a = array.limit a 3; end; a }}", ""),
        new("reversed range", "{{ a = 1..90000; for i in a reversed; a[i]; end }}", ""),
        new("index into a range", "{{ r = 1..99999; x = 0; while true; x = r[99998]; end }}", ""),
        new("count of a range", "{{ r = 1..99999; while true; x = r.size; end }}", ""),
        new("range of large numbers", "{{ for i in 100000000000000000000..900000000000000000000; end }}", Steps),

        // Calls.
        new("recursion with large literals", "{{ func f; x = [1,2,3,4,5,6,7,8,9,10]; ret f x; end; f 1 }}", Deep),
        new("recursion through each", "{{ func f(x); ret [x] | array.each @f; end; f 1 }}", Deep),
        new("recursion through eval", "{{ s = 'object.eval s'; object.eval s }}", Deep),
        new("recursion through a template", "{{ s = '{{ object.eval_template s }}'; object.eval_template s }}", Deep),
        // Which bound comes first, the depth or the stack, depends on how far its code is optimized by then.
        new("recursion through pipes in pipes", "{{ func g(x); ret x; end; func f(x); ret x | g | g | g | g | g | g | g | g | g | g | g | g | g | g | g | g | g | g | g | g | f; end; 1 | f }}", "nested"),
        new("recursion through nested pipes", "{{ func f(x); ret f x | (f); end; 1 | (f) | (f) }}", ""),
        new("recursion through eval that fails", "{{ i = 0; s = 'i++; i > 60 ? (foo 1) : (object.eval s)'; object.eval s }}", ""),
        new("recursion through a pipe", "{{ func f(x); ret x | f; end; 1 | f }}", Deep),
        new("recursion through a member", "{{ o = {}; o.f = do; ret o.f; end; o.f }}", Deep),
        new("recursion through include_join", "{{ include_join ['self.sbn'] ',' }}", Deep),
        new("recursion through sort", "{{ func f; ret [2, 1] | array.sort | array.each @f; end; f }}", Deep),
        new("includes in a loop", "{{ while true; include 'kilobyte.sbn'; end }}", ""),
        new("includes of many", "{{ n = ['kilobyte.sbn'] * 5000; include_join n ',' }}", ""),
        new("endless eval", "{{ object.eval 'while true; end' }}", Steps),
        new("eval after eval", "{{ while true; x = object.eval '1 + 1'; end }}", ""),
        new("eval of many braces", "{{ object.eval ('{' * 4000) }}", ""),
        new("eval of many parentheses", "{{ object.eval ('(' * 4000) }}", "nested too deep"),
        new("eval of a template of marks", "{{ object.eval_template ('{' + '{ 1 }' + '}') * 900 }}", ""),
        new("eval of a long text", "{{ object.eval ('1;' * 50000) }}", "the text is longer than 4096 characters"),
        new("many arguments", "{{ func f; ret $.size; end; r = (1..30000) + []; f ^r ^r ^r ^r ^r ^r ^r ^r ^r ^r ^r ^r ^r ^r ^r ^r ^r ^r ^r }}", ""),
        new("call beyond its end", "{{ func f(x); ret f; end; f 1 }}", ""),

        // Regular expressions.
        new("pattern of 100 kB", "{{ 'x' | regex.match ('a' * 100000) }}", "a pattern has at most 1000 characters"),
        new("pattern of many groups", "{{ ('a' * 1000) | regex.match ('(' * 400 + 'a' + ')' * 400) }}", ""),
        new("pattern of many repetitions", "{{ ('a' * 100000) | regex.match '((((a{0,99}){0,99}){0,99}){0,99})b' }}", ""),
        new("pattern of alternatives", "{{ ('a' * 100000) | regex.match '(a|aa|aaa|aaaa)*b' }}", ""),
        new("all matches of a long text", "{{ ('a' * 131072) | regex.matches 'a' }}", ""),
        new("replacement that grows", "{{ ('a' * 131072) | regex.replace 'a' ('b' * 1000) }}", Long),
        new("replacement that repeats its match", "{{ ('a' * 100000) | regex.replace 'a+' ('$0' * 1000) }}", Long),
        new("split of a long text", "{{ while true; x = ('a,' * 60000) | regex.split ','; end }}", ""),
        new("pattern that looks back", "{{ ('a' * 100000) | regex.match '(?<=a*)b' }}", ""),
        new("new patterns", "{{ i = 0; while true; x = 'a' | regex.match ('(a|b|c)*' + i); i++; end }}", ""),
        new("tags that open only", "{{ ('<script' * 15000) | html.strip }}", ""),

        // Numbers.
        new("shift by a large number", "{{ 1 << 123456789012345678901234567890 }}", "a number is shifted by at most 8192 bits"),
        new("shifts in a loop", "{{ x = 1; while true; x = x << 8000; end }}", "a number of more than 8192 bits"),
        new("long literal", "{{ x = " + new string('9', 100_000) + " }}", "a number of more than 8192 bits"),
        new("format with many digits", "{{ 1 | math.format 'N999999' }}", ""),
        new("format beyond", "{{ 1 | math.format 'D2000000000' }}", ""),
        new("sums of large numbers", "{{ x = 1 << 8000; while true; y = x * x; end }}", "a number of more than 8192 bits"),

        // Long texts through all that works on them.
        new("search in a long text", "{{ " + Million + "string.index_of s 'y' }}", Capped),
        new("searches in a loop", "{{ s = 'ab' * 60000; while true; x = string.index_of s 'ba' 1; end }}", ""),
        new("replace in a long text", "{{ " + Million + "while true; t = s | string.replace 'x' 'y'; end }}", Memory),
        new("replace that grows a long text", "{{ " + Million + "s | string.replace 'x' 'yyyyyyyyyy' }}", Long),
        new("split of a text of a million characters", "{{ s = 'x,' * 500000; s | string.split ',' }}", ""),
        new("line ends of a long text", "{{ s = '\\n' * 1000000; s | html.newline_to_br }}", Capped),
        new("words of a long text", "{{ s = 'x ' * 500000; s | string.truncatewords 9 }}", Capped),
        new("escapes of a long text", "{{ s = '\"' * 1000000; s | string.escape }}", Capped),
        new("entities of a long text", "{{ s = '<' * 1000000; s | html.escape }}", Capped),
        new("percent signs of a long text", "{{ s = 'ä' * 1000000; s | html.url_encode }}", Capped),
        new("percent signs of a text within the cap", "{{ s = 'ä' * 131072; s | html.url_encode }}", ""),
        new("hashes of a long text", "{{ " + Million + "while true; x = s | string.sha512; end }}", ""),
        new("Base64 of a long text", "{{ " + Million + "while true; x = s | string.base64_encode; end }}", ""),
        new("case of a long text", "{{ " + Million + "while true; x = s | string.upcase; end }}", Memory),
        new("words of a long text, capitalized", "{{ s = 'x ' * 500000; while true; x = s | string.capitalizewords; end }}", Capped),
        new("slug of a long text", "{{ " + Million + "while true; x = s | string.handleize; end }}", Capped),
        new("JSON of a long text", "{{ s = '[' * 500000; object.from_json s }}", ""),
        new("JSON of many lists", "{{ s = '[' + '[],' * 300000 + '[]]'; object.from_json s }}", ""),
        new("JSON to text, long", "{{ " + Million + "send_json [s, s, s, s, s, s] }}", Long),
        new("date of a long text", "{{ " + Million + "date.parse s }}", "a date has at most 256 characters"),
        new("date with a long format", "{{ date.now | date.to_string ('%c' * 500000) }}", ""),
        new("number of a long text", "{{ s = '9' * 1000000; s | string.to_long }}", ""),
        new("long texts, sorted", "{{ s = 'x' * 100000; a = [s + 'a', s + 'b', s + 'c', s + 'd', s + 'e', s + 'f', s + 'g', s + 'h'] * 3000; a | array.sort }}", ""),
        new("long texts, told apart", "{{ s = 'x' * 100000; a = [s + 'a', s + 'b', s + 'c', s + 'd'] * 5000; a | array.uniq }}", ""),
        new("long texts, sought", "{{ s = 'x' * 100000; a = [s + 'a', s + 'b', s + 'c', s + 'd'] * 5000; a | array.contains (s + 'e') }}", ""),
        new("long text, walked", "{{ " + Million + "for c in s; end }}", ""),
        new("long names", "{{ o = {}; " + Million + "for i in 1..1000; o[s + i] = i; end }}", ""),
        new("many commands that are long", "{{ s = 'x' * 100000; while true; send s + s; end }}", Memory),
    ];
}
