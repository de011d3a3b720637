using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PluginHost.Abstractions;
using PluginHost.Extensions.Scopes;
using PluginHost.Extensions.Tests.Support;

namespace PluginHost.Extensions.Tests;

public sealed class ServicePluginTests
{
    private static readonly HandshakeInfo Handshake = new() { ConnectionId = 5, Path = "/five" };

    private readonly List<string> _events = [];

    [Fact]
    public void Nothing_is_made_before_it_starts()
    {
        var configured = 0;
        var plugin = new TestPlugin(builder =>
        {
            configured++;
            builder.Services.AddSingleton<IHostedService>(_ => throw new InvalidOperationException("made"));
            builder.AddSession<Noting>("t");
        });
        var description = plugin.Describe();
        Assert.Empty(plugin.Validate(PluginOptions.Empty));
        Assert.Equal(1, configured);
        Assert.Equal("PluginHost.Extensions.Tests", description.Name);
        Assert.DoesNotContain("+", description.Version, StringComparison.Ordinal);
        Assert.Null(description.Authenticate);
        using var context = new FakeContext();
        Assert.Equal("The plugin is not started.", Assert.Throws<InvalidOperationException>(() => Session(description, "t", context)).Message);
    }

    [Fact]
    public async Task It_says_what_it_was_told()
    {
        var plugin = new TestPlugin(builder =>
        {
            builder.WithName("Name").WithVersion("7").WithAuthentication<Word>((handshake, word, _) =>
                ValueTask.FromResult(HandshakeDecision.AcceptAs(word.Text + handshake.Path)));
            builder.Services.AddScoped<Word>().AddScoped(_ => new Ending(_events, "scope"));
            builder.AddSession<Noting>("t").Describe(handler => handler.AlsoAs("u").WithOverlappingCalls(3).WithDescription("notes"))
                .WithDecision<Word>((_, word) => HandshakeDecision.Refuse(403, word.Text));
            builder.AddInline<Quick>("i").WithDecision<Word>(async (_, word, cancellation) =>
            {
                await Task.Delay(0, cancellation);
                return HandshakeDecision.AcceptAs(word.Text);
            });
        });
        var description = plugin.Describe();
        Assert.Equal(("Name", "7"), (description.Name, description.Version));
        Assert.Equal(["t", "u"], description.Handlers[0].Subprotocols);
        Assert.Equal((3, "notes"), (description.Handlers[0].MaxOverlappingCalls, description.Handlers[0].Description));
        using var context = new FakeContext();
        await plugin.StartAsync(context, default);
        Assert.Equal("/five word/five", Accepted(await description.Authenticate!(Handshake, default)));
        Assert.Equal("/five word", (await description.Handlers[0].Decide!(Handshake, default)).Match(_ => "", (_, reason, _) => reason));
        Assert.Equal("/five word", Accepted(await description.Handlers[1].Decide!(Handshake, default)));
        await plugin.StopAsync(default);
        static string Accepted(HandshakeDecision decision) => decision.Match(user => user!.Name, (_, _, _) => "");
    }

    [Fact]
    public async Task A_connection_has_a_scope_that_ends_with_its_handler()
    {
        var plugin = Started(out var context, builder =>
        {
            builder.AddSession<Noting>("t");
            builder.AddInline<Quick>("i");
            builder.Services.AddScoped(_ => new Ending(_events, "scope"));
        });
        using var _ = context;
        var description = plugin.Describe();
        var handler = Session(description, "t", context);
        await handler.OnOpenAsync(default);
        Assert.Equal(["/five, /five, True"], context.Lines.Entries.Select(entry => entry.Message));
        await handler.OnClosedAsync(default);
        Assert.Empty(_events);
        await ((IAsyncDisposable)handler).DisposeAsync();
        Assert.Equal(["scope"], _events);

        // The scope of an inline handler ends on a loop, which does not wait.
        var inline = description.Handlers[1].Tier.Match(_ => null!, _ => null!, create => create(new FakeSession(context, Handshake)));
        ((IDisposable)inline).Dispose();
        Assert.Equal(["scope", "scope"], _events);
        await plugin.StopAsync(default);
    }

    [Fact]
    public async Task A_handler_that_cannot_be_made_leaves_no_scope()
    {
        var plugin = Started(out var context, builder =>
        {
            builder.AddSession<Unmakeable>("t");
            builder.Services.AddScoped(_ => new Ending(_events, "scope"));
        });
        using var _ = context;
        Assert.Throws<FormatException>(() => Session(plugin.Describe(), "t", context));
        Assert.Equal(["scope"], _events);
        await plugin.StopAsync(default);
    }

    [Fact]
    public async Task What_the_end_of_an_inline_handler_throws_is_logged()
    {
        var plugin = Started(out var context, builder =>
        {
            builder.AddInline<Quick>("i");
            builder.Services.AddScoped(_ => new Ending(_events, "fault"));
        });
        using var _ = context;
        var inline = plugin.Describe().Handlers[0].Tier.Match(_ => null!, _ => null!, create => create(new FakeSession(context, Handshake)));
        ((IDisposable)inline).Dispose();
        var line = Assert.Single(context.Lines.Entries, entry => entry.Level == PluginLogLevel.Error);
        Assert.Contains("FormatException: fault", line.Exception, StringComparison.Ordinal);
        await plugin.StopAsync(default);
    }

    [Fact]
    public async Task What_belongs_to_the_host_can_be_asked_for_and_is_not_disposed()
    {
        var plugin = Started(out var context, builder => builder.Services.AddSingleton<Hosts>().AddHostedService(services =>
        {
            var hosts = services.GetRequiredService<Hosts>();
            _events.Add(hosts.ToString());
            return new NotedService(_events, "x");
        }));
        using var _ = context;
        Assert.Equal("True True True True True True fake", _events[0]);
        await plugin.StopAsync(default);
        Assert.False(context.IsDisposed);
    }

    [Fact]
    public async Task An_authors_own_clock_wins()
    {
        var clock = new OwnClock();
        TimeProvider? seen = null;
        var plugin = Started(out var context, builder => builder.Services.AddSingleton<TimeProvider>(clock).AddHostedService(services =>
        {
            seen = services.GetRequiredService<TimeProvider>();
            return new NotedService(_events, "x");
        }));
        using var _ = context;
        Assert.Same(clock, seen);
        await plugin.StopAsync(default);
    }

    [Fact]
    public async Task What_cannot_be_made_keeps_it_from_starting()
    {
        var plugin = new TestPlugin(builder => builder.AddSession<Noting>("t"));
        plugin.Describe();
        using var context = new FakeContext();
        var fault = await Assert.ThrowsAsync<AggregateException>(() => plugin.StartAsync(context, default).AsTask());
        Assert.Contains("Unable to resolve service for type 'PluginHost.Extensions.Tests.ServicePluginTests+Ending'", fault.Message, StringComparison.Ordinal);
        await plugin.StopAsync(default);
    }

    [Fact]
    public async Task A_session_is_not_to_be_had_without_a_connection()
    {
        var plugin = Started(out var context, builder => builder.AddSession<Quiet>("t").WithDecision<Session>((_, _) => HandshakeDecision.Accept));
        using var _ = context;
        var decide = plugin.Describe().Handlers[0].Decide!;
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => decide(Handshake, default).AsTask());
        Assert.Equal("Session belongs to a connection: only what is made in the scope of one can ask for it.", fault.Message);
        await plugin.StopAsync(default);
    }

    [Fact]
    public async Task Options_are_given_in_every_shape()
    {
        Settings[] seen = [];
        var plugin = new TestPlugin(builder => builder.AddOptions<Settings>().AddOptions<Part>("part").Services.AddHostedService(services =>
        {
            seen =
            [
                services.GetRequiredService<Settings>(), services.GetRequiredService<IOptions<Settings>>().Value,
                services.GetRequiredService<IOptionsMonitor<Settings>>().CurrentValue,
            ];
            _events.Add(services.GetRequiredService<Part>().Name);
            return new NotedService(_events, "x");
        }));
        using var context = new FakeContext("""{ "size": 3, "part": { "name": "n" } }""");
        await plugin.StartAsync(context, default);
        Assert.All(seen, settings => Assert.Equal(3, settings.Size));
        Assert.Equal("n", _events[0]);
        await plugin.StopAsync(default);

        using var wrong = new FakeContext("""{ "size": "x" }""");
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => new TestPlugin(builder => builder.AddOptions<Settings>()).StartAsync(wrong, default).AsTask());
        Assert.StartsWith("The options are not valid: /size: expected a whole number", fault.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new TestPlugin(builder => builder.AddOptions<Settings>().AddOptions<Settings>("x")).Describe());
    }

    [Theory]
    [InlineData(typeof(ScopedSession), typeof(SessionHandler))]
    [InlineData(typeof(ScopedInline), typeof(InlineHandler))]
    public void Every_call_is_passed_on(Type wrapper, Type handler)
    {
        var calls = handler.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(method => method.IsVirtual).Select(method => method.Name);
        var passed = wrapper.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Select(method => method.Name);
        Assert.Empty(calls.Except(passed));
    }

    private static TestPlugin Started(out FakeContext context, Action<PluginBuilder> configure)
    {
        context = new FakeContext();
        var plugin = new TestPlugin(configure);
        plugin.Describe();
        var started = plugin.StartAsync(context, default);
        Assert.True(started.IsCompletedSuccessfully, started.IsFaulted ? started.AsTask().Exception!.ToString() : "it waits");
        return plugin;
    }

    private static SessionHandler Session(PluginDescription description, string token, PluginContext context) =>
        description.Handlers.Single(handler => handler.Subprotocols.Contains(token)).Tier.Match(_ => null!, create => create(new FakeSession(context, Handshake)), _ => null!);

    public sealed record Settings(int Size);

    public sealed record Part(string Name);

    private sealed class OwnClock : TimeProvider;

    public sealed class Word(HandshakeInfo handshake)
    {
        public string Text => $"{handshake.Path} word";
    }

    public sealed class Hosts(PluginContext context, Topics topics, Connections connections, TimeProvider time, PluginLog log, Meter meter, ActivitySource activities)
    {
        public override string ToString() =>
            $"{context.Topics == topics} {context.Connections == connections} {context.Time == time} {context.Log == log} {context.Meter == meter} {context.ActivitySource == activities} {context.PluginId}";
    }

    public sealed class Ending(List<string> events, string name) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            events.Add(name);
            return name == "fault" ? throw new FormatException(name) : ValueTask.CompletedTask;
        }
    }

    public sealed class Noting(Session session, SessionTopics topics, HandshakeInfo handshake, PluginLog log, Ending ending) : SessionHandler
    {
        public override ValueTask OnOpenAsync(Call call)
        {
            log.Information($"{handshake.Path}, {session.Handshake.Path}, {topics == session.Topics && ending is not null && log == session.Log}");
            return ValueTask.CompletedTask;
        }
    }

    public sealed class Quiet : SessionHandler;

    public sealed class Quick(Ending ending) : InlineHandler
    {
        public Ending Ending => ending;
    }

    public sealed class Unmakeable : SessionHandler
    {
        public Unmakeable(Ending ending) => throw new FormatException(ending.ToString());
    }
}
