using LanguageExt;

namespace PluginHost.Core.Policy.Authentication;

/// <summary>What a client shows. It is never printed, not even by <see cref="object.ToString"/>.</summary>
public abstract record Credential
{
    private Credential() { }

    private protected abstract int Closed { get; }

    /// <summary>Calls the function that belongs to this case.</summary>
    public T Match<T>(Func<string, string, T> basic, Func<string, T> bearer, Func<CertificateFacts, T> certificate) => this switch
    {
        Basic b => basic(b.User, b.Password),
        Bearer b => bearer(b.Token),
        _ => certificate(((Certificate)this).Facts),
    };

    /// <summary>A name and a password (RFC 7617).</summary>
    /// <param name="User">Not empty, without colon and control characters.</param>
    /// <param name="Password">May be empty; without control characters.</param>
    public sealed record Basic(string User, string Password) : Credential
    {
        private protected override int Closed => 0;

        /// <inheritdoc/>
        public override string ToString() => "(a password)";
    }

    /// <summary>A token (RFC 6750) in the form of a signed JSON Web Token; nobody has looked at it yet.</summary>
    /// <param name="Token">Three parts in base64url with dots between them (RFC 7515 §7.1).</param>
    public sealed record Bearer(string Token) : Credential
    {
        private protected override int Closed => 1;

        /// <inheritdoc/>
        public override string ToString() => "(a token)";
    }

    /// <summary>A certificate that was verified in the TLS handshake.</summary>
    /// <param name="Facts">What it says.</param>
    public sealed record Certificate(CertificateFacts Facts) : Credential
    {
        private protected override int Closed => 2;
    }
}

/// <summary>What a verified certificate says.</summary>
/// <param name="Subject">The distinguished name.</param>
/// <param name="CommonName">The subject's common name; none where it has none, or several.</param>
/// <param name="Issuer">The distinguished name of the authority.</param>
/// <param name="Thumbprint">SHA-256, 64 hexadecimal digits.</param>
/// <param name="Names">The subject alternative names with a prefix: <c>dns:example.com</c>.</param>
/// <param name="NotAfter">When it ends to be valid.</param>
public sealed record CertificateFacts(
    string Subject, Option<string> CommonName, string Issuer, string Thumbprint, Seq<string> Names, DateTimeOffset NotAfter);

/// <summary>Why what a client shows is no credential.</summary>
public enum CredentialFault
{
    /// <summary>It shows several.</summary>
    Several,

    /// <summary><c>Basic</c> without base64 of UTF-8 with a colon in it.</summary>
    MalformedBasic,

    /// <summary>A token that does not have the form of one.</summary>
    MalformedToken,
}
