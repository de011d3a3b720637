using System.Collections.Immutable;
using PluginHost.Core.Policy.Topics;

namespace PluginHost.Core.Scripts;

/// <summary>
/// What a script defines on its outermost level. One that has a function of an event is a handler: each event that has one executes that level, drops what it
/// prints, and then calls the function. Any other is a template, which each message executes.
/// </summary>
public sealed class ScriptShape
{
    private static readonly ImmutableArray<ScriptEventKind> Kinds = [.. Enum.GetValues<ScriptEventKind>()];

    private readonly ImmutableArray<ScriptEventKind> _handled;

    private ScriptShape(ImmutableArray<ScriptEventKind> handled) => _handled = handled;

    /// <summary>The shape of a script that defines functions of these names.</summary>
    public static ScriptShape Of(IEnumerable<string> functions)
    {
        var names = functions.ToImmutableHashSet(StringComparer.Ordinal);
        return new ScriptShape([.. Kinds.Where(kind => names.Contains(FunctionOf(kind)))]);
    }

    /// <summary>Whether the whole file is evaluated for each message, as it defines no function of an event.</summary>
    public bool IsTemplate => _handled.IsEmpty;

    /// <summary>Whether the script says what is done about an event.</summary>
    public bool Handles(ScriptEventKind kind) => IsTemplate ? kind == ScriptEventKind.Message : Defines(kind);

    /// <summary>The events it handles, in the order of their kinds.</summary>
    public IEnumerable<ScriptEventKind> Handled => Kinds.Where(Handles);

    /// <summary>
    /// The subscription that a script asks for. Messages go to the script where it has a function for them, otherwise to the client. So do those who come and go, and
    /// then, as there is one subscription, messages too. What a client has sent may become part of a name: so that it cannot listen to every room, a pattern has
    /// to be asked for; one that was not is refused as whatever needs a topic is.
    /// </summary>
    /// <param name="topic">A name or a pattern, not checked.</param>
    /// <param name="member">What others are told of the connection; null when it is not to be seen.</param>
    /// <param name="history">What is wanted of the past.</param>
    /// <param name="mayBePattern">A pattern was asked for.</param>
    public ScriptCommand.Subscribe Subscribe(string topic, string? member, ScriptHistory history, bool mayBePattern)
    {
        var isPattern = TopicSyntax.HasWildcard(topic);
        var watches = isPattern ? !mayBePattern : Defines(ScriptEventKind.Join) || Defines(ScriptEventKind.Leave);
        return new ScriptCommand.Subscribe(topic, member, history, (watches && !isPattern) || Defines(ScriptEventKind.Topic), watches);
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
        ScriptEventKind.Snapshot => "on_snapshot",
        _ => "on_interval",
    };

    private bool Defines(ScriptEventKind kind) => _handled.Contains(kind);
}
