using System.Globalization;
using System.Text;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Syntax;

/// <summary>Writes a tree as a script that parses to the same tree. Statements stand on lines of their own, expressions in
/// parentheses.</summary>
internal sealed partial class Printer
{
    private readonly StringBuilder _result = new();
    private bool _inCode;
    private string _indent = ""; // of the code block under way, or of one that would begin here
    private string _entered = ""; // of the code block that began last
    private string _expected = ""; // as the tree says

    private Printer() { }

    /// <summary>The text of a template.</summary>
    public static string Print(Block tree)
    {
        var printer = new Printer();
        printer.Statements(tree);
        if (printer._entered != printer._expected) printer.Code();
        if (printer._inCode) printer._result.Append(" }}");
        return printer._result.ToString();
    }

    private void Statements(Block block)
    {
        foreach (var statement in block.Statements) Write(statement);
    }

    /// <summary>Begins a statement, or a part of one such as <c>end</c>.</summary>
    private StringBuilder Code()
    {
        if (_indent != _expected)
        {
            // Code right after code is not indented.
            _result.Append(_inCode ? " }}" : "{{ }}");
            _inCode = false;
            _indent = "";
        }
        if (_inCode) return _result.Append('\n');
        Enter();
        return _result;
    }

    private void Enter()
    {
        _result.Append("{{ ");
        _inCode = true;
        _entered = _indent;
    }

    private void Text(Statement.Text text)
    {
        // Text after text, or at the start though no line starts: a code block stood between.
        var isFirst = _result.Length == 0;
        if (!_inCode && !(isFirst && text.StartsLine)) Enter();
        if (isFirst && text.StartsLine) _indent = IndentOf(text.Value, true);
        else
        {
            _result.Append(text.StartsLine ? " ~}}\n" : " }}");
            _indent = IndentOf(text.Value, text.StartsLine);
        }
        _inCode = false;
        var braces = 0;
        for (var i = 0; i < text.Value.Length; i += Math.Max(1, braces))
        {
            braces = text.Value.AsSpan(i).IndexOfAnyExcept('{') is var end and >= 0 ? end : text.Value.Length - i;
            var isSpecial = braces > 1 || (braces == 1 && (i + 1 == text.Value.Length || text.Value[i + 1] == '%'));
            if (isSpecial) _result.Append("{%{").Append('{', braces).Append("}%}");
            else _result.Append(text.Value[i]);
            if (!isSpecial) braces = 1;
        }
    }

    private static string IndentOf(string text, bool startsLine)
    {
        var start = text.AsSpan().LastIndexOfAnyExcept(' ', '\t') + 1;
        var isLineStart = start == 0 ? startsLine : text[start - 1] == '\n';
        return isLineStart ? text[start..] : "";
    }

    private void Write(Statement statement)
    {
        if (statement is Statement.Indent indent)
        {
            _expected = indent.Blanks;
            if (!_inCode && _entered != _expected) Enter();
        }
        else if (statement is Statement.Text text) Text(text);
        else WriteCode(statement);
    }

    private void WriteCode(Statement statement)
    {
        switch (statement)
        {
            case Statement.Print print:
                Code();
                Write(print.Value);
                break;
            case Statement.Assign assign: Assign(assign); break;
            case Statement.If branching: If(branching); break;
            case Statement.Case choice: Case(choice); break;
            case Statement.For loop: For(loop); break;
            case Statement.While loop: Framed("while ", loop.Condition, loop.Body); break;
            case Statement.Break: Code().Append("break"); break;
            case Statement.Continue: Code().Append("continue"); break;
            case Statement.Capture capture: Framed("capture ", capture.Target, capture.Body); break;
            case Statement.With with: Framed("with ", with.Target, with.Body); break;
            case Statement.Wrap wrap: Wrap(wrap); break;
            case Statement.Import import: Line("import ", import.Value); break;
            case Statement.ReadOnly readOnly: Line("readonly ", readOnly.Variable); break;
            case Statement.Function function: Function(function); break;
            case Statement.Return { Value: { } value }: Line("ret ", value); break;
            default: Code().Append("ret"); break;
        }
    }

    private void Line(string keyword, Expression value)
    {
        Code().Append(keyword);
        Operand(value);
    }

    private void Framed(string keyword, Expression value, Block body)
    {
        Line(keyword, value);
        Statements(body);
        Code().Append("end");
    }

    private void Assign(Statement.Assign assign)
    {
        Code();
        Write(assign.Target);
        _result.Append(' ').Append(assign.Operator is { } operation ? Symbol(operation) : "").Append("= ");
        Write(assign.Value);
    }

    private void If(Statement.If statement)
    {
        var keyword = "if ";
        foreach (var branch in statement.Branches)
        {
            Line(keyword, branch.Condition);
            Statements(branch.Body);
            keyword = "else if ";
        }
        Else(statement.Else);
        Code().Append("end");
    }

    private void Else(Block? otherwise)
    {
        if (otherwise is null) return;
        Code().Append("else");
        Statements(otherwise);
    }

    private void Case(Statement.Case statement)
    {
        Line("case ", statement.Value);
        foreach (var when in statement.Whens)
        {
            Code().Append("when ");
            Separated(when.Values, Operand);
            Statements(when.Body);
        }
        Else(statement.Else);
        Code().Append("end");
    }

    private void For(Statement.For loop)
    {
        Line(loop.IsTableRow ? "tablerow " : "for ", loop.Variable);
        _result.Append(" in ");
        Operand(loop.Iterator);
        Option(" offset:", loop.Options.Offset);
        Option(" limit:", loop.Options.Limit);
        Option(" cols:", loop.Options.Columns);
        if (loop.Options.IsReversed) _result.Append(" reversed");
        Statements(loop.Body);
        Else(loop.Else);
        Code().Append("end");
    }

    private void Option(string name, Expression? value)
    {
        if (value is null) return;
        _result.Append(name);
        Operand(value);
    }

    private void Wrap(Statement.Wrap wrap)
    {
        Code().Append("wrap ");
        Operand(wrap.Target);
        Arguments(wrap.Arguments);
        Statements(wrap.Body);
        Code().Append("end");
    }

    private void Function(Statement.Function function)
    {
        if (function.Value is { IsInline: true } inline)
        {
            Code().Append(function.Name);
            Parameters(inline);
            _result.Append(" = ");
            Write(((Statement.Return)inline.Body.Statements[0]).Value!);
            return;
        }
        Code().Append("func ").Append(function.Name);
        FunctionRest(function.Value);
    }

    private void FunctionRest(FunctionSyntax function)
    {
        if (function.HasParameters) Parameters(function);
        Statements(function.Body);
        Code().Append("end");
    }

    private void Parameters(FunctionSyntax function)
    {
        _result.Append('(');
        Separated(function.Parameters, parameter =>
        {
            _result.Append(parameter.Name).Append(parameter.IsVariadic ? "..." : "");
            if (parameter.Default is null) return;
            _result.Append(" = ");
            Write(parameter.Default);
        });
        _result.Append(')');
    }

    private void Separated<T>(IEnumerable<T> items, Action<T> print)
    {
        var isFirst = true;
        foreach (var item in items)
        {
            if (!isFirst) _result.Append(", ");
            isFirst = false;
            print(item);
        }
    }

    private static string Escaped(string text, bool interpolated)
    {
        var result = new StringBuilder();
        foreach (var character in text)
        {
            _ = character switch
            {
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                '"' or '\\' => result.Append('\\').Append(character),
                '{' or '}' when interpolated => result.Append('\\').Append(character),
                < ' ' or >= '\u007f' => result.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => result.Append(character),
            };
        }
        return result.ToString();
    }

    private static string LiteralText(ScriptValue value) => value.Kind switch
    {
        ValueKind.Null => "null",
        ValueKind.String => $"\"{Escaped(value.AsString()!, false)}\"",
        ValueKind.Double => value.RawDouble.ToString("R", CultureInfo.InvariantCulture) + "d",
        ValueKind.Single => ((float)value.RawDouble).ToString("R", CultureInfo.InvariantCulture) + "f",
        ValueKind.Decimal => value.AsDecimal()!.Value.ToString(CultureInfo.InvariantCulture) + "m",
        ValueKind.Integer when value.RawInteger < 0 => NegativeHexadecimal(value.RawInteger),
        _ => value.ToString(),
    };

    // Only a hexadecimal literal can be negative: 0xffffffff is -1.
    private static string NegativeHexadecimal(long number) => number >= int.MinValue
        ? string.Create(CultureInfo.InvariantCulture, $"0x{(int)number:x8}")
        : string.Create(CultureInfo.InvariantCulture, $"0x{number:x16}");
}
