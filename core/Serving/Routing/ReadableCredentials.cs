using LanguageExt;
using PluginHost.Core.Serving.Plans;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Serving.Routing;

/// <summary>Finds where passwords and tokens would travel for everybody on the way to read.</summary>
public static class ReadableCredentials
{
    /// <summary>One line for each listener without TLS, open to other machines and without a proxy in front, whose routes ask for passwords or tokens.</summary>
    /// <param name="plan">The plan.</param>
    public static Seq<string> Notes(BoundPlan plan) => plan.Plan.Listeners
        .Filter(listener => IsOpen(listener) && plan.Routes.Find(listener.Name).Exists(routes =>
            routes.Exists(route => route.Authentication.Basic.IsSome || route.Authentication.Bearer.IsSome)))
        .Map(listener => $"listener {listener.Name}: clients send passwords or tokens, and without \"tls\" everybody on the way can read them")
        .ToArray().ToSeq().Strict();

    private static bool IsOpen(ListenerPlan listener) => listener.Tls.IsNone && listener.Proxies.Trusted.IsEmpty && listener.Address.Match(
        (host, _) => host is not ("localhost" or "::1") && !host.StartsWith("127.", StringComparison.Ordinal),
        _ => false);
}
