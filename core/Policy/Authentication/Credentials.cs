using System.Buffers;
using System.Text;
using System.Text.Unicode;
using LanguageExt;
using PluginHost.Core.Protocol.Handshake;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Policy.Authentication;

/// <summary>Finds the credential in a request. Total: whatever a client sends gives a credential, none, or a fault.</summary>
public static class Credentials
{
    internal const string Authorization = "Authorization";
    internal const string Offers = "Sec-WebSocket-Protocol";

    private static readonly SearchValues<char> Base64Url = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>
    /// Looks in the <c>Authorization</c> header, in the query and among the offered subprotocols, as far as the plan has a credential come from there. What a
    /// client shows of its own accord goes before its certificate. A header of a scheme that the plan does not have is no credential.
    /// </summary>
    /// <param name="plan">What the route wants.</param>
    /// <param name="request">The request.</param>
    /// <param name="certificate">What the client has shown in the TLS handshake, verified.</param>
    public static Either<CredentialFault, Option<Credential>> Find(
        AuthenticationPlan plan, UpgradeRequest request, Option<CertificateFacts> certificate)
    {
        var header = plan.Basic.IsSome || plan.Bearer.IsSome ? request.Head.Headers.All(Authorization) : Seq<string>();
        var tokens = plan.Bearer.Match(bearer => Carried(bearer, request), () => Seq<string>());
        if (header.Count + tokens.Count > 1) return CredentialFault.Several;
        if (tokens.Count == 1) return Bearer(tokens[0]).Map(Some);
        var shown = header.HeadOrNone().Match(value => Read(plan, value), () => Right<CredentialFault, Option<Credential>>(None));
        return shown.Map(found => found | plan.Certificate.Bind(_ => certificate).Map<Credential>(facts => new Credential.Certificate(facts)));
    }

    /// <summary>Reads the value of an <c>Authorization</c> header of scheme Basic (RFC 7617 §2), behind the scheme.</summary>
    /// <param name="value">Base64 of the UTF-8 text <c>user:password</c>; the first colon separates.</param>
    public static Either<CredentialFault, Credential> Basic(string value)
    {
        // What the framework decodes may hold white space; the grammar (token68, RFC 9110 §11.2) has none.
        if (value.Length == 0 || value.Any(char.IsWhiteSpace)) return CredentialFault.MalformedBasic;
        // token68 ends in any number of "=": some clients leave the padding out.
        var padded = value.TrimEnd('=') is var digits && value.Length - digits.Length <= 2 ? digits.PadRight((digits.Length + 3) / 4 * 4, '=') : value;
        var bytes = new byte[padded.Length];
        if (!Convert.TryFromBase64String(padded, bytes, out var length) || !Utf8.IsValid(bytes.AsSpan(0, length))) return CredentialFault.MalformedBasic;
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1 || text.Any(char.IsControl)) return CredentialFault.MalformedBasic;
        return new Credential.Basic(text[..colon], text[(colon + 1)..]);
    }

    /// <summary>The value that <see cref="Basic"/> reads; the inverse for users without a colon.</summary>
    /// <param name="user">The user.</param>
    /// <param name="password">The password.</param>
    public static string WriteBasic(string user, string password) => Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":" + password));

    /// <summary>Checks that a token has the form of a signed JSON Web Token: three parts, none empty, in base64url (RFC 7515 §3.1).</summary>
    /// <param name="token">Any text.</param>
    public static Either<CredentialFault, Credential> Bearer(string token)
    {
        var parts = token.Split('.');
        var wellFormed = parts.Length == 3 && parts.All(part => part.Length > 0 && part.AsSpan().IndexOfAnyExcept(Base64Url) < 0);
        return wellFormed ? new Credential.Bearer(token) : CredentialFault.MalformedToken;
    }

    /// <summary>Whether an offered subprotocol carries a token.</summary>
    internal static bool IsCarrier(BearerPlan bearer, string offer) =>
        bearer.Subprotocol.Exists(prefix => offer.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Whether a query parameter carries a token.</summary>
    internal static bool IsCarrier(BearerPlan bearer, QueryParameter parameter) => bearer.Query.Exists(name => parameter.Name == name);

    private static Seq<string> Carried(BearerPlan bearer, UpgradeRequest request)
    {
        if (bearer.Query.IsNone && bearer.Subprotocol.IsNone) return Seq<string>();
        var prefix = bearer.Subprotocol.IfNone("").Length;
        return request.Head.Query.Filter(carried => IsCarrier(bearer, carried)).Map(item => item.Value)
            .Concat(request.Offered.Filter(offer => IsCarrier(bearer, offer)).Map(offer => offer[prefix..])).ToSeq().Strict();
    }

    private static Either<CredentialFault, Option<Credential>> Read(AuthenticationPlan plan, string value)
    {
        var space = value.IndexOf(' ', StringComparison.Ordinal);
        var scheme = space < 0 ? value : value[..space];
        var rest = space < 0 ? "" : value[(space + 1)..].TrimStart(' ');
        if (plan.Basic.IsSome && Grammar.SameName(scheme, "Basic")) return Basic(rest).Map(Some);
        if (plan.Bearer.IsSome && Grammar.SameName(scheme, "Bearer")) return Bearer(rest).Map(Some);
        return Option<Credential>.None;
    }
}
