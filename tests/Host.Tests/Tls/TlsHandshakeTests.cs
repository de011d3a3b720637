using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PluginHost.Server.Transports;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Tls;

/// <summary>Who gets through the TLS handshake, and how those end who do not.</summary>
public sealed class TlsHandshakeTests
{
    private const string Bare = """{ "certificate": "server.pem" }""";
    private const string Requiring = """{ "certificate": "server.pem", "clientCertificate": "require", "clientAuthorities": "ca.pem" }""";
    private const string Requesting = """{ "certificate": "server.pem", "clientCertificate": "request", "clientAuthorities": "ca.pem" }""";

    [Theory]
    [InlineData(SslProtocols.Tls12, "1.2", true)]
    [InlineData(SslProtocols.Tls13, "1.2", true)]
    [InlineData(SslProtocols.Tls12, "1.3", false)]
    [InlineData(SslProtocols.Tls13, "1.3", true)]
    public async Task The_minimum_version_is_kept(SslProtocols spoken, string minimum, bool served)
    {
        await using var host = Host().Start($$"""{ "certificate": "server.pem", "minimumVersion": "{{minimum}}" }""");
        var options = TestCertificates.Client("localhost");
        options.EnabledSslProtocols = spoken;
        if (served)
        {
            using var client = await host.ConnectAsync(options);
            Assert.Equal(spoken, ((SslStream)client.Stream).SslProtocol);
            return;
        }
        await Assert.ThrowsAnyAsync<Exception>(() => host.OpenAsync(options));
        await host.LineAsync("the TLS handshake failed: ");
    }

    [Fact]
    public async Task The_identity_in_a_clients_certificate_reaches_its_handler()
    {
        await using var host = Host().Start(Requiring);
        var certificate = TestCertificates.ClientNamed("charger-17");
        using var client = await host.ConnectAsync(TestCertificates.Client("localhost", certificate));
        Assert.True(host.Seen.TryDequeue(out var seen));
        var shown = seen.ClientCertificate;
        Assert.Equal(("CN=charger-17, O=Tests", "CN=Test authority"), (shown!.Subject, shown.Issuer));
        Assert.Equal(certificate.GetCertHashString(HashAlgorithmName.SHA256), shown.Thumbprint);
        Assert.Equal(["dns:charger-17.test", "ip:127.0.0.1"], shown.Names);
        Assert.Equal(certificate.NotAfter.ToUniversalTime(), shown.NotAfter.UtcDateTime);
    }

    [Theory]
    [InlineData("none", false, "the client shows no certificate, and one is required here")]
    [InlineData("none", true, null)]
    [InlineData("good", false, null)]
    [InlineData("good", true, null)]
    [InlineData("foreign", false, "does not verify")]
    [InlineData("foreign", true, "does not verify")]
    [InlineData("expired", false, "does not verify")]
    [InlineData("server's", false, "does not verify")]
    public async Task A_clients_certificate_is_asked_for_and_verified(string shows, bool optional, string? refusal)
    {
        await using var host = Host().Start(optional ? Requesting : Requiring, "\"keepAlive\": { \"close\": \"200ms\" }");
        var certificate = shows switch
        {
            "good" => TestCertificates.ClientNamed("a"),
            "foreign" => TestCertificates.ClientNamed("a", TestCertificates.MakeAuthority("CN=Somebody")),
            "expired" => TestCertificates.ClientNamed("a", untilDay: -1),
            "server's" => TestCertificates.Server("localhost"),
            _ => null,
        };
        if (refusal is null)
        {
            using var client = await host.ConnectAsync(TestCertificates.Client("localhost", certificate));
            Assert.True(host.Seen.TryDequeue(out var seen));
            Assert.Equal(certificate is not null, seen.ClientCertificate is not null);
            return;
        }
        await Assert.ThrowsAnyAsync<Exception>(() => host.ConnectAsync(TestCertificates.Client("localhost", certificate)));
        await host.LineAsync(refusal);
        Assert.Empty(host.Seen);
        await Wait.Until(() => host.Server.ConnectionCount == 0, () => "the connection is still there");
    }

    [Fact]
    public async Task Plain_http_is_answered_with_400_and_a_line_that_says_why()
    {
        await using var host = Host().Start(Bare);
        using var client = new RawClient(host.Plain());
        await client.SendAsync(ClientFrames.Request());
        var reply = Encoding.ASCII.GetString(await client.RestAsync());
        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", reply, StringComparison.Ordinal);
        Assert.EndsWith("this port speaks TLS: use wss:// or https://\n", reply, StringComparison.Ordinal);
        await host.LineAsync("plain HTTP was sent to a TLS listener; answered with 400");
        client.EndOutput();
        await Wait.Until(() => host.Server.ConnectionCount == 0, () => "the connection is still there");
    }

    [Theory]
    [InlineData("00 01 02", "what was sent to a TLS listener is no TLS; closed")]
    [InlineData("16 03 01 00 05 01 00 00 01 00", "the TLS handshake failed: ")]
    [InlineData("0D 0A 0D 0A 00", "a PROXY header was sent to a listener without \"proxyProtocol\"; closed")]
    public async Task Rubbish_ends_cleanly_with_a_line_that_says_why(string hex, string line)
    {
        await using var host = Host().Start(Bare);
        using var client = new RawClient(host.Plain());
        await client.SendAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        var reply = await client.RestAsync();
        Assert.True(reply.Length is 0 or 7, $"{reply.Length} bytes came"); // nothing, or an alert
        await host.LineAsync(line);
        client.EndOutput();
        await Wait.Until(() => host.Server.ConnectionCount == 0, () => "the connection is still there");
    }

    [Fact]
    public async Task Tls_on_a_plain_listener_ends_with_a_line_that_says_why()
    {
        await using var server = TestServer.Start(TransportKind.Default, Place.Tcp4, TestHandlers.Echoes);
        using var secure = new SslStream(server.OpenPlain());
        await Assert.ThrowsAnyAsync<Exception>(() => secure.AuthenticateAsClientAsync(TestCertificates.Client("localhost"), Limit.Token()));
        await Wait.Until(
            () => server.Lines.Any(line => line.Contains("TLS was spoken to a listener without \"tls\"; closed", StringComparison.Ordinal)),
            () => string.Join('\n', server.Lines));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task The_deadline_of_the_handshake_counts_tls(int bytes)
    {
        await using var host = Host().Start(Bare, "\"limits\": { \"handshake\": \"100ms\" }");
        using var client = new RawClient(host.Plain());
        var hello = HelloOf();
        if (bytes < hello.Length) await client.SendAsync(hello[..bytes]);
        else await client.SendAsync(hello); // and nothing of what follows
        var reply = await client.RestAsync();
        Assert.DoesNotContain("HTTP/1.1", Encoding.ASCII.GetString(reply), StringComparison.Ordinal);
        client.EndOutput();
        await Wait.Until(() => host.Server.ConnectionCount == 0, () => "the connection is still there");
    }

    [Fact]
    public async Task A_handshake_in_one_byte_packets_is_as_good()
    {
        await using var host = Host().Start(Bare);
        await using var slow = new ByteByByte(host.Plain());
        using var secure = new SslStream(slow);
        await secure.AuthenticateAsClientAsync(TestCertificates.Client("localhost"), Limit.Token());
        using var client = new RawClient(secure);
        await client.HandshakeAsync("/", "echo");
        await client.SendAsync(ClientFrames.Text("slow"));
        await client.ExpectAsync(PluginHost.Core.Protocol.Frames.Opcode.Text, "slow"u8.ToArray());
    }

    [Fact]
    public async Task A_byte_that_was_changed_on_the_way_ends_that_connection_only()
    {
        await using var host = Host().Start(Bare);
        using var other = await host.ConnectAsync();
        using var client = await host.ConnectAsync();
        await TestCertificates.Inner((SslStream)client.Stream).WriteAsync(Convert.FromHexString("170303001500000000000000000000000000000000000000000000"));
        await client.GoneAsync();
        await host.LineAsync("the encrypted stream is broken: ");
        await other.SendAsync(ClientFrames.Text("x"));
        await other.ExpectAsync(PluginHost.Core.Protocol.Frames.Opcode.Text, "x"u8.ToArray());
    }

    private static TlsHost Host() => new TlsHost()
        .File("server.pem", TestCertificates.Pem(TestCertificates.Server("localhost")))
        .File("ca.pem", TestCertificates.Authority.ExportCertificatePem());

    /// <summary>The first message of a client.</summary>
    private static byte[] HelloOf()
    {
        using var kept = new MemoryStream();
        using var secure = new SslStream(new KeepWrites(kept));
        Assert.ThrowsAny<Exception>(() => secure.AuthenticateAsClient(TestCertificates.Client("localhost")));
        return kept.ToArray();
    }

    private sealed class KeepWrites(MemoryStream kept) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => kept.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => kept.Write(buffer, offset, count);

        public override int Read(Span<byte> buffer) => 0;

        public override int Read(byte[] buffer, int offset, int count) => 0;
    }

    /// <summary>Sends each byte by itself.</summary>
    private sealed class ByteByByte(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            for (var i = 0; i < count; i++) inner.Write(buffer, offset + i, 1);
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            for (var i = 0; i < buffer.Length; i++) await inner.WriteAsync(buffer.Slice(i, 1), cancellationToken);
        }
    }
}
