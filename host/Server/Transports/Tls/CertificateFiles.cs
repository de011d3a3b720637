using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LanguageExt;
using PluginHost.Core.Configuration;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using PluginHost.Server.Files;
using static LanguageExt.Prelude;

namespace PluginHost.Server.Transports.Tls;

/// <summary>A certificate with its private key, those between it and its authority, and the names that it is shown for.</summary>
internal sealed record LoadedCertificate(X509Certificate2 Certificate, X509Certificate2Collection Chain, Seq<string> Names);

/// <summary>Something about a certificate that keeps it from being used.</summary>
/// <param name="Pointer">The value in the configuration that is to blame.</param>
/// <param name="Message">What is wrong and what to do about it.</param>
internal sealed record CertificateProblem(string Pointer, string Message);

/// <summary>The files of one certificate.</summary>
/// <param name="plan">Where they are.</param>
/// <param name="folder">What relative paths are relative to.</param>
internal sealed class CertificateFiles(CertificatePlan plan, string folder)
{
    /// <summary>What the files hold now.</summary>
    /// <param name="Certificate">The certificate's file.</param>
    /// <param name="Key">The key, PEM; <see langword="null"/> where the certificate's file holds it.</param>
    /// <param name="Password">The password, or <see langword="null"/>.</param>
    public sealed record Contents(byte[] Certificate, string? Key, string? Password)
    {
        /// <summary>Changes when the contents do.</summary>
        public string Stamp { get; } = Convert.ToHexString(SHA256.HashData([.. Certificate, .. Encoding.UTF8.GetBytes(Key + "\0" + Password)]));
    }

    /// <summary>Reads the files.</summary>
    public Either<CertificateProblem, Contents> Read() =>
        from certificate in FileBytes.Read(Path.GetFullPath(plan.Path, folder)).MapLeft(fault => Problem("certificate", fault.Why))
        from key in Optional(plan.Key.Map(GuardedFiles.AsFile), "key")
        from password in Optional(plan.Password, "password")
        select new Contents(
            certificate, key.MatchUnsafe<string?>(text => text, () => null), password.MatchUnsafe<string?>(text => text, () => null));

    /// <summary>Makes a certificate of what was read.</summary>
    public Either<CertificateProblem, LoadedCertificate> Load(Contents contents)
    {
        try
        {
            return IsPem(contents.Certificate) ? LoadPem(contents) : LoadPkcs12(contents);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or FormatException)
        {
            return Problem("certificate", $"{plan.Path} cannot be used: {exception.Message}");
        }
    }

    private Either<CertificateProblem, LoadedCertificate> LoadPem(Contents contents)
    {
        var text = Encoding.UTF8.GetString(contents.Certificate);
        var all = new X509Certificate2Collection();
        all.ImportFromPem(text);
        if (all.Count == 0) return Problem("certificate", $"{plan.Path} holds no certificate (-----BEGIN CERTIFICATE-----)");
        var key = contents.Key ?? text;
        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            return Problem("key", contents.Key is null
                ? $"{plan.Path} holds no private key; name the file of the key with \"key\""
                : "what \"key\" names holds no private key (-----BEGIN PRIVATE KEY-----)");
        if (key.Contains("ENCRYPTED", StringComparison.Ordinal) && contents.Password is null)
            return Problem("key", "the private key is encrypted; name its password with \"password\"");
        try
        {
            var certificate = key.Contains("-----BEGIN ENCRYPTED", StringComparison.Ordinal)
                ? X509Certificate2.CreateFromEncryptedPem(text, key, contents.Password)
                : X509Certificate2.CreateFromPem(text, key);
            all.RemoveAt(0);
            return Loaded(Usable(certificate), all);
        }
        catch (ArgumentException)
        {
            return Problem("key", $"the private key does not belong to the certificate in {plan.Path}; one of the two files is another's");
        }
        catch (CryptographicException exception)
        {
            return Problem("key", contents.Password is null
                ? $"the private key cannot be read: {exception.Message}"
                : $"the private key cannot be read, perhaps because the password is another: {exception.Message}");
        }
    }

    private Either<CertificateProblem, LoadedCertificate> LoadPkcs12(Contents contents)
    {
        X509Certificate2Collection all;
        try
        {
            all = X509CertificateLoader.LoadPkcs12Collection(contents.Certificate, contents.Password);
        }
        catch (CryptographicException exception)
        {
            return Problem("certificate", $"{plan.Path} is neither PEM nor a PKCS #12 file that "
                + (contents.Password is null ? "opens without a password" : "the password opens") + $": {exception.Message}");
        }
        var certificate = all.FirstOrDefault(candidate => candidate.HasPrivateKey);
        if (certificate is null) return Problem("certificate", $"{plan.Path} holds no certificate with a private key");
        all.Remove(certificate);
        return Loaded(certificate, all);
    }

    private LoadedCertificate Loaded(X509Certificate2 certificate, X509Certificate2Collection chain) =>
        new(certificate, chain, plan.Names.Filter(names => !names.IsEmpty).IfNone(() => CertificateNames.Of(certificate).Dns));

    // Windows cannot use a key that lives in memory only; a PKCS #12 round trip gives it a home.
    private static X509Certificate2 Usable(X509Certificate2 certificate) => OperatingSystem.IsWindows()
        ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null)
        : certificate;

    private Either<CertificateProblem, Option<string>> Optional(Option<Secret> secret, string key) => secret.Match(
        some => SecretReader.Read(some, folder).Map(Some).MapLeft(fault => Problem(key, fault.Why)),
        () => Option<string>.None);

    private CertificateProblem Problem(string key, string message) => new($"{plan.Pointer}/{key}", message);

    private static bool IsPem(byte[] bytes) => bytes.AsSpan().IndexOf("-----BEGIN "u8) >= 0;
}

/// <summary>The names in a certificate's subject alternative names (RFC 5280 §4.2.1.6).</summary>
/// <param name="Dns">Host names.</param>
/// <param name="All">Host names and addresses, with a prefix: <c>dns:example.com</c>, <c>ip:192.0.2.1</c>.</param>
internal sealed record CertificateNames(Seq<string> Dns, Seq<string> All)
{
    /// <summary>Reads them.</summary>
    public static CertificateNames Of(X509Certificate2 certificate)
    {
        var extension = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        if (extension is null) return new CertificateNames(Empty, Empty);
        string[] dns = [.. extension.EnumerateDnsNames()];
        string[] all = [.. dns.Select(name => "dns:" + name), .. extension.EnumerateIPAddresses().Select(address => "ip:" + address)];
        return new CertificateNames(dns.ToSeq(), all.ToSeq());
    }

    /// <summary>The subject's common name; <see langword="null"/> where it has none, or several.</summary>
    public static string? CommonName(X509Certificate2 certificate)
    {
        string[] names = [.. certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false)
            .Where(name => !name.HasMultipleElements && name.GetSingleElementType().Value == "2.5.4.3")
            .Select(name => name.GetSingleElementValue() ?? "")];
        return names is [var only] && only.Length > 0 ? only : null;
    }
}
