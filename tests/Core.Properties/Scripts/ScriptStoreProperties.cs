using FsCheck;
using FsCheck.Fluent;
using PluginHost.Core.Scripts;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Scripts;

/// <summary>The store of a script, held against a dictionary.</summary>
public class ScriptStoreProperties
{
    private static readonly ScriptStoreLimits Limits = new() { Keys = 3, KeyLength = 2, Value = 40, Size = 100 };

    /// <summary>A change; a size of −1 removes the key.</summary>
    private static readonly Arbitrary<(string Key, int Value, int Size)[]> Changes = Gen.ArrayOf(
        from key in Gen.Elements("", "a", "b", "c", "d", "ab", "abc")
        from value in Gen.Choose(0, 9)
        from size in Gen.Choose(-1, 41)
        select (key, value, size)).ToArbitrary();

    [Property]
    public Property It_is_a_dictionary_within_bounds() => Prop.ForAll(Changes, changes =>
    {
        var store = ScriptStore<int>.Empty(Limits);
        var model = new Dictionary<string, (int Value, int Size)>();
        foreach (var (key, value, size) in changes)
        {
            var before = store;
            if (size < 0)
            {
                store = store.Remove(key);
                if (!model.Remove(key)) Assert.Same(before, store);
            }
            else
            {
                var next = new Dictionary<string, (int Value, int Size)>(model) { [key] = (value, size) };
                var fits = key.Length is > 0 and <= 2 && size <= 40 && next.Count <= 3 && SizeOf(next) <= 100;
                var set = store.Set(key, value, size);
                Assert.Equal(fits, set.IsRight);
                set.Match(taken => store = taken, problem => Assert.NotEqual("", problem));
                if (fits) model = next;
            }
            Assert.Equal(model.Count, store.Count);
            Assert.Equal(SizeOf(model), store.Size);
            Assert.Equal(model.Keys.Order(StringComparer.Ordinal), store.Keys);
            foreach (var name in (string[])["", "a", "b", "c", "d", "ab", "abc"])
                Assert.Equal(model.TryGetValue(name, out var known) ? known.Value : null, store.Find(name).MatchUnsafe(found => found, () => (int?)null));
        }
    });

    [Property]
    public Property What_was_there_before_a_change_stays_as_it_was() => Prop.ForAll(Changes, changes =>
    {
        var store = ScriptStore<int>.Empty(Limits);
        foreach (var (key, value, size) in changes)
        {
            var (keys, bytes) = (store.Keys.ToArray(), store.Size);
            var next = size < 0 ? store.Remove(key) : store.Set(key, value, size).IfLeft(store);
            Assert.Equal((keys.Length, bytes), (store.Count, store.Size));
            Assert.Equal(keys, store.Keys);
            store = next;
        }
    });

    private static long SizeOf(Dictionary<string, (int Value, int Size)> model) => model.Sum(entry => (2L * entry.Key.Length) + entry.Value.Size);
}
