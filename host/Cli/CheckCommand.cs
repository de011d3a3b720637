using System.CommandLine;
using PluginHost.Cli.Terminal;
using PluginHost.Server;

namespace PluginHost.Cli;

/// <summary>Validates everything that a start would, and starts nothing.</summary>
internal static class CheckCommand
{
    /// <summary>Prints all problems, or that there is none.</summary>
    public static int Check(Options options, ParseResult parsed, Output output)
    {
        var json = parsed.GetValue(options.Json);
        return Preparation.Prepare(options.SettingsOf(parsed)).Match(
            ready => Valid(ready, output, json),
            problems =>
            {
                if (json) output.Json(new Reports.Checked(false, null, 0, 0, [], [], [.. problems.Map(Reports.ProblemReport.Of)]));
                else RunCommand.Problems(problems, output, json: false);
                return ExitCode.Problem;
            });
    }

    private static int Valid(Prepared ready, Output output, bool json)
    {
        var plan = ready.Plan.Plan;
        var plugins = Reports.PluginReport.Of(ready.Plugins);
        var subprotocols = plugins.SelectMany(plugin => plugin.Handlers).SelectMany(handler => handler.Subprotocols).ToArray();
        if (json)
        {
            output.Json(new Reports.Checked(
                true, ready.Source.Path, plan.Listeners.Count, plan.Routes.Count, plugins, [.. ready.Notes], []));
        }
        else
        {
            foreach (var note in ready.Notes) output.Note(note);
            output.Line($"{ready.Source.Name}: no problems", "green");
            output.Line($"listeners: {string.Join(", ", plan.Listeners.Map(listener => $"{listener.Name} {listener.Address}"))}");
            plan.Admin.Iter(admin => output.Line($"admin: {admin.Address}"));
            output.Line($"routes: {(plan.Routes.IsEmpty ? "every path" : string.Join(", ", plan.Routes.Map(route => route.Path.Text)))}");
            output.Line($"plugins: {string.Join(", ", plugins.Where(plugin => !plugin.IsScript).Select(plugin => plugin.Id))}");
            if (plugins.Any(plugin => plugin.IsScript)) output.Line($"scripts: {string.Join(", ", plugins.Where(plugin => plugin.IsScript).Select(plugin => plugin.Id))}");
            output.Line($"subprotocols: {string.Join(", ", subprotocols)}");
        }
        ready.Plugins.Unload();
        return ExitCode.Ok;
    }
}
