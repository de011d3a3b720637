namespace PluginHost.Core.Scripting.Evaluation;

internal sealed partial class Run
{
    private const int CycleSize = 100;

    private Dictionary<string, long>? _cycles;

    /// <summary>How often this was asked before with the same key: the places of <c>array.cycle</c>.</summary>
    public long NextInCycle(string key)
    {
        _cycles ??= [];
        if (!_cycles.TryGetValue(key, out var place)) Charge(CycleSize);
        _cycles[key] = place + 1;
        return place;
    }
}
