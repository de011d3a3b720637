using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LanguageExt;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server.Files;
using PluginHost.Server.Logging;
using static LanguageExt.Prelude;

namespace PluginHost.Server.Transports.Tls;

/// <summary>
/// The certificates of a listener. New handshakes take the newest that could be loaded; connections that are open keep theirs. Options are asked for on
/// any loop; <see cref="Refresh"/> runs on one thread at a time.
/// </summary>
internal sealed class TlsListener
{
    private readonly string _name;
    private readonly TlsPlan _plan;
    private readonly string _folder;
    private readonly CertificateFiles[] _files;
    private Loaded _loaded;
    private string _seen;

    private TlsListener(string name, TlsPlan plan, string folder, CertificateFiles[] files, Loaded loaded) =>
        (_name, _plan, _folder, _files, _loaded, _seen) = (name, plan, folder, files, loaded, loaded.Stamp);

    /// <summary>What is spoken with; empty for the framework's choice.</summary>
    private Seq<TlsCipherSuite> Suites { get; init; } = Seq<TlsCipherSuite>();

    /// <summary>Everything of one reading of the files. Immutable.</summary>
    private sealed record Loaded(
        string Stamp, Seq<LoadedCertificate> Certificates, SslStreamCertificateContext[] Contexts, X509Certificate2Collection Authorities)
    {
        public Seq<Seq<string>> Names { get; } = Certificates.Map(certificate => certificate.Names).Strict();

        /// <summary>By certificate, where clients show none: nothing in them belongs to one connection.</summary>
        public SslServerAuthenticationOptions?[] Shared { get; } = new SslServerAuthenticationOptions?[Contexts.Length];
    }

    /// <summary>Reads and loads the files.</summary>
    /// <param name="name">The listener's name.</param>
    /// <param name="plan">What the configuration says.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    public static Either<CertificateProblem, TlsListener> Load(string name, TlsPlan plan, string folder)
    {
        CertificateFiles[] files = [.. plan.Certificates.Map(certificate => new CertificateFiles(certificate, folder))];
        return from suites in TlsSuites.Of(plan)
               from contents in Read(plan, folder, files)
               from loaded in Load(plan, files, contents)
               select new TlsListener(name, plan, folder, files, loaded) { Suites = suites };
    }

    /// <summary>One line for each certificate that no client will accept now.</summary>
    /// <param name="now">The time.</param>
    public Seq<string> Warnings(DateTimeOffset now) => _loaded.Certificates.Choose(loaded => Warning(loaded.Certificate, now)).Strict();

    /// <summary>How a handshake goes on.</summary>
    /// <param name="serverName">What the client asks for; empty when it names nothing.</param>
    /// <param name="refused">Told why the client's certificate does not verify.</param>
    public SslServerAuthenticationOptions Options(string serverName, Action<string> refused)
    {
        var loaded = Volatile.Read(ref _loaded);
        var index = ServerNames.Choose(loaded.Names, serverName);
        return _plan.ClientCertificates == ClientCertificates.None
            ? loaded.Shared[index] ??= Make(loaded, index, null)
            : Make(loaded, index, refused);
    }

    /// <summary>Reads the files again and takes what they hold, if that is new and can be used.</summary>
    public void Refresh(ServerLog log)
    {
        var contents = Read(_plan, _folder, _files);
        var stamp = contents.Match(found => Stamp(found), problem => problem.Message);
        if (stamp == _seen) return;
        _seen = stamp;
        contents.Bind(found => Load(_plan, _files, found)).Match(
            loaded =>
            {
                if (loaded.Stamp == _loaded.Stamp) return;
                Volatile.Write(ref _loaded, loaded);
                log.Write(LogLevel.Information, $"listener {_name}: new certificate, {Describe(loaded.Certificates[0].Certificate)}");
                foreach (var warning in Warnings(DateTimeOffset.UtcNow)) log.Write(LogLevel.Warning, $"listener {_name}: {warning}");
            },
            problem => log.Write(LogLevel.Warning, $"listener {_name}: {problem.Message}; the certificate that was loaded before stays in use"));
    }

    private static Either<CertificateProblem, Contents> Read(TlsPlan plan, string folder, CertificateFiles[] files)
    {
        var all = new List<CertificateFiles.Contents>();
        foreach (var file in files)
        {
            var read = file.Read();
            if (read.IsLeft) return read.Map(_ => new Contents([], []));
            read.IfRight(all.Add);
        }
        return plan.ClientAuthorities.Match(
            path => FileBytes.Read(Path.GetFullPath(path, folder))
                .Map(bytes => new Contents([.. all], bytes))
                .MapLeft(fault => new CertificateProblem(plan.Pointer + "/clientAuthorities", fault.Why)),
            () => new Contents([.. all], []));
    }

    private sealed record Contents(CertificateFiles.Contents[] Certificates, byte[] Authorities);

    private static string Stamp(Contents contents) =>
        string.Join('+', contents.Certificates.Select(certificate => certificate.Stamp)) + "+" + Convert.ToHexString(SHA256.HashData(contents.Authorities));

    private static Either<CertificateProblem, Loaded> Load(TlsPlan plan, CertificateFiles[] files, Contents contents)
    {
        var certificates = new List<LoadedCertificate>();
        for (var i = 0; i < files.Length; i++)
        {
            var loaded = files[i].Load(contents.Certificates[i]);
            if (loaded.IsLeft) return loaded.Map<Loaded>(_ => null!);
            loaded.IfRight(certificates.Add);
        }
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(Encoding.UTF8.GetString(contents.Authorities));
        }
        catch (CryptographicException exception)
        {
            return new CertificateProblem(plan.Pointer + "/clientAuthorities", $"the authorities cannot be used: {exception.Message}");
        }
        if (plan.ClientAuthorities.IsSome && authorities.Count == 0)
            return new CertificateProblem(plan.Pointer + "/clientAuthorities", "the file holds no certificate (-----BEGIN CERTIFICATE-----)");
        try
        {
            var trust = authorities.Count > 0 ? SslCertificateTrust.CreateForX509Collection(authorities, sendTrustInHandshake: true) : null;
            SslStreamCertificateContext[] contexts =
                [.. certificates.Select(certificate => SslStreamCertificateContext.Create(certificate.Certificate, certificate.Chain, offline: true, trust))];
            return new Loaded(Stamp(contents), certificates.ToSeq().Strict(), contexts, authorities);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or NotSupportedException)
        {
            return new CertificateProblem(plan.Pointer + "/certificate", $"the certificate cannot be used: {exception.Message}");
        }
    }

    private SslServerAuthenticationOptions Make(Loaded loaded, int index, Action<string>? refused)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = loaded.Contexts[index],
            EnabledSslProtocols = _plan.OnlyTls13 ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateRequired = refused is not null,
            // Nothing is fetched while a loop waits: no revocation lists, no certificates in between.
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        };
        if (!OperatingSystem.IsWindows()) options.CipherSuitesPolicy = TlsSuites.Policy(Suites);
        if (refused is null) return options;
        options.CertificateChainPolicy = ChainPolicy(loaded.Authorities);
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsAccepted(certificate, chain, errors, refused);
        return options;
    }

    private static X509ChainPolicy ChainPolicy(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2")); // clients (RFC 5280 §4.2.1.12)
        return policy;
    }

    private bool IsAccepted(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, Action<string> refused)
    {
        if (certificate is null)
        {
            if (_plan.ClientCertificates == ClientCertificates.Request) return true;
            refused("the client shows no certificate, and one is required here");
            return false;
        }
        if ((errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None) return true;
        var why = chain is null ? "" : string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()).Distinct());
        refused($"the client's certificate \"{certificate.Subject}\" does not verify: {(why.Length > 0 ? why : errors.ToString())}");
        return false;
    }

    private static Option<string> Warning(X509Certificate2 certificate, DateTimeOffset now)
    {
        if (certificate.NotAfter.ToUniversalTime() < now.UtcDateTime)
            return $"the certificate \"{certificate.Subject}\" has expired on {Day(certificate.NotAfter)}; clients will refuse it until its file holds a new one";
        if (certificate.NotBefore.ToUniversalTime() > now.UtcDateTime)
            return $"the certificate \"{certificate.Subject}\" is valid only from {Day(certificate.NotBefore)} on; clients will refuse it until then";
        return None;
    }

    private static string Describe(X509Certificate2 certificate) => $"\"{certificate.Subject}\", valid until {Day(certificate.NotAfter)}";

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}

/// <summary>All listeners that speak TLS.</summary>
/// <param name="Listeners">By name.</param>
/// <param name="Problems">What keeps others from being among them.</param>
internal sealed record TlsListeners(IReadOnlyDictionary<string, TlsListener> Listeners, Seq<CertificateProblem> Problems)
{
    /// <summary>Loads those of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    public static TlsListeners Load(ServerPlan plan, string folder)
    {
        var listeners = new Dictionary<string, TlsListener>();
        var problems = new List<CertificateProblem>();
        foreach (var listener in plan.Listeners)
            listener.Tls.Iter(tls => TlsListener.Load(listener.Name, tls, folder).Match(loaded => listeners[listener.Name] = loaded, problems.Add));
        return new TlsListeners(listeners, problems.ToSeq().Strict());
    }
}
