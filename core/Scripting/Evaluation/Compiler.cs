using PluginHost.Core.Scripting.Syntax;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Evaluation;

/// <summary>A script or an include, ready to be executed.</summary>
/// <param name="Source">Its text.</param>
/// <param name="Layout">The local variables of its outermost level.</param>
/// <param name="Body">Its statements.</param>
/// <param name="Functions">The functions that it defines on its outermost level.</param>
/// <param name="Names">The names of members and variables in it.</param>
internal sealed record CompiledTemplate(
    SourceText Source, FrameLayout Layout, StatementCode Body, IReadOnlySet<string> Functions, HashSet<string> Names);

/// <summary>Makes code of a tree, once for each file.</summary>
internal sealed partial class Compiler
{
    private readonly SourceText _source;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private List<string> _locals = [];
    private bool _isForeign; // in the block of a `wrap`, which is executed in another frame
    private bool _prints;
    private int _loops;
    private string _indent = "";

    private Compiler(SourceText source) => _source = source;

    public static CompiledTemplate Compile(SourceText source, Block tree)
    {
        var compiler = new Compiler(source);
        var functions = new HashSet<string>(StringComparer.Ordinal);
        foreach (var statement in tree.Statements)
            if (statement is Statement.Function function) functions.Add(function.Name);
        var body = compiler.Block(tree);
        return new CompiledTemplate(source, new FrameLayout([.. compiler._locals]), body, functions, compiler._names);
    }

    private CodeLocation At(Place place) => new(_source, place.Start, place.End);

    private CodeLocation At(Node node) => At(node.Place);

    private StatementCode Block(Block block)
    {
        var statements = new List<StatementCode>(block.Statements.Count);
        foreach (var statement in block.Statements)
        {
            if (statement is Statement.Indent indent) _indent = indent.Blanks;
            else statements.Add(Code(statement));
        }
        return statements.Count == 1 && statements[0] is IfCode or ReturnCode ? statements[0] : new BlockCode([.. statements]);
    }

    private StatementCode Code(Statement statement)
    {
        switch (statement)
        {
            case Statement.Text text:
                _prints = true;
                return new TextCode(text.Value, At(text));
            case Statement.Print print:
                _prints = true;
                return new PrintCode(Value(print.Value), _indent, At(print));
            case Statement.Assign { Operator: BinaryOperator.Coalesce } otherwise:
                return new CoalesceCode(Target(otherwise.Target), Value(otherwise.Value));
            case Statement.Assign { Operator: { } operation } update:
                return new UpdateCode(Target(update.Target), operation, Value(update.Value), At(update));
            case Statement.Assign assign: return new AssignCode(Target(assign.Target), Value(assign.Value));
            case Statement.If branching: return If(branching);
            case Statement.Case choice: return Case(choice);
            case Statement.For loop: return For(loop);
            case Statement.While loop:
                var condition = Value(loop.Condition);
                return new WhileCode(condition, Loop(loop.Body));
            case Statement.Break: return new JumpCode(Flow.Break, _loops > 0, At(statement));
            case Statement.Continue: return new JumpCode(Flow.Continue, _loops > 0, At(statement));
            case Statement.Capture capture: return Capture(capture);
            case Statement.With with:
                var target = Value(with.Target);
                return new WithCode(target, Block(with.Body), At(with.Target));
            case Statement.Wrap wrap: return Wrap(wrap);
            case Statement.Import import: return new ImportCode(Value(import.Value), At(import));
            case Statement.ReadOnly readOnly: return ReadOnly(readOnly.Variable);
            case Statement.Function function:
                return new DefineCode(function.Name, Function(function.Name, function.Value), At(function));
            default: return new ReturnCode(((Statement.Return)statement).Value is { } value ? Value(value) : null);
        }
    }

    private IfCode If(Statement.If statement)
    {
        var branches = new (ValueCode, StatementCode)[statement.Branches.Count];
        for (var i = 0; i < branches.Length; i++)
            branches[i] = (Value(statement.Branches[i].Condition), Block(statement.Branches[i].Body));
        return new IfCode(branches, statement.Else is null ? null : Block(statement.Else));
    }

    private CaseCode Case(Statement.Case statement)
    {
        var value = Value(statement.Value);
        var whens = new (ValueCode[], StatementCode)[statement.Whens.Count];
        for (var i = 0; i < whens.Length; i++) whens[i] = (Values(statement.Whens[i].Values), Block(statement.Whens[i].Body));
        return new CaseCode(value, whens, statement.Else is null ? null : Block(statement.Else), At(statement.Value));
    }

    private ForCode For(Statement.For loop)
    {
        var iterator = Value(loop.Iterator);
        var options = loop.Options;
        var parts = new ForParts(
            Optional(options.Offset), Optional(options.Limit), Optional(options.Columns), options.IsReversed, loop.IsTableRow);
        _prints |= loop.IsTableRow;
        var global = (loop.Variable as Expression.Global)?.Name;
        var local = global is null ? Target(loop.Variable) : null;
        var body = Loop(loop.Body);
        return new ForCode(global, local, iterator, parts, body, loop.Else is null ? null : Block(loop.Else), At(loop.Iterator));
    }

    private StatementCode Loop(Block body)
    {
        _loops++;
        var code = Block(body);
        _loops--;
        return code;
    }

    private CaptureCode Capture(Statement.Capture capture)
    {
        var prints = _prints;
        var body = Block(capture.Body);
        _prints = prints; // what is captured is not printed
        return new CaptureCode(Target(capture.Target), body);
    }

    private WrapCode Wrap(Statement.Wrap wrap)
    {
        _prints = true;
        var call = Call(wrap.Target, wrap.Arguments, At(wrap.Target));
        var (loops, isForeign) = (_loops, _isForeign);
        (_loops, _isForeign) = (0, true);
        var body = Block(wrap.Body);
        (_loops, _isForeign) = (loops, isForeign);
        return new WrapCode(call, body, At(wrap.Target));
    }

    private ReadOnlyCode ReadOnly(Expression variable) => variable is Expression.Local local
        ? new ReadOnlyCode(local.Name, true)
        : new ReadOnlyCode(((Expression.Global)variable).Name, false);

    private CompiledFunction Function(string name, FunctionSyntax function)
    {
        var (locals, isForeign, prints, loops) = (_locals, _isForeign, _prints, _loops);
        (_locals, _isForeign, _prints, _loops) = ([], false, false, 0);
        var parameters = new ParameterCode[function.Parameters.Count];
        for (var i = 0; i < parameters.Length; i++)
        {
            var parameter = function.Parameters[i];
            parameters[i] = new ParameterCode(Known(parameter.Name), Optional(parameter.Default), parameter.IsVariadic);
        }
        var body = Block(function.Body);
        var result = new CompiledFunction(
            name, new FrameLayout([.. _locals]), function.HasParameters ? parameters : null, body, _prints);
        (_locals, _isForeign, _prints, _loops) = (locals, isForeign, prints, loops);
        return result;
    }

    private string Known(string name)
    {
        if (_names.TryGetValue(name, out var known)) return known;
        _names.Add(name);
        return name;
    }
}
