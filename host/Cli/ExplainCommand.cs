using System.CommandLine;
using System.Text;
using LanguageExt;
using LanguageExt.ClassInstances;
using PluginHost.Cli.Terminal;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Handshakes;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Serving.Routing;
using PluginHost.Core.Text;
using PluginHost.Server;
using PluginHost.Server.Loading;
using static LanguageExt.Prelude;

namespace PluginHost.Cli;

/// <summary>Says what would come of a handshake, and why. Nothing is started: the same functions decide that decide for a client.</summary>
internal static class ExplainCommand
{
    // RFC 6455 §1.3's own example: any well-formed key will do.
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    private static readonly Address Loopback = Address.Parse("127.0.0.1").Head();

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
        var report = Explain(ready.Plan, ready.Plugins.Handlers, found, question);
        if (json) output.Json(report);
        else Print(report, output);
        return report.Accepted ? ExitCode.Ok : ExitCode.Problem;
    }

    /// <summary>Writes the request that a client would send and goes the server's way with it.</summary>
    /// <param name="plan">What is served.</param>
    /// <param name="handlers">The handlers by token.</param>
    /// <param name="listener">The listener that it arrives on.</param>
    /// <param name="question">The handshake.</param>
    public static Reports.Explained Explain(BoundPlan plan, IReadOnlyDictionary<string, PluginHandler> handlers, ListenerPlan listener, Question question)
    {
        var limits = plan.Plan.Limits.Head;
        var bytes = Encoding.UTF8.GetBytes(Request(question, question.Host.IfNone(() => HostOf(listener.Address))));
        var scan = HeadScanner.Scan(HeadCursor.Request, bytes, limits);
        return scan.Kind == HeadScanKind.Malformed
            ? Unread(Rejection.Of(scan.Fault), listener)
            : ServerHandshake.Read(bytes, limits).Match(
                request => Examined(HandshakeText.Explain(plan, listener, request, PeerOf(listener, question)), handlers, listener),
                rejection => Unread(rejection, listener));
    }

    private static LanguageExt.Option<Address> PeerOf(ListenerPlan listener, Question question) =>
        listener.Address is ListenAddress.Unix ? None : Some(question.Address.IfNone(Loopback));

    internal static string Request(Question question, string host)
    {
        var head = new StringBuilder($"GET {question.Path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
            .Append($"Sec-WebSocket-Key: {Key}\r\nSec-WebSocket-Version: 13\r\n");
        question.Origin.Iter(origin => Add("Origin", origin));
        if (!question.Offered.IsEmpty) Add("Sec-WebSocket-Protocol", string.Join(", ", question.Offered));
        foreach (var extensions in question.Extensions) Add("Sec-WebSocket-Extensions", extensions);
        foreach (var header in question.Headers) Add(header.Name, header.Value);
        return head.Append("\r\n").ToString();

        void Add(string name, string value) => head.Append(name).Append(": ").Append(value).Append("\r\n");
    }

    private static Reports.Explained Examined(
        ExplainedHandshake explained, IReadOnlyDictionary<string, PluginHandler> handlers, ListenerPlan listener)
    {
        var route = explained.Route.Map(matched => matched.Route);
        var values = explained.Route.Map(matched => matched.Values).IfNone(HashMap<EqString, string, string>());
        var report = new Reports.Explained(
            false, 0, listener.Name, route.Map(found => found.Pointer).MatchUnsafe<string?>(text => text, () => null),
            route.Map(found => found.Path.Text).MatchUnsafe<string?>(text => text, () => null),
            values.AsEnumerable().ToDictionary(value => value.Key, value => value.Value).AsReadOnly(), null, null, null, false, false, [.. explained.Steps])
        {
            Authentication = [.. route.Map(found => AuthenticationText.Schemes(found.Authentication)).IfNone(Seq<string>())],
            Client = explained.Client.MatchUnsafe<string?>(address => address.ToString(), () => null),
        };
        return explained.Last switch
        {
            HandshakeStep.Accept accept => Accepted(handlers, report, accept.Request.Acceptance),
            HandshakeStep.Refuse refuse => report with { Status = refuse.Rejection.Status },
            var unknown => throw new InvalidOperationException($"a handshake does not end with {unknown}"),
        };
    }

    private static Reports.Explained Accepted(IReadOnlyDictionary<string, PluginHandler> handlers, Reports.Explained report, Acceptance acceptance)
    {
        var token = acceptance.Handler.MatchUnsafe<string?>(name => name, () => null);
        var handler = token is null ? null : handlers[token];
        var decides = handler?.Description.Decide is not null;
        var last = handler is null
            ? "answer: 101, then closed with 1002"
            : $"answer: 101, served by the handler of {token} in the {(handler.Plugin.IsScript ? "script" : "plugin")} {handler.Plugin.Id} ({handler.Plugin.File})";
        return report with
        {
            Accepted = true,
            Status = 101,
            Subprotocol = acceptance.Subprotocol.MatchUnsafe<string?>(name => name, () => null),
            Extensions = acceptance.Extensions.IsEmpty ? null : ExtensionOffers.Format(acceptance.Extensions),
            Handler = token,
            Plugin = handler?.Plugin.Id,
            CloseAfter = acceptance.CloseAfter,
            HandlerDecides = decides,
            Steps = decides ? [.. report.Steps, "the handler has a say before the 101 and may still refuse; it is not asked here", last] : [.. report.Steps, last],
        };
    }

    private static Reports.Explained Unread(Rejection rejection, ListenerPlan listener) => new(
        false, rejection.Status, listener.Name, null, null, new Dictionary<string, string>(), null, null, null, false, false,
        [$"answer: {rejection.Status}, {rejection.Explanation} ({rejection.Section})"]);

    private static void Print(Reports.Explained report, Output output)
    {
        foreach (var step in report.Steps) output.Line(step);
        output.Line(report.Accepted ? "accepted" : $"refused with {report.Status}", report.Accepted ? "green" : "red");
    }

    private static string HostOf(ListenAddress address) => address.Match(
        (host, port) => host == "*" ? $"localhost:{port}" : address.ToString(),
        _ => "localhost");
}
