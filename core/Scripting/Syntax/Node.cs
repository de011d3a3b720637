using LanguageExt;

namespace PluginHost.Core.Scripting.Syntax;

/// <summary>Where a node stands in its file, as UTF-16 offsets. Two trees are equal wherever they stand, so two places always are.</summary>
/// <param name="Start">The first character.</param>
/// <param name="End">The character after the last.</param>
internal readonly record struct Place(int Start, int End)
{
    public bool Equals(Place other) => true;

    public override int GetHashCode() => 0;
}

/// <summary>A part of a script's tree. Immutable; compared by structure.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Depth">How many nodes lie below each other in it, itself included.</param>
internal abstract record Node(Place Place, int Depth)
{
    /// <summary>The deepest of them; 0 for none.</summary>
    public static int Deepest(params ReadOnlySpan<Node?> nodes)
    {
        var deepest = 0;
        foreach (var node in nodes) deepest = Math.Max(deepest, node?.Depth ?? 0);
        return deepest;
    }

    /// <inheritdoc cref="Deepest(ReadOnlySpan{Node})"/>
    public static int Deepest<T>(Arr<T> nodes) where T : Node
    {
        var deepest = 0;
        foreach (var node in nodes) deepest = Math.Max(deepest, node.Depth);
        return deepest;
    }
}

/// <summary>Statements one after another.</summary>
internal sealed record Block(Place Place, Arr<Statement> Statements) : Node(Place, 1 + Deepest(Statements));

/// <summary>A parameter of a function.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Name">Its name.</param>
/// <param name="Default">What it is where the call gives nothing; null when the call must give it.</param>
/// <param name="IsVariadic">Whether it takes all further arguments, as an array.</param>
internal sealed record Parameter(Place Place, string Name, Expression? Default, bool IsVariadic)
    : Node(Place, 1 + Deepest(Default));

/// <summary>What a function is, without its name.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="HasParameters">Whether it declares parameters, even none: <c>func f()</c>.</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="Body">Its statements.</param>
/// <param name="IsInline">Whether it was written <c>f(x) = …</c>; the body is then one <c>ret</c>.</param>
internal sealed record FunctionSyntax(Place Place, bool HasParameters, Arr<Parameter> Parameters, Block Body, bool IsInline)
    : Node(Place, 1 + Math.Max(Deepest(Parameters), Body.Depth));
