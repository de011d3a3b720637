using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PluginHost.Abstractions;
using PluginHost.Extensions.Tests.Support;

namespace PluginHost.Extensions.Tests;

public sealed class LoggingTests : IDisposable
{
    private readonly FakeContext _context = new();

    public void Dispose() => _context.Dispose();

    [Theory]
    [InlineData(LogLevel.Trace, PluginLogLevel.Debug)]
    [InlineData(LogLevel.Debug, PluginLogLevel.Debug)]
    [InlineData(LogLevel.Information, PluginLogLevel.Information)]
    [InlineData(LogLevel.Warning, PluginLogLevel.Warning)]
    [InlineData(LogLevel.Error, PluginLogLevel.Error)]
    [InlineData(LogLevel.Critical, PluginLogLevel.Error)]
    public async Task Levels_are_the_hosts(LogLevel level, PluginLogLevel expected)
    {
        await LogAsync(log => log.Log(level, "x"));
        Assert.Equal(expected, Assert.Single(_context.Lines.Entries).Level);
    }

    [Fact]
    public async Task What_the_host_does_not_keep_is_not_made()
    {
        _context.Lines.Least = PluginLogLevel.Warning;
        await LogAsync(log =>
        {
            Assert.False(log.IsEnabled(LogLevel.Information));
            Assert.True(log.IsEnabled(LogLevel.Warning));
            Assert.False(log.IsEnabled(LogLevel.None));
            log.LogInformation("{Costly}", new Costly());
        });
        Assert.Empty(_context.Lines.Entries);
    }

    [Fact]
    public async Task State_and_scopes_are_fields_and_all_is_text()
    {
        await LogAsync(log =>
        {
            using var outer = log.BeginScope(new Dictionary<string, object?> { ["order"] = 12, ["none"] = null });
            using var inner = log.BeginScope("in {Place}", "hall");
            using var text = log.BeginScope("plain");
            log.LogError(new EventId(3), new FormatException("oh"), "{A} of {B} {C}", "x", 1.25, new[] { 1, 2 });
        });
        var entry = Assert.Single(_context.Lines.Entries);
        Assert.StartsWith("x of 1", entry.Message, StringComparison.Ordinal);
        Assert.Equal("{A} of {B} {C}", entry.Template);
        Assert.Contains("System.FormatException: oh", entry.Exception, StringComparison.Ordinal);
        Assert.Equal(
            [
                "category=PluginHost.Extensions.Tests.LoggingTests", "event=3", "order=12", "none=", "Place=hall", "scope=in hall", "scope=plain", "A=x", "B=1.25", "C=1, 2",
            ],
            entry.Fields.Select(field => $"{field.Key}={field.Value}"));
    }

    [Fact]
    public async Task A_scope_belongs_to_what_runs_in_it()
    {
        await LogAsync(log =>
        {
            using (log.BeginScope(new Dictionary<string, object?> { ["n"] = 1 })) log.LogInformation("in");
            log.LogInformation("out");
        });
        Assert.Equal([true, false], _context.Lines.Entries.Select(entry => entry.Fields.Any(field => field.Key == "n")));
    }

    [Fact]
    public async Task Filters_of_the_author_hold()
    {
        await LogAsync(log => log.LogWarning("x"), builder => builder.Services.AddLogging(logging => logging.AddFilter("PluginHost", LogLevel.Error)));
        Assert.Empty(_context.Lines.Entries);
    }

    [Fact]
    public async Task In_the_scope_of_a_connection_the_line_goes_to_its_log()
    {
        var plugin = new TestPlugin(builder => builder.AddSession<Talker>("t"));
        var description = plugin.Describe();
        await plugin.StartAsync(_context, default);
        var handler = description.Handlers[0].Tier.Match(_ => null!, create => create(new FakeSession(_context, new HandshakeInfo())), _ => null!);
        await handler.OnOpenAsync(default);
        await plugin.StopAsync(default);
        Assert.Equal(["17", null], _context.Lines.Entries.Select(entry => entry.Fields.FirstOrDefault(field => field.Key == "connection").Value));
    }

    private async Task LogAsync(Action<ILogger> act, Action<PluginBuilder>? more = null)
    {
        var plugin = new TestPlugin(builder =>
        {
            builder.Services.AddHostedService(services =>
            {
                act(services.GetRequiredService<ILogger<LoggingTests>>());
                return new NotedService([], "x");
            });
            more?.Invoke(builder);
        });
        plugin.Describe();
        await plugin.StartAsync(_context, default);
        await plugin.StopAsync(default);
    }

    public sealed class Talker(ILogger<Talker> log, ILoggerFactory loggers) : SessionHandler
    {
        public override ValueTask OnOpenAsync(Call call)
        {
            log.LogInformation("mine");
            loggers.CreateLogger("x").LogInformation("the plugin's");
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Costly
    {
        public override string ToString() => throw new InvalidOperationException("it was made");
    }
}
