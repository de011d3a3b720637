using System.Collections.Immutable;
using LanguageExt;
using PluginHost.Core.Handshake;
using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Parsing;
using PluginHost.Core.Scripting.Syntax;
using PluginHost.Core.Scripting.Values;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Scripting;

/// <summary>
/// A script file: the handler of one or more subprotocols. It is parsed and compiled once, immutable, and evaluated for each event; an
/// evaluation is a pure function of script, library, event, state and limits (of time too, where a deadline or a regular expression's
/// time-out ends it).
/// <para>
/// It names its subprotocols in its first comment: <c>{{# protocols: shout.v1, shout ~}}</c>. When it defines a function of an event
/// (<see cref="ScriptEventKind"/>) on its outermost level, each event that has one first executes that level, what it prints is
/// dropped, and then calls the function; otherwise the script is a template, and each message executes it. What the function returns or
/// prints, or the template prints, is the reply, unless it is blank.
/// </para>
/// </summary>
public sealed class Script
{
    private const string ProtocolsMark = "protocols:";

    private readonly CompiledTemplate _template;

    private Script(CompiledTemplate template, ImmutableArray<string> protocols)
    {
        _template = template;
        Protocols = protocols;
        IsTemplate = !Enum.GetValues<ScriptEventKind>().Any(k => template.Functions.Contains(FunctionOf(k)));
    }

    /// <summary>The file's name, as it was given.</summary>
    public string File => _template.Source.File;

    /// <summary>The subprotocols named in the first comment, in its order; none when it names none. Each is a token (RFC 7230
    /// §3.2.6).</summary>
    public ImmutableArray<string> Protocols { get; }

    /// <summary>Whether the whole file is evaluated for each message, as it defines no handler function.</summary>
    public bool IsTemplate { get; }

    /// <summary>Whether an event does anything at all: one that does not need not be evaluated.</summary>
    public bool Handles(ScriptEventKind kind) =>
        IsTemplate ? kind == ScriptEventKind.Message : _template.Functions.Contains(FunctionOf(kind));

    /// <summary>Parses a script.</summary>
    /// <param name="file">Its name, for errors.</param>
    /// <param name="text">Its text.</param>
    /// <returns>The script, or all that is wrong with it, at least one error. Never throws.</returns>
    public static Either<Seq<ScriptError>, Script> Parse(string file, string text)
    {
        var source = new SourceText(file, text);
        return Parser.ParseTemplate(text)
            .MapLeft(errors => ScriptLibrary.Faults(source, errors).Select(f => f.ToError()).ToArray().ToSeq())
            .Bind(parsed => ReadProtocols(source, parsed.Comment).Map(p => new Script(Compiler.Compile(source, parsed.Tree), p)));
    }

    /// <summary>The script as it was understood: it parses to the same tree.</summary>
    internal static string Print(string text) => Parser.ParseTemplate(text).Match(p => Printer.Print(p.Tree), _ => "");

    /// <summary>Evaluates an event.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="state">The state that the last evaluation on this connection gave; <see cref="ScriptObject.Create"/> makes the first.
    /// It is not changed.</param>
    /// <param name="library">The files that the script can include.</param>
    /// <param name="limits">What it may use.</param>
    /// <param name="workspace">Buffers that no other evaluation uses now.</param>
    /// <param name="isLate">Asked now and then whether the time is over; null for no time limit.</param>
    /// <returns>The new state, the reply and commands; or the error that stopped it. Never throws, unless <paramref name="isLate"/> does.
    /// </returns>
    public ScriptResult Evaluate(
        ScriptEvent happened, ScriptObject state, ScriptLibrary library, ScriptLimits limits, ScriptWorkspace workspace,
        Func<bool>? isLate = null)
    {
        if (!Handles(happened.Kind)) return Unhandled(happened, state, library, limits, workspace, isLate);
        var run = workspace.Run;
        try
        {
            run.Begin(limits, happened.Now, happened.Seed, isLate);
            run.Begin(_template, happened, state, library);
            var reply = Execute(run, happened);
            return new ScriptResult(StateAfter(run, limits), reply, run.Commands, null);
        }
        catch (ScriptFault fault)
        {
            return new ScriptResult(state, null, [], fault.ToError());
        }
    }

    /// <summary>What the script says nothing about: messages of topics are the client's; those of the past are like those of now.</summary>
    private ScriptResult Unhandled(
        ScriptEvent happened, ScriptObject state, ScriptLibrary library, ScriptLimits limits, ScriptWorkspace workspace, Func<bool>? isLate) =>
        happened.Topic switch
        {
            ScriptTopic.Message message => new ScriptResult(state, null, [Forward(message)], null),
            ScriptTopic.Snapshot { Refusal: { } why } snapshot => new ScriptResult(state, null, [Refused(snapshot.Name, why)], null),
            ScriptTopic.Snapshot { Messages.Count: > 0 } snapshot => Handles(ScriptEventKind.Topic)
                ? EvaluateEach(snapshot.Messages, happened, state, library, limits, workspace, isLate)
                : new ScriptResult(state, null, [.. snapshot.Messages.Select(Forward)], null),
            _ => new ScriptResult(state, null, [], null),
        };

    private static ScriptCommand Forward(ScriptTopic.Message message) =>
        message.IsText ? new ScriptCommand.SendUtf8(message.Payload) : new ScriptCommand.SendBinary(message.Payload);

    private ScriptCommand.Log Refused(string topic, string why) => new($"{File}: topic \"{topic}\" was refused: {why}", IsRefusal: true);

    /// <summary>Messages of the past, one after the other, within the limits of one event.</summary>
    private ScriptResult EvaluateEach(
        IReadOnlyList<ScriptTopic.Message> messages, ScriptEvent happened, ScriptObject state, ScriptLibrary library, ScriptLimits limits,
        ScriptWorkspace workspace, Func<bool>? isLate)
    {
        var run = workspace.Run;
        var (next, commands) = (state, new List<ScriptCommand>());
        try
        {
            run.Begin(limits, happened.Now, happened.Seed, isLate);
            foreach (var message in messages)
            {
                var published = happened with { Kind = ScriptEventKind.Topic, Topic = message, Payload = message.Payload, IsText = message.IsText };
                run.Restart();
                run.Begin(_template, published, next, library);
                var reply = Execute(run, published);
                next = StateAfter(run, limits);
                commands.AddRange(run.Commands);
                if (reply is not null) commands.Add(new ScriptCommand.Send(reply));
            }
            return new ScriptResult(next, null, commands, null);
        }
        catch (ScriptFault fault)
        {
            return new ScriptResult(state, null, [], fault.ToError());
        }
    }

    private string? Execute(Run run, ScriptEvent happened)
    {
        run.Site = run.Start;
        run.Charge(120 + ScriptArray.ItemSize * _template.Layout.Locals.Length);
        _template.Body.Execute(new Frame(run, _template.Layout));
        if (!IsTemplate)
        {
            run.Output.Truncate(0);
            CallHandler(run, happened);
        }
        if (MemoryExtensions.IsWhiteSpace(run.Output.Span)) return null;
        run.ChargeText(run.Output.Length);
        return run.Output.ToString();
    }

    private static void CallHandler(Run run, ScriptEvent happened)
    {
        if (run.Lookup(FunctionOf(happened.Kind)).AsFunction() is not CompiledFunction function) return;
        ScriptValue[] arguments = happened.Kind switch
        {
            ScriptEventKind.Message => [run.Lookup("message")],
            ScriptEventKind.Close => [ScriptValue.Of(happened.CloseCode), ScriptValue.Of(happened.CloseReason ?? "")],
            ScriptEventKind.Topic => [ScriptValue.Of(happened.Topic!.Name), run.Lookup("message")],
            ScriptEventKind.Join or ScriptEventKind.Leave => [ScriptValue.Of(happened.Topic!.Name), run.TopicMember()],
            ScriptEventKind.Snapshot => [ScriptValue.Of(happened.Topic!.Name), run.Topic()],
            _ => [],
        };
        var result = run.Call(function, arguments.AsSpan(0, Math.Min(arguments.Length, function.MostArguments)));
        ValueText.Append(run, run.Output, result);
        run.CheckOutput();
    }

    private static ScriptObject StateAfter(Run run, ScriptLimits limits)
    {
        var state = run.StateAfter();
        run.Site = run.Start;
        if (state.IsNull) state = ScriptValue.Empty;
        if (state.AsObject() is not { } members) throw run.Fail($"the state must be an object, but is {ValueNumbers.Describe(state)}");
        if (Freezer.Freeze(state) is { } problem) throw run.Fail($"the state: {problem}");
        return members.FrozenSize <= limits.Memory ? members : throw run.Fail($"the state is larger than {limits.Memory} bytes");
    }

    /// <summary>The function that handles an event.</summary>
    public static string FunctionOf(ScriptEventKind kind) => kind switch
    {
        ScriptEventKind.Message => "on_message",
        ScriptEventKind.Open => "on_open",
        ScriptEventKind.Close => "on_close",
        ScriptEventKind.Tick => "on_tick",
        ScriptEventKind.Topic => "on_topic",
        ScriptEventKind.Join => "on_join",
        ScriptEventKind.Leave => "on_leave",
        _ => "on_snapshot",
    };

    // A line `protocols: a, b`; what closes the comment may follow.
    private static Either<Seq<ScriptError>, ImmutableArray<string>> ReadProtocols(SourceText source, FirstComment? comment)
    {
        if (comment is not { } found) return ImmutableArray<string>.Empty;
        var text = source.Text[found.Start..found.End];
        var start = text.IndexOf(ProtocolsMark, StringComparison.Ordinal);
        if (start < 0 || text.AsSpan(0, start).Trim(" \t\r\n#").Length > 0) return ImmutableArray<string>.Empty;
        start += ProtocolsMark.Length;
        var end = text.IndexOfAny(['\n', '\r', '#'], start) is var stop and >= 0 ? stop : text.Length;
        var names = ImmutableArray.CreateBuilder<string>();
        for (var at = start; at <= end;)
        {
            var comma = text.IndexOf(',', at, end - at) is var next and >= 0 ? next : end;
            var name = text[at..comma].Trim();
            var place = found.Start + at + (text[at..comma].Length - text[at..comma].TrimStart().Length);
            if (!Grammar.IsToken(name))
                return Refused(source, place, name.Length, "this is no subprotocol: a token is expected (RFC 7230 §3.2.6)");
            if (names.Contains(name)) return Refused(source, place, name.Length, "this subprotocol is named twice");
            names.Add(name);
            at = comma + 1;
        }
        return names.ToImmutable();
    }

    private static Seq<ScriptError> Refused(SourceText source, int place, int length, string message) =>
        Seq1(ScriptError.At(source.File, source.Text, place, place + length, message));
}
