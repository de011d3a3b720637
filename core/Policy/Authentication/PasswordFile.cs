using System.Globalization;
using LanguageExt;
using PluginHost.Core.Text;

namespace PluginHost.Core.Policy.Authentication;

/// <summary>What PBKDF2 (RFC 8018 §5.2) works with.</summary>
public enum PasswordAlgorithm
{
    /// <summary>HMAC-SHA-256; a hash of 32 bytes.</summary>
    Sha256,

    /// <summary>HMAC-SHA-512; a hash of 64 bytes.</summary>
    Sha512,
}

/// <summary>A salted hash of a password.</summary>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Iterations">1,000 to 10,000,000.</param>
/// <param name="Salt">8 to 64 bytes.</param>
/// <param name="Hash">As long as the algorithm says.</param>
public sealed record PasswordHash(PasswordAlgorithm Algorithm, int Iterations, Seq<byte> Salt, Seq<byte> Hash)
{
    /// <summary>The least and the most iterations.</summary>
    public const int MinIterations = 1_000;

    /// <summary>The most iterations.</summary>
    public const int MaxIterations = 10_000_000;

    /// <summary>Bytes of a hash.</summary>
    public static int HashLength(PasswordAlgorithm algorithm) => algorithm == PasswordAlgorithm.Sha512 ? 64 : 32;

    /// <summary>As in a file of users: <c>pbkdf2-sha256$600000$salt$hash</c>, the last two base64.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name(Algorithm)}${Iterations}${Convert.ToBase64String(Salt.ToArray())}${Convert.ToBase64String(Hash.ToArray())}");

    /// <summary>The algorithm's name.</summary>
    public static string Name(PasswordAlgorithm algorithm) => algorithm == PasswordAlgorithm.Sha512 ? "pbkdf2-sha512" : "pbkdf2-sha256";
}

/// <summary>A user in a file of users.</summary>
/// <param name="Name">Compared exactly.</param>
/// <param name="Password">The hash.</param>
/// <param name="Roles">The roles; maybe none.</param>
public sealed record PasswordEntry(string Name, PasswordHash Password, Seq<string> Roles)
{
    /// <summary>The line that <see cref="PasswordFile.Read"/> reads.</summary>
    public override string ToString() => $"{Name}:{Password}" + (Roles.IsEmpty ? "" : ":" + string.Join(',', Roles));
}

/// <summary>Something wrong in a file of users. What stands there is not repeated.</summary>
/// <param name="Line">1-based.</param>
/// <param name="Column">1-based, in characters.</param>
/// <param name="Message">What is wrong and what is expected.</param>
public sealed record PasswordFileProblem(int Line, int Column, string Message)
{
    /// <summary><c>3:12: message</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Line}:{Column}: {Message}");
}

/// <summary>
/// Reads files of users: one a line, <c>user:algorithm$iterations$salt$hash</c>, maybe followed by <c>:role,role</c>. Empty lines, and those that begin with
/// <c>#</c>, say nothing.
/// </summary>
public static class PasswordFile
{
    private const string Shape = "a line is user:algorithm$iterations$salt$hash, or that and :role,role; \"hash-password\" makes one";

    /// <summary>Reads a file. Total.</summary>
    /// <param name="text">Its text; lines end with LF or CRLF.</param>
    /// <returns>The users in the order of the file, or everything that is wrong.</returns>
    public static Either<Seq<PasswordFileProblem>, Seq<PasswordEntry>> Read(string text)
    {
        var entries = new List<PasswordEntry>();
        var problems = new List<PasswordFileProblem>();
        var seen = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        var number = 0;
        foreach (var ended in text.TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            var line = ended.TrimEnd('\r');
            if (line.Length == 0 || line[0] == '#') continue;
            Entry(line).Match(
                entry =>
                {
                    if (seen.Add(entry.Name)) entries.Add(entry);
                    else problems.Add(new PasswordFileProblem(number, 1, $"the user {Quoting.Quote(entry.Name)} stands here a second time"));
                },
                fault => problems.Add(new PasswordFileProblem(number, fault.At + 1, fault.Message)));
        }
        return problems.Count > 0 ? problems.ToArray().ToSeq().Strict() : entries.ToArray().ToSeq().Strict();
    }

    /// <summary>What keeps a text from being a user's name, or null.</summary>
    /// <param name="name">Any text.</param>
    public static string? NameProblem(string name)
    {
        if (name.Length is 0 or > 255) return "a user's name has 1 to 255 characters";
        return name.Any(c => c == ':' || char.IsControl(c)) || name[0] == '#'
            ? "a user's name has no colon and no control characters, and does not begin with \"#\""
            : null;
    }

    /// <summary>What keeps a text from being a role, or null.</summary>
    /// <param name="role">Any text.</param>
    public static string? RoleProblem(string role) => role.Length is 0 or > 255 || role.Any(c => c is ',' or ':' || char.IsControl(c) || char.IsWhiteSpace(c))
        ? "a role has 1 to 255 characters and no comma, colon or white space"
        : null;

    private readonly record struct Fault(int At, string Message);

    private static Either<Fault, PasswordEntry> Entry(string line)
    {
        var parts = line.Split(':');
        if (parts.Length is < 2 or > 3) return new Fault(0, Shape);
        if (NameProblem(parts[0]) is { } problem) return new Fault(0, problem);
        var roles = Seq<string>.Empty;
        if (parts.Length == 3)
        {
            var at = parts[0].Length + parts[1].Length + 2;
            foreach (var role in parts[2].Split(','))
            {
                if (RoleProblem(role) is { } wrong) return new Fault(at, wrong);
                roles = roles.Add(role);
                at += role.Length + 1;
            }
        }
        return Hash(parts[1], parts[0].Length + 1).Map(hash => new PasswordEntry(parts[0], hash, roles.Strict()));
    }

    private static Either<Fault, PasswordHash> Hash(string text, int at)
    {
        var parts = text.Split('$');
        if (parts.Length != 4) return new Fault(at, Shape);
        if (parts[0] is not ("pbkdf2-sha256" or "pbkdf2-sha512")) return new Fault(at, "the algorithm is pbkdf2-sha256 or pbkdf2-sha512");
        var algorithm = parts[0] == "pbkdf2-sha512" ? PasswordAlgorithm.Sha512 : PasswordAlgorithm.Sha256;
        at += parts[0].Length + 1;
        if (!parts[1].All(char.IsAsciiDigit) || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var iterations)
            || iterations is < PasswordHash.MinIterations or > PasswordHash.MaxIterations)
            return new Fault(at, $"the iterations are a number from {PasswordHash.MinIterations} to {PasswordHash.MaxIterations}");
        at += parts[1].Length + 1;
        if (Bytes(parts[2]) is not { Length: >= 8 and <= 64 } salt) return new Fault(at, "the salt is base64 of 8 to 64 bytes");
        at += parts[2].Length + 1;
        var length = PasswordHash.HashLength(algorithm);
        if (Bytes(parts[3]) is not { } hash || hash.Length != length) return new Fault(at, $"the hash is base64 of {length} bytes");
        return new PasswordHash(algorithm, iterations, salt.ToSeq().Strict(), hash.ToSeq().Strict());
    }

    private static byte[]? Bytes(string base64)
    {
        if (base64.Any(char.IsWhiteSpace)) return null;
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : null;
    }
}
