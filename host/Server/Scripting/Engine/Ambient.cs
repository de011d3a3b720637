using System.Text;
using PluginHost.Core.Scripts;
using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Syntax;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>The global variables of an evaluation, and what a script finds around it: made when it is first asked for.</summary>
internal sealed class Ambient : ScriptObject
{
    private readonly ScriptContext _context;
    private ScriptEvent _event;
    private ScriptState _state = ScriptState.Empty;
    private ScriptData _connection = ScriptData.Nothing;
    private ScriptData _options = ScriptData.Nothing;

    /// <summary>The variables of a context.</summary>
    public Ambient(ScriptContext context)
        : base(0, autoImportStaticsFromThisType: false) => _context = context;

    /// <summary>The script that is evaluated.</summary>
    public ScriptProgram? Program { get; private set; }

    /// <summary>The clock of the event.</summary>
    public DateTime Now => _event.Now.UtcDateTime;

    /// <summary>The script has looked at its state, and may have changed it.</summary>
    public bool HasState { get; private set; }

    /// <summary>What the connections of the script share, as this evaluation has left it so far.</summary>
    public ScriptStore<object?> Store { get; set; } = ScriptStore<object?>.Empty(ScriptStoreLimits.Default);

    /// <summary>What is evaluated belongs to a connection.</summary>
    public bool HasConnection => _event.Kind != ScriptEventKind.Interval;

    private ulong _chances;

    /// <summary>Another number by chance, which follows from the event.</summary>
    public ulong NextChance() => ScriptChance.At(_event.Seed, _chances++);

    /// <summary>An event is evaluated.</summary>
    public void Begin(ScriptProgram program, in ScriptEvent happened, ScriptState state, ScriptData connection, ScriptData options)
    {
        (Program, _event, _state, _connection, _options) = (program, happened, state, connection, options);
        (HasState, _chances) = (false, 0);
    }

    /// <summary>The function of the event, where the script has one now; and what it is called with.</summary>
    public (IScriptCustomFunction? Function, object?[] Arguments) Handler()
    {
        base.TryGetValue(null, default, ScriptShape.FunctionOf(_event.Kind), out var function);
        return (function as IScriptCustomFunction, _event.Kind switch
        {
            ScriptEventKind.Message => [this["message"]],
            ScriptEventKind.Close => [_event.CloseCode, _event.CloseReason ?? ""],
            ScriptEventKind.Topic => [_event.Topic!.Name, this["message"]],
            ScriptEventKind.Join or ScriptEventKind.Leave => [_event.Topic!.Name, MemberOf((ScriptTopic.Member)_event.Topic)],
            ScriptEventKind.Snapshot => [_event.Topic!.Name, this["topic"]],
            _ => [],
        });
    }

    /// <summary>The state as the script left it; the one that it found where it did not look at it.</summary>
    public ScriptState StateAfter()
    {
        if (!base.TryGetValue(null, default, "state", out var value)) return _state;
        if (value is null) return ScriptState.Empty;
        if (value is not ScriptObject members)
            throw new ScriptRuntimeException(default, $"the state must be an object, but is {ScriptValues.Describe(value)}");
        return new ScriptState((ScriptObject)new Keeping(_context).Keep(members)!);
    }

    /// <inheritdoc/>
    public override bool TryGetValue(TemplateContext? context, SourceSpan span, string member, out object? value)
    {
        if (base.TryGetValue(context, span, member, out value)) return true;
        if (!TryFind(member, out value)) return false;
        SetValue(member, value, readOnly: false);
        return true;
    }

    private bool TryFind(string name, out object? value)
    {
        switch (name)
        {
            case "message":
                value = HasText ? Encoding.UTF8.GetString(_event.Payload.Span) : null;
                return true;
            case "json":
                value = HasText ? Json() : null;
                return true;
            case "binary":
                value = HasMessage && !_event.IsText ? Convert.ToBase64String(_event.Payload.Span) : null;
                return true;
            case "state":
                HasState = true;
                value = ScriptValues.Copy(_context, _state.Members);
                return true;
            case "connection":
                value = ScriptValues.Copy(_context, _connection.Members);
                return true;
            case "options":
                value = ScriptValues.Copy(_context, _options.Members);
                return true;
            case "topic":
                value = Topic();
                return true;
            case "now":
                value = Now;
                return true;
            default:
                value = null;
                return false;
        }
    }

    private bool HasMessage => _event.Kind is ScriptEventKind.Message or ScriptEventKind.Topic;

    private bool HasText => HasMessage && _event.IsText;

    private object? Json()
    {
        _context.StepItems(_event.Payload.Length / 64);
        return JsonText.TryRead(_event.Payload.Span, _context, out var value) ? value : null;
    }

    private ScriptObject? Topic() => _event.Topic?.Match(
        message => new ScriptObject
        {
            ["name"] = message.Name,
            ["sender"] = ScriptData.Whole(message.Sender),
            ["epoch"] = ScriptData.Whole(message.Place.Epoch),
            ["offset"] = ScriptData.Whole(message.Place.Offset),
            ["gap"] = message.FollowsGap,
        },
        member => new ScriptObject { ["name"] = member.Name, ["member"] = MemberOf(member) },
        snapshot => new ScriptObject
        {
            ["name"] = snapshot.Name,
            ["refused"] = snapshot.Refusal,
            ["messages"] = List(snapshot.Messages, PastOf),
            ["complete"] = snapshot.IsComplete,
            ["epoch"] = ScriptData.Whole(snapshot.Place.Epoch),
            ["offset"] = ScriptData.Whole(snapshot.Place.Offset),
            ["members"] = List(snapshot.Members, MemberOf),
        });

    private static ScriptObject PastOf(ScriptTopic.Message message) => new()
    {
        ["text"] = message.IsText ? Encoding.UTF8.GetString(message.Payload.Span) : null,
        ["binary"] = message.IsText ? null : Convert.ToBase64String(message.Payload.Span),
        ["sender"] = ScriptData.Whole(message.Sender),
        ["epoch"] = ScriptData.Whole(message.Place.Epoch),
        ["offset"] = ScriptData.Whole(message.Place.Offset),
    };

    private static ScriptObject MemberOf(ScriptTopic.Member member) => new() { ["id"] = member.Id, ["info"] = member.Info };

    private ScriptArray List<T>(IReadOnlyList<T> items, Func<T, ScriptObject> value)
    {
        var list = new ScriptArray(items.Count);
        foreach (var item in items)
        {
            _context.Step();
            list.Add(value(item));
        }
        return list;
    }
}
