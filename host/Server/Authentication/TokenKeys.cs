using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using LanguageExt;
using Microsoft.IdentityModel.Tokens;

namespace PluginHost.Server.Authentication;

/// <summary>A key that tokens are verified with.</summary>
/// <param name="Algorithm">The one algorithm that its kind is for: <c>HS256</c>, <c>RS256</c> or <c>ES256</c>.</param>
/// <param name="Id">The key id of tokens that are signed with it; <see langword="null"/> for any.</param>
/// <param name="Key">The key.</param>
internal sealed record TokenKey(string Algorithm, string? Id, SecurityKey Key);

/// <summary>Makes keys of what files hold. What is wrong is said without the files' names and contents.</summary>
internal static class TokenKeys
{
    public const string Hs256 = SecurityAlgorithms.HmacSha256;
    public const string Rs256 = SecurityAlgorithms.RsaSha256;
    public const string Es256 = SecurityAlgorithms.EcdsaSha256;

    private const int MinSecret = 32;
    private const int MinRsa = 2048;
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>A shared secret (RFC 7518 §3.2).</summary>
    public static Either<string, TokenKey> OfSecret(byte[] secret, string? id) => secret.Length < MinSecret
        ? $"the secret has {secret.Length} bytes; HS256 needs {MinSecret} at least"
        : new TokenKey(Hs256, id, new SymmetricSecurityKey(secret));

    /// <summary>A public key or a certificate, PEM.</summary>
    public static Either<string, TokenKey> OfPem(byte[] bytes, string? id)
    {
        var text = Encoding.UTF8.GetString(bytes);
        if (text.Contains("PRIVATE KEY-----", StringComparison.Ordinal)) return "it holds a private key; name a file with the public key alone";
        if (!PemEncoding.TryFind(text, out var fields)) return "it holds no PEM (-----BEGIN PUBLIC KEY-----)";
        try
        {
            return text[fields.Label] switch
            {
                "CERTIFICATE" => OfCertificate(text, id),
                "RSA PUBLIC KEY" => OfRsaPem(text, id),
                "PUBLIC KEY" => IsRsa(text) ? OfRsaPem(text, id) : OfEcPem(text, id),
                _ => "it holds no public key (-----BEGIN PUBLIC KEY-----)",
            };
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return "its public key cannot be read; it is neither RSA nor on the curve P-256, or damaged";
        }
    }

    /// <summary>The keys of a set (RFC 7517). Those for other purposes are left out.</summary>
    public static Either<string, Seq<TokenKey>> OfKeySet(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 16 });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("keys", out var list)
                || list.ValueKind != JsonValueKind.Array)
                return "it is no JSON Web Key Set: an object with the list \"keys\"";
            var keys = new List<TokenKey>();
            foreach (var (element, at) in list.EnumerateArray().Select((element, at) => (element, at)))
            {
                var read = OfJson(element);
                if (read.IsLeft) return read.Match(_ => "", why => $"key {at + 1} of it: {why}");
                read.IfRight(found => found.Iter(keys.Add));
            }
            return keys.Count == 0 ? "it holds no key for RS256, ES256 or HS256" : keys.ToArray().ToSeq().Strict();
        }
        catch (JsonException exception)
        {
            return $"line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}: it is not JSON";
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException or ArgumentException)
        {
            return "a member of a key has the wrong type or is not base64url";
        }
    }

    private static Either<string, Option<TokenKey>> OfJson(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object) return "it is no object";
        var key = new JsonWebKey(element.GetRawText());
        if (key.Use is not (null or "" or "sig") || (key.KeyOps.Count > 0 && !key.KeyOps.Contains("verify"))) return Option<TokenKey>.None;
        var id = string.IsNullOrEmpty(key.Kid) ? null : key.Kid;
        if (key.Kty == "oct" && IsFor(key, Hs256)) return OfSecret(Base64UrlEncoder.DecodeBytes(key.K ?? ""), id).Map(Prelude.Some);
        if (key.Kty is "RSA" or "EC" && !string.IsNullOrEmpty(key.D)) return "it is a private key; keep only public ones here";
        if (key.Kty == "RSA" && IsFor(key, Rs256))
        {
            return OfRsa(
                new RSAParameters { Modulus = Base64UrlEncoder.DecodeBytes(key.N ?? ""), Exponent = Base64UrlEncoder.DecodeBytes(key.E ?? "") }, id)
                .Map(Prelude.Some);
        }
        if (key.Kty == "EC" && key.Crv == "P-256" && IsFor(key, Es256))
        {
            return OfPoint(Base64UrlEncoder.DecodeBytes(key.X ?? ""), Base64UrlEncoder.DecodeBytes(key.Y ?? ""), id).Map(Prelude.Some);
        }
        return Option<TokenKey>.None;
    }

    private static bool IsFor(JsonWebKey key, string algorithm) => string.IsNullOrEmpty(key.Alg) || key.Alg == algorithm;

    private static Either<string, TokenKey> OfCertificate(string pem, string? id)
    {
        using var certificate = X509Certificate2.CreateFromPem(pem);
        using var rsa = certificate.GetRSAPublicKey();
        if (rsa is not null) return OfRsa(rsa.ExportParameters(false), id);
        using var ec = certificate.GetECDsaPublicKey();
        return ec is null ? "its certificate has neither an RSA key nor one on the curve P-256" : OfEc(ec, id);
    }

    private static bool IsRsa(string pem)
    {
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static Either<string, TokenKey> OfRsaPem(string pem, string? id)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(pem);
        return OfRsa(rsa.ExportParameters(false), id);
    }

    private static Either<string, TokenKey> OfEcPem(string pem, string? id)
    {
        using var ec = ECDsa.Create();
        ec.ImportFromPem(pem);
        return OfEc(ec, id);
    }

    private static Either<string, TokenKey> OfRsa(RSAParameters parameters, string? id)
    {
        var modulus = parameters.Modulus.AsSpan().TrimStart((byte)0);
        var bits = modulus.IsEmpty ? 0 : 8 * modulus.Length - System.Numerics.BitOperations.LeadingZeroCount((uint)modulus[0]) + 24;
        return bits < MinRsa
            ? $"its RSA key has {bits} bits; RS256 needs {MinRsa} at least"
            : new TokenKey(Rs256, id, new RsaSecurityKey(parameters));
    }

    private static Either<string, TokenKey> OfEc(ECDsa key, string? id)
    {
        var parameters = key.ExportParameters(false);
        return parameters.Curve.IsNamed && parameters.Curve.Oid.Value == P256
            ? OfPoint(parameters.Q.X!, parameters.Q.Y!, id)
            : "its key is not on the curve P-256, which ES256 is for";
    }

    private static Either<string, TokenKey> OfPoint(byte[] x, byte[] y, string? id)
    {
        try
        {
            // Whether the point lies on the curve is found out here, not with the first token.
            using var probe = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } });
            return new TokenKey(Es256, id, new JsonWebKey
            {
                Kty = "EC",
                Crv = "P-256",
                X = Base64UrlEncoder.Encode(x),
                Y = Base64UrlEncoder.Encode(y),
            });
        }
        catch (CryptographicException)
        {
            return "its point does not lie on the curve P-256";
        }
    }
}
