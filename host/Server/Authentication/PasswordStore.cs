using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using LanguageExt;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server.Files;
using PluginHost.Server.Logging;
using static LanguageExt.Prelude;

namespace PluginHost.Server.Authentication;

/// <summary>The users of one file. From any thread.</summary>
internal sealed class PasswordStore
{
    private readonly WatchedFiles<Users> _users;

    private PasswordStore(WatchedFiles<Users> users) => _users = users;

    /// <summary>Reads the file.</summary>
    /// <param name="plan">Where it is.</param>
    /// <param name="verification">What is remembered of passwords that were right.</param>
    /// <param name="folder">What a relative path is relative to.</param>
    public static Either<AuthenticationProblem, PasswordStore> Load(BasicPlan plan, VerificationPlan verification, string folder)
    {
        var pointer = plan.Pointer + "/users";
        return WatchedFiles<Users>.Load(
            $"users {plan.Users}",
            () => FileBytes.Read(Path.GetFullPath(plan.Users, folder)).MapLeft(fault => new AuthenticationProblem(pointer, fault.Why)),
            bytes => Make(bytes, verification).MapLeft(why => new AuthenticationProblem(pointer, plan.Users + why))).Map(users => new PasswordStore(users));
    }

    /// <summary>Whether this name and password have been verified a short while ago, with the file as it is now.</summary>
    /// <param name="user">The name.</param>
    /// <param name="password">The password.</param>
    /// <param name="now">Milliseconds that only go forward.</param>
    /// <returns>The user's roles; none where it has to be verified.</returns>
    public Option<Seq<string>> Remembered(string user, string password, long now) => _users.Value.Remembered(user, password, now);

    /// <summary>Verifies a password. It takes as long for a user that does not exist.</summary>
    /// <param name="user">The name.</param>
    /// <param name="password">The password.</param>
    /// <param name="now">Milliseconds that only go forward.</param>
    /// <returns>The user's roles; none where the password is not right or there is no such user.</returns>
    public Option<Seq<string>> Verify(string user, string password, long now) => _users.Value.Verify(user, password, now);

    /// <summary>Looks whether the file has changed.</summary>
    public void Refresh(ServerLog log) => _users.Refresh(log);

    private static Either<string, Users> Make(byte[] bytes, VerificationPlan verification)
    {
        if (!System.Text.Unicode.Utf8.IsValid(bytes)) return " is not UTF-8";
        return PasswordFile.Read(Encoding.UTF8.GetString(bytes)).Match<Either<string, Users>>(
            entries => new Users(entries, verification),
            problems => $":{problems[0]}" + (problems.Count == 1 ? "" : $"; and {problems.Count - 1} more"));
    }

    /// <summary>The file as it was read once, and what has been verified with it: nothing that is remembered outlives a change.</summary>
    private sealed class Users
    {
        private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
        private static readonly PasswordHash Nobody = PasswordHashing.Make("", PasswordAlgorithm.Sha256, PasswordHash.MinIterations) with
        {
            Iterations = PasswordHashing.DefaultIterations(PasswordAlgorithm.Sha256),
        };

        private readonly FrozenDictionary<string, PasswordEntry> _byName;
        private readonly PasswordEntry[] _all;
        private readonly ConcurrentDictionary<(UInt128, UInt128), (long Until, Seq<string> Roles)> _verified = new();

        private readonly VerificationPlan _verification;

        public Users(Seq<PasswordEntry> entries, VerificationPlan verification)
        {
            _verification = verification;
            _all = [.. entries];
            _byName = _all.ToFrozenDictionary(item => item.Name, StringComparer.Ordinal);
        }

        public Option<Seq<string>> Remembered(string user, string password, long now) =>
            _verified.TryGetValue(KeyOf(user, password), out var found) && now < found.Until ? Some(found.Roles) : None;

        public Option<Seq<string>> Verify(string user, string password, long now)
        {
            var entry = _byName.GetValueOrDefault(user);
            var right = PasswordHashing.Verify(password, entry?.Password ?? Decoy(user));
            if (entry is null || !right) return None;
            Remember(KeyOf(user, password), now + (long)_verification.RememberedFor.TotalMilliseconds, entry.Roles, now);
            return entry.Roles;
        }

        /// <summary>For a user that does not exist, the hash of one that does, always the same: nothing in the time it takes tells them apart.</summary>
        private PasswordHash Decoy(string name)
        {
            if (_all.Length == 0) return Nobody;
            var hash = HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(name));
            return _all[BitConverter.ToUInt32(hash) % (uint)_all.Length].Password;
        }

        private void Remember((UInt128, UInt128) key, long until, Seq<string> roles, long now)
        {
            if (_verified.Count >= _verification.Remembered)
            {
                foreach (var (old, value) in _verified)
                    if (value.Until <= now) _verified.TryRemove(old, out _);
                if (_verified.Count >= _verification.Remembered) return;
            }
            _verified[key] = (until, roles);
        }

        // A key that only this process has: whoever reads the memory of it later finds no hash that could be guessed at.
        private static (UInt128, UInt128) KeyOf(string user, string password)
        {
            var hash = HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes($"{user.Length}:{user}{password}")).AsSpan();
            return (BitConverter.ToUInt128(hash), BitConverter.ToUInt128(hash[16..]));
        }
    }
}
