using System.Collections.Immutable;
using LanguageExt;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Scripts;

/// <summary>A script file as it was found.</summary>
/// <param name="Id">Its name, which no other has.</param>
/// <param name="File">What messages call its file.</param>
/// <param name="Text">What stands in it.</param>
/// <param name="Protocols">The subprotocols that the configuration gives it; none for those that it names itself.</param>
public sealed record ScriptSource(string Id, string File, string Text, Option<Seq<string>> Protocols)
{
    /// <summary>The name by which others include it; none where they cannot.</summary>
    public Option<string> PartName { get; init; }
}

/// <summary>A script that is served.</summary>
/// <typeparam name="TProgram">What a text is compiled to.</typeparam>
/// <param name="Source">Its file.</param>
/// <param name="Program">The file, compiled.</param>
/// <param name="Header">What it says about itself; its subprotocols are those that it serves: at least one, each once.</param>
public sealed record ServedScript<TProgram>(ScriptSource Source, TProgram Program, ScriptHeader Header)
{
    /// <summary>The subprotocols that it serves.</summary>
    public ImmutableArray<string> Protocols => Header.Protocols;
}

/// <summary>A file that scripts can include.</summary>
/// <typeparam name="TProgram">What a text is compiled to.</typeparam>
/// <param name="Text">What stands in it.</param>
/// <param name="Program">The same, compiled.</param>
public sealed record ScriptPart<TProgram>(string Text, TProgram Program);

/// <summary>What follows from a look at the files.</summary>
/// <typeparam name="TProgram">What a text is compiled to.</typeparam>
/// <param name="Next">What is served from now on.</param>
/// <param name="Changes">What happened to each file that has changed since the last look; nothing about others.</param>
/// <param name="Problems">All that is wrong, also where it was wrong before.</param>
public sealed record ScriptSetStep<TProgram>(ScriptSet<TProgram> Next, Seq<ScriptChange> Changes, Seq<ScriptProblem> Problems)
    where TProgram : class;

/// <summary>Why a script, or a file that scripts include, is not served as it was found.</summary>
/// <param name="Id">The script; empty for a file that is only included.</param>
/// <param name="File">What messages call the file.</param>
/// <param name="Message">One line, without the place.</param>
/// <param name="Error">The place, where the text is to blame.</param>
public sealed record ScriptProblem(string Id, string File, string Message, Option<ScriptError> Error);

/// <summary>
/// The scripts that are served, and the step from what is served to what was found since: a pure function. A file that is broken, names no
/// subprotocol or claims one that another serves stays as it was served before, and is left out where it was not. One that is gone is gone.
/// </summary>
/// <typeparam name="TProgram">What a text is compiled to.</typeparam>
public sealed class ScriptSet<TProgram>
    where TProgram : class
{
    private sealed record Candidate(ScriptSource Source, ServedScript<TProgram>? Before, ServedScript<TProgram>? Now);

    private readonly Func<string, string, Either<Seq<ScriptError>, TProgram>> _compile;
    private readonly Func<TProgram, ScriptHeader, Seq<ScriptError>> _check;

    // As they were found when they were refused, so that this is said once: scripts by id, others by name.
    private readonly ImmutableSortedDictionary<string, ScriptSource> _refused;
    private readonly ImmutableSortedDictionary<string, string> _refusedParts;

    private ScriptSet(
        Func<string, string, Either<Seq<ScriptError>, TProgram>> compile, Func<TProgram, ScriptHeader, Seq<ScriptError>> check, ImmutableArray<ServedScript<TProgram>> scripts,
        ImmutableSortedDictionary<string, ScriptPart<TProgram>> parts, ImmutableSortedDictionary<string, ScriptSource> refused,
        ImmutableSortedDictionary<string, string> refusedParts) =>
        (_compile, _check, Scripts, Parts, _refused, _refusedParts) = (compile, check, scripts, parts, refused, refusedParts);

    /// <summary>No scripts.</summary>
    /// <param name="compile">Compiles the text of a file, which is named first; or says all that is wrong with it, at least one error. Pure.</param>
    /// <param name="check">What of a script does not go with what it says about itself. Pure.</param>
    public static ScriptSet<TProgram> Empty(
        Func<string, string, Either<Seq<ScriptError>, TProgram>> compile, Func<TProgram, ScriptHeader, Seq<ScriptError>> check) => new(
        compile, check, [], ImmutableSortedDictionary<string, ScriptPart<TProgram>>.Empty.WithComparers(StringComparer.Ordinal),
        ImmutableSortedDictionary<string, ScriptSource>.Empty.WithComparers(StringComparer.Ordinal),
        ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal));

    /// <summary>What is served, ordered by id. No subprotocol is served by two.</summary>
    public ImmutableArray<ServedScript<TProgram>> Scripts { get; }

    /// <summary>The files that scripts can include, by name. It stays the same object while no text changes.</summary>
    public ImmutableSortedDictionary<string, ScriptPart<TProgram>> Parts { get; }

    /// <summary>The next set. A script whose file has not changed stays the same object.</summary>
    /// <param name="found">All scripts that are there now; ids differ.</param>
    /// <param name="parts">All files that they can include, by name; the scripts among them.</param>
    /// <param name="taken">Who serves a subprotocol otherwise: by token, what messages call it.</param>
    public ScriptSetStep<TProgram> Step(
        IEnumerable<ScriptSource> found, IEnumerable<KeyValuePair<string, string>> parts, IReadOnlyDictionary<string, string> taken)
    {
        var problems = new List<ScriptProblem>();
        var served = Scripts.ToDictionary(item => item.Source.Id, StringComparer.Ordinal);
        var candidates = found.OrderBy(one => one.Id, StringComparer.Ordinal)
            .Select(source => (Source: source, Before: served.GetValueOrDefault(source.Id)))
            .Select(one => new Candidate(one.Source, one.Before, one.Before?.Source == one.Source ? one.Before : Read(one.Source, problems)))
            .ToArray();
        var next = Claim(candidates, taken, problems);
        var scripts = PartNames(candidates.Select(candidate => candidate.Source));
        var all = parts.ToArray();
        var included = ReadParts(all, scripts, problems);
        var broken = all.Where(part => included.GetValueOrDefault(part.Key)?.Text != part.Value);
        var refused = candidates.Select(candidate => candidate.Source).Where(source => !next.Any(served => served.Source == source));
        var set = new ScriptSet<TProgram>(
            _compile, _check, [.. next.OrderBy(one => one.Source.Id, StringComparer.Ordinal)], Same(included) ? Parts : included,
            refused.ToImmutableSortedDictionary(source => source.Id, source => source, StringComparer.Ordinal), broken.ToImmutableSortedDictionary(StringComparer.Ordinal));
        var wrong = problems.ToArray().ToSeq();
        return new(set, ChangesOfScripts(set, candidates, wrong).Concat(ChangesOfParts(set, scripts, wrong)).ToArray().ToSeq(), wrong);
    }

    private IEnumerable<ScriptChange> ChangesOfScripts(ScriptSet<TProgram> next, Candidate[] candidates, Seq<ScriptProblem> problems)
    {
        foreach (var (source, before, _) in candidates)
        {
            var wasRefused = _refused.GetValueOrDefault(source.Id);
            var served = next.Scripts.FirstOrDefault(script => script.Source == source);
            if (served is null)
            {
                if (wasRefused != source)
                    yield return new ScriptChange.Refused(source.File, before is not null, problems.Filter(problem => problem.Id == source.Id).Strict());
            }
            else if (before is null) yield return new ScriptChange.Appeared(source.File, served.Protocols);
            // It may have been broken, and be as it was before that.
            else if (before.Source != source || wasRefused is not null) yield return new ScriptChange.ReadAgain(source.File, served.Protocols);
        }
        var ids = candidates.Select(candidate => candidate.Source.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in Scripts.Where(script => !ids.Contains(script.Source.Id))) yield return new ScriptChange.Gone(gone.Source.File, gone.Protocols);
        foreach (var (id, gone) in _refused)
            if (!ids.Contains(id) && !Scripts.Any(script => script.Source.Id == id)) yield return new ScriptChange.Gone(gone.File, []);
    }

    /// <summary>Of files that are no scripts themselves.</summary>
    private IEnumerable<ScriptChange> ChangesOfParts(ScriptSet<TProgram> next, ImmutableHashSet<string> scripts, Seq<ScriptProblem> problems)
    {
        var own = scripts.Union(PartNames(Scripts.Select(script => script.Source).Concat(_refused.Values)));
        foreach (var (name, text) in next._refusedParts)
        {
            if (!own.Contains(name) && _refusedParts.GetValueOrDefault(name) != text)
                yield return new ScriptChange.Refused(name, Parts.ContainsKey(name), problems.Filter(problem => problem.Id.Length == 0 && problem.File == name).Strict());
        }
        foreach (var (name, part) in next.Parts)
        {
            if (own.Contains(name) || next._refusedParts.ContainsKey(name)) continue;
            if (!Parts.TryGetValue(name, out var old)) yield return new ScriptChange.Appeared(name, []);
            else if (old.Text != part.Text || _refusedParts.ContainsKey(name)) yield return new ScriptChange.ReadAgain(name, []);
        }
        foreach (var name in Parts.Keys)
            if (!next.Parts.ContainsKey(name) && !own.Contains(name)) yield return new ScriptChange.Gone(name, []);
        foreach (var name in _refusedParts.Keys)
            if (!next.Parts.ContainsKey(name) && !next._refusedParts.ContainsKey(name) && !Parts.ContainsKey(name) && !own.Contains(name)) yield return new ScriptChange.Gone(name, []);
    }

    private ServedScript<TProgram>? Read(ScriptSource source, List<ScriptProblem> problems)
    {
        var read =
            from program in _compile(source.File, source.Text)
            from said in ScriptHeader.Read(source.File, source.Text)
            from _ in _check(program, said) is { IsEmpty: false } errors ? Left<Seq<ScriptError>, Unit>(errors) : unit
            select new ServedScript<TProgram>(
                source, program, source.Protocols.Match(given => said with { Protocols = [.. given.Distinct()] }, () => said));
        problems.AddRange(read.Match(
            served => served.Protocols.IsEmpty ? Seq1(Unnamed(source)) : Seq<ScriptProblem>(),
            errors => errors.Map(error => new ScriptProblem(source.Id, source.File, error.Message, error))));
        return read.MatchUnsafe<ServedScript<TProgram>?>(served => served.Protocols.IsEmpty ? null : served, _ => null);
    }

    private static ScriptProblem Unnamed(ScriptSource source) => new(
        source.Id, source.File,
        "it names no subprotocol; begin it with {{# protocols: name ~}}, or move it to a folder of its own where others only include it",
        None);

    /// <summary>
    /// Whoever stays as it was keeps its subprotocols; those that have changed take what is left, then those that are new. One that has changed and
    /// gets too little stays as it was after all, so that all is looked at again with one less that has changed.
    /// </summary>
    private static List<ServedScript<TProgram>> Claim(Candidate[] candidates, IReadOnlyDictionary<string, string> taken, List<ScriptProblem> problems)
    {
        var kept = candidates.Where(candidate => candidate.Before is not null && (candidate.Now is null || ReferenceEquals(candidate.Now, candidate.Before))).ToHashSet();
        while (true)
        {
            var owners = new Dictionary<string, string>(taken, StringComparer.Ordinal);
            var served = new List<ServedScript<TProgram>>();
            var refused = new List<ScriptProblem>();
            foreach (var one in kept) Serve(one.Before!, owners, served);
            Candidate? changed = null;
            foreach (var one in candidates.Where(candidate => candidate.Now is not null && !kept.Contains(candidate)).OrderBy(candidate => candidate.Before is null))
            {
                var conflicts = Conflicts(one.Now!, owners).ToArray();
                if (conflicts.Length == 0) Serve(one.Now!, owners, served);
                else if (one.Before is null) refused.AddRange(conflicts);
                else
                {
                    problems.AddRange(conflicts);
                    changed = one;
                    break;
                }
            }
            if (changed is null)
            {
                problems.AddRange(refused);
                return served;
            }
            kept.Add(changed);
        }
    }

    private static IEnumerable<ScriptProblem> Conflicts(ServedScript<TProgram> script, Dictionary<string, string> owners) =>
        script.Protocols.Where(owners.ContainsKey).Select(token => new ScriptProblem(
            script.Source.Id, script.Source.File, $"the subprotocol '{token}' is claimed by {owners[token]} too", None));

    private static void Serve(ServedScript<TProgram> script, Dictionary<string, string> owners, List<ServedScript<TProgram>> served)
    {
        foreach (var token in script.Protocols) owners.Add(token, script.Source.File);
        served.Add(script);
    }

    private ImmutableSortedDictionary<string, ScriptPart<TProgram>> ReadParts(
        IEnumerable<KeyValuePair<string, string>> parts, ImmutableHashSet<string> scripts, List<ScriptProblem> problems)
    {
        var included = ImmutableSortedDictionary.CreateBuilder<string, ScriptPart<TProgram>>(StringComparer.Ordinal);
        foreach (var (name, text) in parts)
        {
            var before = Parts.GetValueOrDefault(name);
            if (before?.Text == text) included[name] = before;
            else
                _compile(name, text).Match(
                    program => included[name] = new ScriptPart<TProgram>(text, program),
                    errors =>
                    {
                        if (before is not null) included[name] = before;
                        if (!scripts.Contains(name))
                            problems.AddRange(errors.Map(error => new ScriptProblem("", name, error.Message, error)));
                    });
        }
        return included.ToImmutable();
    }

    private static ImmutableHashSet<string> PartNames(IEnumerable<ScriptSource> sources) =>
        sources.Select(source => source.PartName).Somes().ToImmutableHashSet(StringComparer.Ordinal);

    private bool Same(ImmutableSortedDictionary<string, ScriptPart<TProgram>> included) =>
        included.Count == Parts.Count && included.All(part => Parts.TryGetValue(part.Key, out var before) && ReferenceEquals(before, part.Value));
}
