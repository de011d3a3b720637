using System.Text;
using LanguageExt;
using PluginHost.Core.Text;

namespace PluginHost.Server.Files;

/// <summary>Something could not be read.</summary>
/// <param name="Why">What is wrong and what to do about it.</param>
internal sealed record Unreadable(string Why);

/// <summary>Reads what the configuration keeps elsewhere. What it answers is never printed; its problems name the place, not the value.</summary>
internal static class SecretReader
{
    /// <summary>Reads a secret.</summary>
    /// <param name="secret">Where it is.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    /// <returns>The value, or what is wrong and what to do about it.</returns>
    public static Either<Unreadable, string> Read(Secret secret, string folder) => secret.Match<Either<Unreadable, string>>(
        literal => literal,
        name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
            ? value
            : new Unreadable($"the environment variable {name} is not set; set it for the process that runs this"),
        path => FileBytes.Read(Path.GetFullPath(path, folder)).Map(bytes => WithoutLineEnd(Encoding.UTF8.GetString(bytes))));

    private static string WithoutLineEnd(string text) => text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
}

/// <summary>Reads small files whole.</summary>
internal static class FileBytes
{
    private const int Most = 4 << 20;

    /// <summary>Reads a file of at most 4 MiB.</summary>
    /// <param name="path">An absolute path.</param>
    /// <returns>The bytes, or what is wrong and what to do about it.</returns>
    public static Either<Unreadable, byte[]> Read(string path)
    {
        try
        {
            if (Directory.Exists(path)) return new Unreadable($"{path} is a folder; name the file in it");
            // Opening a pipe waits for its other end, perhaps for ever. What has no length is empty, or no file.
            var real = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            if (File.Exists(real) && new FileInfo(real).Length == 0) return Array.Empty<byte>();
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            var buffer = new byte[(stream.Length is > 0 and <= Most ? stream.Length : Most) + 1]; // a device need not end
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return length <= Most ? buffer[..length] : new Unreadable($"{path} is larger than {Most >> 20} MiB; that is no such file");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Unreadable($"there is no file {path}; create it, or name another");
        }
        catch (UnauthorizedAccessException)
        {
            return new Unreadable($"cannot read {path}: permission denied; make it readable for the user who runs this");
        }
        catch (Exception exception) when (exception is IOException or NotSupportedException or ArgumentException)
        {
            return new Unreadable($"cannot read {path}: {exception.Message}");
        }
    }
}
