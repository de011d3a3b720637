using System.Net.Security;
using LanguageExt;
using PluginHost.Core.Serving.Plans;
using static LanguageExt.Prelude;

namespace PluginHost.Server.Transports.Tls;

/// <summary>The cipher suites that a listener names.</summary>
internal static class TlsSuites
{
    // A policy names all suites or none: without these there would be no TLS 1.3.
    private static readonly TlsCipherSuite[] Tls13 =
        [TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_AES_128_GCM_SHA256];

    /// <summary>The suites of a plan.</summary>
    /// <param name="plan">What the configuration says.</param>
    /// <returns>Empty where it says nothing; or what is wrong.</returns>
    public static Either<CertificateProblem, Seq<TlsCipherSuite>> Of(TlsPlan plan)
    {
        if (plan.CipherSuites.IsEmpty) return Seq<TlsCipherSuite>();
        var pointer = plan.Pointer + "/cipherSuites";
        var suites = new List<TlsCipherSuite>(Tls13);
        for (var i = 0; i < plan.CipherSuites.Count; i++)
        {
            if (!Enum.TryParse<TlsCipherSuite>(plan.CipherSuites[i], out var suite))
                return new CertificateProblem($"{pointer}/{i}", $"no cipher suite is registered as {plan.CipherSuites[i]}; TLS_RSA_WITH_AES_128_GCM_SHA256 is one");
            suites.Add(suite);
        }
        var all = suites.Distinct().ToSeq().Strict();
        try
        {
            _ = Policy(all);
            return all;
        }
        catch (PlatformNotSupportedException)
        {
            return new CertificateProblem(pointer, "on this system the suites are the system's own; leave the key out, and set them there");
        }
    }

    /// <summary>The same for the framework; <see langword="null"/> for its own choice.</summary>
    /// <param name="suites">From <see cref="Of"/>.</param>
    public static CipherSuitesPolicy? Policy(Seq<TlsCipherSuite> suites)
    {
        if (suites.IsEmpty) return null;
        return OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException() : new CipherSuitesPolicy(suites);
    }
}
