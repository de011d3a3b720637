using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>Functions of <c>array</c> that call a function for each item.</summary>
internal static class ArrayCallbacks
{
    public static ScriptValue Any(Call call)
    {
        var (list, function) = (call.List(0), call.Function(1));
        var more = call.Rest(2);
        call.Run.ChargeArray(1 + more.Length);
        var arguments = new ScriptValue[1 + more.Length];
        for (long i = 0; i < list.Count; i++)
        {
            arguments[0] = call.Item(0, list, i);
            more.CopyTo(arguments.AsSpan(1));
            if (call.Run.Call(function, arguments).IsTruthy) return ScriptValue.True;
        }
        return ScriptValue.False;
    }

    public static ScriptValue Each(Call call)
    {
        var (list, function, result) = (call.List(0), call.Function(1), call.Empty());
        for (long i = 0; i < list.Count; i++) call.Run.Append(result, call.Run.Call(function, [call.Item(0, list, i)]));
        return ScriptValue.Of(result);
    }

    public static ScriptValue Filter(Call call)
    {
        var (list, function, result) = (call.List(0), call.Function(1), call.Empty());
        for (long i = 0; i < list.Count; i++)
        {
            var item = call.Item(0, list, i);
            if (call.Run.Call(function, [item]).IsTruthy) call.Run.Append(result, item);
        }
        return ScriptValue.Of(result);
    }

    public static ScriptValue Join(Call call)
    {
        var (list, delimiter) = (call.List(0), call.Text(1));
        var function = call[2].IsNull ? null : call.Function(2);
        var text = new TextBuilder(call.Run);
        for (long i = 0; i < list.Count; i++)
        {
            if (i > 0) text.Append(delimiter);
            var item = call.Item(0, list, i);
            text.Append(function is null ? item : call.Run.Call(function, [ScriptValue.Of(ValueText.Of(call.Run, item))]));
        }
        return ScriptValue.Of(text.Take());
    }
}
