using PluginHost.Core.Scripts;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>
/// The store of a script as it is now, for all threads. An evaluation works on what it finds when it begins; what it leaves takes the place of that only where no
/// other has come before it. Otherwise it is evaluated again, which gives what it would have given had it begun later.
/// </summary>
/// <param name="limits">What the store may hold.</param>
internal sealed class StoreCell(ScriptStoreLimits limits)
{
    /// <summary>How often an evaluation may find that another has come first. Then it takes the gate, so that the others wait for one evaluation.</summary>
    public const int Attempts = 4;

    private ScriptStore<object?> _now = ScriptStore<object?>.Empty(limits);

    /// <summary>Whoever holds it is the only one who changes the store.</summary>
    public Lock Gate { get; } = new();

    /// <summary>What it holds.</summary>
    public ScriptStore<object?> Now => Volatile.Read(ref _now);

    /// <summary>A store of its own with the same contents, to try something out.</summary>
    public StoreCell Copy() => new(limits) { _now = Now };

    /// <summary>Puts a store in the place of the one that it came from.</summary>
    /// <returns>False where another has come first.</returns>
    public bool TryPut(ScriptStore<object?> before, ScriptStore<object?> after)
    {
        if (ReferenceEquals(before, after)) return true;
        lock (Gate)
        {
            if (!ReferenceEquals(_now, before)) return false;
            Volatile.Write(ref _now, after);
            return true;
        }
    }
}
