using System.Collections.Immutable;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>The functions of one built-in object, such as <c>string</c>.</summary>
internal sealed class FunctionGroup
{
    /// <summary>A group.</summary>
    /// <param name="name">The name of the object.</param>
    /// <param name="functions">Its functions, in the order of the documentation.</param>
    public FunctionGroup(string name, params ReadOnlySpan<BuiltinFunction> functions)
    {
        Name = name;
        var builder = ImmutableArray.CreateBuilder<BuiltinFunction>(functions.Length);
        foreach (var function in functions) builder.Add(function.In(name));
        Functions = builder.ToImmutable();
    }

    /// <summary>The name of the object.</summary>
    public string Name { get; }

    /// <summary>The functions, with their full names.</summary>
    public ImmutableArray<BuiltinFunction> Functions { get; }

    /// <summary>Members that are no functions, such as <c>date.default_format</c>.</summary>
    public ImmutableArray<KeyValuePair<string, ScriptValue>> Values { get; init; } = [];

    /// <summary>Members that are computed when they are read, and called without arguments, are functions without parameters.</summary>
    internal ScriptObject ToObject()
    {
        var result = new ScriptObject(Functions.Length + Values.Length);
        foreach (var function in Functions) result.Set(function.MemberName, ScriptValue.Of(function));
        foreach (var (name, value) in Values) result.Set(name, value);
        result.SealShallow();
        return result;
    }
}
