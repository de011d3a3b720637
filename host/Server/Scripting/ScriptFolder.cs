using System.Globalization;
using System.Text;
using LanguageExt;
using PluginHost.Core.Configuration;
using PluginHost.Core.Scripts;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using PluginHost.Server.Loading;
using PluginHost.Server.Logging;
using static LanguageExt.Prelude;

namespace PluginHost.Server.Scripting;

/// <summary>What was found of scripts.</summary>
/// <param name="Scripts">The scripts that are to be served, each with the absolute path of its file, links resolved.</param>
/// <param name="Unread">The ids of scripts that are there and could not be read.</param>
/// <param name="Parts">The texts that can be included, by their paths below the folder.</param>
/// <param name="Problems">What is in the way of others.</param>
internal sealed record ScriptFindings(
    IReadOnlyList<(ScriptSource Source, string Path)> Scripts, IReadOnlyList<string> Unread, IReadOnlyList<KeyValuePair<string, string>> Parts,
    IReadOnlyList<PluginProblem> Problems);

/// <summary>
/// Finds script files. The rules of their paths are those of plugins: what is found or named relatively stays below its root, links resolved; an
/// absolute path is the operator's own word.
/// </summary>
internal sealed class ScriptFolder(string configFolder, ScriptsPlan plan)
{
    /// <summary>How the names of scripts end.</summary>
    public const string Extension = ".sbn";

    private const string DirectoryPointer = "/scripts/directory";

    private static readonly string DefaultDirectory = ConfigurationReader.Default.Scripts.Directory;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private static readonly EnumerationOptions Below = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden | FileAttributes.System,
        MaxRecursionDepth = 16,
    };

    private readonly string _config = PluginPaths.Real(configFolder) ?? configFolder;

    /// <summary>The absolute path of the folder, whether it is there or not.</summary>
    public string Root => Path.GetFullPath(plan.Directory, _config);

    /// <summary>Finds and reads everything.</summary>
    /// <returns>What was found; <see langword="null"/> with one problem where the folder could not be searched, or holds too much.</returns>
    public (ScriptFindings? Found, PluginProblem? Problem) Find()
    {
        var problems = new List<PluginProblem>();
        try
        {
            var root = FindRoot(problems);
            if (root is not null && HoldsTooMany(root))
                return (null, new(root, $"it holds more than {plan.Files} scripts", "Move away what is no script", DirectoryPointer));
            var scripts = Candidates(root, problems).Select(candidate => (candidate.Id, Found: Read(candidate, root, problems))).ToList();
            return (new ScriptFindings(
                scripts.Select(script => script.Found).OfType<(ScriptSource, string)>().ToList(),
                scripts.Where(script => script.Found is null).Select(script => script.Id).ToList(),
                root is null ? [] : Parts(root, problems), problems), null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, new(Root, $"it cannot be searched: {OneLine.Of(exception)}", "Make the folder readable for the host", DirectoryPointer));
        }
    }

    /// <summary>
    /// Something that changes whenever a file is written, added or removed, or a link leads elsewhere: names, targets, lengths and times.
    /// </summary>
    public string Signature()
    {
        try
        {
            return Written();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message; // what cannot be searched is said when it is read
        }
    }

    private string Written()
    {
        var text = new StringBuilder();
        // A link that is led elsewhere may lead to a file of the same length and time, as in a mounted folder whose files are replaced all at once.
        var folder = new DirectoryInfo(PluginPaths.Real(Root) ?? Root);
        var files = folder.Exists ? folder.EnumerateFiles("*" + Extension, Below).Take(plan.Files) : [];
        var links = folder.Exists ? folder.EnumerateFiles("*" + Extension).Where(file => file.LinkTarget is not null).Select(Led) : [];
        var named = plan.Entries.Choose(entry => entry.File).Map(file => Led(new FileInfo(Path.Combine(_config, file))));
        var seen = files.Select(file => (Name: file.FullName, Real: file)).Concat(links).Concat(named);
        foreach (var (name, real) in seen.OrderBy(file => file.Name, StringComparer.Ordinal))
            if (real.Exists) text.Append(CultureInfo.InvariantCulture, $"{name}|{real.FullName}|{real.Length}|{real.LastWriteTimeUtc.Ticks}\n");
        return text.ToString();

        static (string Name, FileInfo Real) Led(FileInfo file) => (file.FullName, new FileInfo(PluginPaths.Real(file.FullName) ?? file.FullName));
    }

    /// <summary>Asked before any file is read. Links count at the top, where they are followed.</summary>
    private bool HoldsTooMany(string root) =>
        Directory.EnumerateFiles(root, "*" + Extension, Below).Take(plan.Files + 1).Count() > plan.Files
        || Directory.EnumerateFiles(root, "*" + Extension).Take(plan.Files + 1).Count() > plan.Files;

    private string? FindRoot(List<PluginProblem> problems)
    {
        if (PluginPaths.FaultOf(plan.Directory) is { } fault)
        {
            problems.Add(new(plan.Directory, fault, "Name a folder, absolute or below that of plugins.json", DirectoryPointer));
            return null;
        }
        var root = PluginPaths.Real(Root);
        if (root is null || (!Path.IsPathRooted(plan.Directory) && !PluginPaths.IsBelow(root, _config)))
        {
            problems.Add(new(plan.Directory, "a link leads out of the folder of plugins.json, or in circles",
                "Name the folder itself, by an absolute path", DirectoryPointer));
            return null;
        }
        if (Directory.Exists(root)) return root;
        if (plan.Directory != DefaultDirectory)
            problems.Add(new(root, "the folder does not exist", "Create it, or correct scripts.directory", DirectoryPointer));
        return null;
    }

    private sealed record Candidate(string Id, string File, string? Below, ScriptEntry? Entry, string? Pointer);

    private List<Candidate> Candidates(string? root, List<PluginProblem> problems)
    {
        var found = new List<Candidate>();
        var ids = plan.Entries.Map(entry => entry.Id).ToHashSet(PluginId.Comparer);
        foreach (var entry in plan.Entries.Filter(written => written.Enabled))
            if (OfEntry(entry, root, problems) is { } candidate) found.Add(candidate);
        if (!plan.Discover || root is null) return found;
        var named = plan.Entries.Choose(entry => entry.File).Map(file => PluginPaths.Real(Path.Combine(_config, file))).ToArray();
        foreach (var file in Directory.EnumerateFiles(root, "*" + Extension).Order(StringComparer.Ordinal))
        {
            var id = Path.GetFileNameWithoutExtension(file);
            if (id.StartsWith('.') || named.Contains(PluginPaths.Real(file))) continue;
            if (!PluginId.IsValid(id))
                problems.Add(new(file, "its name is no valid id", $"Rename it: {PluginId.Rules}"));
            else if (ids.Add(id)) found.Add(new Candidate(id, file, root, null, null));
        }
        return found;
    }

    private Candidate? OfEntry(ScriptEntry entry, string? root, List<PluginProblem> problems)
    {
        var written = entry.File.MatchUnsafe<string?>(file => file, () => null);
        if (written is not null && PluginPaths.FaultOf(written) is { } fault)
            problems.Add(new($"scripts.entries.{entry.Id}", $"{fault}: {written}", "Write an absolute path, or one below the folder of plugins.json",
                entry.Pointer + "/file"));
        else if (written is not null)
            return new(entry.Id, Path.Combine(_config, written), Path.IsPathRooted(written) ? null : _config, entry, entry.Pointer + "/file");
        else if (!PluginId.IsValid(entry.Id))
            problems.Add(new($"scripts.entries.{entry.Id}", "the id is not valid", $"Rename the entry: {PluginId.Rules}", entry.Pointer));
        else
            return new(entry.Id, Path.Combine(root ?? Root, entry.Id + Extension), root ?? Root, entry, entry.Pointer);
        return null;
    }

    private (ScriptSource, string)? Read(Candidate candidate, string? root, List<PluginProblem> problems)
    {
        var real = PluginPaths.Real(candidate.File);
        if (real is null || (candidate.Below is { } below && !PluginPaths.IsBelow(real, below)))
        {
            problems.Add(new(candidate.File, $"a link leads out of {candidate.Below}, or in circles",
                "Copy the script there, or name it by an entry with an absolute path", candidate.Pointer));
            return null;
        }
        if (ReadText(real, candidate.Pointer, problems) is not { } text) return null;
        var source = new ScriptSource(candidate.Id, Shown(candidate.File), text, candidate.Entry?.Protocols ?? None)
        {
            PartName = root is not null && PluginPaths.IsBelow(candidate.File, root) ? PartName(root, candidate.File) : None,
        };
        return (source, real);
    }

    private string? ReadText(string file, string? pointer, List<PluginProblem> problems)
    {
        const string hint = "Put a script there, as UTF-8 text";
        if (PluginPaths.FaultOfFile(file) is { } fault) problems.Add(new(file, fault, hint, pointer));
        else if (new FileInfo(file).Length > plan.FileSize) problems.Add(new(file, $"it is larger than {Quantity.Format(plan.FileSize)}", hint, pointer));
        else
        {
            try
            {
                var bytes = File.ReadAllBytes(file);
                return Strict.GetString(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(3) : bytes);
            }
            catch (DecoderFallbackException)
            {
                problems.Add(new(file, "it is not UTF-8", hint, pointer));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                problems.Add(new(file, $"it cannot be read: {exception.Message}", "Make the file readable for the host", pointer));
            }
        }
        return null;
    }

    private List<KeyValuePair<string, string>> Parts(string root, List<PluginProblem> problems)
    {
        var parts = new List<KeyValuePair<string, string>>();
        foreach (var file in Directory.EnumerateFiles(root, "*" + Extension, Below).Order(StringComparer.Ordinal))
        {
            var name = PartName(root, file);
            // Scripts at the top are read, and complained about, as such.
            var ignored = new List<PluginProblem>();
            if (IncludePath.Check(name).IsRight && ReadText(file, null, name.Contains('/', StringComparison.Ordinal) ? problems : ignored) is { } text)
                parts.Add(new(name, text));
        }
        return parts;
    }

    private static string PartName(string root, string file) => Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>The file as messages call it: below the folder of <c>plugins.json</c> by its path from there.</summary>
    private string Shown(string file) => PluginPaths.IsBelow(file, _config)
        ? Path.GetRelativePath(_config, file).Replace(Path.DirectorySeparatorChar, '/')
        : file;
}
