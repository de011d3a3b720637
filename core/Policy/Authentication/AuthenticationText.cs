using LanguageExt;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Policy.Authentication;

/// <summary>What a route wants to know of its clients, in words for people.</summary>
public static class AuthenticationText
{
    /// <summary>The schemes by their keys in the configuration.</summary>
    /// <param name="plan">What the route wants.</param>
    public static Seq<string> Schemes(AuthenticationPlan plan) => Seq(
        plan.Basic.Map(_ => "basic"), plan.Bearer.Map(_ => "bearer"), plan.Certificate.Map(_ => "certificate"), plan.Plugin.Map(_ => "plugin"))
        .Choose(part => part).ToArray().ToSeq().Strict();

    /// <summary>One line each. Empty where nobody is asked.</summary>
    /// <param name="plan">What the route wants.</param>
    public static Seq<string> Steps(AuthenticationPlan plan)
    {
        if (plan.IsNone) return Seq<string>();
        var steps = Seq1("authentication by " + string.Join(", or ", Ways(plan)));
        if (plan.Anonymous) steps = steps.Add("a client without a credential is served too");
        else if (plan.Plugin.IsNone) steps = steps.Add($"a client without a credential is answered with {Challenges.Missing(plan).Status}");
        if (!plan.Access.Users.IsEmpty) steps = steps.Add($"only users: {string.Join(", ", plan.Access.Users)}");
        if (!plan.Access.Roles.IsEmpty) steps = steps.Add($"only users with a role among: {string.Join(", ", plan.Access.Roles)}");
        foreach (var rule in plan.Access.Claims)
            steps = steps.Add($"only users with the claim {rule.Name}" + (rule.Values.IsEmpty ? "" : $" among: {string.Join(", ", rule.Values)}"));
        return steps.Strict();
    }

    private static IEnumerable<string> Ways(AuthenticationPlan plan)
    {
        foreach (var basic in plan.Basic) yield return $"name and password (Basic), users in {basic.Users}";
        foreach (var bearer in plan.Bearer) yield return "a token (Bearer), in " + string.Join(" or ", Places(bearer));
        foreach (var certificate in plan.Certificate)
            yield return "a client certificate" + (certificate.Allow.IsEmpty ? "" : $", one of: {string.Join("; ", certificate.Allow)}");
        foreach (var plugin in plan.Plugin) yield return $"the plugin {plugin}, which is not asked here";
    }

    private static IEnumerable<string> Places(BearerPlan bearer)
    {
        yield return "the Authorization header";
        foreach (var name in bearer.Query) yield return $"the query parameter {name}";
        foreach (var prefix in bearer.Subprotocol) yield return $"an offered subprotocol that begins with {prefix}";
    }
}
