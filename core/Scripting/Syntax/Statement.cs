using LanguageExt;

namespace PluginHost.Core.Scripting.Syntax;

/// <summary>Something that is done.</summary>
internal abstract record Statement(Place Place, int Depth) : Node(Place, Depth)
{
    /// <summary>Text outside of code.</summary>
    /// <param name="Place">Where it stands.</param>
    /// <param name="Value">The text.</param>
    /// <param name="StartsLine">Whether it is the first thing in the file, or blanks that follow a line end that was stripped.</param>
    public sealed record Text(Place Place, string Value, bool StartsLine) : Statement(Place, 1);

    /// <summary>Does nothing itself: what is printed from here on, as the text goes, has its further lines begin with these blanks.
    /// </summary>
    public sealed record Indent(Place Place, string Blanks) : Statement(Place, 1);

    /// <summary>Prints the value of an expression.</summary>
    public sealed record Print(Place Place, Expression Value) : Statement(Place, 1 + Value.Depth);

    /// <summary><c>x = 1</c>; with an operator <c>x += 1</c>.</summary>
    public sealed record Assign(Place Place, Expression Target, BinaryOperator? Operator, Expression Value)
        : Statement(Place, 1 + Deepest(Target, Value));

    /// <summary><c>if … else if … else … end</c>.</summary>
    public sealed record If(Place Place, Arr<Branch> Branches, Block? Else)
        : Statement(Place, 1 + Math.Max(Deepest(Branches), Deepest(Else)));

    /// <summary><c>case … when … else … end</c>.</summary>
    public sealed record Case(Place Place, Expression Value, Arr<When> Whens, Block? Else)
        : Statement(Place, 1 + Math.Max(Deepest(Whens), Deepest(Value, Else)));

    /// <summary><c>for x in … end</c>, or <c>tablerow</c>.</summary>
    public sealed record For(
        Place Place, bool IsTableRow, Expression Variable, Expression Iterator, ForOptions Options, Block Body, Block? Else)
        : Statement(Place, 1 + Deepest(Variable, Iterator, Options, Body, Else));

    /// <summary><c>while … end</c>.</summary>
    public sealed record While(Place Place, Expression Condition, Block Body) : Statement(Place, 1 + Deepest(Condition, Body));

    /// <summary><c>break</c>.</summary>
    public sealed record Break(Place Place) : Statement(Place, 1);

    /// <summary><c>continue</c>.</summary>
    public sealed record Continue(Place Place) : Statement(Place, 1);

    /// <summary><c>capture x … end</c>.</summary>
    public sealed record Capture(Place Place, Expression Target, Block Body) : Statement(Place, 1 + Deepest(Target, Body));

    /// <summary><c>with x … end</c>.</summary>
    public sealed record With(Place Place, Expression Target, Block Body) : Statement(Place, 1 + Deepest(Target, Body));

    /// <summary><c>wrap f a … end</c>.</summary>
    public sealed record Wrap(Place Place, Expression Target, Arr<CallArgument> Arguments, Block Body)
        : Statement(Place, 1 + Math.Max(Deepest(Arguments), Deepest(Target, Body)));

    /// <summary><c>import x</c>.</summary>
    public sealed record Import(Place Place, Expression Value) : Statement(Place, 1 + Value.Depth);

    /// <summary><c>readonly x</c>.</summary>
    public sealed record ReadOnly(Place Place, Expression Variable) : Statement(Place, 1 + Variable.Depth);

    /// <summary><c>func f … end</c>, <c>f(x) = …</c>.</summary>
    public sealed record Function(Place Place, string Name, FunctionSyntax Value) : Statement(Place, 1 + Value.Depth);

    /// <summary><c>ret x</c>.</summary>
    public sealed record Return(Place Place, Expression? Value) : Statement(Place, 1 + Deepest(Value));
}

/// <summary>A condition and what is done where it holds.</summary>
internal sealed record Branch(Place Place, Expression Condition, Block Body) : Node(Place, 1 + Deepest(Condition, Body));

/// <summary><c>when a, b</c> and what is done.</summary>
internal sealed record When(Place Place, Arr<Expression> Values, Block Body) : Node(Place, 1 + Math.Max(Deepest(Values), Body.Depth));

/// <summary>What may follow the list that a loop walks.</summary>
internal sealed record ForOptions(Place Place, Expression? Offset, Expression? Limit, Expression? Columns, bool IsReversed)
    : Node(Place, 1 + Deepest(Offset, Limit, Columns));
