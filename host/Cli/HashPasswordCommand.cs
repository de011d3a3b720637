using System.Text;
using LanguageExt;
using PluginHost.Cli.Terminal;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Server.Authentication;

namespace PluginHost.Cli;

/// <summary>A user to be written as a line of a file of users.</summary>
/// <param name="User">The name.</param>
/// <param name="Roles">The roles.</param>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Iterations">The iterations.</param>
internal sealed record NewUser(string User, Seq<string> Roles, PasswordAlgorithm Algorithm, int Iterations);

/// <summary>Makes a line of a file of users. The password comes from standard input, never from the command line, which other users of the machine can see.</summary>
internal static class HashPasswordCommand
{
    /// <summary>Reads the password and prints the line.</summary>
    public static int Run(NewUser user, Output output)
    {
        var password = Console.IsInputRedirected ? Console.In.ReadLine() : Prompt();
        if (Problem(password) is { } problem)
        {
            output.Problem(problem);
            return ExitCode.Problem;
        }
        var hash = PasswordHashing.Make(password!, user.Algorithm, user.Iterations);
        output.Line(new PasswordEntry(user.User, hash, user.Roles).ToString());
        return ExitCode.Ok;
    }

    private static string? Problem(string? password) => password switch
    {
        null or "" => "there is no password; write one to standard input, or type it twice at the prompt",
        _ when password.Any(char.IsControl) => "a password has no control characters (RFC 7617)",
        _ => null,
    };

    /// <summary>Asks twice, without showing what is typed; null when the two differ.</summary>
    private static string? Prompt()
    {
        var first = Ask("Password: ");
        var second = Ask("Again: ");
        if (first == second) return first;
        Console.Error.WriteLine("The two differ.");
        return null;
    }

    private static string Ask(string question)
    {
        Console.Error.Write(question);
        var text = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter) break;
            if (key.Key == ConsoleKey.Backspace) text.Length = Math.Max(0, text.Length - 1);
            else if (key.KeyChar != '\0') text.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return text.ToString();
    }
}
