using System.Security.Cryptography;
using PluginHost.Abstractions;
using PluginHost.Abstractions.Hosting;
using PluginHost.Server.Loading;
using PluginHost.Testing;
using PluginHost.Tests.Scripting;

namespace PluginHost.Tests.Loading;

public sealed class LoaderTests : IDisposable
{
    private readonly TempFolder _temp = new();

    private string Plugins => _temp["plugins"];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void The_shipped_plugins_load_from_the_hosts_own_folder()
    {
        var set = Loaded(PluginSources.Default(AppContext.BaseDirectory));
        Assert.Equal(["chat", "echo", "upper"], set.Plugins.Select(p => p.Id));
        Assert.Equal(["chat.v1", "echo", "upper.v1"], set.Handlers.Keys.Order());
        Assert.All(set.Plugins, p => Assert.Equal(new Version(1, 0), p.Metadata.Contract));
        set.Unload();
    }

    [Fact]
    public async Task A_plugin_in_fsharp_runs_in_all_tiers()
    {
        var set = Loaded(Sources(Path.Combine(AppContext.BaseDirectory, "testplugins")));
        Assert.Equal("session", TierOf("words.v2"));
        Assert.Equal("inline", TierOf("shout"));
        string TierOf(string token) => set.Handlers[token].Description.Tier.Match(_ => "pure", _ => "session", _ => "inline");
        var decide = set.Handlers["shout"].Description.Decide!;
        Assert.Equal(403, (await decide(new HandshakeInfo(), default)).Match(_ => 0, (status, _, _) => status));
        set.Unload();

        var shipped = Loaded(PluginSources.Default(AppContext.BaseDirectory));
        Assert.Equal(["HI", "2 messages so far"], Answers(shipped, "upper.v1", "hi", "?"));
        shipped.Unload();
    }

    [Fact]
    public void A_plugin_does_not_see_the_packages_of_the_host()
    {
        var library = typeof(LanguageExt.Option<int>).Assembly.Location;
        PluginSource.Compile(Plugins, "borrower", """
            public class P : Plugin
            {
                public override PluginDescription Describe() =>
                    new(LanguageExt.Prelude.Some(1).ToString(), "1", new[] { Handler.Inline("b", _ => null) });
            }
            """, "1.0", library);
        // Refused before anything is loaded, as the host has the package and would lend it.
        var version = typeof(LanguageExt.Option<int>).Assembly.GetName().Version;
        Assert.Contains($"LanguageExt.Core, Version={version} is wanted by borrower, but is not in the plugin's folder", Problem(Sources(Plugins), "LanguageExt.Core"));

        // A package beside the plugin wants what it refers to itself.
        File.Copy(library, _temp["plugins", "borrower", "LanguageExt.Core.dll"]);
        Assert.Contains("Microsoft.Bcl.AsyncInterfaces, Version=7.0.0.0 is wanted by LanguageExt.Core", Problem(Sources(Plugins), "AsyncInterfaces"));
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Microsoft.Bcl.AsyncInterfaces.dll"), _temp["plugins", "borrower", "Microsoft.Bcl.AsyncInterfaces.dll"]);
        Loaded(Sources(Plugins)).Unload();
    }

    [Fact]
    public void A_contract_beside_the_plugin_is_ignored()
    {
        PluginSource.Compile(Plugins, "p", PluginSource.Sound("p"));
        File.Copy(typeof(Plugin).Assembly.Location, _temp["plugins", "p", "PluginHost.Abstractions.dll"]);
        Loaded(Sources(Plugins)).Unload();
    }

    [Theory]
    [InlineData("2.0", "it was built for contract 2.0, this host offers 1.0",
        "Use a host that offers contract 2.0, or build the plugin against PluginHost.Abstractions 1.0")]
    [InlineData("0.9", "it was built for contract 0.9, this host offers 1.0", "Build the plugin against PluginHost.Abstractions 1.0")]
    public void A_plugin_for_another_major_is_refused_from_metadata(string contract, string message, string hint)
    {
        var other = PluginSource.CompileContract(_temp["other", "PluginHost.Abstractions.dll"], contract + ".0.0");
        // The static constructor of the module would run if the assembly were loaded; its types could not even be read.
        PluginSource.CompileTo(_temp["plugins", "old", "old.dll"], "old", "public class P : Plugin { }", contract, [other]);
        var problem = Assert.Single(Failed(Sources(Plugins)));
        Assert.Equal((_temp["plugins", "old", "old.dll"], message, hint), (problem.File, problem.Message, problem.Hint));
    }

    [Fact]
    public void A_plugin_for_a_later_minor_is_refused_by_its_stamp()
    {
        PluginSource.Compile(Plugins, "late", PluginSource.Sound("late"), "1.1");
        Problem(Sources(Plugins), "it was built for contract 1.1, this host offers 1.0");
    }

    [Fact]
    public void Without_a_stamp_the_reference_says_the_contract()
    {
        PluginSource.Compile(Plugins, "plain", PluginSource.Sound("plain"), stamp: null);
        var set = Loaded(Sources(Plugins));
        Assert.Equal(new Version(1, 0), set.Plugins[0].Metadata.Contract);
        set.Unload();
    }

    [Fact]
    public void A_stamp_does_not_outweigh_a_reference_of_another_major()
    {
        var other = PluginSource.CompileContract(_temp["other", "PluginHost.Abstractions.dll"], "3.0.0.0");
        PluginSource.CompileTo(_temp["plugins", "liar", "liar.dll"], "liar", "public class P : Plugin { }", "1.0", [other]);
        Problem(Sources(Plugins), "it was built for contract 3.0, this host offers 1.0");
    }

    [Theory]
    [InlineData("public class C { public object O => typeof(Plugin); }", "it holds no class derived from PluginHost.Abstractions.Plugin")]
    [InlineData("public abstract class A : Plugin { }", "A is abstract or generic, and there is no other class derived from Plugin")]
    [InlineData("public class A : Plugin { D } public class B : Plugin { D }", "it holds several plugins: A, B")]
    [InlineData("class A : Plugin { D }", "A is not public")]
    [InlineData("public class A : Plugin { public A(int i) { } D }", "A has no public constructor without parameters")]
    [InlineData("public class A : Plugin { A() { } D }", "A has no public constructor without parameters")]
    [InlineData("public class A : Plugin { public A() => throw new Exception(\"no\\nluck\"); D }",
        "A could not be constructed: it threw Exception: no\\u000aluck")]
    [InlineData("public class A : Plugin { static A() => int.Parse(\"x\"); D }",
        "A could not be constructed: it threw FormatException: The input string 'x' was not in a correct format.")]
    [InlineData("public class A : Plugin { public override PluginDescription Describe() => throw new Exception(\"no\"); }",
        "A could not be described: it threw Exception: no")]
    [InlineData("public class A : Plugin { public override PluginDescription Describe() => null; }",
        "A could not be described: it returned null")]
    [InlineData("public class A : Plugin { public override PluginDescription Describe() => new(\"A\", \"1\", new HandlerDescription[0]); }",
        "A describes no handler")]
    [InlineData(
        "public class A : Plugin { public override PluginDescription Describe() => new(\"A\", \"1\", new[] { Handler.Inline(\"a b\", _ => null) }); }",
        "A could not be described: it threw ArgumentException: The subprotocol \"a b\" is not a token")]
    [InlineData(
        "public class A : Plugin { public override PluginDescription Describe() => new(\"A\", \"1\", new[] { Handler.Inline(\"a\", _ => null).AlsoAs(\"a\") }); }",
        "it claims the subprotocol 'a' twice")]
    public void A_faulty_plugin_is_named_with_its_fault(string source, string message)
    {
        var describe = "public override PluginDescription Describe() => new(\"A\", \"1\", new[] { Handler.Inline(\"a\", _ => null) });";
        var file = PluginSource.Compile(Plugins, "faulty", source.Replace(" D }", $" {describe} }}", StringComparison.Ordinal));
        var problem = Assert.Single(Failed(Sources(Plugins)));
        Assert.Equal(file, problem.File);
        Assert.StartsWith(message, problem.Message);
        Assert.NotEmpty(problem.Hint);
        Assert.DoesNotContain("\n", problem.ToString());
    }

    [Fact]
    public void A_constructor_that_never_ends_is_given_up()
    {
        var source = PluginSource.Sound("slow").Replace("{\n", "{\n public P() => Thread.Sleep(Timeout.Infinite);\n",
            StringComparison.Ordinal);
        PluginSource.Compile(Plugins, "slow", source);
        var result = PluginLoader.Load(Sources(Plugins), TimeSpan.FromMilliseconds(200));
        Assert.Contains("did not finish within 0.2 s", result.Match(_ => "loaded", problems => problems.Single().Message));
    }

    [Fact]
    public void How_long_a_call_may_take_is_the_plans()
    {
        PluginSource.Compile(Plugins, "slow", PluginSource.Sound("slow").Replace("{\n", "{\n public P() => Thread.Sleep(Timeout.Infinite);\n", StringComparison.Ordinal));
        _temp.Write("plugins.json", $$"""{ "plugins": { "directory": "{{Path.GetFileName(Plugins)}}", "callTimeout": "200ms" } }""");
        var problems = ScriptServer.Prepare(_temp).LeftToSeq().Bind(all => all);
        Assert.Contains("did not finish within 0.2 s", Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_dependency_is_named()
    {
        var library = PluginSource.CompileLibrary(_temp["Lib.dll"], "Lib", "namespace Lib; public class Base { }");
        PluginSource.Compile(Plugins, "needy", PluginSource.Sound("needy") + "public class D : Lib.Base { }", "1.0", library);
        Assert.Contains("Lib, Version=0.0.0.0 is wanted by needy", Problem(Sources(Plugins), "Lib"));
    }

    [Fact]
    public void A_dependency_of_another_shape_is_a_problem_of_its_types()
    {
        var library = PluginSource.CompileLibrary(_temp["Lib.dll"], "Lib", "namespace Lib; public class Base { }");
        PluginSource.Compile(Plugins, "needy", PluginSource.Sound("needy") + "public class D : Lib.Base { }", "1.0", library);
        PluginSource.CompileLibrary(_temp["plugins", "needy", "Lib.dll"], "Lib", "namespace Lib; public class Other { }");
        Assert.Contains("Lib.Base", Problem(Sources(Plugins), "its types cannot be loaded"));
    }

    [Fact]
    public void A_broken_deps_file_is_a_problem()
    {
        PluginSource.Compile(Plugins, "p", PluginSource.Sound("p"));
        _temp.Write("plugins/p/p.deps.json", "{ not json");
        Problem(Sources(Plugins), "its p.deps.json cannot be read");
    }

    [Fact]
    public void A_token_claimed_twice_names_both_files()
    {
        var a = PluginSource.Compile(Plugins, "a", PluginSource.Sound("same"));
        var b = PluginSource.Compile(Plugins, "b", PluginSource.Sound("same"));
        var problem = Assert.Single(Failed(Sources(Plugins)));
        Assert.Equal(b, problem.File);
        Assert.Equal($"the subprotocol 'same' is claimed by {a} too", problem.Message);

        // Tokens are case-sensitive.
        PluginSource.Compile(Plugins, "b", PluginSource.Sound("Same"));
        Loaded(Sources(Plugins)).Unload();
    }

    [Theory]
    [InlineData("not a dll at all")]
    [InlineData("MZ")]
    public void A_file_that_is_no_assembly_is_refused(string content)
    {
        _temp.Write("plugins/text/text.dll", content);
        Problem(Sources(Plugins), "it is not a .NET assembly");
    }

    [Fact]
    public void A_cut_assembly_is_refused_wherever_it_is_cut()
    {
        var image = File.ReadAllBytes(PluginSource.Compile(_temp["whole"], "p", PluginSource.Sound("p")));
        for (var length = 0; length < image.Length; length += 7)
            Assert.Null(Record.Exception(() => PluginMetadata.Read(image[..length], "p.dll")));
        Assert.NotNull(PluginMetadata.Read(image, "p.dll").Metadata);
    }

    [Fact]
    public void An_assembly_without_the_contract_is_no_plugin()
    {
        PluginSource.CompileLibrary(_temp["plugins", "lib", "lib.dll"], "lib", "public class C { }");
        Problem(Sources(Plugins), "it does not reference PluginHost.Abstractions, so it is not a plugin");
    }

    [Fact]
    public void The_hash_of_an_entry_is_checked()
    {
        var file = PluginSource.Compile(Plugins, "p", PluginSource.Sound("p"));
        var hash = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
        Loaded(Sources(Plugins, new PluginEntry("p", Sha256: hash))).Unload();
        var wrong = new string('0', 64);
        var problem = Assert.Single(Failed(Sources(Plugins, new PluginEntry("p", Sha256: wrong))));
        Assert.Equal($"its SHA-256 is {hash.ToLowerInvariant()}, plugins.json expects {wrong}", problem.Message);
        Assert.Equal("/plugins/entries/p/sha256", problem.Pointer);
    }

    [Fact]
    public void All_problems_are_reported_and_nothing_stays_loaded()
    {
        PluginSource.Compile(Plugins, "good", PluginSource.Sound("good"));
        PluginSource.Compile(Plugins, "late", PluginSource.Sound("late"), "1.9");
        _temp.Write("plugins/text/text.dll", "text");
        var problems = Failed(Sources(Plugins, new PluginEntry("gone"), new PluginEntry("../up")));
        Assert.Equal(4, problems.Count);
    }

    [Fact]
    public void Options_are_validated_by_the_plugin()
    {
        var shipped = Path.Combine(AppContext.BaseDirectory, "plugins");
        IReadOnlyList<PluginProblem> Validate(string options)
        {
            var set = Loaded(Sources(shipped, new PluginEntry("chat", OptionsJson: options)));
            var problems = set.Validate();
            set.Unload();
            return problems;
        }

        Assert.Empty(Validate("{}"));
        Assert.Empty(Validate("""{"history":1000}"""));
        Assert.Equal("/plugins/entries/chat/options/history", Assert.Single(Validate("""{"history":1001}""")).Pointer);
        Assert.Equal(2, Validate("""{"history":"x","colour":1}""").Count);
        // The plugin throws at what is no JSON; that is a problem too, and no exception.
        Assert.Contains("could not be validated: it threw", Assert.Single(Validate("{")).Message);
    }

    private static PluginSources Sources(string directory, params PluginEntry[] entries) =>
        new(Path.GetTempPath(), Path.GetTempPath(), directory, true, true, entries);

    private static PluginSet Loaded(PluginSources sources) =>
        PluginLoader.Load(sources).Match(set => set, problems => throw new Xunit.Sdk.XunitException(string.Join("\n", problems)));

    private static IReadOnlyList<PluginProblem> Failed(PluginSources sources) =>
        PluginLoader.Load(sources).Match(_ => throw new Xunit.Sdk.XunitException("loaded"), problems => problems);

    private static string Problem(PluginSources sources, string part)
    {
        var problem = Assert.Single(Failed(sources));
        Assert.Contains(part, problem.Message);
        return problem.ToString();
    }

    private static IEnumerable<string> Answers(PluginSet set, string token, params string[] texts)
    {
        PureRun run = set.Handlers[token].Description.Tier.Match(create => create(), _ => null!, _ => null!);
        run.Open(new HandshakeInfo());
        foreach (var text in texts.DefaultIfEmpty("hello"))
            yield return run.Next(PureTest.Text(text))[0].Text!;
    }
}
