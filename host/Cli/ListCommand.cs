using System.CommandLine;
using PluginHost.Cli.Terminal;
using PluginHost.Server;

namespace PluginHost.Cli;

/// <summary>Shows the plugins that would be served.</summary>
internal static class ListCommand
{
    private static readonly string[] Heading = ["plugin", "version", "contract", "subprotocol", "what", "file"];

    /// <summary>Prints one row a handler.</summary>
    public static int List(Options options, ParseResult parsed, Output output)
    {
        var json = parsed.GetValue(options.Json);
        return Preparation.Prepare(options.SettingsOf(parsed)).Match(
            ready => Listed(ready, output, json),
            problems => RunCommand.Problems(problems, output, json));
    }

    private static int Listed(Prepared ready, Output output, bool json)
    {
        var plugins = Reports.PluginReport.Of(ready.Plugins);
        if (json)
        {
            output.Json(new Reports.Listed(ready.Source.Path, plugins));
        }
        else
        {
            foreach (var note in ready.Notes) output.Note(note);
            output.Table(Heading, plugins.SelectMany(plugin => plugin.Handlers.Select(handler => (string[])
                [plugin.Id, plugin.Version, plugin.Contract, string.Join(", ", handler.Subprotocols), handler.Text, plugin.File])));
        }
        ready.Plugins.Unload();
        return ExitCode.Ok;
    }
}
