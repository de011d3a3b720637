using System.Numerics;

namespace PluginHost.Core.Scripting.Values;

/// <summary>Turns what an evaluation made into values that nobody can change: trees of data.</summary>
internal static class Freezer
{
    /// <summary>How deep a value may be nested that outlives an evaluation.</summary>
    public const int MaxDepth = 500;

    /// <summary>
    /// Freezes the value and all it holds. What is frozen already is not walked again, so the work is proportional to what changed.
    /// </summary>
    /// <returns>Null, or why the value cannot be kept; it may then be frozen in part and is to be dropped.</returns>
    public static string? Freeze(ScriptValue value)
    {
        if (value.Kind == ValueKind.Function) return "a function cannot be kept";
        if (value.Reference is not ScriptContainer { IsFrozen: false } root) return null;
        if (IsFlat(root))
        {
            root.SealShallow();
            return null;
        }

        var path = new Stack<(ScriptContainer Container, int Next)>();
        var open = new HashSet<ScriptContainer>(ReferenceEqualityComparer.Instance) { root };
        path.Push((root, 0));
        while (path.TryPop(out var top))
        {
            if (top.Next == top.Container.ChildSlots)
            {
                top.Container.SealShallow();
                open.Remove(top.Container);
                continue;
            }
            path.Push((top.Container, top.Next + 1));
            var child = top.Container.RawChild(top.Next);
            if (child.Kind == ValueKind.Function) return "a function cannot be kept";
            if (child.Reference is not ScriptContainer { IsFrozen: false } container) continue;
            if (!open.Add(container)) return "a value that contains itself cannot be kept";
            if (path.Count == MaxDepth) return "a value nested deeper than 500 levels cannot be kept";
            path.Push((container, 0));
        }
        return null;
    }

    // Most states hold scalars, or what has not changed: they need no walk.
    private static bool IsFlat(ScriptContainer container)
    {
        for (var slot = 0; slot < container.ChildSlots; slot++)
            if (container.RawChild(slot).Reference is ScriptFunction or ScriptContainer { IsFrozen: false }) return false;
        return true;
    }

    /// <summary>Bytes beside the 16 of the value itself.</summary>
    public static long SizeOf(ScriptValue value) => value.Reference switch
    {
        string text => 24 + 2L * text.Length,
        ScriptContainer container => container.FrozenSize,
        BigInteger number => 32 + number.GetByteCount(),
        null => 0,
        _ => 40,
    };

    // Shared parts are counted as often as they are held; doubling one fifty times must not overflow.
    public static long Add(long left, long right) => right > long.MaxValue - left ? long.MaxValue : left + right;
}
