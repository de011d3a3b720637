using System.CommandLine;
using PluginHost.Cli.Terminal;

namespace PluginHost.Cli;

/// <summary>Prints what a shell needs to complete command lines. The program itself says what may follow: it is asked by <c>[suggest:POSITION]</c> and the line.</summary>
internal static class CompletionsCommand
{
    private const string Bash = """
        _PluginHost() {
            local word="${COMP_WORDS[COMP_CWORD]}"
            mapfile -t COMPREPLY < <(compgen -W "$("$1" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "$word")
        }
        complete -o default -F _PluginHost PluginHost
        """;

    private const string Zsh = """
        #compdef PluginHost
        _PluginHost() {
            local line="${(j: :)words[1,CURRENT]}"
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
            compadd -- "${(@)found:#}" || _files
        }
        compdef _PluginHost PluginHost
        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName PluginHost -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $position = $cursorPosition - $commandAst.Extent.StartOffset
            $line = $commandAst.ToString().PadRight($position)
            & $commandAst.CommandElements[0].Value "[suggest:$position]" $line 2>$null |
                Where-Object { $_ -like "$wordToComplete*" } |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }
        """;

    /// <summary>The shells.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "pwsh"];

    /// <summary>Makes the command.</summary>
    public static Command Make()
    {
        var shell = new Argument<string>("SHELL") { Description = string.Join(", ", Shells), HelpName = "SHELL" };
        shell.CompletionSources.Add([.. Shells]);
        shell.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && !Shells.Contains(given)) result.AddError($"the shell is one of {string.Join(", ", Shells)}, not '{given}'.");
        });
        var command = new Command("completions", "Print a script with which a shell completes command lines of this program.") { shell };
        command.SetAction(parsed =>
        {
            Console.Out.WriteLine(parsed.GetValue(shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                _ => PowerShell,
            });
            return ExitCode.Ok;
        });
        return command;
    }
}
