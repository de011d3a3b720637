using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Tls;

/// <summary>What certificates are read from, which one is shown, and what becomes of files that change.</summary>
public sealed class CertificateTests
{
    private static readonly X509Certificate2 One = TestCertificates.Server("localhost", "one.test");
    private static readonly X509Certificate2 Two = TestCertificates.Server("two.test", "*.wild.test");
    private static readonly PbeParameters Pbe = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);

    [Theory]
    [InlineData("""{ "certificate": "both.pem" }""")]
    [InlineData("""{ "certificate": "cert.pem", "key": "key.pem" }""")]
    [InlineData("""{ "certificate": "cert.pem", "key": "{file:key.pem}" }""")]
    [InlineData("""{ "certificate": "cert.pem", "key": "locked.pem", "password": "{file:password}" }""")]
    [InlineData("""{ "certificate": "bare.pfx" }""")]
    [InlineData("""{ "certificate": "locked.pfx", "password": "secret" }""")]
    public async Task Certificates_are_read_from_pem_and_pkcs12(string tls)
    {
        await using var host = Files().Start(tls);
        Assert.Equal(One.GetCertHashString(), await host.ShownAsync());
        using var client = await host.ConnectAsync();
        await client.SendAsync(ClientFrames.Text("x"));
        await client.ExpectAsync(PluginHost.Core.Protocol.Frames.Opcode.Text, "x"u8.ToArray());
    }

    [Theory]
    [InlineData("""{ "certificate": "nowhere.pem" }""", "/certificate", "there is no file")]
    [InlineData("""{ "certificate": "." }""", "/certificate", "is a folder")]
    [InlineData("""{ "certificate": "cert.pem" }""", "/key", "holds no private key; name the file")]
    [InlineData("""{ "certificate": "cert.pem", "key": "cert.pem" }""", "/key", "holds no private key")]
    [InlineData("""{ "certificate": "cert.pem", "key": "other.pem" }""", "/key", "does not belong to the certificate")]
    [InlineData("""{ "certificate": "cert.pem", "key": "locked.pem" }""", "/key", "is encrypted; name its password")]
    [InlineData("""{ "certificate": "cert.pem", "key": "locked.pem", "password": "wrong" }""", "/key", "perhaps because the password is another")]
    [InlineData("""{ "certificate": "cert.pem", "key": "{env:PLUGINHOST_TESTS_NEVER_SET}" }""", "/key", "PLUGINHOST_TESTS_NEVER_SET is not set")]
    [InlineData("""{ "certificate": "rubbish" }""", "/certificate", "neither PEM nor a PKCS #12 file")]
    [InlineData("""{ "certificate": "cut.pem" }""", "/certificate", "cut.pem")]
    [InlineData("""{ "certificate": "key.pem" }""", "/certificate", "holds no certificate")]
    [InlineData("""{ "certificate": "keyless.pfx" }""", "/certificate", "holds no certificate with a private key")]
    [InlineData("""{ "certificate": "locked.pfx", "password": "wrong" }""", "/certificate", "that the password opens")]
    [InlineData("""{ "certificate": "both.pem", "clientCertificate": "require", "clientAuthorities": "rubbish" }""", "/clientAuthorities", "holds no certificate")]
    [InlineData("""{ "certificate": "both.pem", "certificates": [{ "certificate": "nowhere.pem" }] }""", "/certificates/0/certificate", "there is no file")]
    public async Task Files_that_cannot_be_used_are_named_with_the_key_that_is_to_blame(string tls, string key, string message)
    {
        await using var host = Files();
        var problem = Assert.Single(host.Problems(tls));
        Assert.Equal("/listeners/0/tls" + key, problem.Pointer);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two.test", true)]
    [InlineData("TWO.test", true)]
    [InlineData("a.wild.test", true)]
    [InlineData("a.b.wild.test", false)]
    [InlineData("wild.test", false)]
    [InlineData("one.test", false)]
    [InlineData("unknown.test", false)]
    public async Task The_certificate_is_chosen_by_the_name_that_the_client_asks_for(string name, bool second)
    {
        await using var host = Files().Start("""{ "certificate": "both.pem", "certificates": [{ "certificate": "two.pem" }] }""");
        Assert.Equal((second ? Two : One).GetCertHashString(), await host.ShownAsync(name));
    }

    [Fact]
    public async Task Names_that_are_written_count_instead_of_those_in_the_certificate()
    {
        await using var host = Files().Start(
            """{ "certificate": "both.pem", "certificates": [{ "certificate": "two.pem", "names": ["special.test"] }] }""");
        Assert.Equal(Two.GetCertHashString(), await host.ShownAsync("special.test"));
        Assert.Equal(One.GetCertHashString(), await host.ShownAsync("two.test"));
    }

    [Fact]
    public async Task A_new_certificate_serves_new_handshakes_and_open_connections_stay()
    {
        await using var host = Files().Start("""{ "certificate": "both.pem" }""");
        using var open = await host.ConnectAsync();
        var renewed = TestCertificates.Server("localhost");
        host.File("both.pem", TestCertificates.Pem(renewed));
        host.Listener.Refresh(host.Log);
        Assert.Equal(renewed.GetCertHashString(), await host.ShownAsync());
        await open.SendAsync(ClientFrames.Text("still here"));
        await open.ExpectAsync(PluginHost.Core.Protocol.Frames.Opcode.Text, "still here"u8.ToArray());
        Assert.Contains(host.Lines, line => line.StartsWith("Information: listener main: new certificate, \"CN=localhost\", valid until ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_broken_or_deleted_file_leaves_the_old_certificate_in_use_and_is_logged_once(string? text)
    {
        await using var host = Files().Start("""{ "certificate": "both.pem" }""");
        if (text is null) File.Delete(Path.Combine(host.Folder, "both.pem"));
        else host.File("both.pem", text);
        for (var i = 0; i < 3; i++) host.Listener.Refresh(host.Log);
        var line = Assert.Single(host.Lines, line => line.StartsWith("Warning: ", StringComparison.Ordinal));
        Assert.StartsWith("Warning: listener main: ", line, StringComparison.Ordinal);
        Assert.EndsWith("; the certificate that was loaded before stays in use", line, StringComparison.Ordinal);
        Assert.Equal(One.GetCertHashString(), await host.ShownAsync());
        host.File("both.pem", TestCertificates.Pem(One)); // as it was: that is nothing new
        host.Listener.Refresh(host.Log);
        Assert.DoesNotContain(host.Lines, line => line.Contains("new certificate", StringComparison.Ordinal));
        host.File("both.pem", TestCertificates.Pem(Two));
        host.Listener.Refresh(host.Log);
        Assert.Equal(Two.GetCertHashString(), await host.ShownAsync());
    }

    [Fact]
    public async Task A_certificate_whose_key_comes_later_is_taken_when_both_are_there()
    {
        await using var host = Files().Start("""{ "certificate": "cert.pem", "key": "key.pem" }""");
        host.File("cert.pem", Two.ExportCertificatePem());
        host.Listener.Refresh(host.Log);
        Assert.Equal(One.GetCertHashString(), await host.ShownAsync());
        Assert.Contains(host.Lines, line => line.Contains("does not belong to the certificate", StringComparison.Ordinal));
        host.File("key.pem", TestCertificates.KeyPem(Two));
        host.Listener.Refresh(host.Log);
        Assert.Equal(Two.GetCertHashString(), await host.ShownAsync());
    }

    [Theory]
    [InlineData("CN=one", "one")]
    [InlineData("CN=one, O=Tests", "one")]
    [InlineData("CN=one, CN=two", null)]
    [InlineData("O=Tests", null)]
    public void A_common_name_is_the_only_one(string subject, string? name)
    {
        using var certificate = TestCertificates.Make(subject, [], "1.3.6.1.5.5.7.3.2", -1, 1, TestCertificates.Authority);
        Assert.Equal(name, PluginHost.Server.Transports.Tls.CertificateNames.CommonName(certificate));
    }

    [Fact]
    public async Task The_running_server_notices_a_change_by_itself()
    {
        await using var host = Files().Start("""{ "certificate": "both.pem" }""");
        host.File("both.pem", TestCertificates.Pem(Two));
        await host.LineAsync("new certificate");
        Assert.Equal(Two.GetCertHashString(), await host.ShownAsync());
    }

    [Theory]
    [InlineData(-20, -10, "has expired on ")]
    [InlineData(10, 20, "is valid only from ")]
    public async Task A_certificate_outside_its_time_is_served_with_a_warning(int from, int until, string warning)
    {
        var certificate = TestCertificates.Make("CN=late", ["localhost"], "1.3.6.1.5.5.7.3.1", from, until, TestCertificates.Authority);
        await using var host = Files().File("late.pem", TestCertificates.Pem(certificate)).Start("""{ "certificate": "late.pem" }""");
        Assert.Contains(warning, Assert.Single(host.Listener.Warnings(DateTimeOffset.UtcNow)), StringComparison.Ordinal);
        Assert.Equal(certificate.GetCertHashString(), await host.ShownAsync());
    }

    private static TlsHost Files() => new TlsHost()
        .File("both.pem", TestCertificates.Pem(One))
        .File("two.pem", TestCertificates.Pem(Two))
        .File("cert.pem", One.ExportCertificatePem())
        .File("cut.pem", TestCertificates.Pem(One)[..300])
        .File("key.pem", TestCertificates.KeyPem(One))
        .File("other.pem", TestCertificates.KeyPem(Two))
        .File("locked.pem", One.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem("secret", Pbe))
        .File("password", "secret\n")
        .File("bare.pfx", One.Export(X509ContentType.Pkcs12))
        .File("locked.pfx", One.Export(X509ContentType.Pkcs12, "secret"))
        .File("keyless.pfx", X509CertificateLoader.LoadCertificate(One.RawData).Export(X509ContentType.Pkcs12))
        .File("rubbish", "rubbish");
}
