using LanguageExt;

namespace PluginHost.Server;

/// <summary>The server does not start. The message has every problem, one a line.</summary>
public sealed class StartupException : Exception
{
    /// <summary>An exception of problems.</summary>
    /// <param name="problems">What keeps the server from starting; at least one.</param>
    public StartupException(Seq<StartupProblem> problems)
        : base(string.Join('\n', problems.Bind(problem => problem.Excerpt.Prepend(problem.ToString()).ToSeq()))) => Problems = problems;

    /// <summary>What keeps the server from starting.</summary>
    public Seq<StartupProblem> Problems { get; }
}
