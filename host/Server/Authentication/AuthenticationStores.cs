using LanguageExt;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server.Files;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Authentication;

/// <summary>All users and keys that a plan names, each file once.</summary>
internal sealed class AuthenticationStores
{
    private readonly Dictionary<string, PasswordStore> _passwords = [];
    private readonly Dictionary<string, TokenStore> _tokens = [];

    /// <summary>None.</summary>
    public static AuthenticationStores None { get; } = new();

    /// <summary>There is nothing to look after.</summary>
    public bool IsEmpty => _passwords.Count == 0 && _tokens.Count == 0;

    /// <summary>The users of a plan.</summary>
    public PasswordStore Of(BasicPlan plan) => _passwords[plan.Pointer];

    /// <summary>The keys of a plan.</summary>
    public TokenStore Of(BearerPlan plan) => _tokens[plan.Pointer];

    /// <summary>Reads everything.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    /// <returns>The stores, and what is wrong; only without problems are they whole.</returns>
    public static (AuthenticationStores Stores, Seq<AuthenticationProblem> Problems) Load(ServerPlan plan, string folder)
    {
        var stores = new AuthenticationStores();
        var problems = new List<AuthenticationProblem>();
        foreach (var authentication in plan.Routes.Map(route => route.Authentication).Add(plan.Authentication))
        {
            foreach (var basic in authentication.Basic.Filter(wanted => !stores._passwords.ContainsKey(wanted.Pointer)))
                PasswordStore.Load(basic, plan.Verification, folder).Match(store => stores._passwords[basic.Pointer] = store, problems.Add);
            foreach (var bearer in authentication.Bearer.Filter(wanted => !stores._tokens.ContainsKey(wanted.Pointer)))
                TokenStore.Load(bearer, folder).Match(store => stores._tokens[bearer.Pointer] = store, found => problems.AddRange(found));
        }
        return (stores, problems.Distinct().ToArray().ToSeq().Strict());
    }

    /// <summary>Looks whether files have changed.</summary>
    public void Refresh(ServerLog log)
    {
        foreach (var passwords in _passwords.Values) passwords.Refresh(log);
        foreach (var tokens in _tokens.Values) tokens.Refresh(log);
    }
}
