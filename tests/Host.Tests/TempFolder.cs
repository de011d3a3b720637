namespace PluginHost.Tests;

/// <summary>A folder of the test's own, deleted with it.</summary>
public sealed class TempFolder : IDisposable
{
    /// <summary>The absolute path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("pluginhost-test-").FullName;

    /// <summary>A path below the folder.</summary>
    public string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Makes a folder below it.</summary>
    public string Make(params string[] parts) => Directory.CreateDirectory(this[parts]).FullName;

    /// <summary>Writes a file below it, with its folders.</summary>
    public string Write(string relative, string text)
    {
        var file = this[relative];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return file;
    }

    /// <summary>Copies a folder with all that is in it to a place below.</summary>
    public string Copy(string source, params string[] parts)
    {
        var target = Make(parts);
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = System.IO.Path.Combine(target, System.IO.Path.GetRelativePath(source, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return target;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
