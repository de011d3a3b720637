using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PluginHost.Tests.Server;

/// <summary>Certificates that are made while the tests run, by an authority that nobody else knows.</summary>
internal static class TestCertificates
{
    private static readonly Lazy<string> SharedPem = new(() =>
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("cert-").FullName, "server.pem");
        File.WriteAllText(file, Pem(Server("localhost")));
        return file;
    });

    /// <summary>The authority.</summary>
    public static X509Certificate2 Authority { get; } = MakeAuthority("CN=Test authority");

    /// <summary>A file with a certificate for localhost and its key.</summary>
    public static string ServerPem => SharedPem.Value;

    /// <summary>Makes an authority.</summary>
    public static X509Certificate2 MakeAuthority(string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1000), DateTimeOffset.UtcNow.AddDays(1000));
    }

    /// <summary>A server's certificate.</summary>
    public static X509Certificate2 Server(params string[] names) => Make($"CN={names[0]}", names, "1.3.6.1.5.5.7.3.1", -1, 30, Authority);

    /// <summary>A client's certificate.</summary>
    public static X509Certificate2 ClientNamed(string name, X509Certificate2? authority = null, int untilDay = 30) =>
        Make($"CN={name}, O=Tests", [name + ".test"], "1.3.6.1.5.5.7.3.2", -10, untilDay, authority ?? Authority);

    /// <summary>A certificate and its key.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="names">Host names.</param>
    /// <param name="usage">The object identifier of what it is for.</param>
    /// <param name="fromDay">Days from now when it begins to be valid.</param>
    /// <param name="untilDay">Days from now when it ends.</param>
    /// <param name="authority">Who signs it.</param>
    public static X509Certificate2 Make(string subject, string[] names, string usage, int fromDay, int untilDay, X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var alternative = new SubjectAlternativeNameBuilder();
        foreach (var name in names) alternative.AddDnsName(name);
        alternative.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(alternative.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        var serial = RandomNumberGenerator.GetBytes(12);
        var signed = request.Create(authority, DateTimeOffset.UtcNow.AddDays(fromDay), DateTimeOffset.UtcNow.AddDays(untilDay), serial);
        using (signed) return signed.CopyWithPrivateKey(key);
    }

    /// <summary>Certificate and key, PEM.</summary>
    public static string Pem(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n" + KeyPem(certificate) + "\n";

    /// <summary>The key, PEM.</summary>
    public static string KeyPem(X509Certificate2 certificate) => certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();

    /// <summary>A client that trusts the tests' authority and nobody else.</summary>
    public static SslClientAuthenticationOptions Client(string name, X509Certificate2? certificate = null)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(Authority);
        var options = new SslClientAuthenticationOptions { TargetHost = name, CertificateChainPolicy = policy };
        if (certificate is not null) options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        return options;
    }

    /// <summary>The stream under it.</summary>
    public static Stream Inner(SslStream secure) =>
        (Stream)typeof(AuthenticatedStream).GetProperty("InnerStream", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!
            .GetValue(secure)!;
}
