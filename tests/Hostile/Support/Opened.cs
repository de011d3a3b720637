using System.Runtime.InteropServices;
using System.Text;

namespace PluginHost.Hostile.Support;

/// <summary>Notes every file below some folders that anybody opens. Linux only.</summary>
internal sealed partial class Opened : IDisposable
{
    private const uint Open = 0x20;
    private const int NonBlocking = 0x800;

    private readonly int _descriptor = Init(NonBlocking);
    private readonly Dictionary<int, string> _folders = [];

    /// <summary>Begins to watch.</summary>
    /// <param name="root">With all folders below it.</param>
    public Opened(string root)
    {
        foreach (var folder in Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories).Prepend(root))
            _folders[AddWatch(_descriptor, folder, Open)] = folder;
    }

    /// <summary>What has been opened since the last time: paths of files, not of folders.</summary>
    public List<string> Take()
    {
        var opened = new List<string>();
        Span<byte> buffer = stackalloc byte[8192];
        for (int count; (count = (int)Read(_descriptor, buffer, (nuint)buffer.Length)) > 0;)
        {
            for (var at = 0; at < count;)
            {
                var watch = BitConverter.ToInt32(buffer[at..]);
                var mask = BitConverter.ToUInt32(buffer[(at + 4)..]);
                var length = BitConverter.ToInt32(buffer[(at + 12)..]);
                var name = Encoding.UTF8.GetString(buffer.Slice(at + 16, length)).TrimEnd('\0');
                const uint isFolder = 0x40000000;
                if ((mask & isFolder) == 0 && name.Length > 0) opened.Add(Path.Combine(_folders[watch], name));
                at += 16 + length;
            }
        }
        return opened;
    }

    public void Dispose() => Close(_descriptor);

    [LibraryImport("libc", EntryPoint = "inotify_init1")]
    private static partial int Init(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddWatch(int descriptor, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int descriptor, Span<byte> buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
