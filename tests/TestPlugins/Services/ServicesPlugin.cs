using System.ComponentModel.DataAnnotations;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PluginHost.Abstractions;
using PluginHost.Extensions;

namespace TestPlugins.Services;

/// <summary>Uses everything that the extensions offer.</summary>
public sealed class ServicesPlugin : ServicePlugin
{
    protected override void Configure(PluginBuilder plugin)
    {
        plugin.AddOptions<GreeterOptions>();
        plugin.AddSession<Greeter>("greeter")
            .WithDecision<GreeterOptions>((handshake, options) =>
                handshake.QueryValue("name") == options.Unwelcome ? HandshakeDecision.Refuse(403, "not you") : HandshakeDecision.Accept)
            .Describe(handler => handler.WithOverlappingCalls(4).WithKey(handshake => handshake.QueryValue("name"), KeyConflict.KeepBoth));
        plugin.AddInline<Shouter>("shouter");
        plugin.AddPure<Counter, int>("counter");
        plugin.Services.AddScoped<Visit>();
        plugin.Services.AddHttpClient("home", (services, client) => client.BaseAddress = services.GetRequiredService<GreeterOptions>().Home);
        plugin.Services.AddHostedService<Clerk>();
        plugin.Services.AddHostedService<Breaker>();
        plugin.Services.AddHealthChecks().AddCheck<Pulse>("pulse");
    }
}

public sealed record GreeterOptions([Required, StringLength(20)] string Greeting = "hello", string? Unwelcome = null, Uri? Home = null, bool Breaks = false, [Range(1, 100)] int Step = 1);

/// <summary>A service of a connection.</summary>
public sealed class Visit(HandshakeInfo handshake, ILogger<Visit> log) : IAsyncDisposable
{
    public string Name => handshake.QueryValue("name") ?? "nobody";

    public async ValueTask DisposeAsync()
    {
        await Task.Yield();
        log.LogInformation("{Name} has left", Name);
    }
}

public sealed class Greeter(Session session, SessionTopics topics, Visit visit, GreeterOptions options, IHttpClientFactory clients, ILogger<Greeter> log) : SessionHandler, IDisposable
{
    private readonly PendingCalls<string> _calls = new(session, 2);

    public override async ValueTask OnTextAsync(OwnedMessage message, Call call)
    {
        var text = message.ToString();
        if (text.StartsWith("answer ", StringComparison.Ordinal))
        {
            session.SendText(_calls.Complete("1", text[7..]) ? "thanks" : "for what?");
            return;
        }

        await call.OverlapAsync();
        session.SendText(text switch
        {
            "log" => Log(),
            "home" => await clients.CreateClient("home").GetStringAsync(new Uri("", UriKind.Relative), call.Cancellation),
            "ask" => await AskAsync(call),
            "topics" => topics.Publish("nowhere", "x").ToString(),
            _ => $"{options.Greeting}, {visit.Name}: {text}",
        });
    }

    public override async ValueTask<ReadOnlyMemory<byte>?> OnAskAsync(ReadOnlyMemory<byte> question, Call call)
    {
        await Task.Yield();
        return Encoding.UTF8.GetBytes(visit.Name);
    }

    public void Dispose() => _calls.Dispose();

    private string Log()
    {
        using (log.BeginScope("in {Place}", "the hall"))
            log.LogWarning(new EventId(7, "greeting"), new InvalidOperationException("oh"), "{Name} has said {Count} things", visit.Name, 3);
        return "logged";
    }

    private async Task<string> AskAsync(Call call)
    {
        var answer = _calls.Begin("1", TimeSpan.FromMinutes(1), call.Cancellation);
        session.SendText("what?");
        return $"it was {await answer}";
    }
}

public sealed class Shouter(Session session, Visit visit) : InlineHandler
{
    public override void OnText(BorrowedMessage message) => session.SendText($"{visit.Name}: {message.ToString().ToUpperInvariant()}");
}

public sealed class Counter(GreeterOptions options) : PureHandler<int>
{
    public override Step<int> Open(HandshakeInfo handshake) => Step.To(0);

    public override Step<int> Next(int state, Event e) =>
        e.Kind == EventKind.Text ? Step.To(state + options.Step, Command.SendText($"{state + options.Step}")) : Step.To(state);
}

/// <summary>Works beside the connections, until it is stopped.</summary>
public sealed class Clerk(ILogger<Clerk> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        log.LogInformation("the clerk has come");
        try
        {
            await Task.Delay(Timeout.Infinite, stoppingToken);
        }
        finally
        {
            log.LogInformation("the clerk has gone");
        }
    }
}

public sealed class Breaker(GreeterOptions options) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => options.Breaks ? throw new InvalidOperationException("it broke") : Task.CompletedTask;
}

public sealed class Pulse : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(HealthCheckResult.Degraded("faint"));
}
