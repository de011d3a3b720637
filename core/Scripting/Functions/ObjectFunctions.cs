using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>The built-in object <c>object</c>.</summary>
internal static class ObjectFunctions
{
    public static FunctionGroup Group { get; } = new("object",
        new("default", "value default", "The value, or the second argument where it is null or an empty text.", Default),
        new("eval", "value", "What a text gives when it is evaluated as an expression; a function is called, other values stay.",
            call => Eval(call, false)),
        new("eval_template", "value", "What a text prints when it is evaluated as a template; a function is called, other values stay.",
            call => Eval(call, true)),
        new("format", "value format culture?", "The number, date or time span by one of .NET's format strings.", ValueFormat.Format),
        new("has_key", "value key", "Whether the object has a member, be it null.", HasKey),
        new("has_value", "value key", "Whether the object has a member that is not null.", HasValue),
        new("keys", "value", "The names of the object's members.", Keys),
        new("size", "value", "The number of characters, items or members; 0 for anything else.", Size),
        new("typeof", "value", "`string`, `boolean`, `number`, `array`, `iterator` or `object`; null for null.", TypeOf),
        new("kind", "value", "The kind in more detail: `int`, `long`, `double`, `range`, `function` …; null for null.", Kind),
        new("values", "value", "The values of the object's members.", Values),
        new("from_json", "json", "The value of a JSON text.", FromJson),
        new("to_json", "value", "The value as JSON without blanks.", call => ScriptValue.Of(Json.Write(call.Run, call[0]))));

    private static ScriptValue Default(Call call) => call[0].IsNull || call[0].AsString() is "" ? call[1] : call[0];

    private static ScriptValue HasKey(Call call) => ScriptValue.Of(Place(call).At >= 0);

    private static ScriptValue HasValue(Call call) =>
        ScriptValue.Of(Place(call) is { Members: { } members, At: >= 0 and var at } && !members.RawChild(at).IsNull);

    private static (ScriptObject? Members, int At) Place(Call call) =>
        Members(call) is { } members ? (members, members.Find(call.Text(1))) : (null, -1);

    // An array may have members beside its items.
    private static ScriptObject? Members(Call call) =>
        call[0].IsNull ? null : call[0].AsArray() is { } array ? array.Members : call.Object(0);

    private static ScriptValue Keys(Call call)
    {
        var result = call.Empty();
        for (var (i, members) = (0, Members(call)); i < (members?.Count ?? 0); i++)
        {
            call.Run.Step();
            call.Run.Append(result, ScriptValue.Of(members!.NameAt(i)));
        }
        return ScriptValue.Of(result);
    }

    private static ScriptValue Values(Call call)
    {
        var result = call.Empty();
        for (var (i, members) = (0, Members(call)); i < (members?.Count ?? 0); i++)
        {
            call.Run.Step();
            call.Run.Append(result, call[0].AsArray() is { } array ? array.Member(members!.NameAt(i)) : members!.At(i));
        }
        return ScriptValue.Of(result);
    }

    private static ScriptValue Size(Call call) => ScriptValue.Of(ScriptSequence.Of(call[0])?.Count ?? 0);

    private static ScriptValue TypeOf(Call call) => ScriptValue.Of(call[0].Kind switch
    {
        ValueKind.Null => null,
        ValueKind.Bool => "boolean",
        >= ValueKind.Integer and <= ValueKind.Decimal => "number",
        ValueKind.String => "string",
        ValueKind.Array => "array",
        ValueKind.Range => "iterator",
        _ => "object",
    });

    private static ScriptValue Kind(Call call) => ScriptValue.Of(call[0].Kind switch
    {
        ValueKind.Null => null,
        ValueKind.Bool => "bool",
        ValueKind.Integer => call[0].RawInteger is >= int.MinValue and <= int.MaxValue ? "int" : "long",
        ValueKind.BigInteger => "bigint",
        ValueKind.Single => "float",
        ValueKind.Double => "double",
        ValueKind.Decimal => "decimal",
        ValueKind.String => "string",
        ValueKind.Array => "array",
        ValueKind.Range => "range",
        ValueKind.Function => "function",
        ValueKind.Date => "date",
        ValueKind.TimeSpan => "timespan",
        _ => "object",
    });

    private static ScriptValue Eval(Call call, bool isTemplate)
    {
        if (call[0].AsFunction() is { } function) return call.Run.Call(function, []);
        return call[0].AsString() is { } text ? call.Run.EvaluateText(text, isTemplate) : call[0];
    }

    private static ScriptValue FromJson(Call call)
    {
        if (call[0].IsNull) return default;
        var text = call.Text(0);
        return Json.Read(call.Run, text) ?? throw call.Fail($"argument `json` must be JSON, but {Json.Problem(text)}");
    }
}
