using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Scripts;
using PluginHost.Server.Scripting.Engine;

namespace PluginHost.Server.Scripting;

/// <summary>What is kept of a connection that a script serves.</summary>
/// <param name="State">The script's <c>state</c>.</param>
/// <param name="Connection">The script's <c>connection</c>.</param>
/// <param name="RefusalLogged">A refusal was logged; further ones are not.</param>
internal readonly record struct ScriptSession(ScriptState State, ScriptData Connection, bool RefusalLogged = false);

/// <summary>
/// Serves connections by a script. Each event is one evaluation, on the connection's loop: its limits bound how long the loop is kept. It is
/// pure but for what it hands to the evaluation, time and chance, and for the log.
/// </summary>
/// <param name="setting">The script, and what it may use.</param>
internal sealed class ScriptHandler(ScriptSetting setting) : PureHandler<ScriptSession>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly ScriptEventKind[] s_rehearsed = [ScriptEventKind.Open, ScriptEventKind.Message, ScriptEventKind.Tick];
    private static readonly byte[] s_payload = "{}"u8.ToArray();

    private volatile PluginContext? _context;

    /// <summary>The clock and the log; before it is set nothing is logged.</summary>
    public PluginContext? Context
    {
        get => _context;
        set => _context = value;
    }

    /// <inheritdoc/>
    public override Step<ScriptSession> Open(HandshakeInfo handshake)
    {
        var session = new ScriptSession(ScriptState.Empty, ScriptData.Of(handshake));
        return Evaluate(session, NewEvent(ScriptEventKind.Open));
    }

    /// <inheritdoc/>
    public override Step<ScriptSession> Next(ScriptSession state, Event e) => e.Kind switch
    {
        EventKind.Text or EventKind.Binary => Evaluate(
            state, NewEvent(ScriptEventKind.Message) with { Payload = e.Message.Bytes, IsText = e.Kind == EventKind.Text }),
        EventKind.Timer => Evaluate(state, NewEvent(ScriptEventKind.Tick)),
        EventKind.Closed => Evaluate(
            state, NewEvent(ScriptEventKind.Close) with { CloseCode = e.Close.Code, CloseReason = e.Close.Reason }),
        EventKind.Topic when e.TopicMessage.Presence is { } change => Evaluate(
            state, NewEvent(change.IsJoin ? ScriptEventKind.Join : ScriptEventKind.Leave) with { Topic = ScriptTopics.MemberOf(change.Topic, change.Member) }),
        EventKind.Topic => ScriptTopics.MessageOf(e.TopicMessage) is { } message
            ? Evaluate(state, NewEvent(ScriptEventKind.Topic) with { Topic = message, Payload = message.Payload, IsText = message.IsText })
            : Step.To(state),
        EventKind.Snapshot => Evaluate(state, NewEvent(ScriptEventKind.Snapshot) with { Topic = ScriptTopics.SnapshotOf(e.Snapshot) }),
        _ => Step.To(state),
    };

    /// <summary>
    /// Evaluates a few events and forgets what came of them, so that the runtime has loaded and compiled what they call before a client waits, and before the time of an
    /// event counts.
    /// </summary>
    public void Rehearse()
    {
        var desk = new ScriptDesk();
        var patient = setting with { Wall = s_patience, Store = setting.Store.Copy() };
        var (state, nobody) = (ScriptState.Empty, ScriptData.Of(new HandshakeInfo()));
        foreach (var kind in s_rehearsed)
            state = desk.Handle(patient, NewEvent(kind) with { Payload = s_payload, IsText = true }, state, nobody, TimeProvider.System).State;
    }

    private ScriptEvent NewEvent(ScriptEventKind kind) => new(kind, Time.GetUtcNow(), (ulong)Random.Shared.NextInt64());

    private TimeProvider Time => _context?.Time ?? TimeProvider.System;

    private Step<ScriptSession> Evaluate(ScriptSession session, ScriptEvent happened)
    {
        var outcome = ScriptDesk.Own.Handle(setting, happened, session.State, session.Connection, Time);
        return outcome.Error is { } error ? throw new ScriptFailure(error) : Carry(session with { State = outcome.State }, outcome);
    }

    private Step<ScriptSession> Carry(ScriptSession session, in ScriptOutcome result)
    {
        if (result.Commands.Count == 0)
            return result.Reply is { } only ? Step.To(session, Command.SendText(WellFormed(only))) : Step.To(session);
        var commands = new List<Command>(result.Commands.Count + 1);
        foreach (var wanted in result.Commands)
        {
            if (wanted is ScriptCommand.Log line) session = Log(session, line);
            else commands.Add(CommandOf(wanted));
        }
        if (result.Reply is { } reply) commands.Add(Command.SendText(WellFormed(reply)));
        return Step.To(session, commands);
    }

    private ScriptSession Log(ScriptSession session, ScriptCommand.Log line)
    {
        if (!line.IsRefusal) _context?.Log.Information(line.Text);
        else if (!session.RefusalLogged)
            _context?.Log.Warning(line.Text + "; further refusals on this connection are not logged");
        return session with { RefusalLogged = session.RefusalLogged || line.IsRefusal };
    }

    private static Command CommandOf(ScriptCommand wanted) => wanted switch
    {
        ScriptCommand.Send send => Command.SendText(WellFormed(send.Text)),
        ScriptCommand.SendBinary send => Command.SendBinary(send.Payload),
        ScriptCommand.SendUtf8 send => Command.SendText(send.Payload),
        ScriptCommand.Subscribe subscribe => Command.Subscribe(ScriptTopics.SubscriptionOf(subscribe)),
        ScriptCommand.Unsubscribe unsubscribe => Command.Unsubscribe(unsubscribe.Topic),
        ScriptCommand.ReadTopic read => Command.ReadTopic(read.Topic, ScriptTopics.HistoryOf(read.History)),
        ScriptCommand.Publish publish => Command.Publish(publish.Topic, PublicationOf(publish)),
        ScriptCommand.Close close => Command.Close(close.Code, WellFormed(close.Reason)),
        ScriptCommand.Timer { Delay: { } delay } => Command.SetTimer(0, delay),
        _ => Command.StopTimer(0),
    };

    /// <summary>What a script publishes.</summary>
    public static Publication PublicationOf(ScriptCommand.Publish wanted)
    {
        var publication = wanted.Text is { } text ? Publication.Text(WellFormed(text)) : Publication.Binary(wanted.Binary);
        if (wanted.Keeps) publication = publication.Keep();
        return wanted.SkipsSender ? publication.ToOthers() : publication;
    }

    /// <summary>The text with lone surrogates, which are text in no encoding, replaced.</summary>
    private static string WellFormed(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0
        ? text
        : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
