using PluginHost.Core.Scripting;
using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Tests.Scripting;

/// <summary>Evaluates texts as templates.</summary>
internal static class Rendering
{
    public static readonly ScriptEvent Event = new(ScriptEventKind.Message, Builtin.Now, 42) { IsText = true };

    /// <summary>The defaults, but for the time of a match: on a busy machine any may take 10 ms.</summary>
    public static ScriptLimits Patient { get; } = ScriptLimits.Default with { Regex = TimeSpan.FromSeconds(10) };

    /// <summary>What a template prints, blanks and all; or the error that stopped it, with its caret line.</summary>
    public static string Render(
        string text, ScriptLibrary? library = null, ScriptLimits? limits = null, string file = "test.sbn", ScriptEvent? happened = null) =>
        ScriptLibrary.Compile(new SourceText(file, text)).Match(
            template => Execute(template, library ?? ScriptLibrary.Empty, limits ?? Patient, happened ?? Event),
            faults => faults[0].ToError().Format());

    /// <summary>A script that must parse.</summary>
    public static Script Parse(string text, string file = "test.sbn") =>
        Script.Parse(file, text).IfLeft(errors => throw new InvalidOperationException(errors[0].Format()));

    /// <summary>Evaluates a message.</summary>
    public static ScriptResult Send(
        Script script, string message, ScriptObject? state = null, ScriptLimits? limits = null, ScriptLibrary? library = null) =>
        script.Evaluate(
            Event with { Payload = System.Text.Encoding.UTF8.GetBytes(message) }, state ?? ScriptObject.Create([]),
            library ?? ScriptLibrary.Empty, limits ?? ScriptLimits.Default, new ScriptWorkspace());

    private static string Execute(CompiledTemplate template, ScriptLibrary library, ScriptLimits limits, ScriptEvent happened)
    {
        var run = new Run();
        try
        {
            run.Begin(limits, happened.Now, happened.Seed, null);
            run.Begin(template, happened, ScriptObject.Create([]), library);
            template.Body.Execute(new Frame(run, template.Layout));
            return run.Output.ToString();
        }
        catch (ScriptFault fault)
        {
            return fault.ToError().Format();
        }
    }
}
