using System.Security.Cryptography;
using System.Text;
using LanguageExt;
using PluginHost.Core.Policy.Authentication;

namespace PluginHost.Server.Authentication;

/// <summary>PBKDF2 (RFC 8018 §5.2) by the framework.</summary>
public static class PasswordHashing
{
    private const int SaltLength = 16;

    /// <summary>Iterations by default: what takes a password guesser long enough today.</summary>
    public static int DefaultIterations(PasswordAlgorithm algorithm) => algorithm == PasswordAlgorithm.Sha512 ? 210_000 : 600_000;

    /// <summary>Hashes a password with a new salt.</summary>
    public static PasswordHash Make(string password, PasswordAlgorithm algorithm, int iterations)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        return new PasswordHash(algorithm, iterations, salt.ToSeq().Strict(), Derive(password, algorithm, iterations, salt).ToSeq().Strict());
    }

    /// <summary>Whether a password is the one that was hashed. How far the two agree makes no difference in time.</summary>
    public static bool Verify(string password, PasswordHash hash) =>
        CryptographicOperations.FixedTimeEquals(Derive(password, hash.Algorithm, hash.Iterations, hash.Salt.ToArray()), hash.Hash.ToArray());

    private static byte[] Derive(string password, PasswordAlgorithm algorithm, int iterations, byte[] salt) => Rfc2898DeriveBytes.Pbkdf2(
        Encoding.UTF8.GetBytes(password),
        salt,
        iterations,
        algorithm == PasswordAlgorithm.Sha512 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256,
        PasswordHash.HashLength(algorithm));
}
