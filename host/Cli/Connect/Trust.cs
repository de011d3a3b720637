using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PluginHost.Cli.Terminal;

namespace PluginHost.Cli.Connect;

/// <summary>A file that TLS needs cannot be used.</summary>
/// <param name="message">What is wrong and what to do about it.</param>
internal sealed class TrustException(string message) : Exception(message);

/// <summary>Whom the client trusts, and who it is.</summary>
/// <param name="Authorities">A file of authorities, PEM, instead of the system's.</param>
/// <param name="Insecure">Any certificate of the server will do.</param>
/// <param name="Certificate">The client's own certificate.</param>
/// <param name="Key">Its private key, where it stands in another file.</param>
internal sealed record Trust(string? Authorities, bool Insecure, string? Certificate, string? Key)
{
    /// <summary>The options of a handshake.</summary>
    /// <param name="host">The name that the server's certificate must carry.</param>
    /// <exception cref="TrustException">A file cannot be used.</exception>
    public SslClientAuthenticationOptions Options(string host)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = host };
        if (Insecure) options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        if (Authorities is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(Read(Authorities, () =>
            {
                var all = new X509Certificate2Collection();
                all.ImportFromPemFile(Authorities);
                return all;
            }));
        }
        if (Certificate is not null)
        {
            var own = Read(Certificate, () => IsPem(Certificate)
                ? X509Certificate2.CreateFromPemFile(Certificate, Key)
                : X509CertificateLoader.LoadPkcs12FromFile(Certificate, null));
            options.ClientCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true);
        }
        return options;
    }

    /// <summary>What went wrong, and what helps where that is known.</summary>
    public static string Advice(Exception exception)
    {
        if (exception is not AuthenticationException) return exception.Message;
        return exception.Message.Contains("remote certificate", StringComparison.OrdinalIgnoreCase)
            ? $"{exception.Message} Name its authority with --ca, or accept any certificate with --insecure."
            : $"{exception.Message} {exception.InnerException?.Message}".TrimEnd();
    }

    private static T Read<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new TrustException($"{file} cannot be used: {exception.Message}");
        }
    }

    private static bool IsPem(string file) => Read(file, () => File.ReadAllBytes(file).AsSpan().IndexOf("-----BEGIN "u8) >= 0);
}
