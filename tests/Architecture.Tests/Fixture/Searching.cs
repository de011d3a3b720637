using LanguageExt;
using LanguageExt.ClassInstances;
using static LanguageExt.Prelude;

namespace PluginHost.Architecture.Fixture;

/// <summary>Comparisons that are left to LanguageExt, and some that are not.</summary>
public static class Searching
{
    public static object[] Everything(Option<string> option, Seq<string> seq, Either<string, int> either) =>
    [
        option == Some("a"),
        seq != Seq1("a"),
        seq.CompareTo(Seq1("a")),
        either == Right(1),
        toHashMap(seq.Map(text => (text, 1))),
        toMap(seq.Map(text => (text, 1))),
        toSet(seq),
        toHashSet(seq),
    ];

    public static object[] Allowed(Option<string> option, Seq<string> seq) =>
    [
        option.Exists(text => text == "a"),
        seq.Exists(text => text == "a"),
        new HashMap<EqString, string, int>(seq.Map(text => (text, 1))),
        new Map<OrdStringOrdinal, string, int>(seq.Map(text => (text, 1))),
    ];
}
