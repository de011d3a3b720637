using System.Runtime.InteropServices;
using Scriban.Runtime;
using Scriban.Syntax;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>
/// Holds values to a depth. What is deeper, or holds itself, ends the process in the library: it prints, compares and copies by recursion.
/// <para>
/// Each value that was looked at has a level from 1 to 64, and what it holds has a higher one: so a value that holds itself cannot be. Levels only rise, each
/// at most 64 times, so that the work is in proportion to what is made. Values that come from outside, at most 64 levels deep, are looked at when they are put
/// somewhere.
/// </para>
/// </summary>
internal sealed class Nesting(ScriptContext context)
{
    /// <summary>Levels of the deepest value that may be put somewhere.</summary>
    public const int Deepest = 64;

    private readonly Dictionary<object, int> _levels = new(ReferenceEqualityComparer.Instance);

    /// <summary>Begins again.</summary>
    public void Clear()
    {
        if (_levels.Count > 0) _levels.Clear();
    }

    /// <summary>A value has come to be.</summary>
    public void See(object? value) => Raise(value, 1);

    /// <summary>A value was put into another.</summary>
    public void Put(object? holder, object? value)
    {
        if (value is null or string or ValueType and not KeyValuePair<string, object?>) return;
        var level = holder is null ? 0 : _levels.GetValueOrDefault(holder);
        Raise(value, level + 1);
    }

    private void Raise(object? value, int level)
    {
        switch (value)
        {
            case ScriptArray or ScriptObject or ScriptRange { Values: ScriptArray }:
                break;
            case KeyValuePair<string, object?> pair:
                Raise(pair.Value, level);
                return;
            default:
                return;
        }
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_levels, value, out _);
        if (known >= level) return;
        if (level > Deepest) throw context.Exceed($"a value nested deeper than {Deepest} levels");
        known = level;
        RaiseChildren(value, level + 1);
    }

    private void RaiseChildren(object value, int level)
    {
        switch (value)
        {
            case ScriptArray array:
                context.StepItems(array.Count);
                for (var i = 0; i < array.Count; i++)
                    if (array[i] is not (null or string)) Raise(array[i], level);
                foreach (var name in array.GetMembers())
                    if (name != "size" && array.TryGetValue(context, default, name, out var member)) Raise(member, level);
                break;
            case ScriptObject members:
                context.StepItems(members.Count);
                foreach (var (_, member) in members)
                    if (member is not (null or string)) Raise(member, level);
                break;
            case ScriptRange { Values: ScriptArray items }:
                Raise(items, level);
                break;
        }
    }
}
