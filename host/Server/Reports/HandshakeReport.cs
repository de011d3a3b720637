using System.Text;
using LanguageExt;
using LanguageExt.ClassInstances;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Handshakes;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Serving.Routing;
using PluginHost.Server.Loading;
using static LanguageExt.Prelude;

namespace PluginHost.Server.Reports;

/// <summary>One thing that was looked at.</summary>
/// <param name="Subject">What it is about: a <see cref="StepSubject"/> in lower case.</param>
/// <param name="Outcome">What came of it: a <see cref="StepOutcome"/> in lower case.</param>
/// <param name="Text">One line for people.</param>
public sealed record StepReport(string Subject, string Outcome, string Text)
{
    internal static StepReport Of(ExplainedStep step) => new(Word(step.Subject), Word(step.Outcome), step.Text);

    internal static StepReport Of(StepSubject subject, StepOutcome outcome, string text) => Of(new ExplainedStep(subject, outcome, text));

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}

/// <summary>What would come of a handshake, and why.</summary>
/// <param name="Accepted">The answer is 101.</param>
/// <param name="Status">The status of the answer.</param>
/// <param name="Reason">Why it is refused; <see langword="null"/> where it is not.</param>
/// <param name="Section">The section of the RFC that says so, where one does.</param>
/// <param name="CloseCode">The code with which the connection is closed right after the 101; <see langword="null"/> where it is not.</param>
/// <param name="Listener">The listener that it arrives on.</param>
/// <param name="Client">The client's address, whom a trusted proxy names included; <see langword="null"/> where it has none, or cannot be found out.</param>
/// <param name="Route">Where the route stands in the configuration; <see langword="null"/> where none matches. Empty for that of every path.</param>
/// <param name="Template">The path of the route.</param>
/// <param name="Values">The values of its placeholders.</param>
/// <param name="Authentication">The ways in which a client may prove who it is; none where nobody is asked.</param>
/// <param name="Subprotocol">The subprotocol that is answered.</param>
/// <param name="Extensions">The extensions in use, as they are answered; <see langword="null"/> where there are none.</param>
/// <param name="Handler">The subprotocol whose handler serves the connection.</param>
/// <param name="Plugin">The plugin of that handler.</param>
/// <param name="CloseAfter">The connection is closed right after the 101.</param>
/// <param name="HandlerDecides">The handler has a say before the 101, which is not asked for.</param>
/// <param name="Steps">What was looked at, in order.</param>
public sealed record HandshakeReport(
    bool Accepted, int Status, string? Reason, string? Section, int? CloseCode, string Listener, string? Client, string? Route, string? Template,
    IReadOnlyDictionary<string, string> Values, IReadOnlyList<string> Authentication, string? Subprotocol, string? Extensions, string? Handler, string? Plugin,
    bool CloseAfter, bool HandlerDecides, IReadOnlyList<StepReport> Steps)
{
    private const int ProtocolError = 1002;

    private static readonly Address Loopback = Address.Parse("127.0.0.1").Head();

    /// <summary>Writes the request that a client would send and goes the server's way with it, up to the handler's decision.</summary>
    /// <param name="plan">What is served.</param>
    /// <param name="handlers">The handlers by token.</param>
    /// <param name="listener">The listener that it arrives on.</param>
    /// <param name="question">The handshake.</param>
    public static HandshakeReport Of(BoundPlan plan, IReadOnlyDictionary<string, PluginHandler> handlers, ListenerPlan listener, HandshakeQuestion question)
    {
        var limits = plan.Plan.Limits.Head;
        var bytes = Encoding.UTF8.GetBytes(question.Request(listener));
        var scan = HeadScanner.Scan(HeadCursor.Request, bytes, limits);
        return scan.Kind == HeadScanKind.Malformed
            ? Unread(Rejection.Of(scan.Fault), listener)
            : ServerHandshake.Read(bytes, limits).Match(
                request => Examined(HandshakeText.Explain(plan, listener, request, PeerOf(listener, question)), handlers, listener),
                rejection => Unread(rejection, listener));
    }

    private static Option<Address> PeerOf(ListenerPlan listener, HandshakeQuestion question) =>
        listener.Address is ListenAddress.Unix ? None : Some(question.Address.IfNone(Loopback));

    private static HandshakeReport Examined(ExplainedHandshake explained, IReadOnlyDictionary<string, PluginHandler> handlers, ListenerPlan listener)
    {
        var route = explained.Route.Map(matched => matched.Route);
        var values = explained.Route.Map(matched => matched.Values).IfNone(HashMap<EqString, string, string>());
        var report = Empty(listener) with
        {
            Client = explained.Client.MatchUnsafe<string?>(address => address.ToString(), () => null),
            Route = route.MatchUnsafe<string?>(found => found.Pointer, () => null),
            Template = route.MatchUnsafe<string?>(found => found.Path.Text, () => null),
            Values = values.AsEnumerable().ToDictionary(value => value.Key, value => value.Value).AsReadOnly(),
            Authentication = [.. route.Map(found => AuthenticationText.Schemes(found.Authentication)).IfNone(Seq<string>())],
            Steps = [.. explained.Steps.Map(StepReport.Of)],
        };
        return explained.Last switch
        {
            HandshakeStep.Accept accept => Answered(handlers, report, accept.Request.Acceptance),
            HandshakeStep.Refuse refuse => Refused(report, refuse.Rejection),
            var unknown => throw new InvalidOperationException($"a handshake does not end with {unknown}"),
        };
    }

    private static HandshakeReport Answered(IReadOnlyDictionary<string, PluginHandler> handlers, HandshakeReport report, Acceptance acceptance)
    {
        var token = acceptance.Handler.MatchUnsafe<string?>(name => name, () => null);
        var handler = token is null ? null : handlers[token];
        var decides = handler?.Description.Decide is not null;
        var last = StepReport.Of(StepSubject.Answer, StepOutcome.Passed, handler is null
            ? $"answer: 101, then closed with {ProtocolError}"
            : $"answer: 101, served by the handler of {token} in the {(handler.Plugin.IsScript ? "script" : "plugin")} {handler.Plugin.Id} ({handler.Plugin.File})");
        var say = StepReport.Of(StepSubject.Handler, StepOutcome.Noted, "the handler has a say before the 101 and may still refuse; it is not asked here");
        return report with
        {
            Accepted = true,
            Status = 101,
            CloseCode = acceptance.CloseAfter ? ProtocolError : null,
            Subprotocol = acceptance.Subprotocol.MatchUnsafe<string?>(name => name, () => null),
            Extensions = acceptance.Extensions.IsEmpty ? null : ExtensionOffers.Format(acceptance.Extensions),
            Handler = token,
            Plugin = handler?.Plugin.Id,
            CloseAfter = acceptance.CloseAfter,
            HandlerDecides = decides,
            Steps = decides ? [.. report.Steps, say, last] : [.. report.Steps, last],
        };
    }

    private static HandshakeReport Unread(Rejection rejection, ListenerPlan listener) => Refused(Empty(listener), rejection) with
    {
        Steps = [StepReport.Of(StepSubject.Answer, StepOutcome.Refused, $"answer: {rejection.Status}, {rejection.Explanation} ({rejection.Section})")],
    };

    private static HandshakeReport Refused(HandshakeReport report, Rejection rejection) => report with
    {
        Status = rejection.Status,
        Reason = rejection.Explanation,
        Section = rejection.Section.Length == 0 ? null : rejection.Section,
    };

    private static HandshakeReport Empty(ListenerPlan listener) => new(
        false, 0, null, null, null, listener.Name, null, null, null, new Dictionary<string, string>(0).AsReadOnly(), [], null, null, null, null, false, false, []);
}
