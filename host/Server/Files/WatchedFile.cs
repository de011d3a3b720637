using System.Security.Cryptography;
using LanguageExt;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Files;

/// <summary>Something about a credential's file that keeps it from being used.</summary>
/// <param name="Pointer">The value in the configuration that is to blame.</param>
/// <param name="Message">What is wrong and what to do about it; never what is in the file.</param>
internal sealed record AuthenticationProblem(string Pointer, string Message);

/// <summary>
/// What was made of some files. It is made anew when they change, and kept as it was when what they hold then cannot be used. The value is asked for on
/// any thread; <see cref="Refresh"/> runs on one at a time.
/// </summary>
/// <typeparam name="T">What is made of them; immutable, but for what it remembers.</typeparam>
internal sealed class WatchedFiles<T> where T : class
{
    private readonly string _name;
    private readonly Func<Either<AuthenticationProblem, byte[]>> _read;
    private readonly Func<byte[], Either<AuthenticationProblem, T>> _make;
    private T _value;
    private string _seen;
    private string _used;

    private WatchedFiles(
        string name, Func<Either<AuthenticationProblem, byte[]>> read, Func<byte[], Either<AuthenticationProblem, T>> make, T value, string stamp)
    {
        (_name, _read, _make, _value, _seen, _used) = (name, read, make, value, stamp, stamp);
    }

    /// <summary>What was made last.</summary>
    public T Value => Volatile.Read(ref _value);

    /// <summary>Reads for the first time.</summary>
    /// <param name="name">What the log calls it.</param>
    /// <param name="read">Reads everything that it is made of.</param>
    /// <param name="make">Makes it.</param>
    public static Either<AuthenticationProblem, WatchedFiles<T>> Load(
        string name, Func<Either<AuthenticationProblem, byte[]>> read, Func<byte[], Either<AuthenticationProblem, T>> make) =>
        read().Bind(bytes => make(bytes).Map(value => new WatchedFiles<T>(name, read, make, value, Stamp(bytes))));

    /// <summary>Looks whether there is something new.</summary>
    public void Refresh(ServerLog log)
    {
        var read = _read();
        var stamp = read.Match(Stamp, problem => problem.Message);
        if (stamp == _seen) return;
        _seen = stamp;
        read.Bind(_make).Match(
            value =>
            {
                if (stamp == _used) return;
                _used = stamp;
                Volatile.Write(ref _value, value);
                log.Write(LogLevel.Information, $"{_name}: read again");
            },
            problem => log.Write(LogLevel.Warning, $"{_name}: {problem.Message}; what was read before stays in use"));
    }

    private static string Stamp(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}
