using LanguageExt;

namespace PluginHost.Core.Text;

/// <summary>
/// A value that is nobody's business: written as it is, or, better, as the place where it is kept. Its text is never printed, not even by
/// <see cref="ToString"/>.
/// </summary>
public abstract record Secret
{
    private const string EnvironmentPrefix = "{env:";
    private const string FilePrefix = "{file:";

    private Secret() { }

    private protected abstract int Closed { get; }

    /// <summary>Calls the function that belongs to this case.</summary>
    public T Match<T>(Func<string, T> literal, Func<string, T> environment, Func<string, T> file) => this switch
    {
        Literal l => literal(l.Text),
        Environment e => environment(e.Name),
        _ => file(((File)this).Path),
    };

    /// <summary>Stands in the configuration itself.</summary>
    /// <param name="Text">The secret.</param>
    public sealed record Literal(string Text) : Secret
    {
        private protected override int Closed => 0;

        /// <inheritdoc/>
        public override string ToString() => "(secret)";
    }

    /// <summary>Stands in an environment variable: <c>{env:NAME}</c>.</summary>
    /// <param name="Name">The variable.</param>
    public sealed record Environment(string Name) : Secret
    {
        private protected override int Closed => 1;

        /// <inheritdoc/>
        public override string ToString() => "(secret)";
    }

    /// <summary>Stands in a file of its own: <c>{file:PATH}</c>. One line end at its end does not belong to it.</summary>
    /// <param name="Path">As written; a relative one is relative to the configuration file.</param>
    public sealed record File(string Path) : Secret
    {
        private protected override int Closed => 2;

        /// <inheritdoc/>
        public override string ToString() => "(secret)";
    }

    /// <summary>Reads a secret's text.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The secret, or what is wrong.</returns>
    public static Either<string, Secret> Parse(string text)
    {
        if (text.Length == 0) return "a secret must not be empty";
        if (!IsReference(text)) return new Literal(text);
        if (text.StartsWith(EnvironmentPrefix, StringComparison.Ordinal)) return ParseEnvironment(text[EnvironmentPrefix.Length..^1]);
        var path = text[FilePrefix.Length..^1];
        return PathText.Problem(path) is { } problem ? problem : new File(path);
    }

    /// <summary>Whether a text names the place of a secret: <c>{env:NAME}</c> or <c>{file:PATH}</c>, well-formed or not.</summary>
    /// <param name="text">Any text.</param>
    public static bool IsReference(string text) => text.EndsWith('}')
        && (text.StartsWith(EnvironmentPrefix, StringComparison.Ordinal) || text.StartsWith(FilePrefix, StringComparison.Ordinal));

    private static Either<string, Secret> ParseEnvironment(string name) => name.Length > 0 && !name.Contains('=', StringComparison.Ordinal)
        && !name.Any(char.IsControl)
            ? new Environment(name)
            : $"{Quoting.Quote(name)} is no name of an environment variable";
}
