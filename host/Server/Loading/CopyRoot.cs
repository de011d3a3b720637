using System.Runtime.InteropServices;

namespace PluginHost.Server.Loading;

/// <summary>
/// The folder for the private copies of one process: below <c>STATE_DIRECTORY</c> where systemd gives one, else in the folder for temporary
/// files. It is removed when the process ends; a lock tells the next one that it was left behind.
/// </summary>
internal sealed partial class CopyRoot
{
    private const string Prefix = "pluginhost-";
    private const string LockExtension = ".lock";

    private static readonly Lazy<CopyRoot> Instance = new(() => Create(DefaultParent()));

    private readonly FileStream _lock;

    private CopyRoot(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>The one of this process.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be made there.</exception>
    public static CopyRoot OfProcess => Instance.Value;

    /// <summary>The absolute path. Only its owner can read it.</summary>
    public string Path { get; }

    /// <summary>Makes a folder below <paramref name="parent"/>, after what ended processes of the same user left there is gone.</summary>
    public static CopyRoot Create(string parent)
    {
        Sweep(parent);
        for (var attempt = 0; ; attempt++)
        {
            var path = System.IO.Path.Combine(parent, Prefix + System.IO.Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal));
            try
            {
                var held = new FileStream(path + LockExtension, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
                if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
                else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                var root = new CopyRoot(path, held);
                AppDomain.CurrentDomain.ProcessExit += (_, _) => root.Remove();
                return root;
            }
            catch (IOException) when (attempt < 3)
            {
                // The name is taken, or a sweep of another process came between the file and its lock.
            }
        }
    }

    /// <summary>Removes it with everything in it, as far as that can be done. Files of loaded assemblies stay on Windows until the next sweep.</summary>
    public void Remove()
    {
        if (TryRemove(Path))
            TryDelete(Path + LockExtension);
        _lock.Dispose();
    }

    /// <summary>Removes a folder; <see langword="false"/> when something of it is in use.</summary>
    public static bool TryRemove(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string DefaultParent() =>
        Environment.GetEnvironmentVariable("STATE_DIRECTORY")?.Split(':')[0] is { Length: > 0 } state && Directory.Exists(state)
            ? state
            : System.IO.Path.GetTempPath();

    private static void Sweep(string parent)
    {
        // Without locks the folders of running processes cannot be told apart.
        if (AppContext.TryGetSwitch("System.IO.DisableFileLocking", out var disabled) && disabled) return;
        if (Environment.GetEnvironmentVariable("DOTNET_SYSTEM_IO_DISABLEFILELOCKING") is "1" or "true") return;
        foreach (var file in Directory.EnumerateFiles(parent, Prefix + "*" + LockExtension))
        {
            var folder = file[..^LockExtension.Length];
            if (!IsOwn(file) || (Directory.Exists(folder) && !IsOwn(folder))) continue;
            try
            {
                using var held = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                if (TryRemove(folder)) TryDelete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // In use, or gone already.
            }
        }
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next sweep finds it.
        }
    }

    // In a folder that all may write, anybody can lay out what looks like ours; root must not be led to delete through it.
    private static unsafe bool IsOwn(string path)
    {
        if (!OperatingSystem.IsLinux()) return true;
        try
        {
            // struct statx, linux/stat.h: stx_uid is the 32-bit number at offset 20.
            var buffer = stackalloc byte[256];
            return Statx(CurrentFolder, path, NoFollow, UidMask, buffer) == 0 && *(uint*)(buffer + 20) == EffectiveUser();
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    private const int CurrentFolder = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint UidMask = 0x8; // STATX_UID

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
