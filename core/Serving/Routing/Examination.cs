using LanguageExt;
using LanguageExt.ClassInstances;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;

namespace PluginHost.Core.Serving.Routing;

/// <summary>What is known of a connection besides its request.</summary>
/// <param name="Listener">The name of the listener that it came in on.</param>
/// <param name="Client">Its client's address, whom a trusted proxy has named included; none where nobody knows.</param>
/// <param name="IsSecure">Its client speaks TLS.</param>
/// <param name="Certificate">What the client's verified certificate says.</param>
public readonly record struct Origination(string Listener, Option<Address> Client, bool IsSecure, Option<CertificateFacts> Certificate);

/// <summary>A request that may be served, once it is known who its client is.</summary>
/// <param name="Request">As it was sent.</param>
/// <param name="Plain">Without credentials: what everybody sees but those who verify them.</param>
/// <param name="Route">Its route.</param>
/// <param name="Values">The values of the route's placeholders.</param>
/// <param name="Acceptance">What is answered.</param>
/// <param name="Deflate">What is agreed on about compression.</param>
/// <param name="Step">What is to be done to know the client.</param>
public sealed record ExaminedRequest(
    UpgradeRequest Request,
    UpgradeRequest Plain,
    BoundRoute Route,
    HashMap<EqString, string, string> Values,
    Acceptance Acceptance,
    Option<DeflateAgreement> Deflate,
    AuthenticationStep Step);

/// <summary>
/// The server's decision on a request, from its route to the answer (RFC 6455 §4.2.2): addresses, route, subprotocol, origin, extensions, and what has to be
/// done to know the client. The first refusal is the answer.
/// </summary>
public static class Examination
{
    /// <summary>Decides.</summary>
    /// <param name="plan">What is served.</param>
    /// <param name="listener">The listener that the connection came in on; none where it is not the plan's, which has no list of addresses then.</param>
    /// <param name="request">The validated request.</param>
    /// <param name="from">What else is known.</param>
    public static Either<Rejection, ExaminedRequest> Examine(BoundPlan plan, Option<ListenerPlan> listener, UpgradeRequest request, Origination from)
    {
        // Straight on instead of bound: it runs for every connection.
        if (!plan.Plan.Addresses.Allows(from.Client) || !listener.ForAll(known => known.Addresses.Allows(from.Client)))
            return Rejection.Of(RejectionReason.Address);
        var routed = Router.Route(plan, from.Listener, request.Head.Target.RawPath);
        if (routed is not RoutingDecision.Matched { Route: var route, Values: var values }) return Rejection.Of(routed.Refusal!.Value);
        if (!route.Addresses.Allows(from.Client)) return Rejection.Of(RejectionReason.Address);
        var plain = CredentialStripping.Strip(route.Authentication, request); // from here on only who verifies it sees the credential
        var (deflate, response) = Deflate(route.Compression, request.Extensions);
        var accepted = Negotiation.Decide(route.Policy, plain, from.IsSecure, _ => response, Seq<HeaderField>.Empty);
        if (accepted.IsLeft) return (Rejection)accepted;
        var step = Authenticating.Begin(route.Authentication, request, from.Certificate);
        if (step.IsLeft) return (Rejection)step;
        return new ExaminedRequest(request, plain, route, values, (Acceptance)accepted, deflate, (AuthenticationStep)step);
    }

    private static (Option<DeflateAgreement> Agreement, Seq<ExtensionOffer> Response) Deflate(CompressionPlan compression, Seq<ExtensionOffer> offers)
    {
        if (!compression.Enabled || offers.IsEmpty) return default;
        var agreed = PerMessageDeflate.Negotiate(compression.Policy, offers);
        if (agreed.IsNone) return default;
        var (agreement, response) = ((DeflateAgreement, ExtensionOffer))agreed;
        return (agreement, Prelude.Seq1(response));
    }
}
