using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace PluginHost.Cli.Terminal;

/// <summary>Where commands write: results to standard output, problems to standard error. Coloured on a terminal, plain when redirected.</summary>
internal sealed class Output
{
    private static readonly JsonSerializerOptions JsonShape = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Default };

    private readonly IAnsiConsole _out;
    private readonly IAnsiConsole _error;

    /// <summary>Writes to the process' own streams.</summary>
    public Output()
    {
        IsTerminal = !Console.IsOutputRedirected;
        _out = Make(Console.Out, Console.IsOutputRedirected);
        _error = Make(Console.Error, Console.IsErrorRedirected);
    }

    /// <summary>Standard output is a terminal.</summary>
    public bool IsTerminal { get; }

    /// <summary>Cells of a line of the terminal.</summary>
    public int Width => _out.Profile.Width;

    /// <summary>Writes a line of results.</summary>
    public void Line(string text) => Write(_out, text, null);

    /// <summary>Writes a line of results in a colour.</summary>
    public void Line(string text, string style) => Write(_out, text, style);

    /// <summary>Writes a line that is no result: a note, a state.</summary>
    public void Note(string text) => Write(_error, text, "grey");

    /// <summary>Writes a problem.</summary>
    public void Problem(string text) => Write(_error, text, "red");

    /// <summary>Writes a value as one line of JSON.</summary>
    public void Json<T>(T value)
    {
        Console.Out.WriteLine(JsonSerializer.Serialize(value, JsonShape));
        Console.Out.Flush();
    }

    /// <summary>Writes rows separated by tabs and without a heading, for other programs.</summary>
    public static void Rows(IEnumerable<IReadOnlyList<string>> rows)
    {
        foreach (var row in rows) Console.Out.WriteLine(string.Join('\t', row.Select(Printable.Line)));
    }

    /// <summary>One line whatever its length: Spectre would break it at the width of the terminal, or at 80 characters where there is none.</summary>
    private static void Write(IAnsiConsole console, string text, string? style)
    {
        var line = Printable.Line(text);
        var writer = console.Profile.Out.Writer;
        if (style is not null && console.Profile.Capabilities.Ansi) console.Write(new Text(line, Style.Parse(style)) { Overflow = Overflow.Fold });
        else writer.Write(line);
        writer.WriteLine();
        writer.Flush();
    }

    private static IAnsiConsole Make(TextWriter writer, bool redirected) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(writer),
        Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
        Interactive = InteractionSupport.No,
    });
}
