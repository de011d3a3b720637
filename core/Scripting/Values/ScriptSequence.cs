namespace PluginHost.Core.Scripting.Values;

/// <summary>What can be walked by place: the items of an array, the numbers of a range, the characters of a string, the members of an
/// object as <c>{key, value}</c>. Null is an empty sequence.</summary>
internal readonly struct ScriptSequence
{
    private readonly object? _source;

    private ScriptSequence(object? source) => _source = source;

    /// <summary>The sequence of a value; null where the value is none.</summary>
    public static ScriptSequence? Of(ScriptValue value) => value.Kind switch
    {
        ValueKind.Null or ValueKind.Array or ValueKind.Range or ValueKind.String or ValueKind.Object => new(value.Reference),
        _ => null,
    };

    /// <summary>How many values there are now; an array may change while it is walked.</summary>
    public long Count => _source switch
    {
        ScriptArray array => array.Count,
        ScriptRange range => range.Count,
        string text => text.Length,
        ScriptObject members => members.Count,
        _ => 0,
    };

    /// <summary>The value at a place from 0 to Count - 1; null beyond. Characters and members are made anew each time.</summary>
    public ScriptValue this[long index] => _source switch
    {
        ScriptArray array => index > int.MaxValue ? default : array[(int)index],
        ScriptRange range => ScriptValue.Of(range[index]),
        string text => index < text.Length ? ScriptValue.Of(text[(int)index].ToString()) : default,
        ScriptObject members => index < members.Count ? Member(members, (int)index) : default,
        _ => default,
    };

    private static ScriptValue Member(ScriptObject members, int index)
    {
        var pair = new ScriptObject(2);
        pair.Set("key", ScriptValue.Of(members.NameAt(index)));
        pair.Set("value", members.At(index));
        return ScriptValue.Of(pair);
    }
}
