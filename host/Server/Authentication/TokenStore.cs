using LanguageExt;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Text;
using PluginHost.Server.Files;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Authentication;

/// <summary>
/// Verifies signatures of tokens (RFC 7515). What a token says is judged by the core; here only who has signed it. From any thread.
/// </summary>
internal sealed class TokenStore
{
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false };

    private readonly WatchedFiles<Keys>[] _keys;

    private TokenStore(WatchedFiles<Keys>[] keys) => _keys = keys;

    private sealed record Keys(Seq<TokenKey> All);

    /// <summary>Reads the keys.</summary>
    /// <param name="plan">Where they are.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    /// <returns>The store, or everything that is wrong.</returns>
    public static Either<Seq<AuthenticationProblem>, TokenStore> Load(BearerPlan plan, string folder)
    {
        var keys = new List<WatchedFiles<Keys>>();
        var problems = new List<AuthenticationProblem>();
        foreach (var key in plan.Keys) Load(key, folder).Match(keys.Add, problems.Add);
        return problems.Count > 0 ? problems.ToArray().ToSeq().Strict() : new TokenStore([.. keys]);
    }

    /// <summary>Looks whether files have changed.</summary>
    public void Refresh(ServerLog log)
    {
        foreach (var keys in _keys) keys.Refresh(log);
    }

    /// <summary>Verifies a token's signature.</summary>
    /// <param name="token">A token that has the form of one.</param>
    /// <returns>Its payload, or why it does not count.</returns>
    public async Task<Either<TokenFault, ReadOnlyMemory<byte>>> VerifyAsync(string token)
    {
        if (Parse(token) is not { } parsed) return TokenFault.Malformed;
        // A key is for one algorithm, which is its own and not the token's to choose: no "none", and no HMAC with a public key for its secret.
        SecurityKey[] candidates = [.. _keys.SelectMany(keys => keys.Value.All).Where(key => Fits(key, parsed)).Select(key => key.Key)];
        if (candidates.Length == 0) return TokenFault.Signature;
        var result = await Handler.ValidateTokenAsync(parsed, new TokenValidationParameters
        {
            RequireSignedTokens = true,
            ValidAlgorithms = [parsed.Alg],
            IssuerSigningKeyResolver = (_, _, _, _) => candidates,
            TryAllIssuerSigningKeys = false,
            // The rest is the core's.
            ValidateIssuer = false,
            ValidateAudience = false,
            RequireAudience = false,
            ValidateLifetime = false,
            RequireExpirationTime = false,
        }).ConfigureAwait(false);
        return result.IsValid ? (ReadOnlyMemory<byte>)Base64UrlEncoder.DecodeBytes(parsed.EncodedPayload) : TokenFault.Signature;
    }

    private static bool Fits(TokenKey key, JsonWebToken token) =>
        key.Algorithm == token.Alg && (key.Id is null || string.IsNullOrEmpty(token.Kid) || key.Id == token.Kid);

    private static JsonWebToken? Parse(string token)
    {
        try
        {
            var parsed = new JsonWebToken(token);
            // Whoever writes "crit" wants to be understood or refused (RFC 7515 §4.1.11), and nothing that can stand there is understood.
            return parsed.TryGetHeaderValue<object>("crit", out _) ? null : parsed;
        }
        catch (Exception exception) when (exception is ArgumentException or SecurityTokenException or FormatException or System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static Either<AuthenticationProblem, WatchedFiles<Keys>> Load(TokenKeyPlan plan, string folder)
    {
        var id = plan.Id.MatchUnsafe<string?>(text => text, () => null);
        return plan.Source.Match(
            path => Files(plan.Pointer + "/publicKey", path, folder, bytes => TokenKeys.OfPem(bytes, id).Map(Prelude.Seq1)),
            path => Files(plan.Pointer + "/jwks", path, folder, TokenKeys.OfKeySet),
            secret => Secret(plan.Pointer + "/secret", secret, folder, id));
    }

    private static Either<AuthenticationProblem, WatchedFiles<Keys>> Files(
        string pointer, string path, string folder, Func<byte[], Either<string, Seq<TokenKey>>> make) => WatchedFiles<Keys>.Load(
        $"keys {path}",
        () => FileBytes.Read(Path.GetFullPath(path, folder)).MapLeft(fault => new AuthenticationProblem(pointer, fault.Why)),
        bytes => make(bytes).Map(keys => new Keys(keys)).MapLeft(why => new AuthenticationProblem(pointer, $"{path}: {why}")));

    private static Either<AuthenticationProblem, WatchedFiles<Keys>> Secret(string pointer, Secret secret, string folder, string? id) => WatchedFiles<Keys>.Load(
        "the secret at " + pointer,
        () => SecretReader.Read(secret, folder)
            .Map(text => System.Text.Encoding.UTF8.GetBytes(text)).MapLeft(fault => new AuthenticationProblem(pointer, fault.Why)),
        bytes => TokenKeys.OfSecret(bytes, id).Map(key => new Keys(Prelude.Seq1(key))).MapLeft(why => new AuthenticationProblem(pointer, why)));
}
