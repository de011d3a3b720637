using LanguageExt;

namespace PluginHost.Core.Policy.Authentication;

/// <summary>A claim that users must have.</summary>
/// <param name="Name">Its name, compared exactly.</param>
/// <param name="Values">One of these must be among its values; empty for any value.</param>
public sealed record ClaimRule(string Name, Seq<string> Values);

/// <summary>Which users may connect.</summary>
/// <param name="Users">Only these, where there are any.</param>
/// <param name="Roles">Only users with one of these, where there are any.</param>
/// <param name="Claims">What users must have, each.</param>
public sealed record AccessRules(Seq<string> Users, Seq<string> Roles, Seq<ClaimRule> Claims)
{
    /// <summary>Every user may connect.</summary>
    public static AccessRules Everybody { get; } = new(Seq<string>.Empty, Seq<string>.Empty, Seq<ClaimRule>.Empty);

    /// <summary>Every user may connect.</summary>
    public bool IsEmpty => Users.IsEmpty && Roles.IsEmpty && Claims.IsEmpty;

    /// <summary>Decides.</summary>
    /// <param name="identity">Who the client is.</param>
    public bool Allows(Identity identity) =>
        (Users.IsEmpty || Users.Contains(identity.Name))
        && (Roles.IsEmpty || Roles.Exists(role => identity.Roles.Contains(role)))
        && Claims.ForAll(rule => identity.Claims.Exists(claim =>
            claim.Name == rule.Name && (rule.Values.IsEmpty || rule.Values.Contains(claim.Value))));
}

/// <summary>One thing that is known about a user.</summary>
/// <param name="Name">What.</param>
/// <param name="Value">Text, or JSON where it is no text.</param>
public sealed record IdentityClaim(string Name, string Value);

/// <summary>Who a client is.</summary>
/// <param name="Name">Not empty.</param>
/// <param name="Scheme">How it was proved: <c>Basic</c>, <c>Bearer</c>, <c>Certificate</c>, or what a plugin says.</param>
/// <param name="Claims">What is known besides, a name once for each of its values.</param>
/// <param name="Roles">For <see cref="AccessRules.Roles"/>.</param>
/// <param name="Expires">When it ends to hold; none for never.</param>
public sealed record Identity(string Name, string Scheme, Seq<IdentityClaim> Claims, Seq<string> Roles, Option<DateTimeOffset> Expires);
