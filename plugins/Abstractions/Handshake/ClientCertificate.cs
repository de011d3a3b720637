namespace PluginHost.Abstractions;

/// <summary>The certificate that a client has shown in the TLS handshake (RFC 8446 §4.4.2) and that was verified: who the client is.</summary>
/// <param name="Subject">The distinguished name, such as <c>CN=charger-17, O=Example</c>.</param>
/// <param name="Issuer">The distinguished name of the authority.</param>
/// <param name="Thumbprint">SHA-256 of the whole certificate: 64 hexadecimal digits in upper case.</param>
/// <param name="Names">The subject alternative names, with a prefix: <c>dns:example.com</c>, <c>ip:192.0.2.1</c>; may be empty.</param>
/// <param name="NotAfter">When it ends to be valid.</param>
public sealed record ClientCertificate(string Subject, string Issuer, string Thumbprint, IReadOnlyList<string> Names, DateTimeOffset NotAfter)
{
    /// <summary>The subject's common name; <see langword="null"/> where it has none, or several.</summary>
    public string? CommonName { get; init; }
}
