using System.Collections.Frozen;
using System.Collections.Immutable;
using LanguageExt;
using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Parsing;
using PluginHost.Core.Scripting.Syntax;

namespace PluginHost.Core.Scripting;

/// <summary>The files that scripts can include, each parsed once. Immutable: a changed file makes a new library.</summary>
public sealed class ScriptLibrary
{
    private readonly FrozenDictionary<string, Either<ImmutableArray<ScriptFault>, CompiledTemplate>> _files;

    private ScriptLibrary(FrozenDictionary<string, Either<ImmutableArray<ScriptFault>, CompiledTemplate>> files) => _files = files;

    /// <summary>No files.</summary>
    public static ScriptLibrary Empty => Create([]);

    /// <summary>Parses files. One that does not parse fails the evaluations that include it, with its own place.</summary>
    /// <param name="files">Texts by name, such as <c>parts/header.sbn</c>. A name that <see cref="IncludePath"/> refuses can never be
    /// included.</param>
    public static ScriptLibrary Create(IEnumerable<KeyValuePair<string, string>> files) =>
        new(files.ToFrozenDictionary(f => f.Key, f => Compile(new SourceText(f.Key, f.Value)), StringComparer.Ordinal));

    internal static Either<ImmutableArray<ScriptFault>, CompiledTemplate> Compile(SourceText source) =>
        Parser.ParseTemplate(source.Text).Map(p => Compiler.Compile(source, p.Tree)).MapLeft(e => Faults(source, e));

    internal static ImmutableArray<ScriptFault> Faults(SourceText source, ImmutableArray<SyntaxError> errors) =>
        [.. errors.Select(e => new ScriptFault(new CodeLocation(source, e.Start, e.End), e.Message))];

    /// <summary>Compiles a text that a script has made; its faults are those of the call.</summary>
    internal static CompiledTemplate CompileText(Run run, string text, bool isTemplate)
    {
        var source = new SourceText("(text)", text);
        var tree = isTemplate ? Parser.ParseTemplate(text).Map(p => p.Tree) : Parser.ParseCode(text).Map(ReturnLast);
        return tree.Match(
            t => Compiler.Compile(source, t),
            errors => throw run.Fail(ScriptError.At("text", text, errors[0].Start, errors[0].End, errors[0].Message).Headline));
    }

    // The value of code is that of its last expression.
    private static Block ReturnLast(Block tree) => tree.Statements.LastOrDefault() is Statement.Print last
        ? tree with { Statements = tree.Statements.SetItem(tree.Statements.Count - 1, new Statement.Return(last.Place, last.Value)) }
        : tree;

    internal CompiledTemplate Find(string name, Run run)
    {
        var path = IncludePath.Check(name).IfLeft(problem => throw run.Fail(problem));
        if (!_files.TryGetValue(path, out var found)) throw run.Fail($"there is no file `{path}` in the folder of scripts");
        return found.IfLeft(faults => throw new ScriptFault(faults[0].Site, faults[0].Message));
    }
}
