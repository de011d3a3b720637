using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using PluginHost.Cli.Connect;
using PluginHost.Cli.Doctor;
using PluginHost.Cli.Terminal;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Text;
using PluginHost.Server.Authentication;

namespace PluginHost.Cli;

/// <summary>The commands and their options.</summary>
internal static class CommandLine
{
    /// <summary>Reads the command line and does what it says.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options();
        var output = new Output();
        var root = Root(options, output);
        // "@name" is a subprotocol or a path like any other, not a file of further arguments.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0) return Usage(parsed, output);
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null })
                .ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (options.LevelOf(parsed) <= LogLevel.Debug) Console.Error.WriteLine(exception);
            else output.Problem($"unexpected {exception.GetType().Name}: {exception.Message}; --log debug shows where");
            return ExitCode.Problem;
        }
    }

    private static int Usage(ParseResult parsed, Output output)
    {
        foreach (var error in parsed.Errors) output.Problem(error.Message + Meant(parsed, error.Message));
        output.Problem("See --help.");
        return ExitCode.Usage;
    }

    /// <summary>What was probably meant by the word that a message quotes.</summary>
    private static string Meant(ParseResult parsed, string message)
    {
        var word = parsed.UnmatchedTokens.FirstOrDefault(token => message.Contains($"'{token}'", StringComparison.Ordinal));
        if (word is null) return "";
        var name = word.Split('=')[0];
        var known = name.StartsWith('-') ? OptionsOf(parsed.CommandResult) : parsed.CommandResult.Command.Subcommands.Select(command => command.Name);
        return Suggestion.For(name, known) is { } meant ? $" Did you mean {meant}?" : "";
    }

    /// <summary>The options of a command, those of the commands above it that count for it among them.</summary>
    private static IEnumerable<string> OptionsOf(CommandResult result)
    {
        var names = result.Command.Options.SelectMany(NamesOf);
        for (var above = result.Parent; above is not null; above = above.Parent)
            if (above is CommandResult parent) names = names.Concat(parent.Command.Options.Where(option => option.Recursive).SelectMany(NamesOf));
        return names;

        static IEnumerable<string> NamesOf(Option option) => option.Aliases.Prepend(option.Name).Where(name => name.StartsWith("--", StringComparison.Ordinal));
    }

    private static RootCommand Root(Options options, Output output)
    {
        var root = new RootCommand("A WebSocket server that is extended by plugins. Without a command it runs.")
        {
            options.Config, options.Log, options.LogFormat, options.Listen, options.Admin, options.Transport, options.Loops, options.Json,
            Run(options, output), Check(options, output), List(options, output), new ExplainOptions(options, output).Command, Connect(output), HashPassword(output),
            CompletionsCommand.Make(), NewCommand.Make(output), DoctorCommand.Make(output),
        };
        foreach (var version in root.Options.OfType<VersionOption>()) version.Action = new PrintVersion(output);
        // Elsewhere a word that begins with a slash is a path, and no shell should offer these.
        if (!OperatingSystem.IsWindows())
            foreach (var alias in (string[])["/h", "/?"])
                foreach (var help in root.Options.OfType<HelpOption>()) help.Aliases.Remove(alias);
        root.SetAction((parsed, _) => RunCommand.RunAsync(options, parsed, output));
        return root;
    }

    private static Command Run(Options options, Output output)
    {
        var run = new Command("run", "Serve until SIGTERM or Ctrl-C. The default.") { options.Listen, options.Admin, options.Transport, options.Loops, options.LogFormat, options.Json };
        run.SetAction((parsed, _) => RunCommand.RunAsync(options, parsed, output));
        return run;
    }

    private static Command Check(Options options, Output output)
    {
        var check = new Command("check", "Validate the configuration, the plugins and their options. Opens no port.") { options.Listen, options.Admin, options.Json };
        check.SetAction(parsed => CheckCommand.Check(options, parsed, output));
        return check;
    }

    private static Command List(Options options, Output output)
    {
        var list = new Command("list", "Show the plugins, their versions and subprotocols, and where they come from.") { options.Json };
        list.SetAction(parsed => ListCommand.List(options, parsed, output));
        return list;
    }

    private static Command HashPassword(Output output)
    {
        var user = new Argument<string>("USER") { Description = "The user's name." };
        var roles = new Option<string[]>("--role") { Description = "A role of the user. May be repeated.", HelpName = "ROLE" };
        var algorithm = new Option<string>("--algorithm")
        {
            Description = "The hash.",
            HelpName = "pbkdf2-sha256|pbkdf2-sha512",
            DefaultValueFactory = _ => "pbkdf2-sha256",
        };
        var iterations = new Option<int?>("--iterations") { Description = "How often it is hashed. By default 600000, with pbkdf2-sha512 210000.", HelpName = "N" };
        user.Validators.Add(Each(PasswordFile.NameProblem));
        roles.Validators.Add(Each(PasswordFile.RoleProblem));
        algorithm.Validators.Add(Each(name => name is "pbkdf2-sha256" or "pbkdf2-sha512" ? null : $"the algorithm is pbkdf2-sha256 or pbkdf2-sha512, not '{name}'"));
        algorithm.CompletionSources.Add("pbkdf2-sha256", "pbkdf2-sha512");
        iterations.Validators.Add(Each(text => int.TryParse(text, out var n) && n is >= PasswordHash.MinIterations and <= PasswordHash.MaxIterations
            ? null
            : $"the iterations are a number from {PasswordHash.MinIterations} to {PasswordHash.MaxIterations}, not '{text}'"));
        var command = new Command("hash-password", "Print a line for a file of users. The password is read from standard input, or asked for.")
        {
            user, roles, algorithm, iterations,
        };
        command.SetAction(parsed =>
        {
            var chosen = parsed.GetValue(algorithm) == "pbkdf2-sha512" ? PasswordAlgorithm.Sha512 : PasswordAlgorithm.Sha256;
            return HashPasswordCommand.Run(
                new NewUser(
                    parsed.GetValue(user)!, Given.Seq(parsed.GetValue(roles)), chosen, parsed.GetValue(iterations) ?? PasswordHashing.DefaultIterations(chosen)),
                output);
        });
        return command;
    }

    private static Action<SymbolResult> Each(Func<string, string?> problem) => result =>
    {
        foreach (var token in result.Tokens)
            if (problem(token.Value) is { } wrong) result.AddError(wrong);
    };

    private static Command Connect(Output output)
    {
        var url = new Argument<string>("URL") { Description = "ws://HOST:PORT/PATH or wss://HOST/PATH" };
        var protocol = new Option<string[]>("--protocol", "-p") { Description = "Subprotocols to offer, in order of preference: a,b. May be repeated.", HelpName = "A,B" };
        var origin = new Option<string?>("--origin") { Description = "The Origin header to send.", HelpName = "ORIGIN" };
        var header = Given.HeaderOption();
        var unix = new Option<string?>("--unix") { Description = "Connect to this Unix socket; the URL's host is only named.", HelpName = "PATH" };
        var play = new Option<string?>("--play") { Description = "Send the messages of this file instead of the input's, one JSON object a line: {\"text\":\"...\"}.", HelpName = "FILE" };
        var wait = new Option<double>("--wait") { Description = "Seconds to go on listening after the end of the input, before closing.", HelpName = "SECONDS" };
        var authorities = new Option<string?>("--ca") { Description = "Trust the authorities in this file, PEM, instead of the system's.", HelpName = "FILE" };
        var insecure = new Option<bool>("--insecure", "-k") { Description = "Accept any certificate of the server." };
        var certificate = new Option<string?>("--cert") { Description = "The client's certificate, PEM, or PKCS #12 without a password.", HelpName = "FILE" };
        var key = new Option<string?>("--key") { Description = "Its private key, PEM. By default it is looked for in the certificate's file.", HelpName = "FILE" };
        wait.Validators.Add(result =>
        {
            if (!result.Implicit && result.Tokens is [var token] && !Given.IsSeconds(token.Value))
                result.AddError($"--wait is a number of seconds from 0 to 86400, not '{token.Value}'");
        });
        var connect = new Command("connect", "Be a client: lines of standard input are sent, messages are printed. The end of the input closes.")
        {
            url, protocol, origin, header, unix, play, wait, authorities, insecure, certificate, key,
        };
        connect.SetAction((parsed, _) => Target.Parse(parsed.GetValue(url)!, parsed.GetValue(unix)).MatchAsync(
            RightAsync: target => ConnectCommand.RunAsync(
                new ConnectRequest(
                    target,
                    Given.List(parsed.GetValue(protocol)),
                    Given.Text(parsed.GetValue(origin)),
                    Given.Headers(parsed.GetValue(header)),
                    TimeSpan.FromSeconds(parsed.GetValue(wait)))
                {
                    Trust = new Trust(parsed.GetValue(authorities), parsed.GetValue(insecure), parsed.GetValue(certificate), parsed.GetValue(key)),
                    Play = Given.Text(parsed.GetValue(play)),
                },
                Console.In,
                output),
            Left: problem =>
            {
                output.Problem(problem);
                return ExitCode.Usage;
            }));
        return connect;
    }

    private sealed class PrintVersion(Output output) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            output.Line(Version.Long);
            return ExitCode.Ok;
        }
    }
}
