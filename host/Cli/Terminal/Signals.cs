using System.Runtime.InteropServices;

namespace PluginHost.Cli.Terminal;

/// <summary>SIGTERM and SIGINT (Ctrl-C). The first one asks for a graceful stop; a second one ends the process at once, with 128 and its number.</summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _registered;

    /// <summary>Begins to listen for them.</summary>
    public Signals() => _registered =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => On(context, "SIGTERM", 143)),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => On(context, "SIGINT", 130)),
    ];

    /// <summary>The name of the first signal, once it has come.</summary>
    public Task<string> First => _first.Task;

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registered) registration.Dispose();
        _stopping.Dispose();
    }

    private void On(PosixSignalContext context, string name, int exitCode)
    {
        context.Cancel = true;
        if (_first.TrySetResult(name)) _stopping.Cancel();
        else Environment.Exit(exitCode);
    }
}
