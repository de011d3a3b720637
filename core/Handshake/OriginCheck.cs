using LanguageExt;

namespace PluginHost.Core.Handshake;

/// <summary>Whether an origin may connect, and why.</summary>
/// <param name="Allowed">The answer.</param>
/// <param name="Step">One line for people; it may repeat what the client sent.</param>
public sealed record OriginVerdict(bool Allowed, string Step);

/// <summary>
/// The origin check (RFC 6455 §4.2.2 item 4, §10.2). Browsers send serialized origins (RFC 6454 §6.2); anything else matches nothing.
/// </summary>
public static class OriginCheck
{
    /// <summary>
    /// Decides. Without an <c>Origin</c> the client is no browser and is allowed. Several are refused whatever the policy (RFC 6454 §7.3),
    /// and where origins are listed so is <c>null</c>, which stands for any sandboxed document. A listed origin is compared byte for byte;
    /// "same" compares scheme, host and port, default ports filled in, with http for ws and https for wss.
    /// </summary>
    /// <param name="policy">The route's policy.</param>
    /// <param name="origins">The values of all <c>Origin</c> headers.</param>
    /// <param name="host">The host that the request names.</param>
    /// <param name="secure">Whether the connection is encrypted, so that its own origin is https.</param>
    public static OriginVerdict Check(OriginPolicy policy, Seq<string> origins, Authority host, bool secure)
    {
        if (origins.IsEmpty) return new(true, "origin: none sent, so no browser: allowed");
        if (origins.Count > 1) return new(false, $"origin: {origins.Count} headers sent: refused");
        var origin = origins[0];
        return policy.Match(
            any: () => new OriginVerdict(true, $"origin {origin}: every origin may connect"),
            listed: (same, list) => Listed(same, list, origin, host, secure));
    }

    private static OriginVerdict Listed(bool same, Seq<string> list, string origin, Authority host, bool secure)
    {
        if (origin == "null") return new(false, "origin null: refused");
        if (list.Exists(one => one == origin)) return new(true, $"origin {origin}: listed");
        if (same && IsSame(origin, host, secure)) return new(true, $"origin {origin}: the server's own");
        return new(false, $"origin {origin}: neither listed{(same ? $" nor the server's own ({Own(host, secure)})" : "")}: refused");
    }

    private static string Own(Authority host, bool secure) => (secure ? "https://" : "http://") + host;

    private static bool IsSame(string origin, Authority host, bool secure) =>
        Scheme(origin, secure).Exists(length =>
            // A serialized origin is in lower case; Authority would fold it.
            !origin.Any(char.IsAsciiLetterUpper)
            && Authority.Parse(origin[length..]).Exists(own => own.IsSameAs(host, secure)));

    /// <summary>The length of the scheme and <c>://</c>, when the scheme is the connection's.</summary>
    private static Option<int> Scheme(string origin, bool secure)
    {
        string[] schemes = secure ? ["https://", "wss://"] : ["http://", "ws://"];
        var scheme = schemes.FirstOrDefault(one => origin.StartsWith(one, StringComparison.Ordinal));
        return scheme is null ? Option<int>.None : scheme.Length;
    }
}
