using System.Collections.Concurrent;
using PluginHost.Core.Policy.Limits;
using PluginHost.Server.Threads;

namespace PluginHost.Server.Counters;

/// <summary>What was counted of one handler, whatever generation and loop its connections are of. From any thread.</summary>
/// <param name="handler">The first of its subprotocols.</param>
/// <param name="plugin">Its plugin or script.</param>
internal sealed class HandlerCounters(string handler, string plugin)
{
    private long _connections;
    private long _opened;
    private long _faults;

    /// <summary>The first of its subprotocols.</summary>
    public string Handler => handler;

    /// <summary>Its plugin or script.</summary>
    public string Plugin => plugin;

    /// <summary>Connections that it serves.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Connections that it has served, those that it serves among them.</summary>
    public long Opened => Interlocked.Read(ref _opened);

    /// <summary>Its faults.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>It serves one more connection, or one less.</summary>
    public void Serve(int more)
    {
        Interlocked.Add(ref _connections, more);
        if (more > 0) Interlocked.Add(ref _opened, more);
    }

    /// <summary>It has failed.</summary>
    public void Faulted() => Interlocked.Increment(ref _faults);
}

/// <summary>The handlers that a server has had: one that comes again counts on.</summary>
/// <param name="shares">How they share threads.</param>
internal sealed class HandlerTable(ThreadShares shares)
{
    private readonly ConcurrentDictionary<(string Handler, string Plugin), HandlerCounters> _all = new();

    /// <summary>The threads that they share.</summary>
    public HandlerThreads Threads { get; } = new(shares);

    /// <summary>All of them, ordered.</summary>
    public IReadOnlyList<HandlerCounters> All =>
        [.. _all.Values.OrderBy(counters => counters.Plugin, StringComparer.Ordinal).ThenBy(counters => counters.Handler, StringComparer.Ordinal)];

    /// <summary>Those of one handler.</summary>
    public HandlerCounters Of(string handler, string plugin) => _all.GetOrAdd((handler, plugin), static key => new HandlerCounters(key.Handler, key.Plugin));
}
