using LanguageExt;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>Why an origin may connect, or may not.</summary>
public enum OriginReason : byte
{
    /// <summary>Allowed: none was sent, so the client is no browser.</summary>
    NoneSent,

    /// <summary>Allowed: the policy is "any".</summary>
    Any,

    /// <summary>Allowed: it is listed.</summary>
    Listed,

    /// <summary>Allowed: it is the server's own, and the policy has "same".</summary>
    Own,

    /// <summary>Allowed: it is that of the server's admin page, and the policy has "same".</summary>
    AdminPage,

    /// <summary>Refused: more than one header was sent.</summary>
    Several,

    /// <summary>Refused: <c>null</c>.</summary>
    Null,

    /// <summary>Refused: not listed.</summary>
    NotListed,

    /// <summary>Refused: neither listed nor the server's own.</summary>
    NotOwn,
}

/// <summary>Whether an origin may connect, and why.</summary>
/// <param name="Reason">The rule that decided.</param>
/// <param name="Step">One line for people; it may repeat what the client sent.</param>
public sealed record OriginVerdict(OriginReason Reason, string Step)
{
    /// <summary>The answer.</summary>
    public bool Allowed => OriginCheck.IsAllowed(Reason);
}

/// <summary>
/// The origin check (RFC 6455 §4.2.2 item 4, §10.2). Browsers send serialized origins (RFC 6454 §6.2); anything else matches nothing.
/// </summary>
public static class OriginCheck
{
    /// <summary>
    /// Decides. Without an <c>Origin</c> the client is no browser and is allowed. Several are refused whatever the policy (RFC 6454 §7.3),
    /// and where origins are listed so is <c>null</c>, which stands for any sandboxed document. A listed origin is compared byte for byte;
    /// "same" compares scheme, host and port, default ports filled in, with http for ws and https for wss; the server's admin page counts as its
    /// own (<see cref="IOwnPage"/>).
    /// </summary>
    /// <param name="policy">The route's policy.</param>
    /// <param name="origins">The values of all <c>Origin</c> headers.</param>
    /// <param name="host">The host that the request names.</param>
    /// <param name="secure">Whether the connection is encrypted, so that its own origin is https.</param>
    public static OriginVerdict Check(OriginPolicy policy, Seq<string> origins, Authority host, bool secure)
    {
        var reason = Decide(policy, origins, host, secure);
        return new OriginVerdict(reason, Describe(reason, origins, host, secure));
    }

    /// <summary>Whether it is a reason to allow.</summary>
    /// <param name="reason">Any reason.</param>
    internal static bool IsAllowed(OriginReason reason) => reason <= OriginReason.AdminPage;

    /// <summary>The same decision without the line for people.</summary>
    /// <param name="policy">The route's policy.</param>
    /// <param name="origins">The values of all <c>Origin</c> headers.</param>
    /// <param name="host">The host that the request names.</param>
    /// <param name="secure">Whether the connection is encrypted.</param>
    internal static OriginReason Decide(OriginPolicy policy, Seq<string> origins, Authority host, bool secure)
    {
        if (origins.IsEmpty) return OriginReason.NoneSent;
        if (origins.Count > 1) return OriginReason.Several;
        var origin = origins[0];
        if (policy is not OriginPolicy.Listed listed) return OriginReason.Any;
        var reason = Listed(listed.Same, listed.Origins, origin, host, secure);
        return reason == OriginReason.NotOwn && listed.Page.Exists(page => page.IsOwnPage(origin, host)) ? OriginReason.AdminPage : reason;
    }

    private static OriginReason Listed(bool same, Seq<string> list, string origin, Authority host, bool secure)
    {
        if (origin == "null") return OriginReason.Null;
        for (var i = 0; i < list.Count; i++)
            if (list[i] == origin) return OriginReason.Listed;
        if (!same) return OriginReason.NotListed;
        return IsSame(origin, host, secure) ? OriginReason.Own : OriginReason.NotOwn;
    }

    private static string Describe(OriginReason reason, Seq<string> origins, Authority host, bool secure) => reason switch
    {
        OriginReason.NoneSent => "origin: none sent, so no browser: allowed",
        OriginReason.Several => $"origin: {origins.Count} headers sent: refused",
        OriginReason.Any => $"origin {origins[0]}: every origin may connect",
        OriginReason.Null => "origin null: refused",
        OriginReason.Listed => $"origin {origins[0]}: listed",
        OriginReason.Own => $"origin {origins[0]}: the server's own",
        OriginReason.AdminPage => $"origin {origins[0]}: the server's admin page",
        OriginReason.NotListed => $"origin {origins[0]}: not listed: refused",
        _ => $"origin {origins[0]}: neither listed nor the server's own ({Own(host, secure)}): refused",
    };

    private static string Own(Authority host, bool secure) => (secure ? "https://" : "http://") + host;

    private static bool IsSame(string origin, Authority host, bool secure)
    {
        // A serialized origin is in lower case; Authority would fold it.
        if (SchemeLength(origin, secure) is not { } scheme || origin.AsSpan().IndexOfAnyInRange('A', 'Z') >= 0) return false;
        var own = Authority.Parse(origin[scheme..]);
        return own.IsSome && ((Authority)own).IsSameAs(host, secure);
    }

    /// <summary>The length of the scheme and <c>://</c>, when the scheme is the connection's.</summary>
    private static int? SchemeLength(string origin, bool secure)
    {
        if (origin.StartsWith(secure ? "https://" : "http://", StringComparison.Ordinal)) return secure ? 8 : 7;
        if (origin.StartsWith(secure ? "wss://" : "ws://", StringComparison.Ordinal)) return secure ? 6 : 5;
        return null;
    }
}
