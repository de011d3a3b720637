using System.CommandLine;
using PluginHost.Cli.Terminal;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server;
using PluginHost.Server.Reports;

namespace PluginHost.Cli;

/// <summary>Says what would come of a handshake, and why. Nothing is started: the same functions decide that decide for a client.</summary>
internal static class ExplainCommand
{
    /// <summary>Prints the steps.</summary>
    public static int Explain(Options options, ParseResult parsed, HandshakeQuestion question, Output output)
    {
        var json = parsed.GetValue(options.Json);
        return Preparation.Prepare(options.SettingsOf(parsed)).Match(
            ready =>
            {
                var answer = Answer(ready, question, output, json);
                ready.Plugins.Unload();
                return answer;
            },
            problems => RunCommand.Problems(problems, output, json));
    }

    private static int Answer(Prepared ready, HandshakeQuestion question, Output output, bool json)
    {
        var listeners = ready.Plan.Plan.Listeners;
        var name = question.Listener.IfNone(listeners[0].Name);
        if (listeners.Find(listener => listener.Name == name).Case is not ListenerPlan found)
        {
            output.Problem($"no listener is named '{name}'; there is {string.Join(", ", listeners.Map(listener => listener.Name))}");
            return ExitCode.Usage;
        }
        if (question.Address.IsSome && found.Address is ListenAddress.Unix)
        {
            output.Problem($"the listener {name} is a Unix socket, where clients have no address; leave out --address");
            return ExitCode.Usage;
        }
        var report = HandshakeReport.Of(ready.Plan, ready.Plugins.Handlers, found, question);
        if (json) output.Json(report);
        else Print(report, output);
        return report.Accepted ? ExitCode.Ok : ExitCode.Problem;
    }

    /// <summary>One line a step: what it is about, where that changes, what came of it, and the step.</summary>
    private static void Print(HandshakeReport report, Output output)
    {
        var subject = "";
        foreach (var step in report.Steps)
        {
            var line = $"{(step.Subject == subject ? "" : step.Subject),-14}  {Mark(step.Outcome),-7}  {step.Text}";
            if (step.Outcome == "refused") output.Line(line, "red");
            else output.Line(line);
            subject = step.Subject;
        }
        output.Line(report.Accepted ? "accepted" : $"refused with {report.Status}", report.Accepted ? "green" : "red");
    }

    private static string Mark(string outcome) => outcome switch
    {
        "passed" => "ok",
        "skipped" => "no",
        "refused" => "refused",
        _ => "",
    };
}
