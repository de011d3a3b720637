namespace PluginHost.Core.Scripting.Values;

/// <summary>Values by place, counted from 0, and members beside them: in Scriban an array can have properties too.</summary>
public sealed class ScriptArray : ScriptContainer
{
    internal const int BaseSize = 56;
    internal const int ItemSize = 16;

    private ScriptValue[] _items;
    private ScriptObject? _members;
    private int _count;
    private bool _shared;

    internal ScriptArray(int capacity = 0) => _items = capacity == 0 ? [] : new ScriptValue[capacity];

    internal ScriptArray(ReadOnlySpan<ScriptValue> items)
    {
        _items = items.ToArray();
        _count = _items.Length;
    }

    /// <summary>How many items there are.</summary>
    public int Count => _count;

    /// <summary>The members beside the items; null when there are none.</summary>
    internal ScriptObject? Members => _members;

    internal override int ChildSlots => _count + (_members is null ? 0 : 1);

    /// <summary>A frozen array of the values given.</summary>
    /// <exception cref="ArgumentException">A value is, or holds, a function, itself, or is nested deeper than 500 levels.</exception>
    public static ScriptArray Create(IEnumerable<ScriptValue> items)
    {
        var result = new ScriptArray();
        foreach (var item in items) result.Add(item);
        return Freezer.Freeze(ScriptValue.Of(result)) is { } problem ? throw new ArgumentException(problem, nameof(items)) : result;
    }

    /// <summary>The item at a place from 0 to Count - 1; null beyond.</summary>
    public ScriptValue this[int index]
    {
        get
        {
            if ((uint)index >= (uint)_count) return default;
            var value = _items[index];
            if (IsFrozen || !value.IsContainer || value.Reference is ScriptContainer { IsFrozen: false }) return value;
            value = Thaw(value);
            Own(_count);
            _items[index] = value;
            return value;
        }
    }

    /// <summary>The items as they are, for walks that only read and hand no container on to the script.</summary>
    internal ReadOnlySpan<ScriptValue> RawItems => _items.AsSpan(0, _count);

    internal override ScriptValue RawChild(int slot) => slot < _count ? _items[slot] : ScriptValue.Of(_members);

    internal void Add(ScriptValue value)
    {
        CheckNotFrozen();
        Own(_count + 1);
        _items[_count++] = value;
    }

    /// <summary>Sets an item from 0 on; places between the end and it become null.</summary>
    internal void Set(int index, ScriptValue value)
    {
        CheckNotFrozen();
        Own(Math.Max(_count, index + 1));
        _items[index] = value;
        _count = Math.Max(_count, index + 1);
    }

    internal void Insert(int index, ScriptValue value)
    {
        Set(Math.Max(index, _count), default);
        Array.Copy(_items, index, _items, index + 1, _count - 1 - index);
        _items[index] = value;
    }

    internal void RemoveAt(int index)
    {
        CheckNotFrozen();
        Own(_count);
        Array.Copy(_items, index + 1, _items, index, _count - index - 1);
        _items[--_count] = default;
    }

    internal void SetMember(string name, ScriptValue value)
    {
        CheckNotFrozen();
        if (_members is null || _members.IsFrozen) _members = (ScriptObject?)_members?.Thaw() ?? new ScriptObject();
        _members.Set(name, value);
    }

    internal ScriptValue Member(string name)
    {
        if (_members is null) return default;
        if (_members.IsFrozen && !IsFrozen) _members = (ScriptObject)_members.Thaw();
        return _members[name];
    }

    internal override ScriptContainer Thaw() =>
        new ScriptArray { _items = _items, _count = _count, _members = _members, _shared = true };

    internal override void SealShallow()
    {
        var size = Freezer.Add(BaseSize, _members?.FrozenSize ?? 0);
        for (var i = 0; i < _count; i++) size = Freezer.Add(size, Freezer.Add(ItemSize, Freezer.SizeOf(_items[i])));
        FrozenSize = size;
        IsFrozen = true;
    }

    private void Own(int capacity)
    {
        if (!_shared && capacity <= _items.Length) return;
        var larger = capacity <= _items.Length ? _items.Length : Math.Max(4, Math.Max(capacity, _items.Length * 2));
        var items = new ScriptValue[larger];
        Array.Copy(_items, items, _count);
        _items = items;
        _shared = false;
    }
}
