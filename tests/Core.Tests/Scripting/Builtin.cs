using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Functions;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Tests.Scripting;

/// <summary>Calls of single built-ins.</summary>
internal static class Builtin
{
    public static readonly DateTimeOffset Now = new(2024, 2, 29, 12, 30, 15, TimeSpan.Zero);

    public static Run NewRun(ScriptLimits? limits = null)
    {
        var run = new Run();
        run.Begin(limits ?? ScriptLimits.Default, Now, 42, null);
        return run;
    }

    public static ScriptValue Call(string name, params ScriptValue[] arguments) => Call(NewRun(), name, arguments);

    public static ScriptValue Call(Run run, string name, ScriptValue[] arguments, params (string Name, ScriptValue Value)[] named) =>
        run.Call(Function(name), arguments, named.Select(n => new NamedArgument(n.Name, n.Value)).ToArray(), CodeLocation.None);

    public static ScriptFunction Function(string name)
    {
        var parts = name.Split('.');
        return Builtins.Find(parts[0]).AsObject()![parts[1]].AsFunction()!;
    }

    public static ScriptValue Array(params ScriptValue[] items) => ScriptValue.Of(ScriptArray.Create(items));

    public static ScriptValue Text(string text) => ScriptValue.Of(text);

    public static ScriptValue Number(long number) => ScriptValue.Of(number);
}
