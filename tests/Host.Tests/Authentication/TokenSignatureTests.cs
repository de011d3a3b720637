using System.Security.Cryptography;
using System.Text;
using LanguageExt;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Text;
using PluginHost.Server.Authentication;
using PluginHost.Server.Files;
using PluginHost.Server.Logging;
using PluginHost.Tests.Server;
using static LanguageExt.Prelude;

namespace PluginHost.Tests.Authentication;

/// <summary>Whose signature counts, and with which algorithm.</summary>
public sealed class TokenSignatureTests : IDisposable
{
    private static readonly string Claims = Tokens.Claims(DateTimeOffset.UnixEpoch);

    private readonly TempFolder _folder = new();

    private string RsaPem => _folder.Write("rsa.pem", Tokens.Rsa.ExportSubjectPublicKeyInfoPem());

    private string EcPem => _folder.Write("ec.pem", Tokens.Ec.ExportSubjectPublicKeyInfoPem());

    private string SecretFile => _folder.Write("secret", Tokens.SecretText);

    private static TokenKeySource Public(string path) => new TokenKeySource.PublicKey(path);

    private static TokenKeySource Shared(string path) => new TokenKeySource.SharedSecret(new Secret.File(path));

    private TokenStore Store(params TokenKeySource[] keys) => Load(keys).IfLeft(problems => throw new InvalidOperationException(problems[0].Message));

    private Either<Seq<AuthenticationProblem>, TokenStore> Load(params TokenKeySource[] keys) => TokenStore.Load(
        new BearerPlan("/b", keys.Select((key, i) => new TokenKeyPlan($"/b/keys/{i}", None, key)).ToArray().ToSeq().Strict(), TokenRules.Default, None, None), _folder.Path);

    private static async Task<string> VerifyAsync(TokenStore store, string token) =>
        (await store.VerifyAsync(token)).Match(payload => Encoding.UTF8.GetString(payload.Span), fault => fault.ToString());

    [Fact]
    public async Task The_three_algorithms_are_verified()
    {
        var store = Store(Public(RsaPem), Public(EcPem), Shared(SecretFile));
        Assert.Equal(Claims, await VerifyAsync(store, Tokens.Rs256(Claims)));
        Assert.Equal(Claims, await VerifyAsync(store, Tokens.Es256(Claims)));
        Assert.Equal(Claims, await VerifyAsync(store, Tokens.Hs256(Claims)));
    }

    [Fact]
    public async Task A_key_is_for_the_algorithm_of_its_kind_alone()
    {
        Assert.Equal("Signature", await VerifyAsync(Store(Public(RsaPem)), Tokens.Es256(Claims)));
        Assert.Equal("Signature", await VerifyAsync(Store(Public(EcPem)), Tokens.Rs256(Claims)));
        Assert.Equal("Signature", await VerifyAsync(Store(Public(RsaPem)), Tokens.Hs256(Claims)));
        Assert.Equal("Signature", await VerifyAsync(Store(Shared(SecretFile)), Tokens.Signed(
            """{"alg":"HS384"}""", Claims, text => HMACSHA384.HashData(Tokens.Secret, text))));
        Assert.Equal("Signature", await VerifyAsync(Store(Public(RsaPem)), Tokens.Signed(
            """{"alg":"PS256"}""", Claims, text => Tokens.Rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pss))));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("nOnE")]
    [InlineData("NONE")]
    [InlineData("")]
    [InlineData("HS256 ")]
    [InlineData("hs256")]
    public async Task No_algorithm_or_an_unknown_one_never_counts(string algorithm)
    {
        var store = Store(Public(RsaPem), Shared(SecretFile));
        var header = $$"""{"alg":"{{algorithm}}","typ":"JWT"}""";
        Assert.Equal("Signature", await VerifyAsync(store, Tokens.Signed(header, Claims, _ => [1])));
        Assert.Equal("Signature", await VerifyAsync(store, Tokens.Hs256(Claims, header)));
        Assert.NotEqual(Claims, await VerifyAsync(store, Tokens.Signed(header, Claims, _ => [])));
    }

    [Fact]
    public async Task A_public_key_is_no_shared_secret()
    {
        var store = Store(Public(RsaPem), Public(EcPem));
        byte[][] secrets =
        [
            File.ReadAllBytes(RsaPem), Encoding.UTF8.GetBytes(File.ReadAllText(RsaPem).Trim()), Tokens.Rsa.ExportSubjectPublicKeyInfo(), Tokens.Rsa.ExportRSAPublicKey(),
            Tokens.Rsa.ExportParameters(false).Modulus!, File.ReadAllBytes(EcPem), Tokens.Ec.ExportSubjectPublicKeyInfo(), [],
        ];
        foreach (var secret in secrets) Assert.Equal("Signature", await VerifyAsync(store, Tokens.Hs256(Claims, secret: secret)));
    }

    [Fact]
    public async Task A_key_that_the_token_brings_along_does_not_count()
    {
        using var own = RSA.Create(2048);
        var store = Store(Public(RsaPem));
        Assert.Equal("Signature", await VerifyAsync(store, Tokens.Rs256(Claims, $$"""{"alg":"RS256","jwk":{{Tokens.Jwk(own)}}}""", own)));
        Assert.Equal("Signature", await VerifyAsync(store, Tokens.Rs256(Claims, """{"alg":"RS256","jku":"https://evil.example/keys"}""", own)));
        Assert.Equal("Signature", await VerifyAsync(store, Tokens.Rs256(Claims, """{"alg":"RS256","x5u":"https://evil.example/cert"}""", own)));
        Assert.Equal("Signature", await VerifyAsync(store, Tokens.Rs256(Claims, """{"alg":"RS256","kid":"../../../dev/null"}""", own)));
        Assert.Equal(Claims, await VerifyAsync(store, Tokens.Rs256(Claims, $$"""{"alg":"RS256","jwk":{{Tokens.Jwk(own)}}}""")));
    }

    [Fact]
    public async Task What_must_be_understood_and_is_not_is_refused() => Assert.Equal(
        "Malformed", await VerifyAsync(Store(Public(RsaPem)), Tokens.Rs256(Claims, """{"alg":"RS256","crit":["x"],"x":1}""")));

    [Fact]
    public async Task A_changed_signature_header_or_payload_does_not_count()
    {
        var store = Store(Public(RsaPem), Public(EcPem), Shared(SecretFile));
        foreach (var good in (string[])[Tokens.Rs256(Claims), Tokens.Es256(Claims), Tokens.Hs256(Claims)])
        {
            var parts = good.Split('.');
            var admin = Tokens.Part(Encoding.UTF8.GetBytes(Claims.Replace("ann", "eve", StringComparison.Ordinal)));
            Assert.Equal("Signature", await VerifyAsync(store, $"{parts[0]}.{admin}.{parts[2]}"));
            Assert.Equal("Signature", await VerifyAsync(store, $"{parts[0]}.{parts[1]}.{parts[2][..^8]}"));
            Assert.Equal("Signature", await VerifyAsync(store, $"{parts[0]}.{parts[1]}.{(parts[2][0] == 'A' ? 'B' : 'A')}{parts[2][1..]}"));
        }
    }

    [Fact]
    public async Task An_ecdsa_signature_of_zeros_or_in_another_encoding_does_not_count()
    {
        var store = Store(Public(EcPem));
        Assert.Equal("Signature", await VerifyAsync(store, Tokens.Signed("""{"alg":"ES256"}""", Claims, _ => new byte[64])));
        Assert.Equal("Signature", await VerifyAsync(store, Tokens.Signed(
            """{"alg":"ES256"}""", Claims, text => Tokens.Ec.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))));
    }

    [Theory]
    [InlineData("x.y.z")]
    [InlineData("e30.e30.e30")]
    [InlineData("bnVsbA.e30.e30")]
    [InlineData("W10.e30.e30")]
    [InlineData("_w.e30.e30")]
    public async Task What_is_no_token_is_a_fault_and_nothing_else(string token) =>
        Assert.Contains(await VerifyAsync(Store(Public(RsaPem)), token), (string[])["Malformed", "Signature"]);

    [Fact]
    public async Task Key_ids_choose_among_keys()
    {
        using var second = RSA.Create(2048);
        var set = _folder.Write("jwks", $$"""{"keys":[{{Tokens.Jwk(Tokens.Rsa, ",\"kid\":\"a\"")}},{{Tokens.Jwk(second, ",\"kid\":\"b\"")}},{{Tokens.Jwk(Tokens.Ec)}}]}""");
        var store = Store(new TokenKeySource.KeySet(set));
        Assert.Equal(Claims, await VerifyAsync(store, Tokens.Rs256(Claims, """{"alg":"RS256","kid":"a"}""")));
        Assert.Equal(Claims, await VerifyAsync(store, Tokens.Rs256(Claims, """{"alg":"RS256","kid":"b"}""", second)));
        Assert.Equal("Signature", await VerifyAsync(store, Tokens.Rs256(Claims, """{"alg":"RS256","kid":"b"}""")));
        Assert.Equal("Signature", await VerifyAsync(store, Tokens.Rs256(Claims, """{"alg":"RS256","kid":"c"}""")));
        Assert.Equal(Claims, await VerifyAsync(store, Tokens.Rs256(Claims)));
        Assert.Equal(Claims, await VerifyAsync(store, Tokens.Es256(Claims, """{"alg":"ES256","kid":"whatever"}""")));
    }

    [Fact]
    public async Task Keys_for_other_purposes_are_left_out()
    {
        var set = _folder.Write("jwks", $$"""
            {"keys":[{{Tokens.Jwk(Tokens.Rsa, ",\"use\":\"enc\"")}},{{Tokens.Jwk(Tokens.Ec, ",\"alg\":\"ES256\",\"key_ops\":[\"verify\"]")}},
            {{Tokens.Jwk(Tokens.Secret, ",\"alg\":\"HS512\"")}},{"kty":"OKP","crv":"Ed25519","x":"AA"}]}
            """);
        var store = Store(new TokenKeySource.KeySet(set));
        Assert.Equal(Claims, await VerifyAsync(store, Tokens.Es256(Claims)));
        Assert.Equal("Signature", await VerifyAsync(store, Tokens.Rs256(Claims)));
        Assert.Equal("Signature", await VerifyAsync(store, Tokens.Hs256(Claims)));
    }

    [Fact]
    public async Task A_certificate_is_a_public_key_too()
    {
        var request = new CertificateRequestOf(Tokens.Rsa).SelfSigned();
        Assert.Equal(Claims, await VerifyAsync(Store(Public(_folder.Write("cert.pem", request))), Tokens.Rs256(Claims)));
        Assert.Equal(Claims, await VerifyAsync(Store(Public(_folder.Write("pkcs1.pem", Tokens.Rsa.ExportRSAPublicKeyPem()))), Tokens.Rs256(Claims)));
    }

    public static TheoryData<string, string> BadKeys
    {
        get
        {
            using var small = RSA.Create(1024);
            using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
            return new()
            {
                { Tokens.Rsa.ExportPkcs8PrivateKeyPem(), "holds a private key" },
                { Tokens.Ec.ExportECPrivateKeyPem(), "holds a private key" },
                { small.ExportSubjectPublicKeyInfoPem(), "has 1024 bits; RS256 needs 2048" },
                { other.ExportSubjectPublicKeyInfoPem(), "P-256" },
                { "", "holds no PEM" },
                { "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "cannot be read" },
                { "-----BEGIN PARROT-----\nAAAA\n-----END PARROT-----\n", "holds no public key" },
            };
        }
    }

    [Theory]
    [MemberData(nameof(BadKeys))]
    public void A_bad_public_key_is_a_problem(string pem, string message)
    {
        var problem = Assert.Single(Load(Public(_folder.Write("key", pem))).Match(_ => throw new InvalidOperationException(), found => found));
        Assert.Equal("/b/keys/0/publicKey", problem.Pointer);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"keys\":[\n  {\"kty\":]}", "line 2, column ")]
    [InlineData("{\"keys\":[],\"keys\":[]}", "not JSON")]
    [InlineData("[]", "no JSON Web Key Set")]
    [InlineData("{\"keys\":{}}", "no JSON Web Key Set")]
    [InlineData("{\"keys\":[]}", "holds no key")]
    [InlineData("{\"keys\":[5]}", "key 1 of it: it is no object")]
    [InlineData("{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2hvcnQ\"}]}", "HS256 needs 32 at least")]
    [InlineData("{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}", "does not lie on the curve")]
    [InlineData("{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}", "RS256 needs 2048")]
    [InlineData("{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\",\"d\":\"hush\"}]}", "private key")]
    public void A_bad_key_set_is_a_problem(string json, string message)
    {
        var problem = Assert.Single(Load(new TokenKeySource.KeySet(_folder.Write("set", json))).Match(_ => throw new InvalidOperationException(), found => found));
        Assert.Equal("/b/keys/0/jwks", problem.Pointer);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_or_missing_secret_is_a_problem()
    {
        Assert.Contains("has 31 bytes", Problem(new Secret.Literal(new string('x', 31))), StringComparison.Ordinal);
        Assert.Contains("there is no file", Problem(new Secret.File("nowhere")), StringComparison.Ordinal);
        Assert.True(Load(new TokenKeySource.SharedSecret(new Secret.Literal(new string('x', 32)))).IsRight);

        string Problem(Secret secret) =>
            Assert.Single(Load(new TokenKeySource.SharedSecret(secret)).Match(_ => throw new InvalidOperationException(), found => found)).Message;
    }

    [Fact]
    public async Task Keys_are_read_again_and_broken_ones_change_nothing()
    {
        using var next = RSA.Create(2048);
        var store = Store(Public(RsaPem));
        var lines = new List<string>();
        var log = LineLogger.Log(LogLevel.Trace, (_, line) => lines.Add(line));
        File.WriteAllText(_folder["rsa.pem"], next.ExportSubjectPublicKeyInfoPem());
        store.Refresh(log);
        Assert.Equal("Signature", await VerifyAsync(store, Tokens.Rs256(Claims)));
        Assert.Equal(Claims, await VerifyAsync(store, Tokens.Rs256(Claims, key: next)));
        File.WriteAllText(_folder["rsa.pem"], next.ExportPkcs8PrivateKeyPem());
        store.Refresh(log);
        store.Refresh(log);
        Assert.Equal(Claims, await VerifyAsync(store, Tokens.Rs256(Claims, key: next)));
        Assert.Equal(2, lines.Count);
        Assert.Contains("read again", lines[0], StringComparison.Ordinal);
        Assert.Contains("private key; name a file with the public key alone; what was read before stays in use", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_in_a_file_is_read_again_too()
    {
        var store = Store(Shared(SecretFile));
        var next = new string('n', 40);
        _folder.Write("secret", next + "\n");
        store.Refresh(LineLogger.Log(LogLevel.None, (_, _) => { }));
        Assert.Equal("Signature", await VerifyAsync(store, Tokens.Hs256(Claims)));
        Assert.Equal(Claims, await VerifyAsync(store, Tokens.Hs256(Claims, secret: Encoding.UTF8.GetBytes(next))));
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private sealed class CertificateRequestOf(RSA key)
    {
        public string SelfSigned()
        {
            var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=issuer", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            return certificate.ExportCertificatePem();
        }
    }
}
