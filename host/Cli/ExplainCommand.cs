using System.CommandLine;
using System.Globalization;
using System.Text;
using LanguageExt;
using PluginHost.Core.Authentication;
using PluginHost.Core.Configuration;
using PluginHost.Core.Handshake;
using PluginHost.Core.Routing;
using PluginHost.Startup;
using static LanguageExt.Prelude;

namespace PluginHost.Cli;

/// <summary>Says what would come of a handshake, and why. Nothing is started: the same functions decide that decide for a client.</summary>
internal static class ExplainCommand
{
    // RFC 6455 §1.3's own example: any well-formed key will do.
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    /// <summary>Prints the steps.</summary>
    public static int Explain(Options options, ParseResult parsed, Question question, Output output)
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

    private static int Answer(Prepared ready, Question question, Output output, bool json)
    {
        var listeners = ready.Plan.Plan.Listeners;
        var name = question.Listener.IfNone(listeners[0].Name);
        var found = listeners.Find(one => one.Name == name);
        if (found.IsNone)
        {
            output.Problem($"no listener is named '{name}'; there is {string.Join(", ", listeners.Map(one => one.Name))}");
            return ExitCode.Usage;
        }
        var host = question.Host.IfNone(() => HostOf(found.Map(one => one.Address).Head()));
        var report = Explain(ready, question, name, host);
        if (json) output.Json(report);
        else Print(report, output);
        return report.Accepted ? ExitCode.Ok : ExitCode.Problem;
    }

    /// <summary>Writes the request that a client would send and goes the server's way with it.</summary>
    private static Reports.Explained Explain(Prepared ready, Question question, string listener, string host)
    {
        var limits = ready.Plan.Plan.Limits.Head;
        var bytes = Encoding.UTF8.GetBytes(Request(question, host));
        var scan = HeadScanner.Scan(HeadCursor.Request, bytes, limits);
        return scan.Kind == HeadScanKind.Malformed
            ? Refused(Rejection.Of(scan.Fault), listener, Empty)
            : ServerHandshake.Read(bytes, limits).Match(
                request => Routed(ready, request, listener),
                rejection => Refused(rejection, listener, Empty));
    }

    private static string Request(Question question, string host)
    {
        var head = new StringBuilder($"GET {question.Path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
            .Append($"Sec-WebSocket-Key: {Key}\r\nSec-WebSocket-Version: 13\r\n");
        question.Origin.Iter(origin => head.Append(CultureInfo.InvariantCulture, $"Origin: {origin}\r\n"));
        if (!question.Offered.IsEmpty) head.Append(CultureInfo.InvariantCulture, $"Sec-WebSocket-Protocol: {string.Join(", ", question.Offered)}\r\n");
        return head.Append("\r\n").ToString();
    }

    private static Reports.Explained Routed(Prepared ready, UpgradeRequest request, string listener)
    {
        var routing = Router.Explain(ready.Plan, listener, request.Head.Target.RawPath);
        return routing.Decision is RoutingDecision.Matched { Route: var route, Values: var values }
            ? Negotiated(ready, request, listener, route, values, routing.Steps)
            : Refused(Rejection.Of(routing.Decision.Refusal!.Value), listener, routing.Steps);
    }

    private static Reports.Explained Negotiated(
        Prepared ready, UpgradeRequest request, string listener, BoundRoute route, HashMap<string, string> values, Seq<string> routing)
    {
        var plain = CredentialStripping.Strip(route.Authentication, request);
        var decision = Negotiation.Explain(route.Policy, plain.Offered, plain.Origins, plain.Host,
            secure: ready.Tls.ContainsKey(listener));
        var steps = routing.Concat(decision.Steps).Concat(AuthenticationText.Steps(route.Authentication)).Strict();
        var placed = new Reports.Explained(
            false, 0, listener, route.Pointer, route.Path.Text, values.AsEnumerable().ToDictionary(one => one.Key, one => one.Value).AsReadOnly(), null, null, null, false, false, [.. steps])
        {
            Authentication = [.. AuthenticationText.Schemes(route.Authentication)],
        };
        return decision.Outcome.Match(
            choice => Accepted(ready, placed, choice, steps),
            rejection => placed with { Status = rejection.Status });
    }

    private static Reports.Explained Accepted(Prepared ready, Reports.Explained placed, SubprotocolChoice choice, Seq<string> steps)
    {
        var token = choice.Handler.MatchUnsafe<string?>(one => one, () => null);
        var handler = token is null ? null : ready.Plugins.Handlers[token];
        var decides = handler?.Description.Decide is not null;
        var last = handler is null
            ? "answer: 101, then closed with 1002"
            : $"answer: 101, served by the handler of {token} in the {(handler.Plugin.IsScript ? "script" : "plugin")} {handler.Plugin.Id} ({handler.Plugin.File})";
        return placed with
        {
            Accepted = true,
            Status = 101,
            Subprotocol = choice.Subprotocol.MatchUnsafe<string?>(one => one, () => null),
            Handler = token,
            Plugin = handler?.Plugin.Id,
            CloseAfter = choice.CloseAfter,
            HandlerDecides = decides,
            Steps = [.. decides ? steps.Add("the handler has a say before the 101 and may still refuse; it is not asked here").Add(last) : steps.Add(last)],
        };
    }

    private static Reports.Explained Refused(Rejection rejection, string listener, Seq<string> steps) => new(
        false, rejection.Status, listener, null, null, new Dictionary<string, string>(), null, null, null, false, false,
        [.. steps.IsEmpty ? Seq1($"answer: {rejection.Status}, {rejection.Explanation} ({rejection.Section})") : steps]);

    private static void Print(Reports.Explained report, Output output)
    {
        foreach (var step in report.Steps) output.Line(step);
        output.Line(report.Accepted ? "accepted" : $"refused with {report.Status}", report.Accepted ? "green" : "red");
    }

    private static string HostOf(ListenAddress address) => address.Match(
        (host, port) => host == "*" ? $"localhost:{port}" : address.ToString(),
        _ => "localhost");
}
