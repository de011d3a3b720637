namespace PluginHost.Core.Scripting.Values;

/// <summary>Members by name, in the order in which they were first set. Names are compared ordinally.</summary>
public sealed class ScriptObject : ScriptContainer
{
    private const int Indexed = 16; // more members than this are found by a dictionary
    internal const int BaseSize = 56;
    internal const int MemberSize = 24;

    private Entry[] _entries;
    private Dictionary<string, int>? _index;
    private HashSet<string>? _readOnly;
    private int _count;
    private bool _shared;

    internal ScriptObject(int capacity = 0) => _entries = capacity == 0 ? [] : new Entry[capacity];

    /// <summary>How many members there are.</summary>
    public int Count => _count;

    internal override int ChildSlots => _count;

    /// <summary>A frozen object of the members given; of a name given twice the last counts.</summary>
    /// <exception cref="ArgumentException">A value is, or holds, a function, itself, or is nested deeper than 500 levels.</exception>
    public static ScriptObject Create(IEnumerable<KeyValuePair<string, ScriptValue>> members)
    {
        var result = new ScriptObject();
        foreach (var (name, value) in members) result.Set(name, value);
        return Freezer.Freeze(ScriptValue.Of(result)) is { } problem ? throw new ArgumentException(problem, nameof(members)) : result;
    }

    /// <summary>The names, in order.</summary>
    public IReadOnlyList<string> Names()
    {
        var names = new string[_count];
        for (var i = 0; i < names.Length; i++) names[i] = _entries[i].Name;
        return names;
    }

    /// <summary>The member, or null where there is none.</summary>
    public ScriptValue this[string name] => Find(name) is var at and >= 0 ? At(at) : default;

    /// <summary>Whether there is a member of that name, even one that is null.</summary>
    public bool Contains(string name) => Find(name) >= 0;

    /// <summary>The place of a member, or -1.</summary>
    internal int Find(string name)
    {
        if (_index is not null) return _index.TryGetValue(name, out var at) ? at : -1;
        var entries = _entries;
        for (var i = 0; i < _count; i++)
            if (string.Equals(entries[i].Name, name)) return i;
        return -1;
    }

    internal string NameAt(int at) => _entries[at].Name;

    /// <summary>The value at a place; in an object that may change it is one that may change too.</summary>
    internal ScriptValue At(int at)
    {
        var value = _entries[at].Value;
        if (IsFrozen || !value.IsContainer || value.Reference is ScriptContainer { IsFrozen: false }) return value;
        value = Thaw(value);
        Own(_count);
        _entries[at].Value = value;
        return value;
    }

    internal override ScriptValue RawChild(int slot) => _entries[slot].Value;

    /// <summary>Sets a member. Whether it may be set is the caller's to ask: see <see cref="IsReadOnly"/>.</summary>
    internal void Set(string name, ScriptValue value)
    {
        CheckNotFrozen();
        var at = Find(name);
        if (at >= 0)
        {
            Own(_count);
            _entries[at].Value = value;
            return;
        }
        Own(_count + 1);
        _entries[_count] = new Entry(name, value);
        _index?.Add(name, _count);
        _count++;
        if (_count > Indexed && _index is null) BuildIndex();
    }

    internal bool Remove(string name)
    {
        CheckNotFrozen();
        var at = Find(name);
        if (at < 0) return false;
        Own(_count);
        Array.Copy(_entries, at + 1, _entries, at, _count - at - 1);
        _entries[--_count] = default;
        if (_index is not null) BuildIndex();
        return true;
    }

    internal void SetReadOnly(string name) => (_readOnly ??= []).Add(name);

    internal bool IsReadOnly(string name) => _readOnly is not null && _readOnly.Contains(name);

    /// <summary>Forgets all members and keeps the storage.</summary>
    internal void Clear()
    {
        CheckNotFrozen();
        Own(0);
        Array.Clear(_entries, 0, _count);
        _index = null;
        _readOnly = null;
        _count = 0;
    }

    internal override ScriptContainer Thaw() =>
        new ScriptObject { _entries = _entries, _index = _index, _count = _count, _shared = true };

    internal override void SealShallow()
    {
        long size = BaseSize;
        for (var i = 0; i < _count; i++) size = Freezer.Add(size, Freezer.Add(MemberSize, Freezer.SizeOf(_entries[i].Value)));
        FrozenSize = size;
        _readOnly = null;
        IsFrozen = true;
    }

    private void Own(int capacity)
    {
        if (!_shared && capacity <= _entries.Length) return;
        var larger = capacity <= _entries.Length ? _entries.Length : Math.Max(4, Math.Max(capacity, _entries.Length * 2));
        var entries = new Entry[larger];
        Array.Copy(_entries, entries, _count);
        _entries = entries;
        if (_shared && _index is not null) _index = new Dictionary<string, int>(_index);
        _shared = false;
    }

    private void BuildIndex()
    {
        _index = new Dictionary<string, int>(_count * 2, StringComparer.Ordinal);
        for (var i = 0; i < _count; i++) _index.Add(_entries[i].Name, i);
    }

    private struct Entry(string name, ScriptValue value)
    {
        public readonly string Name = name;
        public ScriptValue Value = value;
    }
}
