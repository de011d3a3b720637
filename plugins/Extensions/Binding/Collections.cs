using System.Collections;
using System.Collections.Immutable;
using System.Reflection;

namespace PluginHost.Extensions.Binding;

/// <summary>Lists and dictionaries of any shape that options may have.</summary>
internal static class Collections
{
    private static readonly Type[] Lists =
    [
        typeof(List<>), typeof(IList<>), typeof(ICollection<>), typeof(IEnumerable<>), typeof(IReadOnlyList<>), typeof(IReadOnlyCollection<>),
    ];

    private static readonly Type[] Sets = [typeof(HashSet<>), typeof(ISet<>), typeof(IReadOnlySet<>)];

    private static readonly Type[] Dictionaries = [typeof(Dictionary<,>), typeof(IDictionary<,>), typeof(IReadOnlyDictionary<,>)];

    /// <summary>The type of the items of a list; <see langword="null"/> for what is none.</summary>
    public static Type? ItemOf(Type type) =>
        type is { IsArray: true } && type.GetArrayRank() == 1 ? type.GetElementType()
        : IsOneOf(type, Lists) || IsOneOf(type, Sets) || IsOneOf(type, [typeof(ImmutableArray<>), typeof(ImmutableList<>)]) ? type.GenericTypeArguments[0]
        : null;

    /// <summary>The types of a dictionary's keys and values; <see langword="null"/> for what is none.</summary>
    public static (Type Key, Type Value)? EntryOf(Type type) =>
        IsOneOf(type, Dictionaries) || IsOneOf(type, [typeof(ImmutableDictionary<,>)]) ? (type.GenericTypeArguments[0], type.GenericTypeArguments[1]) : null;

    /// <summary>Whether a property that cannot be set can be filled.</summary>
    public static bool IsFilled(Type type) => !type.IsArray && (IsOneOf(type, [typeof(List<>), typeof(IList<>), typeof(Dictionary<,>), typeof(IDictionary<,>)]));

    /// <summary>Makes a list.</summary>
    public static object MakeList(Type type, Type item, IEnumerable<object?> items) => Make(nameof(MakeListOf), [type, items], item);

    /// <summary>Makes a dictionary.</summary>
    public static object MakeDictionary(Type type, Type key, Type value, IEnumerable<KeyValuePair<object, object?>> entries) =>
        Make(nameof(MakeDictionaryOf), [type, entries], key, value);

    /// <summary>Puts what was made into what is there.</summary>
    public static void Fill(object target, object source)
    {
        if (target is IDictionary dictionary)
        {
            dictionary.Clear();
            foreach (DictionaryEntry entry in (IDictionary)source) dictionary.Add(entry.Key, entry.Value);
        }
        else
        {
            var list = (IList)target;
            list.Clear();
            foreach (var item in (IList)source) list.Add(item);
        }
    }

    private static bool IsOneOf(Type type, Type[] definitions) => type.IsGenericType && definitions.Contains(type.GetGenericTypeDefinition());

    private static object Make(string method, object[] arguments, params Type[] types) =>
        typeof(Collections).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(types)
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null)!;

    private static object MakeListOf<T>(Type type, IEnumerable<object?> items)
    {
        var all = items.Select(item => (T)item!);
        if (type.IsArray) return all.ToArray();
        if (IsOneOf(type, Sets)) return all.ToHashSet();
        return type == typeof(ImmutableArray<T>) ? ImmutableArray.CreateRange(all)
            : type == typeof(ImmutableList<T>) ? ImmutableList.CreateRange(all)
            : all.ToList();
    }

    private static object MakeDictionaryOf<TKey, TValue>(Type type, IEnumerable<KeyValuePair<object, object?>> entries) where TKey : notnull
    {
        var all = entries.ToDictionary(entry => (TKey)entry.Key, entry => (TValue)entry.Value!);
        return type == typeof(ImmutableDictionary<TKey, TValue>) ? all.ToImmutableDictionary() : all;
    }
}
