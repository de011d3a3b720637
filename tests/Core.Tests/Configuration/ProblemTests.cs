using System.Text;
using LanguageExt;
using PluginHost.Core.Configuration;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;
using static PluginHost.Core.Tests.Configuration.Reading;

namespace PluginHost.Core.Tests.Configuration;

public class ProblemTests
{
    [Fact]
    public void A_problem_prints_on_one_line_as_compilers_print_theirs()
    {
        var json = "{\n  \"routes\": [\n    { \"path\": \"/\",\n      \"protocls\": [] }\n  ]\n}";

        Assert.Equal(
            "plugins.json:4:7: /routes/0/protocls: unknown key \"protocls\"; did you mean \"protocols\"?",
                Problem(json).Format("plugins.json"));
        Assert.Equal(ProblemSeverity.Error, Problem(json).Severity);
    }

    [Theory]
    [InlineData("{ \"listner\": [] }", "listeners")]
    [InlineData("{ \"LIMITS\": {} }", "limits")]
    [InlineData("{ \"rotues\": [] }", "routes")]
    [InlineData("{ \"limits\": { \"mesage\": 1 } }", "message")]
    [InlineData("{ \"plugins\": { \"entries\": { \"chat\": { \"option\": {} } } } }", "options")]
    [InlineData("{ \"routes\": [{ \"path\": \"/\", \"prefer\": \"sever\" }] }", "server")]
    [InlineData("{ \"routes\": [{ \"path\": \"/\", \"noMatch\": \"acceptthenclose\" }] }", "acceptThenClose")]
    [InlineData("{ \"routes\": [{ \"path\": \"/\", \"origins\": \"some\" }] }", "same")]
    [InlineData("{ \"routes\": [{ \"path\": \"/\", \"listener\": \"defualt\" }] }", "default")]
    [InlineData("{ \"keepAlive\": { \"ping\": \"20 sec\" } }", "20s")]
    [InlineData("{ \"keepAlive\": { \"ping\": \"20 MSEC\" } }", "20ms")]
    [InlineData("{ \"keepAlive\": { \"ping\": \"2min\" } }", "2m")]
    [InlineData("{ \"keepAlive\": { \"ping\": \"2 hours\" } }", "2h")]
    [InlineData("{ \"limits\": { \"message\": \"64kb\" } }", "64KiB")]
    [InlineData("{ \"limits\": { \"message\": \"1M\" } }", "1MiB")]
    [InlineData("{ \"limits\": { \"message\": \"1 gb\" } }", "1GiB")]
    public void What_was_probably_meant_is_suggested(string json, string meant) => Assert.Equal(Some(meant), Problem(json).Suggestion);

    [Theory]
    [InlineData("{ \"zzz\": [] }")]
    [InlineData("{ \"\": [] }")]
    [InlineData("{ \"keepAlive\": { \"ping\": \"soon\" } }")]
    [InlineData("{ \"keepAlive\": { \"ping\": \"20 parsecs\" } }")]
    [InlineData("{ \"keepAlive\": { \"ping\": \"25h\" } }")]
    [InlineData("{ \"limits\": { \"message\": \"12345678901kb\" } }")]
    [InlineData("{ \"limits\": { \"message\": \"2GiB\" } }")]
    [InlineData("{ \"limits\": { \"message\": \"5s\" } }")]
    [InlineData("{ \"keepAlive\": { \"ping\": \"5kb\" } }")]
    public void Nothing_is_suggested_where_nothing_is_close(string json) => Assert.Equal(None, Problem(json).Suggestion);

    [Fact]
    public void A_very_long_key_gets_no_suggestion_and_is_cut_in_the_message()
    {
        var problem = Problem($"{{ \"{new string('k', 100_000)}\": 1 }}");

        Assert.Equal(None, problem.Suggestion);
        Assert.True(problem.Message.Length < 200);
    }

    [Fact]
    public void A_very_long_key_is_not_compared_with_the_known_ones()
    {
        var json = Encoding.UTF8.GetBytes($"{{ \"{new string('k', 1_000_000)}\": 1 }}");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(ConfigurationReader.Read(json).IsLeft);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64_000_000); // a table of distances alone would have a gigabyte
    }

    [Fact]
    public void Independent_problems_are_all_reported_in_the_order_of_the_file()
    {
        var problems = Problems("""
            {
              "listner": [],
              "listeners": [{ "name": "a", "address": "nowhere" }, { "name": "a", "address": "*:1" }],
              "plugins": { "discover": "yes", "entries": { "x": { "sha256": "12" } } },
              "tls": {},
              "routes": [
                { "path": "chat", "listener": "b" },
                { "protocols": ["a b"], "prefer": 1 },
                { "path": "/x", "noMatch": "accept", "noOffer": "reject", "origins": ["https://x/"] }
              ],
              "limits": { "head": "1GiB", "head": 2, "connections": 0, "sendQueue": 2000, "sendQueueLow": 3000 },
              "shutdown": { "code": 1006 }
            }
            """);

        Assert.Equal(
            [
                "/listner", "/listeners/0/address", "/listeners/1/name", "/plugins/discover", "/plugins/entries/x/sha256", "/tls",
                "/routes/0/path", "/routes/0/listener", "/routes/1", "/routes/1/protocols/0", "/routes/1/prefer", "/routes/2/noMatch",
                "/routes/2/origins/0", "/limits/head", "/limits/head", "/limits/head", "/limits/connections", "/limits/sendQueueLow",
                "/shutdown/code",
            ],
            problems.Map(p => p.Pointer).ToArray());
        Assert.Equal(problems.OrderBy(p => p.Line).ThenBy(p => p.Column), problems);
    }

    [Theory]
    [InlineData("{ \"x\": 1 }", 1, 3)]
    [InlineData("{\n\"x\": 1 }", 2, 1)]
    [InlineData("{\r\n\r\n  \"x\": 1 }", 3, 3)]
    [InlineData("{\t\t\"x\": 1 }", 1, 4)]
    [InlineData("\uFEFF{ \"x\": 1 }", 1, 3)]
    [InlineData("{ /* äöü € 😀 */ \"x\": 1 }", 1, 17)]
    [InlineData("{ // 😀\n \"x\": 1 }", 2, 2)]
    [InlineData("{ /* a\r\nb\nc */ \"x\": 1 }", 3, 6)]
    public void Lines_and_columns_count_characters(string json, int line, int column) =>
        Assert.Equal((line, column), (Problem(json).Line, Problem(json).Column));

    [Theory]
    [InlineData("{ \"$schema\": \"😀\", \"x\": 1 }", 1, 19)]
    [InlineData("{ \"$schema\": \"\\u20ac\", \"x\": 1 }", 1, 24)]
    public void Lines_and_columns_count_characters_of_text(string json, int line, int column) =>
        Assert.Equal((line, column), (Problem(json).Line, Problem(json).Column));

    [Theory]
    [InlineData("", "f:1:1: the file is empty; the shortest valid one is {}")]
    [InlineData(" // nothing\n", "f:2:1: the file is empty; the shortest valid one is {}")]
    [InlineData("{\n  \"limits\": {", "f:2:14: syntax error: the file ends inside the object that begins at line 2, column 13")]
    [InlineData("{ \"routes\": [", "f:1:14: syntax error: the file ends inside the list that begins at line 1, column 13")]
    [InlineData("[]", "f:1:1: expected an object, found a list")]
    [InlineData("null", "f:1:1: expected an object, found null")]
    [InlineData("\"x\"", "f:1:1: expected an object, found the text \"x\"")]
    [InlineData("true", "f:1:1: expected an object, found true")]
    [InlineData("false", "f:1:1: expected an object, found false")]
    [InlineData("12", "f:1:1: expected an object, found the number 12")]
    public void A_file_that_is_no_object_is_one_problem(string json, string line) => Assert.Equal(line, Line(json));

    [Theory]
    [InlineData("{ \"limits\": {} \"routes\": [] }", 1, 16)]
    [InlineData("{\n \"limits\" 1 }", 2, 11)]
    [InlineData("{ limits: {} }", 1, 3)]
    [InlineData("{ 'limits': {} }", 1, 3)]
    [InlineData("{} {}", 1, 4)]
    [InlineData("{ \"limits\": tru }", 1, 16)]
    [InlineData("{ \"€€\": x }", 1, 9)]
    [InlineData("{ /* €\n€€ */ \"a\": €}", 2, 12)]
    [InlineData("{ \"a\": \"€\\q\" }", 1, 11)]
    [InlineData("{ \"a\": 1 /", 1, 10)]
    [InlineData("{ \"limits\": {},\r\n \"keepAlive\": {}, , }", 2, 19)]
    public void A_syntax_error_is_one_problem_at_its_place(string json, int line, int column)
    {
        var problem = Problem(json);

        Assert.StartsWith("syntax error: ", problem.Message);
        Assert.DoesNotContain("LineNumber", problem.Message);
        Assert.Equal((line, column), (problem.Line, problem.Column));
    }

    [Theory]
    [InlineData("""{ "rates": { "bytesPerSecond": null, "byteBurst": 5 } }""", "/rates/bytesPerSecond")]
    [InlineData("""{ "listeners": [{ "tls": { "certificate": "c", "clientCertificate": "require", "clientAuthorities": 5 } }] }""", "/listeners/0/tls/clientAuthorities")]
    [InlineData("""{ "limits": { "sendQueue": "x", "sendQueueLow": "1GiB" } }""", "/limits/sendQueue")]
    public void What_only_follows_from_a_wrong_value_is_not_said(string json, string pointer) => Assert.Equal(pointer, Problem(json).Pointer);

    [Fact]
    public void What_routes_inherit_is_said_once() => Assert.Equal(
        ["/limits/assembly", "/limits/sendQueueLow", "/authentication/realm"],
        Problems("""
            { "limits": { "assembly": "soon", "sendQueue": 2000, "sendQueueLow": 3000 }, "authentication": { "plugin": "p", "realm": "" },
              "routes": [{ "path": "/a" }, { "path": "/b", "limits": {}, "authentication": { "users": ["ann"] } }] }
            """).Map(problem => problem.Pointer).ToArray());

    [Fact]
    public void The_value_of_a_repeated_key_is_read_as_if_it_stood_alone() => Assert.Equal(
        ["/routes/0/rates", "/routes/0/rates/over"],
        Problems("""
            { "rates": { "bytesPerSecond": 5 },
              "routes": [{ "path": "/", "rates": { "byteBurst": 6 }, "rates": { "byteBurst": 7, "over": 8 } }] }
            """).Map(problem => problem.Pointer).ToArray());

    [Fact]
    public void Repeated_keys_are_found_at_every_level()
    {
        var problems = Problems("""
            { "limits": { "head": 1024, "head": 1024 },
              "plugins": { "entries": { "a": { "options": { "x": [{ "y": 1, "y": 2 }] } }, "a": {} } },
              "limits": {} }
            """);

        Assert.Equal(
            ["/limits/head", "/plugins/entries/a/options/x/0/y", "/plugins/entries/a", "/limits"], problems.Map(p => p.Pointer).ToArray());
        Assert.All(problems, p => Assert.Contains("second time", p.Message));
        Assert.Equal((1, 29), (problems[0].Line, problems[0].Column));
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    [InlineData(100_000, false)]
    public void Nesting_is_bounded(int depth, bool accepted)
    {
        const int outer = 5; // the objects around the list
        var lists = depth - outer;
        var json = "{\"plugins\":{\"entries\":{\"a\":{\"options\":{\"x\":" + new string('[', lists) + new string(']', lists) + "}}}}}";

        var read = Read(json);

        Assert.Equal(accepted, read.IsRight);
        if (!accepted) Assert.Equal("nested more than 32 levels deep", Problem(json).Message);
        if (!accepted) Assert.Equal(json.IndexOf('[') + 1 + 32 - outer, Problem(json).Column);
    }

    [Theory]
    [InlineData(ConfigurationReader.MaxBytes, true)]
    [InlineData(ConfigurationReader.MaxBytes + 1, false)]
    [InlineData(10_000_000, false)]
    public void Size_is_bounded(int bytes, bool accepted)
    {
        var json = "{}" + new string(' ', bytes - 2);

        Assert.Equal(accepted, Read(json).IsRight);
        if (!accepted) Assert.Equal($"f:1:1: the file has {bytes} bytes; at most 1048576 (1MiB) are read", Line(json));
    }

    [Fact]
    public void A_file_full_of_problems_is_read_in_linear_time()
    {
        var json = "{" + string.Concat(Enumerable.Repeat("\"a\":1,", 150_000)) + "}";

        Assert.Equal(300_000 - 1, Problems(json).Count);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'{', (byte)'\n', 0xFF, (byte)'}' }, 2, 1)]
    [InlineData(new byte[] { (byte)'{', 0xC3, 0xA4, 0xC3, (byte)'}' }, 1, 3)]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, (byte)'{', 0xED, 0xA0, 0x80, (byte)'}' }, 1, 2)]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'{', 0, (byte)'}', 0 }, 1, 1)]
    public void Bytes_that_are_not_UTF8_are_one_problem_at_the_first(byte[] utf8, int line, int column)
    {
        var problem = Assert.Single(ConfigurationReader.Read(utf8).LeftToSeq().Bind(p => p));

        Assert.Contains("not UTF-8", problem.Message);
        Assert.Equal((line, column), (problem.Line, problem.Column));
    }

    [Theory]
    [InlineData("""{ "listeners": [{ "name": "\ud800" }] }""", "/listeners/0/name")]
    [InlineData("""{ "\udfff": 1 }""", "")]
    [InlineData("""{ "listeners": "\ud800" }""", "/listeners")]
    [InlineData("""{ "limits": "\ud800" }""", "/limits")]
    [InlineData("""{ "routes": [{ "path": "/", "origins": "\ud800" }] }""", "/routes/0/origins")]
    [InlineData("""{ "routes": [{ "path": "/", "origins": ["\ud800"] }] }""", "/routes/0/origins/0")]
    [InlineData("""{ "plugins": { "entries": { "a": { "options": { "x": "\ud800" } } } } }""", "/plugins/entries/a/options/x")]
    public void Half_a_surrogate_pair_is_one_problem(string json, string pointer)
    {
        Assert.Contains("surrogate", Problem(json).Message);
        Assert.Equal(pointer, Problem(json).Pointer);
    }

    [Fact]
    public void Text_from_the_file_cannot_break_out_of_its_line()
    {
        var line = Line("{ \"a\\nb\\u001b[31m\\u202e\\u2028\": 1 }");

        Assert.DoesNotContain(line, c => char.IsControl(c) || c is '\u202e' or '\u2028');
        Assert.Contains("unknown key \"a\\u000Ab\\u001B[31m\\u202E\\u2028\"", line);
    }

    [Fact]
    public void Pointers_are_escaped_as_RFC_6901_says() => Assert.Equal("/a~1b~0c", Problem("""{ "a/b~c": 1 }""").Pointer);

    [Fact]
    public void The_plan_locates_values_for_problems_found_later()
    {
        var plan = Plan("{\n \"plugins\": { \"entries\": { \"chat\": { \"options\": {\n   \"rooms\": [ 1,\n 2 ], \"a/b\": 0 } } } } }");
        var options = plan.Plugins.Entries[0].Options.Map(o => o.Pointer).IfNone("");

        Assert.Equal(new FilePosition(4, 2), plan.Source.Locate(options + "/rooms/1"));
        Assert.Equal(new FilePosition(4, 14), plan.Source.Locate(options + "/a~1b"));
        Assert.Equal(new FilePosition(3, 13), plan.Source.Locate(options + "/rooms/7"));
        Assert.Equal(new FilePosition(3, 13), plan.Source.Locate(options + "/rooms/x/y"));
        Assert.Equal(new FilePosition(4, 2), plan.Source.Locate(options + "/rooms/1/deeper"));
        Assert.Equal(new FilePosition(2, 49), plan.Source.Locate(options + "/missing"));
        Assert.Equal(FilePosition.Start, plan.Source.Locate(""));
        Assert.Equal(
            "f:4:2: /plugins/entries/chat/options/rooms/1: no such room; did you mean \"lobby\"?",
            plan.Source.ProblemAt(options + "/rooms/1", "no such room", "lobby").Format("f"));
    }

    [Fact]
    public void Plans_are_equal_when_they_say_the_same()
    {
        var plan = Plan("""{ "limits": { "message": "1KiB" } }""");

        Assert.Equal(plan, Plan("{\n\"limits\": { \"message\": 1024, /* the same */ }, }"));
        Assert.Equal(plan.GetHashCode(), Plan("""{ "limits": { "message": 1024 } }""").GetHashCode());
        Assert.NotEqual(plan, Plan("""{ "limits": { "message": 1025 } }"""));
        Assert.False(plan.Source.Equals(null));
        Assert.True(plan.Source.Equals((object)ConfigurationReader.Default.Source));
        Assert.False(plan.Source.Equals((object)"no source map"));
    }

    [Fact]
    public void Options_become_strict_JSON()
    {
        var plan = Plan("""
            { "plugins": { "entries": { "a": { "options": {
              "text": "\u00e4 \"q\" // no comment", // a comment
              "list": [1, 2.50, -3e2, true, false, null, [], {},],
              "é": { "deep": { } },
            } } } } }
            """);

        Assert.Equal(
            """{"text":"\u00e4 \"q\" // no comment","list":[1,2.50,-3e2,true,false,null,[],{}],"é":{"deep":{}}}""",
            plan.Plugins.Entries[0].Options.Map(o => o.Json));
    }
}
