using LanguageExt;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Configuration;

/// <summary>Keys that are read together from one object, and what is made of their values. All that is wrong with any of them adds up.</summary>
/// <param name="declarations">The keys, in the order in which they are documented.</param>
/// <param name="read">Makes the value.</param>
internal class Fields<T>(Seq<Declaration> declarations, Func<Scope, Validation<Fault, T>> read)
{
    /// <summary>The keys, in the order in which they are documented.</summary>
    public Seq<Declaration> Declarations { get; } = declarations;

    /// <summary>The value, or all that is wrong.</summary>
    public Func<Scope, Validation<Fault, T>> Read { get; } = read;

    /// <summary>The value; none where something is wrong, which whoever reads the whole object reports.</summary>
    public Option<T> Find(Scope scope) => Read(scope).ToOption();

    /// <summary>Reads an object that has these keys and no others.</summary>
    /// <param name="value">The object; null where the file has none.</param>
    /// <param name="otherwise">What holds where it says nothing.</param>
    public Validation<Fault, T> ReadObject(JsonTree? value, Scope? otherwise) => value switch
    {
        null => Read(new Scope(null, otherwise)),
        JsonTree.Object own => (Others(own, new Scope(own, otherwise)), Read(new Scope(own, otherwise))).Apply((_, made) => made),
        _ => Kinds.Unexpected(value, "expected an object"),
    };

    public Fields<TResult> Map<TResult>(Func<T, TResult> make) => new(Declarations, scope => Read(scope).Map(make));

    /// <summary>More keys of the same object.</summary>
    public Fields<T> With<TMore>(Fields<TMore> more, Func<T, TMore, T> add) => Fields.Of(this, more, add);

    /// <summary>A check of what several keys say together, made whether or not each of them is good.</summary>
    public Fields<T> Ensure(Func<Scope, IEnumerable<Fault>> check) =>
        new(Declarations, scope => (Read(scope), Checked(check(scope))).Apply((value, _) => value));

    /// <summary>A check of a key against others, made where the object has that key.</summary>
    public Fields<T> Ensure(Declaration key, Func<Scope, Option<string>> problem) => Ensure(scope =>
        scope.Writes(key.Name) ? problem(scope).Map(message => scope.Fault(key.Name, message)).AsEnumerable() : []);

    /// <summary>What a change needs, for those keys that do not say otherwise.</summary>
    public Fields<T> On(ReloadRule rule) => new(Declarations.Map(key => key.On(rule)).Strict(), Read);

    /// <summary>The same keys where what they do not say is taken from another object.</summary>
    public Fields<T> Inherited() => new(Declarations.Map(key => key.Inherited()).Strict(), Read);

    /// <summary>The values of another object, without keys in this one.</summary>
    public Fields<T> OfOtherwise() => new([], scope => Read(scope.Otherwise ?? scope));

    /// <summary>What nobody reads of an object: unknown keys, and the values of keys that are repeated.</summary>
    private Validation<Fault, Unit> Others(JsonTree.Object own, Scope scope)
    {
        var seen = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        return Checked(own.Members.Bind(member => Declarations.Find(key => key.Name == member.Name).Match(
            key => seen.Add(member.Name) ? [] : key.Check(member.Value, scope),
            () => Seq1(new Fault(member.Start, member.Value.Path, $"unknown key {Quoting.Quote(member.Name)}",
                Suggestion.For(member.Name, Declarations.Map(key => key.Name)))))));
    }

    private static Validation<Fault, Unit> Checked(IEnumerable<Fault> faults) => Kinds.Checked(unit, faults);
}

/// <summary>Joins keys.</summary>
internal static class Fields
{
    /// <summary>The pointer to the object itself.</summary>
    public static Fields<string> Pointer { get; } = new([], scope => scope.Pointer);

    public static Fields<T> Of<T1, T2, T>(Fields<T1> first, Fields<T2> second, Func<T1, T2, T> make) =>
        new(first.Declarations.Concat(second.Declarations).Strict(), scope => (first.Read(scope), second.Read(scope)).Apply(make));

    public static Fields<T> Of<T1, T2, T3, T>(Fields<T1> first, Fields<T2> second, Fields<T3> third, Func<T1, T2, T3, T> make) =>
        Of(Pair(first, second), third, (pair, value) => make(pair.Item1, pair.Item2, value));

    public static Fields<T> Of<T1, T2, T3, T4, T>(Fields<T1> first, Fields<T2> second, Fields<T3> third, Fields<T4> fourth, Func<T1, T2, T3, T4, T> make) =>
        Of(Pair(first, second), third, fourth, (pair, value, next) => make(pair.Item1, pair.Item2, value, next));

    public static Fields<T> Of<T1, T2, T3, T4, T5, T>(
        Fields<T1> first, Fields<T2> second, Fields<T3> third, Fields<T4> fourth, Fields<T5> fifth, Func<T1, T2, T3, T4, T5, T> make) =>
        Of(Pair(first, second), Pair(third, fourth), fifth, (former, latter, value) => make(former.Item1, former.Item2, latter.Item1, latter.Item2, value));

    public static Fields<T> Of<T1, T2, T3, T4, T5, T6, T>(
        Fields<T1> first, Fields<T2> second, Fields<T3> third, Fields<T4> fourth, Fields<T5> fifth, Fields<T6> sixth,
        Func<T1, T2, T3, T4, T5, T6, T> make) =>
        Of(Pair(first, second), third, fourth, fifth, sixth, (pair, value3, value4, value5, value6) => make(pair.Item1, pair.Item2, value3, value4, value5, value6));

    public static Fields<T> Of<T1, T2, T3, T4, T5, T6, T7, T>(
        Fields<T1> first, Fields<T2> second, Fields<T3> third, Fields<T4> fourth, Fields<T5> fifth, Fields<T6> sixth, Fields<T7> seventh,
        Func<T1, T2, T3, T4, T5, T6, T7, T> make) =>
        Of(Pair(first, second), third, fourth, fifth, sixth, seventh,
            (pair, value3, value4, value5, value6, value7) => make(pair.Item1, pair.Item2, value3, value4, value5, value6, value7));

    public static Fields<T> Of<T1, T2, T3, T4, T5, T6, T7, T8, T>(
        Fields<T1> first, Fields<T2> second, Fields<T3> third, Fields<T4> fourth, Fields<T5> fifth, Fields<T6> sixth, Fields<T7> seventh, Fields<T8> eighth,
        Func<T1, T2, T3, T4, T5, T6, T7, T8, T> make) =>
        Of(Pair(first, second), third, fourth, fifth, sixth, seventh, eighth,
            (pair, value3, value4, value5, value6, value7, value8) => make(pair.Item1, pair.Item2, value3, value4, value5, value6, value7, value8));

    private static Fields<(T1, T2)> Pair<T1, T2>(Fields<T1> first, Fields<T2> second) => Of(first, second, (value1, value2) => (value1, value2));
}
