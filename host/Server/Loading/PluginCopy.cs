using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Loading;

/// <summary>How large the folder of a plugin may be.</summary>
/// <param name="MaxFiles">Files in it, at least 1.</param>
/// <param name="MaxBytes">Bytes of all files together.</param>
/// <param name="MaxDepth">Levels of folders below it.</param>
internal sealed record CopyLimits(int MaxFiles, long MaxBytes, int MaxDepth)
{
    /// <summary>Far more than any plugin has; a home or system folder, taken by mistake, has more.</summary>
    public static readonly CopyLimits Default = new(10_000, 1L << 30, 32);
}

/// <summary>
/// A private copy of a plugin's folder, from which it runs: nothing that is replaced in <c>plugins/</c> can touch running code, and libraries
/// find what lies beside them. It is named by id and content.
/// </summary>
internal sealed class PluginCopy
{
    private static int s_count;

    private PluginCopy(string folder, string file, IReadOnlyList<string> assemblies) => (Folder, File, Assemblies) = (folder, file, assemblies);

    /// <summary>The copy's folder.</summary>
    public string Folder { get; }

    /// <summary>The plugin's assembly in it.</summary>
    public string File { get; }

    /// <summary>The paths of all files whose name ends in <c>.dll</c>, relative to the folder.</summary>
    public IReadOnlyList<string> Assemblies { get; }

    /// <summary>Copies the folder of an assembly.</summary>
    /// <param name="id">The plugin's id.</param>
    /// <param name="assembly">The absolute path of its assembly, links resolved.</param>
    /// <param name="root">Where copies lie.</param>
    /// <param name="limits">How large the folder may be.</param>
    /// <returns>The copy, or what is in the way of it.</returns>
    public static (PluginCopy? Copy, PluginProblem? Problem) Make(string id, string assembly, string root, CopyLimits limits)
    {
        var source = PluginPaths.Real(Path.GetDirectoryName(assembly)!)!;
        var part = Path.Combine(root, $"part-{Interlocked.Increment(ref s_count)}");
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var files = new List<string>();
            var bytes = 0L;
            foreach (var (file, path) in Files(source, source, "", limits.MaxDepth))
            {
                files.Add(path);
                bytes += CopyFile(file, Path.Combine(part, path), path, hash, limits.MaxBytes - bytes);
                if (files.Count > limits.MaxFiles || bytes > limits.MaxBytes)
                    throw new IOException($"it holds more than {limits.MaxFiles} files or {limits.MaxBytes >> 20} MiB");
            }
            var folder = Named(root, $"{id}-{Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}", part);
            return (new(folder, Path.Combine(folder, Path.GetFileName(assembly)),
                [.. files.Where(file => file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))]), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            CopyRoot.TryRemove(part);
            return (null, new(source, $"the folder of the plugin '{id}' cannot be copied to {root}: {OneLine.Of(e)}",
                "Give the plugin a folder of its own, with files that the host can read, and the host room for a copy"));
        }
    }

    /// <summary>Removes an assembly that must not be loaded.</summary>
    public void LeaveOut(string path) => System.IO.File.Delete(Path.Combine(Folder, path));

    /// <summary>Removes the copy. What is in use stays until the process ends.</summary>
    public void Remove() => CopyRoot.TryRemove(Folder);

    private static string Named(string root, string name, string part)
    {
        // The same content may be loaded twice: beside itself, or again before the first is unloaded.
        for (var copy = 1; ; copy++)
        {
            var folder = Path.Combine(root, copy == 1 ? name : $"{name}-{copy}");
            if (Directory.Exists(folder)) continue;
            try
            {
                Directory.Move(part, folder);
                return folder;
            }
            catch (IOException) when (Directory.Exists(folder))
            {
                // Another thread was faster.
            }
        }
    }

    /// <summary>The regular files below a folder, with the paths that they get. A link is followed where it stays below the root.</summary>
    private static IEnumerable<(string File, string Path)> Files(string folder, string root, string prefix, int depth)
    {
        if (depth < 0)
            throw new IOException($"its folders are nested too deep, or a link leads in circles: {prefix}");
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var path = Path.Combine(prefix, entry.Name);
            var real = entry.LinkTarget is null ? entry.FullName : PluginPaths.Real(entry.FullName);
            if (real is null || (entry.LinkTarget is not null && !PluginPaths.IsBelow(real, root)))
                throw new IOException($"the link {path} leads out of it, or in circles");
            if (Directory.Exists(real))
                foreach (var file in Files(real, root, path, depth - 1))
                    yield return file;
            else if (new FileInfo(real) is { Exists: true })
                yield return (real, path);
        }
    }

    private static long CopyFile(string source, string target, string path, IncrementalHash hash, long room)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        using var output = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        hash.AppendData(Encoding.UTF8.GetBytes(path + "\0"));
        // Pipes and devices have no length; opening one could block for ever.
        if (new FileInfo(source).Length == 0) return 0;
        using var input = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var buffer = ArrayPool<byte>.Shared.Rent(128 << 10);
        try
        {
            var total = 0L;
            for (int read; total <= room && (read = input.Read(buffer)) > 0; total += read)
            {
                output.Write(buffer, 0, read);
                hash.AppendData(buffer, 0, read);
            }
            hash.AppendData(BitConverter.GetBytes(total));
            if (!OperatingSystem.IsWindows())
                System.IO.File.SetUnixFileMode(target, System.IO.File.GetUnixFileMode(source) & UserMode | UnixFileMode.UserRead);
            return total;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private const UnixFileMode UserMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
}
