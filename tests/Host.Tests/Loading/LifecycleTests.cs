using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using PluginHost.Abstractions;
using PluginHost.Server.Loading;
using PluginHost.Testing;

namespace PluginHost.Tests.Loading;

public sealed class LifecycleTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly List<string> _log = [];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Plugins_that_served_are_unloaded()
    {
        var gone = ServeAndUnload(PluginSources.Default(AppContext.BaseDirectory));
        Collect(() => gone.All(p => p.IsGone));
        Assert.Equal(["chat", "echo", "upper"], gone.Where(p => p.IsGone).Select(p => p.Id));
    }

    [Fact]
    public void What_still_points_into_a_plugin_keeps_it()
    {
        var held = new List<object>();
        var gone = ServeAndUnload(PluginSources.Default(AppContext.BaseDirectory), set => held.Add(set.Handlers["echo"]));
        Collect(() => gone.Count(p => p.IsGone) >= 2);
        Assert.Equal(["echo"], gone.Where(p => !p.IsGone).Select(p => p.Id));
        held.Clear();
        Collect(() => gone.All(p => p.IsGone));
        Assert.True(gone.All(p => p.IsGone));
    }

    [Fact]
    public void A_failed_load_leaves_nothing_behind()
    {
        var id = "g" + Guid.NewGuid().ToString("n");
        PluginSource.Compile(_temp["plugins"], id, PluginSource.Sound("good"));
        PluginSource.Compile(_temp["plugins"], id + "x", "public class P : Plugin { public P() => throw new Exception(); "
            + "public override PluginDescription Describe() => null; }");
        Fail();
        bool Remains() => AssemblyLoadContext.All.Any(c => c.Name!.Contains(id, StringComparison.Ordinal));
        Collect(() => !Remains());
        Assert.False(Remains());

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Fail() => Assert.Equal(1, PluginLoader.Load(Sources()).Match(_ => 0, problems => problems.Count));
    }

    [Fact]
    public async Task A_started_plugin_logs_and_its_scope_ends_after_it_stopped()
    {
        PluginSource.Compile(_temp["plugins"], "life", Living("a", "", "_context.Log.Warning(\"stopped\\n\");"));
        var set = Load(new PluginEntry("life", OptionsJson: """{"x":1}"""));
        Assert.Empty(await set.StartAsync(TestServices.Noting(Log), default));
        Assert.Equal([$$"""life Information started {"x":1} {{_temp["plugins", "life"]}}"""], _log);
        Assert.Empty(await set.StopAsync(default));
        Assert.Equal(["life Warning stopped\\u000a", "life Debug second", "life Debug first"], _log[1..]);
        Assert.Empty(await set.StopAsync(default));
        set.Unload();
    }

    [Fact]
    public async Task A_plugin_that_fails_to_start_stops_those_before_it()
    {
        PluginSource.Compile(_temp["plugins"], "a", Living("a", "", "_context.Log.Warning(\"stopped\");"));
        var bad = PluginSource.Compile(_temp["plugins"], "b", Living("b", "throw new Exception(\"no port\");", ""));
        PluginSource.Compile(_temp["plugins"], "c", Living("c", "", ""));
        var set = Load();
        var problem = Assert.Single(await set.StartAsync(TestServices.Noting(Log), default));
        Assert.Equal((bad, "it could not be started: it threw Exception: no port"), (problem.File, problem.Message));
        Assert.Contains("a Warning stopped", _log);
        Assert.DoesNotContain(_log, line => line.StartsWith("c ", StringComparison.Ordinal));
        // The scope of the one that failed has ended as well.
        Assert.Contains("b Debug first", _log);
        set.Unload();
    }

    [Theory]
    [InlineData("Thread.Sleep(Timeout.Infinite);")]
    [InlineData("await Task.Delay(-1);")]
    [InlineData("await Task.Delay(-1, t);")]
    public async Task A_plugin_that_does_not_start_or_stop_in_time_is_given_up(string hang)
    {
        PluginSource.Compile(_temp["plugins"], "starts", Living("a", hang, ""));
        var set = Load(TimeSpan.FromMilliseconds(300));
        Assert.Contains("it could not be started: it did not finish within 0.3 s",
            (await set.StartAsync(TestServices.Noting(Log), default)).Single().Message);

        PluginSource.Compile(_temp["plugins"], "starts", Living("a", "", hang));
        set = Load(TimeSpan.FromMilliseconds(300));
        Assert.Empty(await set.StartAsync(TestServices.Noting(Log), default));
        Assert.Contains("it could not be stopped: it did not finish within 0.3 s", (await set.StopAsync(default)).Single().Message);
    }

    /// <summary>A plugin that runs given statements in StartAsync and StopAsync.</summary>
    private static string Living(string token, string start, string stop) => $$"""
        public class P : Plugin
        {
            PluginContext _context;
            public override PluginDescription Describe() => new("P", "1", new[] { Handler.Inline("{{token}}", _ => null) });
            public override async ValueTask StartAsync(PluginContext context, CancellationToken t)
            {
                _context = context;
                context.Register(new D(context, "first"));
                context.Register(new D(context, "second"));
                await Task.Yield();
                {{start}}
                context.Log.Information("started " + context.Options.Json + " " + context.Directory);
            }
            public override async ValueTask StopAsync(CancellationToken t)
            {
                await Task.Yield();
                {{stop}}
            }
        }
        public class D : IDisposable
        {
            readonly PluginContext _c; readonly string _n;
            public D(PluginContext c, string n) { _c = c; _n = n; }
            public void Dispose() => _c.Log.Debug(_n);
        }
        """;

    private static void Collect(Func<bool> done)
    {
        // A load context goes in several steps, each of which needs a collection and the finalizers.
        for (var i = 0; i < 100 && !done(); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IReadOnlyList<UnloadedPlugin> ServeAndUnload(PluginSources sources, Action<PluginSet>? use = null)
    {
        var set = PluginLoader.Load(sources).Match(s => s, problems => throw new Xunit.Sdk.XunitException(string.Join("\n", problems)));
        Assert.Empty(set.Validate());
        Wait(set.StartAsync(TestServices.Noting((_, _, _) => { }), default));
        var run = set.Handlers["echo"].Description.Tier.Match(create => create(), _ => null!, _ => null!);
        run.Open(new HandshakeInfo());
        Assert.Single(run.Next(PureTest.Text("x")));
        var session = new FakeSession(new HandshakeInfo { ConnectionId = 1 });
        var chat = set.Handlers["chat.v1"].Description.Tier.Match(_ => null!, _ => null!, create => create(session));
        chat.OnOpen();
        chat.OnText(new Abstractions.Hosting.MessageLease().Lend(MessageKind.Text, """{"text":"x"}"""u8.ToArray()));
        chat.OnSnapshot(TopicSnapshot.Refused("chat/lobby", TopicResult.Done));
        chat.OnClosed(default);
        Assert.Equal(2, session.Texts.Count);
        use?.Invoke(set);
        Wait(set.StopAsync(default));
        return set.Unload();
    }

    private static void Wait(Task<IReadOnlyList<PluginProblem>> task) => Assert.Empty(task.GetAwaiter().GetResult());

    private void Log(string id, PluginLogLevel level, string line)
    {
        lock (_log)
            _log.Add($"{id} {level} {line}");
    }

    private PluginSources Sources(params PluginEntry[] entries) => new(_temp.Path, _temp["host"], "plugins", true, true, entries);

    private PluginSet Load(params PluginEntry[] entries) =>
        PluginLoader.Load(Sources(entries)).Match(s => s, problems => throw new Xunit.Sdk.XunitException(string.Join("\n", problems)));

    private PluginSet Load(TimeSpan limit) =>
        PluginLoader.Load(Sources(), limit).Match(s => s, problems => throw new Xunit.Sdk.XunitException(string.Join("\n", problems)));
}
