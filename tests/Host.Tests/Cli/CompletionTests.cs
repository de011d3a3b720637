namespace PluginHost.Tests.Cli;

/// <summary>What may follow on a command line, as shells are told.</summary>
public class CompletionTests
{
    /// <summary>Does what bash does when the tab key is pressed at the end of a line.</summary>
    private const string Pressed = """
        eval "$("$1" completions bash)"
        COMP_LINE=$2
        COMP_POINT=${#COMP_LINE}
        read -ra COMP_WORDS <<< "$COMP_LINE"
        [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        complete -p PluginHost >&2
        _PluginHost "$1" "${COMP_WORDS[COMP_CWORD]}"
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    [Theory]
    [InlineData("PluginHost ex", "explain")]
    [InlineData("PluginHost --tran", "--transport")]
    [InlineData("PluginHost run --log-", "--log-format")]
    [InlineData("PluginHost run --log-format ", "json|text")]
    [InlineData("PluginHost explain --ext", "--extensions")]
    [InlineData("PluginHost completions ", "bash|pwsh|zsh")]
    [InlineData("PluginHost connect --pro", "--protocol")]
    [InlineData("PluginHost xyz", "")]
    public async Task Bash_completes(string line, string expected)
    {
        await using var bash = HostProcess.Start("bash", "/", ["-c", Pressed, "bash", Path.ChangeExtension(HostProcess.Program, null), line]);
        bash.Input.Close();

        var result = await bash.EndAsync();

        Assert.Equal("complete -o default -F _PluginHost PluginHost", result.Error.Trim());
        Assert.Equal(expected, string.Join('|', result.Lines.Where(reply => line.Contains('-', StringComparison.Ordinal) || !reply.StartsWith('-'))));
    }

    [Theory]
    [InlineData("zsh", "compdef _PluginHost PluginHost")]
    [InlineData("pwsh", "Register-ArgumentCompleter -Native -CommandName PluginHost")]
    public async Task Other_shells_have_scripts_of_their_own(string shell, string part)
    {
        var printed = await HostProcess.RunAsync("/", "completions", shell);

        Assert.Equal((0, ""), (printed.ExitCode, printed.Error));
        Assert.Contains(part, printed.Output, StringComparison.Ordinal);
        Assert.Contains("[suggest:", printed.Output, StringComparison.Ordinal);
    }
}
