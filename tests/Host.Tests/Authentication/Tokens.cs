using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace PluginHost.Tests.Authentication;

/// <summary>Tokens made by hand, right and wrong: what the server verifies with is not what made them.</summary>
internal static class Tokens
{
    public const string SecretText = "a secret that is 32 bytes long, or more";

    public static RSA Rsa { get; } = RSA.Create(2048);

    public static ECDsa Ec { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static byte[] Secret { get; } = Encoding.UTF8.GetBytes(SecretText);

    /// <summary>Claims of ann, valid for an hour from then on.</summary>
    public static string Claims(DateTimeOffset now, string more = "") => $$"""{"sub":"ann","exp":{{now.ToUnixTimeSeconds() + 3600}}{{more}}}""";

    public static string Hs256(string claims, string header = """{"alg":"HS256"}""", byte[]? secret = null) =>
        Signed(header, claims, text => HMACSHA256.HashData(secret ?? Secret, text));

    public static string Rs256(string claims, string header = """{"alg":"RS256"}""", RSA? key = null) =>
        Signed(header, claims, text => (key ?? Rsa).SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public static string Es256(string claims, string header = """{"alg":"ES256"}""", ECDsa? key = null) =>
        Signed(header, claims, text => (key ?? Ec).SignData(text, HashAlgorithmName.SHA256));

    /// <summary>Header and claims with whatever signature.</summary>
    public static string Signed(string header, string claims, Func<byte[], byte[]> sign)
    {
        var text = Part(Encoding.UTF8.GetBytes(header)) + "." + Part(Encoding.UTF8.GetBytes(claims));
        return text + "." + Part(sign(Encoding.ASCII.GetBytes(text)));
    }

    public static string Part(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>A key of a key set.</summary>
    public static string Jwk(RSA key, string more = "")
    {
        var parameters = key.ExportParameters(false);
        return $$"""{"kty":"RSA","n":"{{Part(parameters.Modulus!)}}","e":"{{Part(parameters.Exponent!)}}"{{more}}}""";
    }

    /// <summary>A key of a key set.</summary>
    public static string Jwk(ECDsa key, string more = "")
    {
        var point = key.ExportParameters(false).Q;
        return $$"""{"kty":"EC","crv":"P-256","x":"{{Part(point.X!)}}","y":"{{Part(point.Y!)}}"{{more}}}""";
    }

    /// <summary>A key of a key set.</summary>
    public static string Jwk(byte[] secret, string more = "") => $$"""{"kty":"oct","k":"{{Part(secret)}}"{{more}}}""";

    /// <summary>Text as JSON.</summary>
    public static string Json(string text) => JsonSerializer.Serialize(text);
}
