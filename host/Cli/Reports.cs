using PluginHost.Server;
using PluginHost.Server.Loading;

namespace PluginHost.Cli;

/// <summary>What <c>--json</c> prints. The names of the members, in camel case, are the names in JSON; they are only ever added to.</summary>
internal static class Reports
{
    /// <summary>A problem.</summary>
    public sealed record ProblemReport(string? File, int? Line, int? Column, string? Pointer, string Message, string? Suggestion, IReadOnlyList<string> Excerpt)
    {
        /// <summary>The report of a problem.</summary>
        public static ProblemReport Of(StartupProblem problem) =>
            new(problem.File, problem.Place?.Line, problem.Place?.Column, problem.Pointer, problem.Message, problem.Suggestion, problem.Excerpt);
    }

    /// <summary>Of a start that failed.</summary>
    public sealed record Failed(string Event, IReadOnlyList<ProblemReport> Problems);

    /// <summary>Of <c>check</c>.</summary>
    public sealed record Checked(
        bool Valid, string? Config, int Listeners, int Routes, IReadOnlyList<PluginReport> Plugins, IReadOnlyList<string> Notes, IReadOnlyList<ProblemReport> Problems);

    /// <summary>One handler of a plugin.</summary>
    public sealed record HandlerReport(IReadOnlyList<string> Subprotocols, string Kind, string Text, bool Decides);

    /// <summary>One plugin.</summary>
    public sealed record PluginReport(
        string Id, string Name, string Version, string Assembly, string AssemblyVersion, string Contract, string File, IReadOnlyList<HandlerReport> Handlers,
        bool IsScript)
    {
        /// <summary>Every plugin of a set, ordered by id.</summary>
        public static IReadOnlyList<PluginReport> Of(PluginSet plugins) => [.. plugins.Plugins.Select(Of)];

        private static PluginReport Of(LoadedPlugin plugin)
        {
            var description = plugin.Description;
            return new PluginReport(
                plugin.Id,
                description.Name,
                description.Version,
                plugin.Metadata.Name,
                plugin.Metadata.Version,
                plugin.Metadata.Contract.ToString(),
                plugin.File,
                [.. description.Handlers.Select(handler => new HandlerReport(
                    [.. handler.Subprotocols],
                    handler.Tier.Match(_ => "pure", _ => "session", _ => "inline"),
                    handler.Description,
                    handler.Decide is not null))],
                plugin.IsScript);
        }
    }

    /// <summary>Of <c>list</c>.</summary>
    public sealed record Listed(string? Config, IReadOnlyList<PluginReport> Plugins);

    /// <summary>An open listener.</summary>
    public sealed record ListenerReport(string Name, string Url, bool EveryAddress);

    /// <summary>Of a start: the first line of a run.</summary>
    public sealed record Started(
        string Event, string Version, int Pid, string? Config, string Transport, IReadOnlyList<ListenerReport> Listeners,
        IReadOnlyList<PluginReport> Plugins, IReadOnlyList<string> Notes, string? Admin);

    /// <summary>Of a stop: the last line of a run.</summary>
    public sealed record Stopped(string Event, string Reason, int Closed, int Reset, IReadOnlyList<ProblemReport> Problems);
}
