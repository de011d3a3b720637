using System.Diagnostics;
using System.Diagnostics.Metrics;
using PluginHost.Abstractions;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Loading;

/// <summary>The context of one started plugin.</summary>
/// <param name="id">The plugin's id.</param>
/// <param name="options">Its options.</param>
/// <param name="directory">The folder of its assembly.</param>
/// <param name="services">What the host gives to plugins.</param>
internal sealed class PluginScope(string id, PluginOptions options, string directory, PluginServices services) : PluginContext, IDisposable
{
    /// <summary>The tag of a meter that names the plugin whose it is.</summary>
    public const string MeterTag = "pluginhost.plugin";

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private Stack<IDisposable>? _registered = new();
    private Meter? _meter;
    private ActivitySource? _activities;

    /// <inheritdoc/>
    public override string PluginId => id;

    /// <inheritdoc/>
    public override PluginOptions Options => options;

    /// <inheritdoc/>
    public override string Directory => directory;

    /// <inheritdoc/>
    public override TimeProvider Time => services.Time;

    /// <inheritdoc/>
    public override PluginLog Log { get; } = services.Log(id);

    /// <inheritdoc/>
    public override Abstractions.Topics Topics { get; } = services.Topics(id);

    /// <inheritdoc/>
    public override Abstractions.Connections Connections { get; } = services.Connections(id);

    /// <inheritdoc/>
    public override Meter Meter
    {
        get
        {
            lock (_lock) return _meter ??= new Meter(new MeterOptions(Name) { Tags = [new(MeterTag, id)] });
        }
    }

    /// <inheritdoc/>
    public override ActivitySource ActivitySource
    {
        get
        {
            lock (_lock) return _activities ??= new ActivitySource(Name);
        }
    }

    private string Name => $"PluginHost.Plugins.{id}";

    /// <inheritdoc/>
    public override void SetHealth(string check, HealthStatus status, string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(check);
        ArgumentNullException.ThrowIfNull(text);
        services.Health.Set(id, check, status, text);
    }

    /// <inheritdoc/>
    public override CancellationToken Stopping => _stopping.Token;

    /// <inheritdoc/>
    public override void Register(IDisposable disposable)
    {
        ArgumentNullException.ThrowIfNull(disposable);
        lock (_lock)
        {
            if (_registered is not null)
            {
                _registered.Push(disposable);
                return;
            }
        }

        disposable.Dispose();
    }

    /// <summary>The plugin's connections begin to be stopped. What a callback throws is logged.</summary>
    public void BeginStopping()
    {
        try
        {
            _stopping.Cancel();
        }
        catch (AggregateException e)
        {
            Log.Error($"a callback on stopping threw {OneLine.Of(e.InnerException ?? e)}");
        }
    }

    /// <summary>Disposes what was registered, the last first. One that throws is logged and does not keep the others.</summary>
    public void Dispose()
    {
        BeginStopping();
        Stack<IDisposable> all;
        lock (_lock)
        {
            all = _registered ?? new();
            _registered = null;
        }

        services.Health.Forget(id);
        _meter?.Dispose();
        _activities?.Dispose();
        while (all.TryPop(out var disposable))
            try
            {
                disposable.Dispose();
            }
            catch (Exception e)
            {
                Log.Error($"disposing a registration threw {OneLine.Of(e)}");
            }
    }
}
