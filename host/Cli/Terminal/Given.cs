using System.Globalization;
using LanguageExt;
using PluginHost.Core.Protocol.Handshake;
using static LanguageExt.Prelude;

namespace PluginHost.Cli.Terminal;

/// <summary>Turns what was given on the command line into values.</summary>
internal static class Given
{
    /// <summary>Comma-separated lists as one list, in order.</summary>
    public static Seq<string> List(string[]? values) =>
        (values ?? []).SelectMany(list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToSeq().Strict();

    /// <summary>All values of an option; empty where it was not given.</summary>
    public static Seq<T> Seq<T>(T[]? values) => (values ?? []).ToSeq().Strict();

    /// <summary>A text that may be missing.</summary>
    public static Option<string> Text(string? text) => text is null ? None : Some(text);

    /// <summary>A header written as <c>Name: value</c>; none where there is no colon.</summary>
    public static Option<HeaderField> Header(string line) =>
        line.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 ? new HeaderField(line[..colon], line[(colon + 1)..].Trim(' ')) : None;

    /// <summary><c>--header</c>: headers that a client sends besides those of the handshake.</summary>
    public static System.CommandLine.Option<string[]> HeaderOption()
    {
        var header = new System.CommandLine.Option<string[]>("--header", "-H") { Description = "A header to send besides. May be repeated.", HelpName = "\"NAME: VALUE\"" };
        header.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (!Header(token.Value).Exists(field => field.IsExtra))
                    result.AddError($"--header '{token.Value}' is not of the form \"Name: value\", or the handshake itself sends it");
        });
        return header;
    }

    /// <summary>Several headers.</summary>
    public static Seq<HeaderField> Headers(string[]? lines) => (lines ?? []).Select(Header).Somes().ToSeq().Strict();

    /// <summary>Neither spaces nor control characters.</summary>
    public static bool IsPrintable(string text) => !text.Any(c => char.IsControl(c) || c == ' ');

    /// <summary>A number of seconds, 0 to a day.</summary>
    public static bool IsSeconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= 86_400;
}
