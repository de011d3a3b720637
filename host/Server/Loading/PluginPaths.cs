namespace PluginHost.Server.Loading;

/// <summary>
/// The rules of paths to plugins. Whatever is found or named relatively stays below its root, links resolved. An absolute path is the
/// operator's own word and may lie
/// anywhere, but has no <c>.</c> or <c>..</c> in it. Only a regular file that is not empty is ever opened.
/// </summary>
public static class PluginPaths
{
    private const int MaxLinks = 40;

    /// <summary>What is wrong with a path as it is written, or <see langword="null"/>.</summary>
    public static string? FaultOf(string path)
    {
        if (path.Length == 0)
            return "the path is empty";
        if (path.Any(char.IsControl))
            return "the path holds a control character";
        if (path.Split('/', '\\').Any(part => part is "." or ".."))
            return "the path holds a '.' or '..'";
        if (path.StartsWith(@"\\", StringComparison.Ordinal) || path.StartsWith("//", StringComparison.Ordinal))
            return "the path names a device or a network share";
        return path.IndexOf(':', OperatingSystem.IsWindows() && Path.IsPathFullyQualified(path) ? 2 : 0) >= 0 ? "the path holds a ':'"
            : null;
    }

    /// <summary>The path with every link in it resolved, also links to folders on the way; <see langword="null"/> when they go in
    /// circles.</summary>
    /// <param name="path">An absolute path. It need not exist.</param>
    public static string? Real(string path)
    {
        var rest = new Stack<string>(Parts(path).Reverse());
        var root = Path.GetPathRoot(path)!;
        var real = root;
        for (var links = 0; rest.Count > 0;)
        {
            var next = Path.Combine(real, rest.Pop());
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MaxLinks)
                return null;
            var full = Path.GetFullPath(target, real);
            foreach (var part in Parts(full).Reverse())
                rest.Push(part);
            real = Path.GetPathRoot(full)!;
        }

        return real;
    }

    /// <summary>Whether a path lies below a root. Both are absolute, with links resolved.</summary>
    public static bool IsBelow(string path, string root)
    {
        var prefix = Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar;
        return path.StartsWith(prefix, OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
    }

    /// <summary>What keeps a path from being a regular file with something in it, or <see langword="null"/>. Opens nothing: a pipe would
    /// block, a device never end.</summary>
    public static string? FaultOfFile(string path)
    {
        var file = new FileInfo(path);
        if (System.IO.Directory.Exists(path))
            return "is a folder";
        if (!file.Exists)
            return "does not exist";
        // Pipes, sockets, character devices and what the kernel makes up (/proc) all have no length.
        return file.Length == 0 ? "is empty or no regular file" : null;
    }

    private static IEnumerable<string> Parts(string path) =>
        path[Path.GetPathRoot(path)!.Length..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar],
            StringSplitOptions.RemoveEmptyEntries);
}
