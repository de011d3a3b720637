using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Serving.Routing;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Serving.Handshakes;

/// <summary>The server's decision on a request together with the steps that led to it.</summary>
/// <param name="Last">The last step of <see cref="HandshakeMachine"/>, where whatever has to be verified or asked lets the client in.</param>
/// <param name="Client">The client's address; none where it has none, or cannot be found out.</param>
/// <param name="Route">The route, with the values of its placeholders; none where it did not come to that.</param>
/// <param name="Steps">What was looked at, in order. They repeat no credential.</param>
public sealed record ExplainedHandshake(
    HandshakeStep Last, Option<Address> Client, Option<RoutingDecision.Matched> Route, Seq<ExplainedStep> Steps);

/// <summary>Says what is decided on a request, and why.</summary>
public static class HandshakeText
{
    /// <summary>Finds the client and decides, as the server does, and says why.</summary>
    /// <param name="plan">What is served.</param>
    /// <param name="listener">The listener that the connection comes in on.</param>
    /// <param name="request">The validated request.</param>
    /// <param name="peer">Who has connected, or whom a PROXY header names; none for a peer without an address.</param>
    public static ExplainedHandshake Explain(BoundPlan plan, ListenerPlan listener, UpgradeRequest request, Option<Address> peer)
    {
        var found = Forwarding.Find(listener.Proxies, peer, request.Head.Headers);
        if (found.IsLeft)
        {
            var rejection = (Rejection)found;
            return new(new HandshakeStep.Refuse(rejection), None, None, Seq(
                new ExplainedStep(StepSubject.Client, StepOutcome.Refused, $"the trusted proxy {Name(peer)} names the client in a way that cannot be read"), ExplainedStep.Answer(rejection)));
        }
        var forwarded = (Option<ForwardedClient>)found;
        var client = forwarded.Bind(named => named.Address) || peer;
        var secure = forwarded.Bind(named => named.Secure).IfNone(listener.Tls.IsSome);
        var first = HandshakeMachine.Begin(plan, listener, request, new Origination(listener.Name, client, secure, None));
        return Explained(
            plan, listener, request, first, new Found(client, secure), Clients(listener.Proxies, peer, forwarded).Concat(Entrance(plan, listener, peer, client)));
    }

    private sealed record Found(Option<Address> Client, bool IsSecure);

    private static ExplainedHandshake Explained(
        BoundPlan plan, ListenerPlan listener, UpgradeRequest request, HandshakeStep first, Found found, Seq<ExplainedStep> steps)
    {
        if (!Entering.Admits(listener, plan.Plan.Addresses, found.Client)) return new(Last(first), found.Client, None, steps.Strict());
        var routing = Router.Explain(plan, listener.Name, request.Head.Target.RawPath);
        steps = steps.Concat(routing.Steps);
        if (routing.Decision is not RoutingDecision.Matched { Route: var route } matched) return new(Last(first), found.Client, None, steps.Strict());
        steps = steps.Concat(Lists("the route", route.Addresses, found.Client));
        if (route.Addresses.Allows(found.Client)) steps = steps.Concat(OfRoute(route, request, first, found.IsSecure));
        else steps = steps.Add(ExplainedStep.Answer(Rejection.Of(RejectionReason.Address)));
        return new(Last(first), found.Client, matched, steps.Strict());
    }

    private static Seq<ExplainedStep> OfRoute(BoundRoute route, UpgradeRequest request, HandshakeStep first, bool secure)
    {
        var plain = CredentialStripping.Strip(route.Authentication, request);
        var negotiated = Negotiation.Explain(route.Policy, plain.Offered, plain.Origins, plain.Host, secure);
        return negotiated.Outcome.IsLeft
            ? negotiated.Steps
            : negotiated.Steps.Concat(Compression(route.Compression, request, first)).Concat(AuthenticationText.Steps(route.Authentication).Map(line => Noted(StepSubject.Authentication, line)))
                .Concat(Proof(first));
    }

    private static Seq<ExplainedStep> Clients(ProxyPolicy proxies, Option<Address> peer, Option<ForwardedClient> forwarded) =>
        Seq1(Noted(StepSubject.Client, Naming(proxies, peer, forwarded)));

    private static string Naming(ProxyPolicy proxies, Option<Address> peer, Option<ForwardedClient> forwarded)
    {
        if (proxies.ProxyProtocol) return $"a PROXY header of a trusted proxy names the client, {Name(peer)}";
        if (proxies.Header == ForwardingHeader.None) return $"the client is {Name(peer)}";
        var header = proxies.Header == ForwardingHeader.Forwarded ? "Forwarded" : "X-Forwarded-For";
        if (!proxies.Trusts(peer)) return $"the client is {Name(peer)}, no trusted proxy: what it says in {header} is not looked at";
        var speech = forwarded.Bind(named => named.Secure).Map(secure => secure ? "; its client speaks TLS" : "; its client does not speak TLS").IfNone("");
        return forwarded.Bind(named => named.Address).Match(
            named => $"the trusted proxy {Name(peer)} names the client {named} in {header}",
            () => $"the trusted proxy {Name(peer)} names no client in {header}, so it counts as the client") + speech;
    }

    private static Seq<ExplainedStep> Entrance(BoundPlan plan, ListenerPlan listener, Option<Address> peer, Option<Address> client)
    {
        var steps = Lists("the server", plan.Plan.Addresses, client);
        if (plan.Plan.Addresses.Allows(client)) steps = steps.Concat(Lists($"the listener {Quoting.Quote(listener.Name)}", listener.Addresses, client));
        if (Entering.Admits(listener, plan.Plan.Addresses, client)) return steps;
        var answered = !listener.Proxies.ProxyProtocol && Entering.Decide(listener, plan.Plan.Addresses, peer) == Entry.Open;
        var answer = ExplainedStep.Answer(Rejection.Of(RejectionReason.Address));
        return steps.Add(answered ? answer : answer with { Text = answer.Text + "; in fact the connection is closed before its request is read" });
    }

    /// <summary>What lists of addresses say; nothing where there are none.</summary>
    private static Seq<ExplainedStep> Lists(string whose, AddressPolicy policy, Option<Address> client) => policy.IsEmpty
        ? Seq<ExplainedStep>()
        : Seq1(new ExplainedStep(StepSubject.Addresses, policy.Allows(client) ? StepOutcome.Passed : StepOutcome.Refused, client.Match(
            address => $"the addresses of {whose}: {address} {Verdict(policy, address)}",
            () => $"the addresses of {whose}: they say nothing about a client without an address: allowed")));

    private static string Verdict(AddressPolicy policy, Address address) => policy.Deny.Find(network => network.Contains(address)).Match(
        network => $"is in {network}, which is denied",
        () => policy.Allow.IsEmpty
            ? "is not denied: allowed"
            : policy.Allow.Find(network => network.Contains(address)).Match(
                network => $"is in {network}: allowed",
                () => "is in none of the networks that are allowed"));

    private static Seq<ExplainedStep> Compression(CompressionPlan compression, UpgradeRequest request, HandshakeStep first) =>
        Seq1(Noted(StepSubject.Compression, "compression: " + Agreed(compression, request, first)));

    private static string Agreed(CompressionPlan compression, UpgradeRequest request, HandshakeStep first)
    {
        if (request.Extensions.IsEmpty) return "not offered";
        if (!compression.Enabled) return "the route does not compress";
        // A client that still has to prove itself is told nothing yet, but the agreement stands.
        var agreed = RequestOf(first).Match(
            examined => examined.Acceptance.Extensions, () => PerMessageDeflate.Negotiate(compression.Policy, request.Extensions).Map(found => found.Item2).ToSeq());
        return agreed.IsEmpty ? "nothing that is offered can be agreed to" : $"agreed to {ExtensionOffers.Format(agreed)}";
    }

    private static Seq<ExplainedStep> Proof(HandshakeStep first) => first.Match(
        verifyPassword: _ => Seq1(Noted(StepSubject.Authentication, "a password is sent; whether it is right is not looked at here")),
        verifyToken: _ => Seq1(Noted(StepSubject.Authentication, "a token is sent; whether it counts is not looked at here")),
        askPlugin: _ => Seq<ExplainedStep>(),
        askHandler: _ => Seq<ExplainedStep>(),
        claimKey: _ => Seq<ExplainedStep>(),
        accept: _ => Seq<ExplainedStep>(),
        refuse: refused => Seq1(ExplainedStep.Answer(refused.Rejection)));

    private static HandshakeStep Last(HandshakeStep step)
    {
        while (step is not (HandshakeStep.Accept or HandshakeStep.Refuse)) step = HandshakeMachine.Presume(step);
        return step;
    }

    private static Option<ExaminedRequest> RequestOf(HandshakeStep first) => Last(first) is HandshakeStep.Accept accept ? Some(accept.Request) : None;

    private static string Name(Option<Address> address) => address.Match(known => known.ToString(), () => "without an address");

    private static ExplainedStep Noted(StepSubject subject, string text) => new(subject, StepOutcome.Noted, text);
}
