using LanguageExt;
using PluginHost.Core.Text;

namespace PluginHost.Core.Policy.Authentication;

/// <summary>How clients of a route say who they are, and who of them may connect.</summary>
/// <param name="Pointer">Where it stands in the file; empty where it is not written.</param>
/// <param name="Realm">What users are told they log in to (RFC 9110 §11.5).</param>
/// <param name="Anonymous">Clients that show no credential are served too, without a user.</param>
/// <param name="Access">Which users may connect.</param>
public sealed record AuthenticationPlan(string Pointer, string Realm, bool Anonymous, AccessRules Access)
{
    /// <summary>Nobody is asked.</summary>
    public static AuthenticationPlan None { get; } = new("", "PluginHost", false, AccessRules.Everybody);

    /// <summary>HTTP Basic (RFC 7617); none where it is not wanted.</summary>
    public Option<BasicPlan> Basic { get; init; }

    /// <summary>Bearer tokens (RFC 6750); none where they are not wanted.</summary>
    public Option<BearerPlan> Bearer { get; init; }

    /// <summary>Certificates of the TLS handshake; none where they are not wanted.</summary>
    public Option<CertificateLoginPlan> Certificate { get; init; }

    /// <summary>The id of the plugin that decides; none where none does.</summary>
    public Option<string> Plugin { get; init; }

    /// <summary>Nobody is asked.</summary>
    public bool IsNone => Basic.IsNone && Bearer.IsNone && Certificate.IsNone && Plugin.IsNone;
}

/// <summary>HTTP Basic.</summary>
/// <param name="Pointer">Where it stands in the file.</param>
/// <param name="Users">The file of users; a relative path is relative to the configuration file.</param>
public sealed record BasicPlan(string Pointer, string Users);

/// <summary>Bearer tokens: signed JSON Web Tokens (RFC 7519).</summary>
/// <param name="Pointer">Where it stands in the file.</param>
/// <param name="Keys">Whose signature counts; at least one.</param>
/// <param name="Rules">What a token must say.</param>
/// <param name="Query">The query parameter that may carry a token, besides the header.</param>
/// <param name="Subprotocol">What an offered subprotocol begins with that carries a token.</param>
public sealed record BearerPlan(string Pointer, Seq<TokenKeyPlan> Keys, TokenRules Rules, Option<string> Query, Option<string> Subprotocol);

/// <summary>Where a key of a token's signature is. Its kind alone says which algorithm it is for.</summary>
/// <param name="Pointer">Where it stands in the file.</param>
/// <param name="Id">The key id (RFC 7515 §4.1.4) of tokens that are signed with it; none for any.</param>
/// <param name="Source">The key.</param>
public sealed record TokenKeyPlan(string Pointer, Option<string> Id, TokenKeySource Source);

/// <summary>The kinds of keys.</summary>
public abstract record TokenKeySource
{
    private TokenKeySource() { }

    private protected abstract int Closed { get; }

    /// <summary>Calls the function that belongs to this case.</summary>
    public T Match<T>(Func<string, T> publicKey, Func<string, T> keySet, Func<Secret, T> secret) => this switch
    {
        PublicKey p => publicKey(p.Path),
        KeySet k => keySet(k.Path),
        _ => secret(((SharedSecret)this).Secret),
    };

    /// <summary>A public key or certificate, PEM: RSA for RS256, P-256 for ES256.</summary>
    /// <param name="Path">A relative one is relative to the configuration file.</param>
    public sealed record PublicKey(string Path) : TokenKeySource
    {
        private protected override int Closed => 0;
    }

    /// <summary>A JSON Web Key Set (RFC 7517 §5).</summary>
    /// <param name="Path">A relative one is relative to the configuration file.</param>
    public sealed record KeySet(string Path) : TokenKeySource
    {
        private protected override int Closed => 1;
    }

    /// <summary>A secret that issuer and server share, for HS256.</summary>
    /// <param name="Secret">Where it is.</param>
    public sealed record SharedSecret(Secret Secret) : TokenKeySource
    {
        private protected override int Closed => 2;
    }
}

/// <summary>Which of a certificate's names is the user's.</summary>
public enum CertificateUserName
{
    /// <summary>The subject: <c>CN=charger-17, O=Example</c>.</summary>
    Subject,

    /// <summary>The subject's common name: <c>charger-17</c>.</summary>
    CommonName,

    /// <summary>The first subject alternative name, without its prefix.</summary>
    AlternativeName,
}

/// <summary>Certificates of the TLS handshake as credentials.</summary>
/// <param name="Pointer">Where it stands in the file.</param>
/// <param name="UserName">Which name is the user's.</param>
/// <param name="Allow">Subjects, or alternative names with their prefix, of which a certificate must have one; empty for every certificate that verifies.</param>
public sealed record CertificateLoginPlan(string Pointer, CertificateUserName UserName, Seq<string> Allow);
