using LanguageExt;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Syntax;

internal enum BinaryOperator : byte
{
    Coalesce,
    NotCoalesce,
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Range,
    RangeExclusive,
    ShiftLeft,
    ShiftRight,
    Add,
    Subtract,
    Multiply,
    Divide,
    DivideRound,
    Modulus,
}

internal enum UnaryOperator : byte
{
    Not,
    Negate,
    Plus,

    /// <summary><c>^list</c>: the items of a list as arguments of their own.</summary>
    Expand,

    /// <summary><c>@f</c>: the function itself rather than its result.</summary>
    Alias,
}

/// <summary>Something that has a value.</summary>
internal abstract record Expression(Place Place, int Depth) : Node(Place, Depth)
{
    /// <summary>A number, string, boolean or null.</summary>
    public sealed record Literal(Place Place, ScriptValue Value) : Expression(Place, 1);

    /// <summary><c>$"a {x}"</c>: the values of the parts as one text.</summary>
    public sealed record Interpolated(Place Place, Arr<Expression> Parts) : Expression(Place, 1 + Deepest(Parts));

    /// <summary>A global variable: <c>x</c>.</summary>
    public sealed record Global(Place Place, string Name) : Expression(Place, 1);

    /// <summary>A local variable: <c>$x</c>.</summary>
    public sealed record Local(Place Place, string Name) : Expression(Place, 1);

    /// <summary><c>$0</c>, <c>$1</c> …: an argument of the function under way.</summary>
    public sealed record Argument(Place Place, int Index) : Expression(Place, 1);

    /// <summary><c>$</c>: all arguments of the function under way.</summary>
    public sealed record AllArguments(Place Place) : Expression(Place, 1);

    /// <summary><c>$$</c>: the block given by <c>wrap</c>.</summary>
    public sealed record WrappedBlock(Place Place) : Expression(Place, 1);

    /// <summary><c>this</c>: the object in which global variables live here.</summary>
    public sealed record This(Place Place) : Expression(Place, 1);

    /// <summary><c>empty</c>.</summary>
    public sealed record Empty(Place Place) : Expression(Place, 1);

    /// <summary><c>for</c>, <c>while</c> or <c>tablerow</c>: the variables of the innermost loop.</summary>
    public sealed record LoopVariables(Place Place, string Keyword) : Expression(Place, 1);

    /// <summary><c>[a, b]</c>.</summary>
    public sealed record Array(Place Place, Arr<Expression> Items) : Expression(Place, 1 + Deepest(Items));

    /// <summary><c>{ a: 1 }</c>.</summary>
    public sealed record Object(Place Place, Arr<ObjectMember> Members) : Expression(Place, 1 + Deepest(Members));

    /// <summary><c>a.b</c>, <c>a?.b</c>.</summary>
    public sealed record Member(Place Place, Expression Target, string Name, bool IsOptional) : Expression(Place, 1 + Target.Depth);

    /// <summary><c>a[b]</c>.</summary>
    public sealed record Item(Place Place, Expression Target, Expression At) : Expression(Place, 1 + Deepest(Target, At));

    /// <summary>An operator before an expression.</summary>
    public sealed record Unary(Place Place, UnaryOperator Operator, Expression Operand) : Expression(Place, 1 + Operand.Depth);

    /// <summary><c>++x</c>, <c>x--</c>.</summary>
    public sealed record Increment(Place Place, Expression Target, bool IsDecrement, bool IsPrefix) : Expression(Place, 1 + Target.Depth);

    /// <summary>An operator between two expressions.</summary>
    public sealed record Binary(Place Place, BinaryOperator Operator, Expression Left, Expression Right)
        : Expression(Place, 1 + Deepest(Left, Right));

    /// <summary><c>a ? b : c</c>.</summary>
    public sealed record Conditional(Place Place, Expression Condition, Expression Then, Expression Else)
        : Expression(Place, 1 + Deepest(Condition, Then, Else));

    /// <summary><c>f a b</c>, <c>f(a, b)</c>, <c>a | f b</c>.</summary>
    public sealed record Call(Place Place, Expression Target, Arr<CallArgument> Arguments)
        : Expression(Place, 1 + Math.Max(Target.Depth, Deepest(Arguments)));

    /// <summary><c>do … end</c>.</summary>
    public sealed record Anonymous(Place Place, FunctionSyntax Function) : Expression(Place, 1 + Function.Depth);

    /// <summary>Whether it can be assigned to.</summary>
    public bool IsAssignable => this is Global or Local or Argument or Member { IsOptional: false } or Item;

    /// <summary>Whether it names something: what may be called with arguments behind it.</summary>
    public bool IsPath => this is Global or Local or Argument or Member or Item or This or AllArguments or WrappedBlock;
}

/// <summary>A member of an object literal.</summary>
internal sealed record ObjectMember(Place Place, string Name, Expression Value) : Node(Place, 1 + Value.Depth);

/// <summary>An argument of a call.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Name">Its name, for <c>name: value</c>; otherwise null.</param>
/// <param name="Value">Its value.</param>
internal sealed record CallArgument(Place Place, string? Name, Expression Value) : Node(Place, 1 + Value.Depth);
