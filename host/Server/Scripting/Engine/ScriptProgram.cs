using LanguageExt;
using PluginHost.Core.Scripts;
using Scriban;
using Scriban.Parsing;
using Scriban.Syntax;
using static LanguageExt.Prelude;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>A script, or a file that scripts include, compiled once. It is not changed by what evaluates it: threads may share it.</summary>
internal sealed class ScriptProgram
{
    /// <summary>The file of a text that a script has made.</summary>
    public const string MadeText = "(text)";

    private const int DeepestNesting = 200;
    private const int MaxErrors = 20;

    private static readonly ParserOptions Parsing = new() { ExpressionDepthLimit = DeepestNesting };

    private readonly SourceSpan _interval;

    private ScriptProgram(string file, string text, Template template, ScriptShape shape, SourceSpan interval) =>
        (File, Text, Template, Shape, _interval) = (file, text, template, shape, interval);

    /// <summary>What messages call the file.</summary>
    public string File { get; }

    /// <summary>What stands in it.</summary>
    public string Text { get; }

    /// <summary>Which events it handles.</summary>
    public ScriptShape Shape { get; }

    /// <summary>The code, each node of which is bounded.</summary>
    public Template Template { get; }

    /// <summary>Compiles a file.</summary>
    /// <param name="file">Its name, for errors.</param>
    /// <param name="text">Its text.</param>
    /// <returns>The program; or what is wrong, at least one error and at most twenty.</returns>
    public static Either<Seq<ScriptError>, ScriptProgram> Compile(string file, string text)
    {
        var template = Template.Parse(text, file, Parsing);
        if (template.HasErrors || template.Page is null)
            return template.Messages.Where(message => message.Type == ParserMessageType.Error).Take(MaxErrors)
                .Select(message => ErrorAt(file, text, message.Span, ScriptMessages.Of(message.Message, ScriptLimits.Default))).ToArray().ToSeq();
        BoundedNodes.Bound(template.Page);
        var functions = Functions(template.Page).ToArray();
        var interval = functions.FirstOrDefault(function => function.Name == ScriptShape.FunctionOf(ScriptEventKind.Interval)).Span;
        return new ScriptProgram(file, text, template, ScriptShape.Of(functions.Select(function => function.Name)), interval);
    }

    /// <summary>What of a script does not go with what it says about itself: an interval and its function need each other.</summary>
    public static Seq<ScriptError> Check(ScriptProgram program, ScriptHeader header)
    {
        var name = ScriptShape.FunctionOf(ScriptEventKind.Interval);
        if (program.Shape.Handled.Contains(ScriptEventKind.Interval) == header.Interval.IsSome) return [];
        return Seq1(header.Interval.IsSome
            ? ScriptError.At(program.File, program.Text, header.IntervalPlace, header.IntervalPlace + "interval".Length, $"`interval` needs a function `{name}`, which it calls")
            : ErrorAt(program.File, program.Text, program._interval, $"`{name}` is called by nothing: write `interval: 10s` or the like into the first comment"));
    }

    /// <summary>Compiles a text that a script has made; its faults are told by its first.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isTemplate">Text with code in it; otherwise code.</param>
    public static Either<string, ScriptPage> CompileText(string text, bool isTemplate)
    {
        var lexing = new LexerOptions { Mode = isTemplate ? ScriptMode.Default : ScriptMode.ScriptOnly };
        var template = Template.Parse(text, MadeText, Parsing, lexing);
        if (template.HasErrors || template.Page is null) return ScriptMessages.Of(template.Messages.First(message => message.Type == ParserMessageType.Error).Message, ScriptLimits.Default);
        BoundedNodes.Bound(template.Page);
        return template.Page;
    }

    /// <summary>The error at a place of the text.</summary>
    public static ScriptError ErrorAt(string file, string text, SourceSpan span, string message) =>
        ScriptError.At(file, text, Math.Max(0, span.Start.Offset), span.End.Offset + 1, message);

    private static IEnumerable<(string Name, SourceSpan Span)> Functions(ScriptPage page) =>
        from statement in page.Body?.Statements ?? []
        select (statement as ScriptFunction)?.NameOrDoToken into name
        where name is ScriptVariableGlobal
        select (((ScriptVariableGlobal)name).Name, name.Span);
}
