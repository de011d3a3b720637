using LanguageExt;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Configuration;

/// <summary>What a new value of a key needs in a server that is serving already, by how the server uses it.</summary>
internal enum ReloadRule
{
    /// <summary>It is asked for each time that it matters, and holds for connections that are open, too.</summary>
    Live,

    /// <summary>A connection keeps what it was opened with, so that it holds for those that are opened afterwards.</summary>
    NewConnections,

    /// <summary>Sockets, threads or services are made with it when the server starts.</summary>
    Restart,
}

/// <summary>How a rule is written.</summary>
internal static class ReloadRules
{
    /// <summary>For the reference and the schema.</summary>
    public static string Text(this ReloadRule rule) => rule switch
    {
        ReloadRule.Live => "live",
        ReloadRule.NewConnections => "new connections",
        _ => "restart",
    };
}

/// <summary>What is known of a key without its value: what the reader of unknown keys, the schema and the reference go by.</summary>
/// <param name="Name">As written in the file.</param>
/// <param name="Shape">What may stand there.</param>
/// <param name="Doc">What it means; one or two sentences.</param>
/// <param name="Check">All that is wrong with a value in an object.</param>
internal sealed record Declaration(string Name, Shape Shape, string Doc, Func<JsonTree, Scope, Seq<Fault>> Check)
{
    private const string TheServers = " By default the server's.";

    public bool Required { get; init; }

    /// <summary>The value in its absence, as JSON; empty where there is none or <see cref="Absent"/> says it.</summary>
    public string Default { get; init; } = "";

    /// <summary>The sentence about its absence.</summary>
    public string Absent { get; init; } = "";

    /// <summary>The same for a key that is inherited.</summary>
    public string AbsentHere { get; init; } = TheServers;

    /// <summary>What a change needs; null for an object, whose keys say it.</summary>
    public ReloadRule? Reload { get; init; }

    /// <summary>What it means, and what its absence does.</summary>
    public string Meaning => Doc + Absent;

    /// <summary>The same key, with a rule for what does not have one: the key, or those of its objects.</summary>
    public Declaration On(ReloadRule rule) => Shape.Keys.IsEmpty
        ? this with { Reload = Reload ?? rule }
        : this with { Shape = Shape with { Keys = Shape.Keys.Map(key => key.On(rule)).Strict() } };

    /// <summary>The same key where what is not written is taken from another object.</summary>
    public Declaration Inherited() => Required ? this : this with { Default = "", Absent = AbsentHere };
}

/// <summary>A key: the one place that says its name, type, bounds, default, meaning and what a change needs.</summary>
internal sealed class Key<T>(Declaration declaration, Func<Scope, Validation<Fault, T>> read) : Fields<T>(Seq1(declaration), read)
{
    public string Name => Declaration.Name;

    public Declaration Declaration { get; } = declaration;

    /// <summary>The same key, of which a change needs something else than of those around it.</summary>
    public new Key<T> On(ReloadRule rule) => new(Declaration with { Reload = rule }, Read);

    /// <summary>The same key, of which a sentence says what is inherited.</summary>
    public Key<T> WhenInherited(string sentence) => new(Declaration with { AbsentHere = " " + sentence }, Read);

    /// <summary>The key as a companion of another that its default is made of: who writes only the other does not inherit this one.</summary>
    public Fields<T> Beside<TOther>(Key<TOther> leader) => new Key<T>(
        Declaration with { AbsentHere = Declaration.Absent },
        scope => Read(scope.Writes(leader.Name) ? scope with { Otherwise = null } : scope));

    /// <summary>The key, whose value is looked for in another object where this one does not have it.</summary>
    public Key<T> Or(Func<Scope, Scope?> otherwise) => new(Declaration, scope => Read(scope with { Otherwise = otherwise(scope) }));

    public static implicit operator Declaration(Key<T> key) => key.Declaration;
}

/// <summary>Declares keys.</summary>
internal static class Key
{
    /// <summary>A key with a default.</summary>
    public static Key<T> Of<T>(string name, Kind<T> kind, T byDefault, string doc) =>
        Made(Declared(name, kind, doc) with { Default = kind.Write(byDefault) }, kind, _ => byDefault);

    /// <summary>A key that may be missing.</summary>
    /// <param name="name">As written in the file.</param>
    /// <param name="kind">What may stand there.</param>
    /// <param name="doc">What it means.</param>
    /// <param name="absent">What its absence means: a sentence.</param>
    public static Key<Option<T>> Optional<T>(string name, Kind<T> kind, string doc, string absent = "") =>
        Made(Declared(name, kind, doc) with { Absent = absent.Length > 0 ? " " + absent : "" }, kind.Map(Some), _ => Option<T>.None);

    /// <summary>A key that must not be missing.</summary>
    public static Key<T> Required<T>(string name, Kind<T> kind, string doc) =>
        Made(Declared(name, kind, doc) with { Required = true }, kind, scope => scope.Fault($"the key {Quoting.Quote(name)} is missing"));

    /// <summary>A list of texts that is empty by default.</summary>
    public static Key<Seq<T>> List<T>(string name, Kind<T> item, string doc) => Of(name, Kinds.ListOf(item), [], doc);

    /// <summary>An object, which is read where it is missing too: as an empty one, or as the one that it inherits from.</summary>
    /// <param name="name">As written in the file.</param>
    /// <param name="fields">Its keys.</param>
    /// <param name="doc">What it means.</param>
    /// <param name="inherits">What it does not say is taken from the object of that name that holds otherwise.</param>
    /// <param name="mayBeEmpty">An empty one may be written.</param>
    public static Key<T> Section<T>(string name, Fields<T> fields, string doc, bool inherits = false, bool mayBeEmpty = true)
    {
        Validation<Fault, T> Read(JsonTree? value, Scope scope) => fields.ReadObject(value, inherits ? scope.Otherwise?.Child(name) : null);
        return new(
            new Declaration(name, Kinds.Object(fields).Shape, doc, (value, scope) => Read(value, scope).FailToSeq()) { Default = mayBeEmpty ? "{}" : "" },
            scope => Read(scope.Own?.Find(name), scope));
    }

    /// <summary>A list of objects.</summary>
    /// <param name="name">As written in the file.</param>
    /// <param name="fields">The keys of each.</param>
    /// <param name="doc">What they mean.</param>
    /// <param name="whenEmpty">What is said of an empty list.</param>
    /// <param name="usual">What is read where there is no list.</param>
    /// <param name="inherits">What they do not say is taken from the object in which the list stands.</param>
    public static Key<Seq<T>> Objects<T>(string name, Fields<T> fields, string doc, string whenEmpty, Seq<Scope> usual = default, bool inherits = false)
    {
        Kind<Seq<T>> In(Scope? scope) => Kinds.ListOf(Kinds.Object(fields, inherits ? scope : null), whenEmpty);
        return new(
            new Declaration(name, In(null).Shape, doc, (value, scope) => In(scope).Read(value).FailToSeq()) { Default = usual.IsEmpty ? "" : "[{}]" },
            scope => scope.Own?.Find(name) is { } written ? In(scope).Read(written) : usual.Map(fields.Read).Strict().Sequence());
    }

    private static Declaration Declared<T>(string name, Kind<T> kind, string doc) =>
        new(name, kind.Shape, doc, (value, _) => kind.Read(value).FailToSeq());

    private static Key<T> Made<T>(Declaration declaration, Kind<T> kind, Func<Scope, Validation<Fault, T>> absent) =>
        new(declaration, scope => scope.Find(declaration.Name) is { } written ? kind.Read(written) : absent(scope));
}
