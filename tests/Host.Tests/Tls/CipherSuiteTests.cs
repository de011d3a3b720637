using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PluginHost.Tests.Server;
using PluginHost.Tests.Startup;

namespace PluginHost.Tests.Tls;

/// <summary>Which suites TLS 1.2 is spoken with, for chargers and other clients that know few.</summary>
public sealed class CipherSuiteTests
{
    private const string Old = """["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA"]""";

    [LinuxTheory]
    [InlineData("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", true, false)]
    [InlineData("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", true, true)]
    [InlineData("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", true, false)]
    [InlineData("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", true, false)]
    [InlineData("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", false, false)]
    [InlineData("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", false, false)]
    [InlineData("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", false, false)]
    [InlineData("TLS_RSA_WITH_AES_128_GCM_SHA256", false, true)]
    [InlineData("TLS_RSA_WITH_AES_128_CBC_SHA", false, true)]
    [InlineData("TLS_RSA_WITH_AES_256_GCM_SHA384", false, false)]
    public async Task The_suites_are_the_hosts_or_those_that_are_named(string name, bool byDefault, bool named)
    {
        var suite = Enum.Parse<TlsCipherSuite>(name);
        Assert.Equal((byDefault, named), (await SpeaksAsync("", suite), await SpeaksAsync($", \"cipherSuites\": {Old}", suite)));
    }

    [LinuxFact]
    public async Task Where_suites_are_named_TLS_1_3_is_spoken_all_the_same()
    {
        await using var host = Host().Start($$"""{ "certificate": "server.pem", "cipherSuites": {{Old}} }""");
        using var secure = await host.OpenAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, _, _, _) => true });
        Assert.Equal(SslProtocols.Tls13, secure.SslProtocol);
    }

    [LinuxFact]
    public async Task A_name_that_nobody_has_registered_is_a_problem()
    {
        await using var host = Host();
        var problem = Assert.Single(host.Problems("""{ "certificate": "server.pem", "cipherSuites": ["TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_NONE"] }"""));
        Assert.Equal("/listeners/0/tls/cipherSuites/1", problem.Pointer);
        Assert.Contains("no cipher suite is registered as TLS_NONE", problem.Message, StringComparison.Ordinal);
    }

    private static async Task<bool> SpeaksAsync(string more, TlsCipherSuite suite)
    {
        await using var host = Host().Start($$"""{ "certificate": "server.pem"{{more}} }""");
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = SslProtocols.Tls12,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        };
        if (!OperatingSystem.IsWindows()) options.CipherSuitesPolicy = new CipherSuitesPolicy([suite]);
        try
        {
            using var secure = await host.OpenAsync(options);
            Assert.Equal(suite, secure.NegotiatedCipherSuite);
            return true;
        }
        catch (AuthenticationException)
        {
            await host.LineAsync("the TLS handshake failed: ");
            return false;
        }
    }

    private static TlsHost Host()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return new TlsHost().File("server.pem", certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
