using FsCheck;
using FsCheck.Fluent;
using LanguageExt;
using PluginHost.Core.Scripts;
using PluginHost.TestSupport;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Properties.Scripts;

/// <summary>The step from the scripts that are served to those that were found since.</summary>
public class ScriptSetProperties
{
    private static readonly Dictionary<string, string> Taken = new() { ["taken"] = "plugin.dll" };

    /// <summary>A text compiles where it holds no word that says otherwise, to itself.</summary>
    private static readonly ScriptSet<string> Empty = ScriptSet<string>.Empty(Compile, (_, _) => Seq<ScriptError>());

    private static Either<Seq<ScriptError>, string> Compile(string file, string text) =>
        text.Contains("1 +", StringComparison.Ordinal) ? Seq1(ScriptError.At(file, text, text.IndexOf("1 +", StringComparison.Ordinal), text.Length, "broken")) : text;

    /// <summary>A few files out of a small world, so that they collide, break and come back.</summary>
    private static readonly Gen<ScriptSource[]> Files =
        from ids in Gen.SubListOf("a", "b", "c", "d")
        from files in Gen.CollectToSequence(ids, File)
        select files.ToArray();

    private static Gen<ScriptSource> File(string id) =>
        from tokens in Gen.SubListOf("x", "y", "z", "taken")
        from broken in Gen.Frequency((4, Gen.Constant("")), (1, Gen.Constant("{{ 1 + }}")))
        from given in Gen.Elements(true, false)
        let names = tokens.Count == 0 ? "" : $"{{{{# protocols: {string.Join(", ", tokens)} ~}}}}"
        select given && tokens.Count > 0
            ? new ScriptSource(id, id + ".sbn", "text" + broken, Some(tokens.ToArray().ToSeq())) { PartName = id + ".sbn" }
            : new ScriptSource(id, id + ".sbn", names + broken, None) { PartName = id + ".sbn" };

    private static readonly Arbitrary<ScriptSource[][]> Histories =
        Gen.ListOf(Files).Where(all => all.Count > 0).Select(all => all.ToArray()).ToArbitrary();

    [Property]
    public Property No_subprotocol_is_served_twice_and_none_that_is_taken() => Prop.ForAll(Histories, history =>
    {
        foreach (var (_, next, _) in Walk(history))
        {
            var tokens = next.Scripts.SelectMany(one => one.Protocols).ToArray();
            Assert.Equal(tokens.Distinct(), tokens);
            Assert.DoesNotContain("taken", tokens);
        }
    });

    [Property]
    public Property Whoever_is_served_was_found_and_whoever_was_found_is_served_or_reported() => Prop.ForAll(Histories, history =>
    {
        foreach (var (found, next, problems) in Walk(history))
        {
            Assert.Subset(found.Select(one => one.Id).ToHashSet(), next.Scripts.Select(one => one.Source.Id).ToHashSet());
            foreach (var source in found)
                Assert.True(next.Scripts.Any(one => one.Source == source) != problems.Exists(one => one.Id == source.Id), source.ToString());
        }
    });

    [Property]
    public Property A_broken_file_keeps_what_was_served() => Prop.ForAll(Histories, history =>
    {
        var before = Empty;
        foreach (var (found, next, _) in Walk(history))
        {
            foreach (var old in before.Scripts)
                if (found.Any(one => one.Id == old.Source.Id && Compile(one.File, one.Text).IsLeft))
                    Assert.Contains(old, next.Scripts);
            before = next;
        }
    });

    [Property]
    public Property The_same_files_again_change_nothing() => Prop.ForAll(Histories, history =>
    {
        foreach (var (found, next, problems) in Walk(history))
        {
            var (again, changes, same) = next.Step(found, Parts(found), Taken);
            Assert.True(changes.IsEmpty);
            Assert.Same(next.Parts, again.Parts);
            Assert.Equal(next.Scripts.Length, again.Scripts.Length);
            for (var i = 0; i < next.Scripts.Length; i++) Assert.Same(next.Scripts[i], again.Scripts[i]);
            Assert.Equal(problems.IsEmpty, same.IsEmpty);
        }
    });

    [Property]
    public Property Each_file_that_has_changed_has_one_change_and_the_others_have_none() => Prop.ForAll(Histories, history =>
    {
        var set = Empty;
        ScriptSource[] last = [];
        foreach (var found in history)
        {
            var (next, changes, problems) = set.Step(found, Parts(found), Taken);
            foreach (var id in found.Concat(last).Select(source => source.Id).Distinct())
            {
                var (now, before) = (found.FirstOrDefault(source => source.Id == id), last.FirstOrDefault(source => source.Id == id));
                var (served, was) = (next.Scripts.FirstOrDefault(script => script.Source.Id == id), set.Scripts.FirstOrDefault(script => script.Source.Id == id));
                var isServed = now is not null && served?.Source == now;
                var expected = (now, isServed) switch
                {
                    (null, _) => "gone",
                    (_, true) => was is null ? "appeared" : was.Source == now && before == now ? "" : "read again",
                    _ => now == before && was?.Source != before ? "" : was is null ? "refused" : "kept",
                };
                var change = changes.Filter(candidate => candidate.File == id + ".sbn");
                Assert.Equal(expected.Length == 0 ? 0 : 1, change.Count);
                if (expected.Length == 0) continue;
                Assert.Equal(expected, change[0].Match((_, _) => "appeared", (_, _) => "read again", (_, isKept, _) => isKept ? "kept" : "refused", (_, _) => "gone"));
                Assert.True(change[0].Match((_, _) => true, (_, _) => true, (_, _, why) => !why.IsEmpty, (_, _) => true));
            }
            (set, last) = (next, found);
        }
    });

    private static IEnumerable<(ScriptSource[] Found, ScriptSet<string> Next, Seq<ScriptProblem> Problems)> Walk(ScriptSource[][] history)
    {
        var set = Empty;
        foreach (var found in history)
        {
            var (next, _, problems) = set.Step(found, Parts(found), Taken);
            yield return (found, next, problems);
            set = next;
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Parts(ScriptSource[] found) =>
        found.Select(one => KeyValuePair.Create(one.File, one.Text));
}
