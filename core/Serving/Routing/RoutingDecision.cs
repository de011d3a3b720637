using LanguageExt;
using LanguageExt.ClassInstances;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Serving.Routing;

/// <summary>Where a request goes.</summary>
public abstract record RoutingDecision
{
    private RoutingDecision() { }

    private protected abstract int Closed { get; }

    /// <summary>Calls the function that belongs to this case.</summary>
    public T Match<T>(Func<BoundRoute, HashMap<EqString, string, string>, T> matched, Func<string, T> notFound, Func<string, T> malformed) =>
        this switch
        {
            Matched m => matched(m.Route, m.Values),
            NotFound n => notFound(n.Reason),
            _ => malformed(((Malformed)this).Reason),
        };

    /// <summary>Why the request is refused; <see langword="null"/> where a route serves it.</summary>
    public RejectionReason? Refusal => this switch
    {
        Matched => null,
        NotFound => RejectionReason.NotFound,
        _ => RejectionReason.MalformedHead,
    };

    /// <summary>A route serves the path; its policy decides on the handshake.</summary>
    /// <param name="Route">The route.</param>
    /// <param name="Values">The route values by parameter name, percent-decoded.</param>
    public sealed record Matched(BoundRoute Route, HashMap<EqString, string, string> Values) : RoutingDecision
    {
        private protected override int Closed => 0;
    }

    /// <summary>No route serves the path: 404.</summary>
    /// <param name="Reason">One line.</param>
    public sealed record NotFound(string Reason) : RoutingDecision
    {
        private protected override int Closed => 1;
    }

    /// <summary>The path is none: 400.</summary>
    /// <param name="Reason">One line.</param>
    public sealed record Malformed(string Reason) : RoutingDecision
    {
        private protected override int Closed => 2;
    }
}

/// <summary>A decision and how it came about.</summary>
/// <param name="Decision">The same that <see cref="Router.Route"/> gives.</param>
/// <param name="Steps">What was looked at, in order.</param>
public sealed record RoutingExplanation(RoutingDecision Decision, Seq<ExplainedStep> Steps);
