using System.Collections.Immutable;
using LanguageExt;

namespace PluginHost.Core.Scripts;

/// <summary>What happened to a file, from one look at the scripts to the next.</summary>
public abstract record ScriptChange
{
    private ScriptChange() { }

    /// <summary>What messages call the file.</summary>
    public abstract string File { get; init; }

    private protected abstract int Closed { get; }

    /// <summary>Calls the function that belongs to this case.</summary>
    public T Match<T>(
        Func<string, ImmutableArray<string>, T> appeared, Func<string, ImmutableArray<string>, T> readAgain, Func<string, bool, Seq<ScriptProblem>, T> refused,
        Func<string, ImmutableArray<string>, T> gone) => this switch
        {
            Appeared a => appeared(a.File, a.Protocols),
            ReadAgain r => readAgain(r.File, r.Protocols),
            Refused r => refused(r.File, r.IsKept, r.Problems),
            _ => gone(File, ((Gone)this).Protocols),
        };

    /// <summary>It was not served before, and is now.</summary>
    /// <param name="File">What messages call the file.</param>
    /// <param name="Protocols">What it serves; none for a file that is only included.</param>
    public sealed record Appeared(string File, ImmutableArray<string> Protocols) : ScriptChange
    {
        /// <inheritdoc cref="ScriptChange.File"/>
        public override string File { get; init; } = File;

        private protected override int Closed => 0;
    }

    /// <summary>It has changed, and is served as it is now.</summary>
    /// <param name="File">What messages call the file.</param>
    /// <param name="Protocols">What it serves; none for a file that is only included.</param>
    public sealed record ReadAgain(string File, ImmutableArray<string> Protocols) : ScriptChange
    {
        /// <inheritdoc cref="ScriptChange.File"/>
        public override string File { get; init; } = File;

        private protected override int Closed => 1;
    }

    /// <summary>It has changed, and cannot be served as it is now.</summary>
    /// <param name="File">What messages call the file.</param>
    /// <param name="IsKept">It is served as it was; otherwise not at all.</param>
    /// <param name="Problems">What is wrong; at least one.</param>
    public sealed record Refused(string File, bool IsKept, Seq<ScriptProblem> Problems) : ScriptChange
    {
        /// <inheritdoc cref="ScriptChange.File"/>
        public override string File { get; init; } = File;

        private protected override int Closed => 2;
    }

    /// <summary>It is there no longer.</summary>
    /// <param name="File">What messages call the file.</param>
    /// <param name="Protocols">What it served; none for a file that was only included, or refused.</param>
    public sealed record Gone(string File, ImmutableArray<string> Protocols) : ScriptChange
    {
        /// <inheritdoc cref="ScriptChange.File"/>
        public override string File { get; init; } = File;

        private protected override int Closed => 3;
    }
}
