using LanguageExt;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Configuration;

/// <summary>A file that others than who runs the server should not change, or not even see.</summary>
/// <param name="Pointer">What names it in the configuration; empty for the configuration itself.</param>
/// <param name="Path">As written.</param>
/// <param name="IsSecret">It is not to be read either.</param>
public sealed record GuardedFile(string Pointer, string Path, bool IsSecret);

/// <summary>Finds files of users, keys and secrets that everybody on the machine may write or read.</summary>
public static class GuardedFiles
{
    private const string PemMark = "-----BEGIN ";

    /// <summary>The files that a plan names, each once.</summary>
    /// <param name="plan">The plan.</param>
    public static Seq<GuardedFile> Of(ServerPlan plan) =>
        plan.Routes.Map(route => route.Authentication).Add(plan.Authentication).Bind(OfAuthentication)
            .Concat(plan.Listeners.Bind(listener => listener.Tls.ToSeq()).Bind(OfTls))
            .Concat(plan.Plugins.Entries.Map(entry => entry.Options).Concat(plan.Scripts.Entries.Map(entry => entry.Options))
                .Bind(options => options.ToSeq()).Bind(options => options.Secrets).Bind(secret => OfSecret(secret.Pointer, secret.Secret)))
            .Concat(plan.Telemetry.ToSeq().Bind(telemetry => telemetry.Headers).Bind(header => OfSecret(header.Pointer, header.Value)))
            .Distinct().ToArray().ToSeq().Strict();

    /// <summary>What is to be said about a file; nothing where it is as it should be.</summary>
    /// <param name="file">The file.</param>
    /// <param name="read">Everybody may read it.</param>
    /// <param name="write">Everybody may write it.</param>
    public static Option<string> Note(GuardedFile file, bool read, bool write)
    {
        read &= file.IsSecret;
        if (!read && !write) return None;
        var (what, bits) = (read, write) switch
        {
            (true, true) => ("read and write", "rw"),
            (true, false) => ("read", "r"),
            _ => ("write", "w"),
        };
        return $"{file.Path}{(file.Pointer.Length > 0 ? $" ({file.Pointer})" : "")}: everybody on this machine may {what} it; take that away with chmod o-{bits}";
    }

    private static Seq<GuardedFile> OfAuthentication(AuthenticationPlan plan) =>
        plan.Basic.ToSeq().Map(basic => new GuardedFile(basic.Pointer + "/users", basic.Users, false))
            .Concat(plan.Bearer.ToSeq().Bind(bearer => bearer.Keys).Bind(key => key.Source.Match(
                publicKey: path => Seq1(new GuardedFile(key.Pointer + "/publicKey", path, false)),
                keySet: path => Seq1(new GuardedFile(key.Pointer + "/jwks", path, false)),
                secret: secret => OfSecret(key.Pointer + "/secret", secret))));

    private static Seq<GuardedFile> OfTls(TlsPlan plan) => plan.Certificates.Bind(OfCertificate)
        .Concat(plan.ClientAuthorities.ToSeq().Map(path => new GuardedFile(plan.Pointer + "/clientAuthorities", path, false)));

    // Without "key" the certificate's file holds the private key.
    private static Seq<GuardedFile> OfCertificate(CertificatePlan plan) =>
        Seq1(new GuardedFile(plan.Pointer + "/certificate", plan.Path, plan.Key.IsNone))
            .Concat(plan.Key.ToSeq().Bind(key => OfSecret(plan.Pointer + "/key", AsFile(key))))
            .Concat(plan.Password.ToSeq().Bind(password => OfSecret(plan.Pointer + "/password", password)));

    /// <summary>A key that is no PEM is the path of its file.</summary>
    /// <param name="key">What <c>key</c> says.</param>
    public static Secret AsFile(Secret key) => key is Secret.Literal literal && !literal.Text.Contains(PemMark, StringComparison.Ordinal)
        ? new Secret.File(literal.Text)
        : key;

    private static Seq<GuardedFile> OfSecret(string pointer, Secret secret) => secret.Match(
        literal: _ => Seq<GuardedFile>(),
        environment: _ => Seq<GuardedFile>(),
        file: path => Seq1(new GuardedFile(pointer, path, true)));
}
