using LanguageExt;
using Microsoft.Extensions.Hosting;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Hosting;

/// <summary>The server as a service of a generic host: it starts and stops with the application.</summary>
/// <param name="settings">What is to be served and from where.</param>
/// <param name="options">How it is started.</param>
public sealed class PluginHostService(StartupSettings settings, StartOptions options) : IHostedService, IAsyncDisposable
{
    private RunningServer? _server;
    private Task? _stopped;

    /// <summary>The server, from its start on.</summary>
    /// <exception cref="InvalidOperationException">It has not been started.</exception>
    public RunningServer Server => _server ?? throw new InvalidOperationException("the server has not been started");

    /// <summary>Reads the configuration, loads the plugins, and opens the listeners.</summary>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="StartupException">Something keeps it from starting.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_server is not null) throw new InvalidOperationException("the server has been started before");
        var started = await Preparation.Prepare(settings)
            .BindAsync(prepared => RunningServer.StartAsync(prepared, options, cancellationToken)).ConfigureAwait(false);
        _server = started.IfLeft(problems =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new StartupException(problems);
        });
    }

    /// <summary>Closes the listeners and the connections, with the close code and within the time of the configuration, and stops the plugins.</summary>
    /// <param name="cancellationToken">Gives up waiting. The stop goes on; <see cref="DisposeAsync"/> waits for it.</param>
    public Task StopAsync(CancellationToken cancellationToken) => EndAsync().WaitAsync(cancellationToken);

    /// <summary>Stops, if it has not been stopped, and waits for the end of that.</summary>
    public ValueTask DisposeAsync() => new(EndAsync());

    private Task EndAsync() => _server is { } server ? _stopped ??= StopAsync(server) : Task.CompletedTask;

    private async Task StopAsync(RunningServer server)
    {
        var report = await server.StopAsync().ConfigureAwait(false);
        var log = options.Loggers.CreateLogger(LogCategories.Server);
        foreach (var problem in report.Problems) log.LogError("{Problem}", problem.ToString());
        await server.DisposeAsync().ConfigureAwait(false);
    }
}
