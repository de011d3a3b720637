using PluginHost.Abstractions;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Loading;

/// <summary>What a plugin has said of something that it depends on.</summary>
/// <param name="Plugin">The plugin's id.</param>
/// <param name="Check">What it calls it.</param>
/// <param name="Status">How it is.</param>
/// <param name="Text">More about it, one line; may be empty.</param>
public sealed record PluginCheck(string Plugin, string Check, HealthStatus Status, string Text);

/// <summary>How plugins say that they are. From any thread.</summary>
public sealed class PluginHealth
{
    private const int MaxChecks = 100;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<(string Plugin, string Check), PluginCheck> _checks = new(Comparer<(string Plugin, string Check)>.Create(
        (left, right) => (string.CompareOrdinal(left.Plugin, right.Plugin), string.CompareOrdinal(left.Check, right.Check)) switch
        {
            (0, var checks) => checks,
            var (plugins, _) => plugins,
        }));

    /// <summary>All that was said last, by plugin and name.</summary>
    public IReadOnlyList<PluginCheck> Checks
    {
        get
        {
            lock (_gate) return [.. _checks.Values];
        }
    }

    /// <summary>Nothing is unhealthy.</summary>
    public bool IsHealthy
    {
        get
        {
            lock (_gate) return _checks.Values.All(check => check.Status != HealthStatus.Unhealthy);
        }
    }

    /// <summary>A plugin says how something is.</summary>
    /// <exception cref="InvalidOperationException">The plugin has said something of 100 other things.</exception>
    internal void Set(string plugin, string check, HealthStatus status, string text)
    {
        var said = new PluginCheck(plugin, OneLine.Of(check, 100), status, OneLine.Of(text, 500));
        lock (_gate)
        {
            var key = (plugin, said.Check);
            if (!_checks.ContainsKey(key) && _checks.Keys.Count(known => known.Plugin == plugin) >= MaxChecks)
                throw new InvalidOperationException($"A plugin has at most {MaxChecks} checks.");
            _checks[key] = said;
        }
    }

    /// <summary>A plugin has ended.</summary>
    internal void Forget(string plugin)
    {
        lock (_gate)
            foreach (var key in _checks.Keys.Where(known => known.Plugin == plugin).ToArray()) _checks.Remove(key);
    }
}
