using System.CommandLine;
using PluginHost.Cli.Terminal;
using PluginHost.Server;

namespace PluginHost.Cli;

/// <summary>Shows the plugins that would be served.</summary>
internal static class ListCommand
{
    /// <summary>Prints the plugins: for people on a terminal, otherwise one row a handler.</summary>
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
            if (output.IsTerminal)
            {
                foreach (var line in PluginTable.Lines(plugins, Path.GetDirectoryName(ready.Source.Path), output.Width)) output.Line(line);
            }
            else
            {
                Output.Rows(plugins.SelectMany(plugin => plugin.Handlers.Select(handler => (string[])
                    [plugin.Id, plugin.Version, plugin.Contract, string.Join(", ", handler.Subprotocols), handler.Text, plugin.File])));
            }
        }
        ready.Plugins.Unload();
        return ExitCode.Ok;
    }
}
