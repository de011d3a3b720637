using System.CommandLine;
using System.CommandLine.Parsing;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using PluginHost.Server;
using PluginHost.Server.Transports;

namespace PluginHost.Cli.Terminal;

/// <summary>The options that several commands have.</summary>
internal sealed class Options
{
    /// <summary><c>--config FILE</c>.</summary>
    public Option<string?> Config { get; } = new("--config", "-c")
    {
        Description = "The configuration file. Without it: plugins.json in the current folder, else beside the program, else the defaults.",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary><c>--log LEVEL</c>.</summary>
    public Option<string> Log { get; } = new("--log")
    {
        Description = "Log lines below this level are dropped. By default as the file says, or information. With debug and trace, an unexpected error shows its stack trace.",
        HelpName = "trace|debug|information|warning|error|none",
        DefaultValueFactory = _ => "information",
        Recursive = true,
    };

    /// <summary><c>--log-format</c>.</summary>
    public Option<string> LogFormat { get; } = new("--log-format")
    {
        Description = "How log lines look. By default as the file says, or text.",
        HelpName = "text|json",
    };

    /// <summary><c>--listen ADDRESS</c>.</summary>
    public Option<ListenAddress[]> Listen { get; } = new("--listen", "-l")
    {
        Description = "Listen here instead of where the file says: 127.0.0.1:8080, [::1]:0, *:8080, unix:PATH. May be repeated.",
        HelpName = "ADDRESS",
        CustomParser = Addresses,
    };

    /// <summary><c>--admin ADDRESS|off</c>.</summary>
    public Option<AdminChoice> Admin { get; } = new("--admin")
    {
        Description = "Serve the admin page, health and metrics here instead of where the file says, or not at all.",
        HelpName = "ADDRESS|off",
        CustomParser = AdminAddress,
    };

    /// <summary><c>--transport</c>.</summary>
    public Option<string> Transport { get; } = new("--transport")
    {
        Description = "How sockets are served. By default epoll on Linux, sockets elsewhere.",
        HelpName = "epoll|sockets",
        DefaultValueFactory = _ => "default",
    };

    /// <summary><c>--loops N</c>.</summary>
    public Option<int> Loops { get; } = new("--loops")
    {
        Description = "Event loops, 1 to 1024. By default one a processor.",
        HelpName = "N",
    };

    /// <summary><c>--json</c>.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Print JSON, one object a line, for other programs." };

    /// <summary>Makes the options.</summary>
    public Options()
    {
        OneOf(Log, Enum.GetNames<LogLevel>());
        OneOf(LogFormat, ["text", "json"]);
        OneOf(Transport, OperatingSystem.IsLinux() ? ["epoll", "sockets"] : ["sockets"]);
        Loops.Validators.Add(result =>
        {
            if (!result.Implicit && result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out var loops) || loops is < 1 or > 1024))
                result.AddError($"--loops is a number from 1 to 1024, not '{result.Tokens[0].Value}'");
        });
    }

    /// <summary>The level that was chosen.</summary>
    public LogLevel LevelOf(ParseResult parsed) => Enum.Parse<LogLevel>(parsed.GetValue(Log)!, ignoreCase: true);

    /// <summary>The level that was chosen, or that of the file.</summary>
    public LogLevel LevelOf(ParseResult parsed, string ofFile) =>
        parsed.GetResult(Log) is { Implicit: false } ? LevelOf(parsed) : Enum.Parse<LogLevel>(ofFile, ignoreCase: true);

    /// <summary>Log lines are JSON: as was chosen, or as the file says.</summary>
    public bool IsJson(ParseResult parsed, bool ofFile) => parsed.GetValue(LogFormat)?.Equals("json", StringComparison.OrdinalIgnoreCase) ?? ofFile;

    /// <summary>The transport that was chosen.</summary>
    public TransportKind TransportOf(ParseResult parsed) => Enum.Parse<TransportKind>(parsed.GetValue(Transport)!, ignoreCase: true);

    /// <summary>What preparation needs to know.</summary>
    public StartupSettings SettingsOf(ParseResult parsed) => new(
        parsed.GetValue(Config), Given.Seq(parsed.GetValue(Listen)), Directory.GetCurrentDirectory(), AppContext.BaseDirectory)
    {
        Admin = parsed.GetValue(Admin),
    };

    private static ListenAddress[]? Addresses(ArgumentResult result)
    {
        var addresses = new List<ListenAddress>();
        foreach (var token in result.Tokens)
            ListenAddress.Parse(token.Value).Match(addresses.Add, problem => result.AddError($"--listen {token.Value}: {problem}"));
        return [.. addresses];
    }

    private static AdminChoice AdminAddress(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (text == "off") return new AdminChoice(true, null);
        return ListenAddress.Parse(text).Match(
            address => new AdminChoice(false, address),
            problem =>
            {
                result.AddError($"--admin {text}: {problem}, or off");
                return default;
            });
    }

    private static void OneOf(Option option, string[] names)
    {
        string[] words = [.. names.Select(name => name.ToLowerInvariant())];
        option.CompletionSources.Add(words);
        option.Validators.Add(result =>
        {
            if (result.Implicit || result.Tokens is not [{ Value: var given }] || words.Contains(given, StringComparer.OrdinalIgnoreCase)) return;
            var meant = Suggestion.For(given, words);
            result.AddError($"{option.Name} is one of {string.Join(", ", words)}, not '{given}'." + (meant is null ? "" : $" Did you mean {meant}?"));
        });
    }
}
