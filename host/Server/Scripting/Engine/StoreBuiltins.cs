using PluginHost.Core.Scripts;
using Scriban.Runtime;
using Scriban.Syntax;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>The group <c>store</c>: what all connections of a script share.</summary>
internal static class StoreBuiltins
{
    /// <summary>The functions.</summary>
    public static IReadOnlyList<HostFunction> All { get; } =
    [
        new("store.get", "key default?", call => ScriptValues.Copy(call.Context, Value(call)) ?? call[1]),
        new("store.set", "key value", Set),
        new("store.add", "key number?", Add),
        new("store.remove", "key", call => Put(call, call.Context.Ambient.Store.Remove(call.Text(0)))),
        new("store.keys", "prefix?", Keys),
        new("store.size", "", call => call.Context.Ambient.Store.Count),
    ];

    private static object? Value(Call call)
    {
        call.Context.Step();
        return call.Context.Ambient.Store.Find(call.Text(0)).MatchUnsafe(value => value, () => null);
    }

    // A value that is null is as good as none.
    private static object? Set(Call call) =>
        call[1] is null ? Put(call, call.Context.Ambient.Store.Remove(call.Text(0))) : Put(call, call[1]);

    private static object? Add(Call call)
    {
        var sum = Operators.Evaluate(call.Context, call.Span, ScriptBinaryOperator.Add, call.Span, Number(call, Value(call)), call.Span, Number(call, call[1] ?? 1));
        Put(call, sum);
        return sum;
    }

    private static object Number(Call call, object? value) => value switch
    {
        null => 0,
        int or long or float or double or decimal or System.Numerics.BigInteger => value,
        _ => throw call.Fail($"a number is expected, not {ScriptValues.Describe(value)}"),
    };

    private static object Keys(Call call)
    {
        var (prefix, keys) = (call.Text(0), new ScriptArray());
        call.Context.StepItems(call.Context.Ambient.Store.Count);
        keys.AddRange(call.Context.Ambient.Store.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)));
        return keys;
    }

    /// <summary>The script goes on with its own value; what is kept shares nothing with it.</summary>
    private static object? Put(Call call, object? value)
    {
        var keeping = new Keeping(call.Context, "the store");
        var kept = keeping.Keep(ScriptValues.Copy(call.Context, value));
        return Put(call, call.Context.Ambient.Store.Set(call.Text(0), kept, keeping.Size).IfLeft(problem =>
        {
            call.Context.CurrentSpanForSteps = call.Span;
            throw call.Context.Exceed($"`{call.Function.Name}`: {problem}");
        }));
    }

    private static object? Put(Call call, ScriptStore<object?> store)
    {
        call.Context.Step();
        call.Context.Ambient.Store = store;
        return null;
    }
}
