using System.Globalization;
using PluginHost.Core.Scripts;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Syntax;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>What is the same for all events of a connection.</summary>
/// <param name="Program">The script.</param>
/// <param name="Parts">What it can include.</param>
/// <param name="Limits">What it may use for one event.</param>
/// <param name="Wall">How long one event may take.</param>
/// <param name="Options">The variable <c>options</c>.</param>
/// <param name="Store">What all connections of the script share.</param>
internal sealed record ScriptSetting(
    ScriptProgram Program, IReadOnlyDictionary<string, ScriptPart<ScriptProgram>> Parts, ScriptLimits Limits, TimeSpan Wall, ScriptData Options, StoreCell Store);

/// <summary>What an event came to.</summary>
/// <param name="State">The state for the next event: after an error, the one that was handed to this.</param>
/// <param name="Reply">A text message to send after the commands; null for none.</param>
/// <param name="Commands">What the script asked for, in order; empty after an error.</param>
/// <param name="Store">The store as the script left it: after an error, as it was.</param>
/// <param name="Error">What stopped the evaluation; null when it came to its end.</param>
internal readonly record struct ScriptOutcome(
    ScriptState State, string? Reply, IReadOnlyList<ScriptCommand> Commands, ScriptStore<object?> Store, ScriptError? Error);

/// <summary>Where one thread's evaluations take place, one after the other.</summary>
internal sealed class ScriptDesk
{
    private const int MaxBuffer = 64 * 1024;

    [ThreadStatic]
    private static ScriptDesk? t_own;

    private ScriptContext _context = new();

    /// <summary>The thread's own.</summary>
    public static ScriptDesk Own => t_own ??= new ScriptDesk();

    /// <summary>Does what is to be done about an event.</summary>
    /// <param name="setting">The script, and what it may use.</param>
    /// <param name="happened">The event.</param>
    /// <param name="state">What was kept. It is not changed.</param>
    /// <param name="connection">The variable <c>connection</c>.</param>
    /// <param name="time">The clock that ends an evaluation.</param>
    /// <returns>The new state, the reply and commands; or the error that stopped it. Never throws.</returns>
    public ScriptOutcome Handle(ScriptSetting setting, in ScriptEvent happened, ScriptState state, ScriptData connection, TimeProvider time) =>
        ScriptWork.Of(setting.Program.Shape, setting.Program.File, happened) switch
        {
            ScriptWork.Answer answer => new ScriptOutcome(state, null, answer.Commands, setting.Store.Now, null),
            ScriptWork.Replay replay => Evaluate(setting, replay.Events.ToArray(), state, connection, time),
            _ => Evaluate(setting, [happened], state, connection, time),
        };

    private ScriptOutcome Evaluate(ScriptSetting setting, ReadOnlySpan<ScriptEvent> events, ScriptState state, ScriptData connection, TimeProvider time)
    {
        for (var attempt = 1; attempt < StoreCell.Attempts; attempt++)
        {
            var before = setting.Store.Now;
            var outcome = Evaluate(setting, events, state, connection, before, time);
            if (setting.Store.TryPut(before, outcome.Store)) return outcome;
        }
        lock (setting.Store.Gate)
        {
            var before = setting.Store.Now;
            var outcome = Evaluate(setting, events, state, connection, before, time);
            setting.Store.TryPut(before, outcome.Store);
            return outcome;
        }
    }

    // What the library does by the thread's culture is done by none.
    private ScriptOutcome Evaluate(
        ScriptSetting setting, ReadOnlySpan<ScriptEvent> events, ScriptState state, ScriptData connection, ScriptStore<object?> store, TimeProvider time)
    {
        var culture = CultureInfo.CurrentCulture;
        var isForeign = culture.Name.Length > 0;
        if (isForeign) CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            _context.Begin(setting.Limits, setting.Wall, time, setting.Parts);
            _context.Ambient.Store = store;
            return events.Length == 1
                ? EvaluateOne(setting, events[0], state, connection)
                : EvaluateAll(setting, events, state, connection);
        }
        catch (Exception problem) when (problem is not System.OutOfMemoryException)
        {
            var error = ErrorOf(setting, problem);
            // The library may have left it in the middle of something.
            _context.End();
            _context = new ScriptContext();
            return new ScriptOutcome(state, null, [], store, error);
        }
        finally
        {
            _context.End();
            if (isForeign) CultureInfo.CurrentCulture = culture;
        }
    }

    private ScriptOutcome EvaluateOne(ScriptSetting setting, in ScriptEvent happened, ScriptState state, ScriptData connection)
    {
        var (next, reply) = Execute(setting, happened, state, connection);
        return new ScriptOutcome(next, reply, _context.TakeCommands(), _context.Ambient.Store, null);
    }

    private ScriptOutcome EvaluateAll(ScriptSetting setting, ReadOnlySpan<ScriptEvent> events, ScriptState state, ScriptData connection)
    {
        var (next, commands) = (state, new List<ScriptCommand>());
        foreach (var happened in events)
        {
            (next, var reply) = Execute(setting, happened, next, connection);
            commands.AddRange(_context.TakeCommands());
            if (reply is not null) commands.Add(new ScriptCommand.Send(reply));
        }
        return new ScriptOutcome(next, null, commands, _context.Ambient.Store, null);
    }

    private (ScriptState State, string? Reply) Execute(ScriptSetting setting, in ScriptEvent happened, ScriptState state, ScriptData connection)
    {
        _context.Prepare();
        _context.Ambient.Begin(setting.Program, happened, state, connection, setting.Options);
        var output = ((StringBuilderOutput)_context.Output).Builder;
        var page = setting.Program.Template.Page!;
        var value = _context.Evaluate(page);
        if (!setting.Program.Shape.IsTemplate)
        {
            output.Length = 0;
            value = CallHandler();
        }
        if (value is not null) _context.Write(page.Span, value);
        _context.CheckOutput();
        var reply = ScriptWork.ReplyOf(output.ToString());
        output.Length = 0;
        if (output.Capacity > MaxBuffer) output.Capacity = 0;
        // Both may have evaluated nothing for long.
        _context.Check();
        return (_context.Ambient.StateAfter(), reply);
    }

    // A function that declares fewer parameters gets fewer, one that declares more gets nulls.
    private object? CallHandler()
    {
        var (function, arguments) = _context.Ambient.Handler();
        if (function is null) return null;
        var all = new ScriptArray(arguments);
        if (function.VarParamKind == ScriptVarParamKind.None)
        {
            while (all.Count > function.ParameterCount) all.RemoveAt(all.Count - 1);
        }
        while (all.Count < function.RequiredParameterCount) all.Add(null);
        return ScriptFunctionCall.Call(_context, function as ScriptNode, function, all);
    }

    private ScriptError ErrorOf(ScriptSetting setting, Exception problem)
    {
        if (_context.Exceeded is { } exceeded) problem = exceeded;
        var span = problem is ScriptRuntimeException { Span.IsEmpty: false } located ? located.Span : default;
        var message = problem switch
        {
            ScriptAbortException => "out of time",
            ScriptRuntimeException runtime => ScriptMessages.Of(runtime.OriginalMessage, setting.Limits),
            _ => ScriptMessages.Of(problem.Message, setting.Limits),
        };
        var program = setting.Program;
        if (span.FileName is { } file && file != program.File && setting.Parts.TryGetValue(file, out var part)) program = part.Program;
        return ScriptProgram.ErrorAt(program.File, program.Text, span, message) with { IsLimit = problem is ScriptAbortException or LimitException };
    }
}
