using System.Buffers.Binary;
using System.Text;
using Scriban;
using Scriban.Functions;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Syntax;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>Functions whose result follows from the event, or which evaluate: in the library they go by the machine, or past the limits.</summary>
internal static class EventBuiltins
{
    private const int MaxCode = 4096;

    /// <summary>The functions of the group <c>math</c> that are the host's.</summary>
    public static IReadOnlyList<HostFunction> Math { get; } =
    [
        new("math.plus", "value with", call => Calculate(call, ScriptBinaryOperator.Add)),
        new("math.minus", "value with", call => Calculate(call, ScriptBinaryOperator.Subtract)),
        new("math.times", "value with", call => Calculate(call, ScriptBinaryOperator.Multiply)),
        new("math.modulo", "value with", call => Calculate(call, ScriptBinaryOperator.Modulus)),
        new("math.divided_by", "value divisor", DividedBy),
        new("math.random", "min_value max_value", Random),
        new("math.uuid", "", Uuid),
    ];

    /// <summary>The functions of the group <c>date</c> that are the host's.</summary>
    public static IReadOnlyList<HostFunction> Date { get; } =
    [
        new("date.now", "", call => call.Context.Ambient.Now),
        new("date.utc_now", "", call => call.Context.Ambient.Now),
        new("date.parse", "text pattern? culture?", call => Dates.Parse(call.Context, call.TextOrNull(0), call.TextOrNull(1), call.TextOrNull(2))),
        new("date.parse_to_string", "text output_pattern? output_culture? input_pattern? input_culture?", ParseToString),
    ];

    /// <summary>The functions of the group <c>object</c> that are the host's.</summary>
    public static IReadOnlyList<HostFunction> Object { get; } =
    [
        new("object.eval", "value", call => EvaluateText(call, isTemplate: false)),
        new("object.eval_template", "value", call => EvaluateText(call, isTemplate: true)),
        new("object.from_json", "json", FromJson),
        new("object.to_json", "value", call => JsonText.Write(call.Context, call[0] is IScriptCustomFunction
            ? throw call.Fail("a function cannot be written as JSON")
            : call[0])),
    ];

    private static object? Calculate(Call call, ScriptBinaryOperator operation) =>
        Operators.Evaluate(call.Context, call.Span, operation, call.Span, call[0], call.Span, call[1]);

    // As in Liquid: by a whole number, the result is one too.
    private static object? DividedBy(Call call)
    {
        var result = Operators.Evaluate(call.Context, call.Span, ScriptBinaryOperator.Divide, call.Span, call.Double(0), call.Span, call[1]);
        if (call[1] is not int || result is not double quotient) return result;
        var floor = System.Math.Floor(quotient);
        return floor is >= int.MinValue and <= int.MaxValue ? (int)floor : throw call.Fail("the result is too large");
    }

    private static object Random(Call call)
    {
        var (least, end) = (call.Whole(0) ?? 0, call.Whole(1) ?? 0);
        if (least is < int.MinValue or > int.MaxValue || end is < int.MinValue or > int.MaxValue) throw call.Fail("the numbers have at most 32 bits");
        if (least > end) throw call.Fail("the smallest number is larger than the largest");
        return least == end ? (int)least : (int)(least + (long)(call.Context.Ambient.NextChance() % (ulong)(end - least)));
    }

    // Version 4, RFC 9562 §5.4.
    private static string Uuid(Call call)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, call.Context.Ambient.NextChance());
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], call.Context.Ambient.NextChance());
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    private static string? ParseToString(Call call)
    {
        if (Dates.Parse(call.Context, call.TextOrNull(0), call.TextOrNull(3), call.TextOrNull(4)) is not { } time) return null;
        var culture = call.TextOrNull(2) is { } name ? System.Globalization.CultureInfo.GetCultureInfo(name) : call.Context.CurrentCulture;
        return Builtins.Dates.ToString(time, call.TextOrNull(1) ?? DateTimeFunctions.DefaultFormat, culture);
    }

    private static object? FromJson(Call call)
    {
        if (call[0] is null) return null;
        var text = call.Text(0);
        call.Context.StepItems(text.Length / 64);
        return JsonText.TryRead(Encoding.UTF8.GetBytes(text), call.Context, out var value) ? value : throw call.Fail("the text is no JSON, or nested deeper than 64 levels");
    }

    // The library would take the error of a limit for one of the text, and go on.
    private static object? EvaluateText(Call call, bool isTemplate)
    {
        if (call[0] is IScriptCustomFunction function) return ScriptFunctionCall.Call(call.Context, call.Context.CurrentNode, function, false, null);
        if (call[0] is not string text) return call[0];
        if (text.Length > MaxCode) throw call.Fail($"the text is longer than {MaxCode} characters");
        call.Context.StepItems(4L * text.Length);
        var page = ScriptProgram.CompileText(text, isTemplate).IfLeft(problem => throw call.Fail(problem));
        var context = call.Context;
        if (context.EvaluatedAt.IsEmpty || call.Span.FileName != ScriptProgram.MadeText) context.EvaluatedAt = call.Span;
        var output = new StringBuilderOutput();
        ScriptRuntimeException? failure = null;
        context.EnterRecursive(context.CurrentNode);
        context.PushOutput(output);
        try
        {
            var value = !isTemplate && page.Body is { Statements: [var only] } ? context.Evaluate(only) : context.Evaluate(page);
            return isTemplate ? output.ToString() + context.ObjectToString(value) : value ?? (output.Builder.Length > 0 ? output.ToString() : null);
        }
        catch (ScriptRuntimeException problem) when (problem is not LimitException)
        {
            // Thrown below: what is thrown within takes its place on the stack until all of it is over.
            failure = problem;
        }
        finally
        {
            context.PopOutput();
            context.ExitRecursive(context.CurrentNode);
        }
        throw failure is ScriptAbortException ? context.Exceed("out of time") : call.Fail(failure.OriginalMessage);
    }
}

/// <summary>The group <c>date</c>: what names no offset is UTC, whatever the machine's time zone.</summary>
internal sealed class Dates : DateTimeFunctions
{
    /// <inheritdoc/>
    public override object? Invoke(TemplateContext context, ScriptNode? callerContext, ScriptArray arguments, ScriptBlockStatement? blockStatement) =>
        arguments.Count == 1 ? Parse((ScriptContext)context, context.ObjectToString(arguments[0]), null, null)
            : base.Invoke(context, callerContext, arguments, blockStatement);

    /// <summary>The time of a text, in UTC; null for an empty one.</summary>
    public static DateTime? Parse(ScriptContext context, string? text, string? pattern, string? culture)
    {
        if (text?.Length > 256) throw new ScriptRuntimeException(context.CurrentSpan, "a date has at most 256 characters");
        return DateTimeFunctions.Parse(context, text, pattern, culture) is not { } time ? null
            : NamesOffset(text!) ? time.ToUniversalTime() : DateTime.SpecifyKind(time, DateTimeKind.Utc);
    }

    // The library's own test.
    private static bool NamesOffset(string text) => text.TrimEnd().EndsWith('Z') || text.TrimEnd().EndsWith('z')
        || Enumerable.Range(0, text.Length - 1).Any(i => text[i] == '+' && char.IsDigit(text[i + 1]));
}
