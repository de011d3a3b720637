using System.Collections.Immutable;
using LanguageExt;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Scripts;

/// <summary>What the store of a script may hold.</summary>
public sealed record ScriptStoreLimits
{
    /// <summary>The defaults of <c>plugins.json</c>.</summary>
    public static ScriptStoreLimits Default { get; } = new();

    /// <summary>Keys. Default 1,000.</summary>
    public int Keys { get; init; } = 1000;

    /// <summary>Characters of a key. Default 128.</summary>
    public int KeyLength { get; init; } = 128;

    /// <summary>Bytes of a value. Default 64 KiB.</summary>
    public int Value { get; init; } = 64 * 1024;

    /// <summary>Bytes of all keys and values. Default 1 MiB.</summary>
    public int Size { get; init; } = 1024 * 1024;
}

/// <summary>What all connections of one script share: values by their keys, within bounds. Immutable: each change gives another store.</summary>
/// <typeparam name="TValue">A value, which nobody changes.</typeparam>
public sealed class ScriptStore<TValue>
{
    private readonly record struct Entry(TValue Value, long Size);

    private readonly ScriptStoreLimits _limits;
    private readonly ImmutableSortedDictionary<string, Entry> _entries;

    private ScriptStore(ScriptStoreLimits limits, ImmutableSortedDictionary<string, Entry> entries, long size) => (_limits, _entries, Size) = (limits, entries, size);

    /// <summary>A store that holds nothing.</summary>
    /// <param name="limits">What it may hold.</param>
    public static ScriptStore<TValue> Empty(ScriptStoreLimits limits) =>
        new(limits, ImmutableSortedDictionary<string, Entry>.Empty.WithComparers(StringComparer.Ordinal), 0);

    /// <summary>How many keys it holds.</summary>
    public int Count => _entries.Count;

    /// <summary>Bytes of all keys and values: two a character of a key, and what was said of each value.</summary>
    public long Size { get; }

    /// <summary>The keys, ordered by their characters' codes.</summary>
    public IEnumerable<string> Keys => _entries.Keys;

    /// <summary>The value of a key.</summary>
    public Option<TValue> Find(string key) => _entries.TryGetValue(key, out var entry) ? Some(entry.Value) : None;

    /// <summary>The store with a value in the place of the one that the key has.</summary>
    /// <param name="key">From one character on.</param>
    /// <param name="value">The value.</param>
    /// <param name="size">Its bytes; not negative.</param>
    /// <returns>The store, or which bound it would go beyond, as one line.</returns>
    public Either<string, ScriptStore<TValue>> Set(string key, TValue value, long size)
    {
        if (key.Length == 0) return Left("a key has at least one character");
        if (key.Length > _limits.KeyLength) return Left($"a key has at most {_limits.KeyLength} characters");
        if (size > _limits.Value) return Left($"a value in the store has at most {_limits.Value} bytes, not {size}");
        var isNew = !_entries.TryGetValue(key, out var before);
        if (isNew && Count >= _limits.Keys) return Left($"the store holds {_limits.Keys} keys, and no more");
        var total = Size + size - before.Size + (isNew ? KeySize(key) : 0);
        return total > _limits.Size
            ? Left($"the store holds at most {_limits.Size} bytes, not {total}")
            : new ScriptStore<TValue>(_limits, _entries.SetItem(key, new Entry(value, size)), total);
    }

    /// <summary>The store without a key; the same where it has none.</summary>
    public ScriptStore<TValue> Remove(string key) => _entries.TryGetValue(key, out var entry)
        ? new ScriptStore<TValue>(_limits, _entries.Remove(key), Size - entry.Size - KeySize(key))
        : this;

    private static long KeySize(string key) => 2L * key.Length;
}
