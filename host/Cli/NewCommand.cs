using System.CommandLine;
using System.Reflection;
using PluginHost.Cli.Terminal;

namespace PluginHost.Cli;

/// <summary>What a new folder is to hold.</summary>
/// <param name="Name">Its name, and that of what is in it.</param>
/// <param name="Templates">The templates that are laid over each other.</param>
/// <param name="Placeholder">What the name stands in for.</param>
/// <param name="Token">What the name of the subprotocol stands in for.</param>
internal sealed record NewFolder(string Name, IReadOnlyList<string> Templates, string Placeholder, string Token)
{
    /// <summary>A plugin.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="language">C# or F#.</param>
    /// <param name="kind">Pure or session; of a plugin in C#.</param>
    public static NewFolder Plugin(string name, string language, string kind) =>
        new(name, language == "F#" ? ["fsharp/common"] : ["csharp/common", $"csharp/{kind}"], "PluginName1", "plugintoken");

    /// <summary>A script.</summary>
    /// <param name="name">Its name.</param>
    public static NewFolder Script(string name) => new(name, ["script/common"], "ScriptName1", "scripttoken");

    /// <summary>Why a name does not do: it becomes a namespace, an assembly, an id and a subprotocol.</summary>
    public static string? NameProblem(string name) => name.Length is > 0 and <= 64 && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
        ? null
        : $"a name is 1 to 64 letters, digits and _, and begins with a letter, not '{name}'";
}

/// <summary>Makes a folder with a plugin or a script to begin with, and its tests: what <c>dotnet new</c> makes of the package of templates.</summary>
internal static class NewCommand
{
    private const string Prefix = "templates/";

    /// <summary>The command.</summary>
    public static Command Make(Output output)
    {
        var language = new Option<string>("--language") { Description = "The language of the plugin.", HelpName = "C#|F#", DefaultValueFactory = _ => "C#" };
        language.AcceptOnlyFromAmong("C#", "F#");
        var kind = new Option<string>("--kind") { Description = "How the handler of a plugin in C# works: as a function, or as an object that may wait.", HelpName = "pure|session", DefaultValueFactory = _ => "pure" };
        kind.AcceptOnlyFromAmong("pure", "session");
        var (plugin, script) = (NameArgument(), NameArgument());
        var newPlugin = new Command("plugin", "A plugin with its tests.") { plugin, kind, language };
        newPlugin.Validators.Add(result =>
        {
            if (result.GetValue(language) == "F#" && result.GetValue(kind) == "session") result.AddError("a new plugin in F# is pure; leave out --kind");
        });
        newPlugin.SetAction(parsed => Run(NewFolder.Plugin(parsed.GetValue(plugin)!, parsed.GetValue(language)!, parsed.GetValue(kind)!), output));
        var newScript = new Command("script", "A script with its tests.") { script };
        newScript.SetAction(parsed => Run(NewFolder.Script(parsed.GetValue(script)!), output));
        return new Command("new", "Make a folder with a plugin or a script to begin with.") { newPlugin, newScript };
    }

    /// <summary>Makes it in the current folder.</summary>
    public static int Run(NewFolder wanted, Output output)
    {
        var folder = Path.GetFullPath(wanted.Name);
        if (Path.Exists(folder))
        {
            output.Problem($"{wanted.Name} exists; choose another name, or remove it");
            return ExitCode.Problem;
        }
        try
        {
            foreach (var (path, text) in Files(wanted))
            {
                var file = Path.Combine(folder, path);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, text);
                output.Line(Path.Combine(wanted.Name, path));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            output.Problem($"{wanted.Name} cannot be written: {exception.Message}");
            return ExitCode.Problem;
        }
        return ExitCode.Ok;
    }

    /// <summary>The files, by their paths in the folder.</summary>
    public static IEnumerable<(string Path, string Text)> Files(NewFolder wanted)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var named = assembly.GetManifestResourceNames().Select(resource => (Resource: resource, Path: resource.Replace('\\', '/')))
            .Where(file => file.Path.StartsWith(Prefix, StringComparison.Ordinal)).OrderBy(file => file.Path, StringComparer.Ordinal).ToArray();
        foreach (var root in wanted.Templates.Select(template => $"{Prefix}{template}/"))
        {
            foreach (var (resource, path) in named.Where(file => file.Path.StartsWith(root, StringComparison.Ordinal)))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                yield return (Named(path[root.Length..], wanted), Named(reader.ReadToEnd(), wanted));
            }
        }
    }

    private static Argument<string> NameArgument()
    {
        var name = new Argument<string>("NAME") { Description = "Its name, and that of the folder." };
        name.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && NewFolder.NameProblem(token.Value) is { } problem) result.AddError(problem);
        });
        return name;
    }

    private static string Named(string text, NewFolder wanted) => text
        .Replace(wanted.Placeholder, wanted.Name, StringComparison.Ordinal)
        .Replace(wanted.Token, wanted.Name.ToLowerInvariant(), StringComparison.Ordinal);
}
