using PluginHost.Core.Policy.Authentication;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Tests.Authentication;

public sealed class PasswordFileTests
{
    private const string Salt = "AAECAwQFBgcICQoLDA0ODw==";
    private const string Hash32 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private const string Good = "pbkdf2-sha256$600000$" + Salt + "$" + Hash32;

    [Fact]
    public void Users_hashes_and_roles_are_read_and_written_alike()
    {
        var text = $"# users\r\n\nann:{Good}\r\nbob:pbkdf2-sha512$1000$AAECAwQFBgc=${Hash32[..43]}{Convert.ToBase64String(new byte[32])}:admin,reader\n";
        text = text.Replace(Hash32[..43] + Convert.ToBase64String(new byte[32]), Convert.ToBase64String(new byte[64]), StringComparison.Ordinal);
        var entries = PasswordFile.Read(text).Match(found => found, problems => throw new InvalidOperationException(string.Join('\n', problems)));
        Assert.Equal(Seq("ann", "bob"), entries.Map(one => one.Name));
        Assert.Equal((PasswordAlgorithm.Sha256, 600_000, 16, 32), Shape(entries[0]));
        Assert.Equal((PasswordAlgorithm.Sha512, 1_000, 8, 64), Shape(entries[1]));
        Assert.Equal(Seq("admin", "reader"), entries[1].Roles);
        Assert.Equal(entries, PasswordFile.Read(string.Join('\n', entries)).IfLeft(_ => throw new InvalidOperationException()));
    }

    private static (PasswordAlgorithm, int, int, int) Shape(PasswordEntry entry) =>
        (entry.Password.Algorithm, entry.Password.Iterations, entry.Password.Salt.Count, entry.Password.Hash.Count);

    [Theory]
    [InlineData("ann", 1, "a line is user:algorithm")]
    [InlineData("ann:secret", 5, "a line is user:algorithm")]
    [InlineData(":" + Good, 1, "1 to 255 characters")]
    [InlineData("an\tn:" + Good, 1, "no control characters")]
    [InlineData("ann:md5$600000$" + Salt + "$" + Hash32, 5, "the algorithm is")]
    [InlineData("ann:pbkdf2-sha256$999$" + Salt + "$" + Hash32, 19, "from 1000 to 10000000")]
    [InlineData("ann:pbkdf2-sha256$10000001$" + Salt + "$" + Hash32, 19, "from 1000 to 10000000")]
    [InlineData("ann:pbkdf2-sha256$+1000$" + Salt + "$" + Hash32, 19, "from 1000 to 10000000")]
    [InlineData("ann:pbkdf2-sha256$1000\0$" + Salt + "$" + Hash32, 19, "from 1000 to 10000000")]
    [InlineData("ann:pbkdf2-sha256$1000$AAECAwQFBg==$" + Hash32, 24, "8 to 64 bytes")]
    [InlineData("ann:pbkdf2-sha256$1000$?$" + Hash32, 24, "8 to 64 bytes")]
    [InlineData("ann:pbkdf2-sha256$1000$" + Salt + "$" + Salt, 49, "base64 of 32 bytes")]
    [InlineData("ann:pbkdf2-sha512$1000$" + Salt + "$" + Hash32, 49, "base64 of 64 bytes")]
    [InlineData("ann:pbkdf2-sha256$1000$" + Salt + "$" + Hash32 + " ", 49, "base64 of 32 bytes")]
    [InlineData("ann:" + Good + ":admin,,x", 102, "a role has")]
    [InlineData("ann:" + Good + ":a b", 96, "a role has")]
    [InlineData("ann:" + Good + ":a:b", 1, "a line is")]
    public void What_is_wrong_has_its_line_and_column_and_is_not_repeated(string line, int column, string message)
    {
        var problem = Assert.Single(PasswordFile.Read($"# first\nok:{Good}\n{line}\n").Match(_ => throw new InvalidOperationException(), found => found));
        Assert.Equal((3, column), (problem.Line, problem.Column));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Hash32, problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_found_and_a_user_stands_once()
    {
        var problems = PasswordFile.Read($"ann:{Good}\nann:{Good}\nAnn:{Good}\nx\n").Match(_ => throw new InvalidOperationException(), found => found);
        Assert.Equal(Seq("2:1", "4:1"), problems.Map(one => $"{one.Line}:{one.Column}"));
        Assert.Contains("a second time", problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_has_no_users() => Assert.True(PasswordFile.Read("\uFEFF# nobody\n").Exists(one => one.IsEmpty));
}
