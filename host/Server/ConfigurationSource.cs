using LanguageExt;
using PluginHost.Core.Configuration;
using PluginHost.Server.Files;

namespace PluginHost.Server;

/// <summary>The text of a configuration and where it comes from.</summary>
/// <param name="Path">The absolute path of the file; <see langword="null"/> for the built-in defaults.</param>
/// <param name="Name">What messages call it.</param>
/// <param name="Folder">The absolute path that relative paths in it are relative to.</param>
/// <param name="Utf8">The text.</param>
public sealed record ConfigurationSource(string? Path, string Name, string Folder, ReadOnlyMemory<byte> Utf8)
{
    /// <summary>The name of the file that is looked for.</summary>
    public const string FileName = "plugins.json";

    /// <summary>
    /// Reads the file that was named; otherwise <c>plugins.json</c> in the current folder, or else beside the program. Where there is neither, the defaults
    /// (<c>{}</c>) are taken.
    /// </summary>
    /// <param name="named">The file that the user named, absolute or relative to <paramref name="current"/>; <see langword="null"/> for none.</param>
    /// <param name="current">The current folder.</param>
    /// <param name="program">The folder of the program.</param>
    public static Either<StartupProblem, ConfigurationSource> Read(string? named, string current, string program)
    {
        if (named is not null) return ReadFile(System.IO.Path.GetFullPath(named, current), named);
        var here = System.IO.Path.Combine(current, FileName);
        if (Exists(here)) return ReadFile(here, FileName);
        var beside = System.IO.Path.Combine(program, FileName);
        return Exists(beside) ? ReadFile(beside, beside) : new ConfigurationSource(null, "the defaults", current, "{}"u8.ToArray());
    }

    // A broken link is there: taking other settings in its stead would hide the mistake.
    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path) || new FileInfo(path).LinkTarget is not null;

    private static Either<StartupProblem, ConfigurationSource> ReadFile(string path, string name)
    {
        try
        {
            if (Directory.Exists(path)) return Unreadable(name, "it is a folder; name the file in it");
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
            return ReadAtMost(stream, ConfigurationReader.MaxBytes) is { } utf8
                ? new ConfigurationSource(path, name, System.IO.Path.GetDirectoryName(path)!, utf8)
                : Unreadable(name, $"it is larger than {ConfigurationReader.MaxBytes >> 20} MiB; that is no configuration");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Unreadable(name, "there is no such file; create it, or name another with --config");
        }
        catch (UnauthorizedAccessException)
        {
            return Unreadable(name, "permission denied; make the file readable for the user who runs this");
        }
        catch (Exception exception) when (exception is IOException or NotSupportedException)
        {
            return Unreadable(name, $"{exception.Message}; name another file with --config");
        }
    }

    /// <summary>The whole stream, or <see langword="null"/> when it is longer: a pipe or device need not end.</summary>
    private static byte[]? ReadAtMost(Stream stream, int most)
    {
        var buffer = new byte[most + 1];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return length > most ? null : buffer[..length];
    }

    private static StartupProblem Unreadable(string name, string why) => StartupProblem.Of($"cannot read {name}: {why}");
}
