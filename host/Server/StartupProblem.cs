using LanguageExt;
using PluginHost.Core.Scripts;
using PluginHost.Core.Text;

namespace PluginHost.Server;

/// <summary>Something that keeps the server from starting. One is one line.</summary>
/// <param name="File">The configuration file as the user knows it; <see langword="null"/> where the cause is elsewhere.</param>
/// <param name="Place">Where in the file.</param>
/// <param name="Pointer">The same place as a JSON pointer (RFC 6901); empty for the whole file, <see langword="null"/> where the cause is elsewhere.</param>
/// <param name="Message">What is wrong and what to do about it.</param>
/// <param name="Suggestion">What was probably meant.</param>
public sealed record StartupProblem(string? File, FilePosition? Place, string? Pointer, string Message, string? Suggestion)
{
    /// <summary>Lines that show the place: the line of the file, and a caret below it. None for most problems.</summary>
    public IReadOnlyList<string> Excerpt { get; init; } = [];

    /// <summary>A problem in the text of a script.</summary>
    public static StartupProblem In(ScriptError error) =>
        new(error.File, new FilePosition(error.Line, error.Column), "", error.Message, null)
        {
            Excerpt = [.. error.Format().Replace('\t', ' ').Split('\n').Skip(1)],
        };

    /// <summary>A problem that no place in a file is to blame for.</summary>
    public static StartupProblem Of(string message) => new(null, null, null, message, null);

    /// <summary>A problem in the configuration. One in the built-in defaults has no place.</summary>
    public static StartupProblem In(ConfigurationSource source, Problem problem)
    {
        var suggestion = problem.Suggestion.MatchUnsafe<string?>(meant => meant, () => null);
        return source.Path is null
            ? new StartupProblem(null, null, problem.Pointer, problem.Message, suggestion)
            : new StartupProblem(source.Name, problem.Position, problem.Pointer, problem.Message, suggestion);
    }

    /// <summary>The problem as compilers print theirs: <c>plugins.json:12:5: /routes/0: message; did you mean "x"?</c></summary>
    public override string ToString() => File is not null && Place is { } place
        ? new Problem(place, Pointer ?? "", Message, Optional(Suggestion)).Format(File)
        : Message + (Suggestion is null ? "" : $"; did you mean \"{Suggestion}\"?");

    private static Option<string> Optional(string? text) => text is null ? Option<string>.None : text;
}
