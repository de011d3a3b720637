using System.Text.Json;
using LanguageExt;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Policy.Authentication;

/// <summary>Why a token does not count.</summary>
public enum TokenFault
{
    /// <summary>It is no JSON Web Token.</summary>
    Malformed,

    /// <summary>No key of this server has signed it, or not with the algorithm that the key is for.</summary>
    Signature,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>Its time has not come.</summary>
    NotYetValid,

    /// <summary>It would never expire.</summary>
    NoExpiry,

    /// <summary>It is of another issuer.</summary>
    Issuer,

    /// <summary>It is for others.</summary>
    Audience,

    /// <summary>It names no user.</summary>
    NoUser,
}

/// <summary>What a token says (RFC 7519 §4). Times beyond the year 9999 are its end.</summary>
/// <param name="Issuer">The claim <c>iss</c>.</param>
/// <param name="Audiences">The claim <c>aud</c>.</param>
/// <param name="Expires">The claim <c>exp</c>.</param>
/// <param name="NotBefore">The claim <c>nbf</c>.</param>
/// <param name="All">
/// Every claim in its order, arrays as one for each element, <c>scope</c> as one for each word (RFC 8693 §4.2); null values are left out.
/// </param>
public sealed record TokenClaims(
    Option<string> Issuer, Seq<string> Audiences, Option<DateTimeOffset> Expires, Option<DateTimeOffset> NotBefore, Seq<IdentityClaim> All)
{
    private static JsonDocumentOptions Strict => new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>Reads the payload of a token.</summary>
    /// <param name="json">UTF-8. Total: what is no object, or has registered claims of the wrong type or twice, is malformed.</param>
    public static Either<TokenFault, TokenClaims> Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object && WellTyped(document.RootElement)
                ? Of(document.RootElement)
                : TokenFault.Malformed;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return TokenFault.Malformed; // an unpaired surrogate, which only shows when the text is asked for, is an InvalidOperationException
        }
    }

    /// <summary>The values of a claim.</summary>
    /// <param name="name">Compared exactly.</param>
    public Seq<string> Values(string name) => All.Filter(claim => claim.Name == name).Map(claim => claim.Value).Strict();

    private static bool WellTyped(JsonElement token) =>
        Is(token, "iss", JsonValueKind.String) && Is(token, "sub", JsonValueKind.String)
        && Is(token, "exp", JsonValueKind.Number) && Is(token, "nbf", JsonValueKind.Number)
        && (Is(token, "aud", JsonValueKind.String)
            || (Is(token, "aud", JsonValueKind.Array) && token.GetProperty("aud").EnumerateArray().All(claim => claim.ValueKind == JsonValueKind.String)));

    private static bool Is(JsonElement token, string name, JsonValueKind kind) => !token.TryGetProperty(name, out var value) || value.ValueKind == kind;

    private static TokenClaims Of(JsonElement token)
    {
        var all = new List<IdentityClaim>();
        foreach (var member in token.EnumerateObject()) Add(member.Name, member.Value, all);
        return new TokenClaims(
            token.TryGetProperty("iss", out var issuer) ? issuer.GetString()! : Option<string>.None,
            all.Where(claim => claim.Name == "aud").Select(claim => claim.Value).ToArray().ToSeq().Strict(),
            Time(token, "exp"),
            Time(token, "nbf"),
            all.ToArray().ToSeq().Strict());
    }

    private static void Add(string name, JsonElement value, List<IdentityClaim> all)
    {
        if (value.ValueKind == JsonValueKind.Array) all.AddRange(value.EnumerateArray().Choose(claim => Text(claim)).Select(text => new IdentityClaim(name, text)));
        else if (name == "scope" && value.ValueKind == JsonValueKind.String)
            all.AddRange(value.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => new IdentityClaim(name, word)));
        else Text(value).Iter(text => all.Add(new IdentityClaim(name, text)));
    }

    private static Option<string> Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null or JsonValueKind.Undefined => None,
        _ => value.GetRawText(),
    };

    private static Option<DateTimeOffset> Time(JsonElement token, string name)
    {
        if (!token.TryGetProperty(name, out var value)) return None;
        // Seconds, maybe with a fraction, maybe absurd (RFC 7519 §2, NumericDate).
        var seconds = value.GetDouble();
        if (seconds >= DateTimeOffset.MaxValue.ToUnixTimeSeconds()) return DateTimeOffset.MaxValue;
        return seconds <= DateTimeOffset.MinValue.ToUnixTimeSeconds()
            ? DateTimeOffset.MinValue
            : DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Floor(seconds * 1000));
    }
}

/// <summary>What a token must say.</summary>
/// <param name="Issuers">Who may have issued it; empty for anybody whose key counts.</param>
/// <param name="Audiences">Whom it may be for. Where there are none, only tokens count that name none (RFC 7519 §4.1.3).</param>
/// <param name="ClockSkew">How far the issuer's clock and this one's may be apart; the token counts that much longer.</param>
/// <param name="RequireExpiry">A token that never expires does not count.</param>
/// <param name="NameClaim">The claim that is the user's name.</param>
/// <param name="RolesClaim">The claim that holds the user's roles.</param>
public sealed record TokenRules(
    Seq<string> Issuers, Seq<string> Audiences, TimeSpan ClockSkew, bool RequireExpiry, string NameClaim, string RolesClaim)
{
    /// <summary>Any issuer, no audience, 30 s, an expiry; <c>sub</c> and <c>roles</c>.</summary>
    public static TokenRules Default { get; } = new(Seq<string>(), Seq<string>(), TimeSpan.FromSeconds(30), true, "sub", "roles");

    /// <summary>Decides.</summary>
    /// <param name="claims">What a token says whose signature has been verified.</param>
    /// <param name="now">The time.</param>
    /// <returns>The user, whose time ends when the token would not count any more.</returns>
    public Either<TokenFault, Identity> Check(TokenClaims claims, DateTimeOffset now)
    {
        if (!Issuers.IsEmpty && !claims.Issuer.Exists(issuer => Issuers.Contains(issuer))) return TokenFault.Issuer;
        if (Audiences.IsEmpty ? !claims.Audiences.IsEmpty : !claims.Audiences.Exists(item => Audiences.Contains(item))) return TokenFault.Audience;
        var end = claims.Expires.Map(time => Later(time, ClockSkew));
        if (RequireExpiry && end.IsNone) return TokenFault.NoExpiry;
        if (end.Exists(time => now >= time)) return TokenFault.Expired;
        if (claims.NotBefore.Exists(time => Later(now, ClockSkew) < time)) return TokenFault.NotYetValid;
        return claims.Values(NameClaim).HeadOrNone().Filter(name => name.Length > 0)
            .Map(name => new Identity(name, "Bearer", claims.All, claims.Values(RolesClaim), end))
            .ToEither(TokenFault.NoUser);
    }

    private static DateTimeOffset Later(DateTimeOffset time, TimeSpan by) => time > DateTimeOffset.MaxValue - by ? DateTimeOffset.MaxValue : time + by;
}
