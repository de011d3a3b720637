using PluginHost.Core.Scripting.Functions;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Evaluation;

/// <summary>What a script finds around it: the event, the state, the built-ins, other files. Made when it is first asked for.</summary>
internal sealed partial class Run
{
    private ScriptEvent _event;
    private ScriptObject _state = ScriptValue.Empty.AsObject()!;
    private ScriptLibrary? _library;
    private CompiledTemplate? _template;
    private List<ScriptCommand>? _commands;

    /// <summary>What the script asked for, in order.</summary>
    public IReadOnlyList<ScriptCommand> Commands => _commands ?? (IReadOnlyList<ScriptCommand>)[];

    public void Begin(CompiledTemplate template, ScriptEvent happened, ScriptObject state, ScriptLibrary library)
    {
        (_template, _event, _state, _library, _commands) = (template, happened, state, library, null);
    }

    public void AddCommand(ScriptCommand command)
    {
        Charge(64);
        (_commands ??= []).Add(command);
    }

    /// <summary>The one string for a name that the script mentions; null for any other.</summary>
    public string? KnownName(ReadOnlySpan<char> name) =>
        _template is not null && _template.Names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var known) ? known : null;

    /// <summary>What a name means that no script has set.</summary>
    public ScriptValue Ambient(string name) => name switch
    {
        "message" => Remember(name, HasMessage && _event.IsText ? MessageText() : default),
        "json" => Remember(name, Json()),
        "binary" => Remember(name, Binary()),
        "state" => Remember(name, ScriptValue.Of((ScriptObject)_state.Thaw())),
        "connection" => Remember(name, Own(_event.Connection)),
        "options" => Remember(name, Own(_event.Options)),
        "topic" => Remember(name, Topic()),
        "now" => ScriptValue.Of(Now),
        _ => HostFunctions.Find(name) is { IsNull: false } function ? function : Builtins.Find(name),
    };

    /// <summary>The state as the script left it; the one it found where it did not touch it.</summary>
    public ScriptValue StateAfter() => _globals.Find("state") is var at and >= 0 ? _globals.At(at) : ScriptValue.Of(_state);

    /// <summary>The text of the file that is being evaluated, for errors without a place.</summary>
    public CodeLocation Start => new(_template?.Source ?? CodeLocation.None.Source, 0, 0);

    /// <summary>Executes another file here; what it prints is appended to the output.</summary>
    /// <param name="name">Its path, relative to the folder of scripts.</param>
    /// <param name="arguments">What is <c>$</c> in it.</param>
    public void Include(string name, ReadOnlySpan<ScriptValue> arguments)
    {
        var site = Site;
        var template = _library!.Find(name, this);
        Charge(120 + ScriptArray.ItemSize * ((long)arguments.Length + template.Layout.Locals.Length));
        template.Body.Execute(new Frame(this, template.Layout) { Arguments = arguments.ToArray() });
        Site = site;
    }

    /// <summary>Evaluates a text as code, or as a template, and gives its value, or what it prints.</summary>
    public ScriptValue EvaluateText(string text, bool isTemplate)
    {
        var site = Site;
        // Tokens, a tree and its code take far more room than the text.
        StepMany(text.Length);
        Charge(1024 + 256L * text.Length);
        var template = ScriptLibrary.CompileText(this, text, isTemplate);
        Enter(site);
        var start = Output.Length;
        Charge(120 + ScriptArray.ItemSize * template.Layout.Locals.Length);
        var frame = new Frame(this, template.Layout);
        template.Body.Execute(frame);
        Leave(site);
        return frame.Result.IsNull ? TakeOutput(start) : frame.Result;
    }

    /// <summary>The assignment to <c>format</c> of a global object sets how dates are printed, when that object is <c>date</c>.</summary>
    public void DateFormatMayHaveChanged(ScriptValue holder, ScriptValue format)
    {
        if (Lookup("date") == holder) DateFormat = format.AsString();
    }

    private ScriptValue Remember(string name, ScriptValue value)
    {
        _globals.Set(name, value);
        return value;
    }

    private static ScriptValue Own(ScriptObject? value) => value is null ? default : ScriptValue.Of((ScriptObject)value.Thaw());

    private ScriptValue MessageText()
    {
        ChargeText(_event.Payload.Length);
        return ScriptValue.Of(System.Text.Encoding.UTF8.GetString(_event.Payload.Span));
    }

    private bool HasMessage => _event.Kind is ScriptEventKind.Message or ScriptEventKind.Topic;

    private ScriptValue Json() =>
        HasMessage && _event.IsText ? Values.Json.Read(this, _event.Payload.Span) ?? default : default;

    private ScriptValue Binary()
    {
        return HasMessage && !_event.IsText ? Base64(_event.Payload) : default;
    }

    private ScriptValue Base64(ReadOnlyMemory<byte> payload)
    {
        ChargeText(payload.Length / 3 * 4 + 4);
        return ScriptValue.Of(Convert.ToBase64String(payload.Span));
    }
}
