using System.Text;
using PluginHost.Core.Scripts;
using PluginHost.Server.Scripting.Engine;

namespace PluginHost.Tests.Scripting.Engine;

/// <summary>Evaluates texts as scripts.</summary>
internal static class Rendering
{
    public static readonly DateTimeOffset Now = new(2024, 5, 6, 7, 8, 9, TimeSpan.Zero);
    public static readonly ScriptEvent Event = new(ScriptEventKind.Message, Now, 42) { IsText = true };

    /// <summary>The defaults, but for the time of a match: on a busy machine any may take 10 ms.</summary>
    public static ScriptLimits Patient { get; } = ScriptLimits.Default with { Regex = TimeSpan.FromSeconds(10) };

    /// <summary>A script that must compile.</summary>
    public static ScriptProgram Parse(string text, string file = "test.sbn") =>
        ScriptProgram.Compile(file, text).IfLeft(errors => throw new InvalidOperationException(errors[0].Format()));

    /// <summary>What a script includes.</summary>
    public static Dictionary<string, ScriptPart<ScriptProgram>> Parts(params (string Name, string Text)[] parts) =>
        parts.ToDictionary(part => part.Name, part => new ScriptPart<ScriptProgram>(part.Text, Parse(part.Text, part.Name)));

    /// <summary>Evaluates an event, with all the time there is.</summary>
    public static ScriptOutcome Tell(
        ScriptProgram script, ScriptEvent happened, ScriptState? state = null, ScriptLimits? limits = null,
        IReadOnlyDictionary<string, ScriptPart<ScriptProgram>>? parts = null, TimeSpan? wall = null, ScriptData? options = null, ScriptData? connection = null, StoreCell? store = null) =>
        ScriptDesk.Own.Handle(
            new ScriptSetting(
                script, parts ?? new Dictionary<string, ScriptPart<ScriptProgram>>(), limits ?? Patient, wall ?? TimeSpan.FromSeconds(30), options ?? ScriptData.Nothing, store ?? new StoreCell(ScriptStoreLimits.Default)),
            happened, state ?? ScriptState.Empty, connection ?? ScriptData.Nothing, TimeProvider.System);

    /// <summary>Evaluates a message.</summary>
    public static ScriptOutcome Send(
        ScriptProgram script, string message, ScriptState? state = null, ScriptLimits? limits = null, IReadOnlyDictionary<string, ScriptPart<ScriptProgram>>? parts = null) =>
        Tell(script, Event with { Payload = Encoding.UTF8.GetBytes(message) }, state, limits, parts);

    /// <summary>What a template replies; or the error that stopped it, with its caret line.</summary>
    public static string Render(string text, string message = "", ScriptLimits? limits = null) => ScriptProgram.Compile("test.sbn", text).Match(
        script => Send(script, message, limits: limits) is { Error: { } error } ? error.Format() : Send(script, message, limits: limits).Reply ?? "",
        errors => errors[0].Format());

    /// <summary>The state that an expression gives.</summary>
    public static ScriptState State(string expression)
    {
        var outcome = Send(Parse($"{{{{ state = {expression} }}}}"), "");
        Assert.Null(outcome.Error?.Format());
        return outcome.State;
    }

    /// <summary>The state as it prints.</summary>
    public static string Print(this ScriptState state) => Send(Parse("{{ state }}"), "", state).Reply!;
}
