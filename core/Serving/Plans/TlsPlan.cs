using LanguageExt;
using PluginHost.Core.Text;

namespace PluginHost.Core.Serving.Plans;

/// <summary>Whether clients show a certificate.</summary>
public enum ClientCertificates
{
    /// <summary>They are not asked.</summary>
    None,

    /// <summary>They are asked; one that shows none is served too, one that shows one that does not verify is not.</summary>
    Request,

    /// <summary>Only clients with a certificate that verifies are served.</summary>
    Require,
}

/// <summary>A certificate and its private key.</summary>
/// <param name="Pointer">Where it stands in the file.</param>
/// <param name="Path">PEM, the server's own certificate first, or PKCS #12; a relative path is relative to the configuration file.</param>
/// <param name="Key">The private key, PEM; none where the certificate's file holds it. A literal is the path of a file, or PEM itself.</param>
/// <param name="Password">What the key or the PKCS #12 file is encrypted with.</param>
/// <param name="Names">The names that it is shown for; none for those in the certificate.</param>
public sealed record CertificatePlan(string Pointer, string Path, Option<Secret> Key, Option<Secret> Password, Option<Seq<string>> Names);

/// <summary>How a listener speaks TLS.</summary>
/// <param name="Pointer">Where it stands in the file.</param>
/// <param name="Certificates">At least one; the first is shown where no name fits.</param>
/// <param name="OnlyTls13">TLS 1.3 and nothing below; otherwise 1.2 as well.</param>
/// <param name="ClientCertificates">Whether clients show a certificate.</param>
/// <param name="ClientAuthorities">The file of the authorities that clients' certificates are verified with, PEM.</param>
public sealed record TlsPlan(
    string Pointer, Seq<CertificatePlan> Certificates, bool OnlyTls13, ClientCertificates ClientCertificates, Option<string> ClientAuthorities)
{
    /// <summary>The suites that TLS 1.2 is spoken with, by their registered names, the preferred first; empty for the host's own choice.</summary>
    public Seq<string> CipherSuites { get; init; } = Seq<string>.Empty;
}
