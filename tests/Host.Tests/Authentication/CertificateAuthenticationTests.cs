using PluginHost.Tests.Server;
using PluginHost.Tests.Tls;

namespace PluginHost.Tests.Authentication;

/// <summary>The certificate of the TLS handshake as a credential.</summary>
public sealed class CertificateAuthenticationTests
{
    private const string Requested = """
        { "certificate": "server.pem", "clientCertificate": "request", "clientAuthorities": "ca.pem" }
        """;

    private static TlsHost Host() => new TlsHost()
        .File("server.pem", TestCertificates.Pem(TestCertificates.Server("localhost")))
        .File("ca.pem", TestCertificates.Authority.ExportCertificatePem());

    private static async Task<string> AnswerAsync(TlsHost host, string? name)
    {
        var certificate = name is null ? null : TestCertificates.ClientNamed(name);
        using var client = new RawClient(await host.OpenAsync(TestCertificates.Client("localhost", certificate)));
        return (await client.RequestAsync(ClientFrames.Request("/", "echo")))[..12];
    }

    [Fact]
    public async Task Its_name_is_the_users()
    {
        await using var host = Host().Start(Requested, """ "authentication": { "certificate": { "userName": "commonName" } } """);
        Assert.Equal("HTTP/1.1 101", await AnswerAsync(host, "charger-17"));
        var info = Assert.Single(host.Seen);
        Assert.Equal(("charger-17", "Certificate"), (info.User!.Name, info.User.Scheme));
        Assert.Equal("charger-17", info.ClientCertificate!.CommonName);
        Assert.Equal(info.ClientCertificate.Subject, info.User.Claim("subject"));
        Assert.True(info.User.HasClaim("name", "dns:charger-17.test"));
        Assert.Equal(info.ClientCertificate.NotAfter, info.User.Expires);
    }

    [Fact]
    public async Task Only_those_that_are_listed_may_connect_and_without_one_nobody()
    {
        await using var host = Host().Start(
            Requested, """ "authentication": { "certificate": { "allow": ["dns:charger-17.test", "CN=charger-18, O=Tests"] } } """);
        Assert.Equal("HTTP/1.1 101", await AnswerAsync(host, "charger-17"));
        Assert.Equal("HTTP/1.1 101", await AnswerAsync(host, "charger-18"));
        Assert.Equal("HTTP/1.1 403", await AnswerAsync(host, "charger-19"));
        Assert.Equal("HTTP/1.1 403", await AnswerAsync(host, null));
        Assert.Equal(["CN=charger-17, O=Tests", "CN=charger-18, O=Tests"], host.Seen.Select(info => info.User!.Name));
    }
}
