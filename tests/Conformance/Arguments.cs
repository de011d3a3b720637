using System.Globalization;

namespace PluginHost.Conformance;

/// <summary>The command line.</summary>
internal sealed record Arguments
{
    public Uri? Url { get; private init; }

    public IReadOnlyList<string> Only { get; private init; } = [];

    public bool Full { get; private init; }

    public bool Update { get; private init; }

    public int Concurrency { get; private init; } = 2;

    public int Slowest { get; private init; }

    /// <summary>Whether a case is to be run, as far as its number goes.</summary>
    public bool Takes(string number) =>
        Only.Count == 0 || Only.Any(one => number == one || number.StartsWith(one + ".", StringComparison.Ordinal));

    /// <summary>Reads it; null when it is not understood.</summary>
    public static Arguments? Parse(ReadOnlySpan<string> arguments)
    {
        var parsed = new Arguments();
        while (!arguments.IsEmpty)
        {
            var (next, taken) = arguments switch
            {
                ["--full", ..] => (parsed with { Full = true }, 1),
                ["--update", ..] => (parsed with { Update = true }, 1),
                ["--url", var url, ..] => (Address(url) is { } uri ? parsed with { Url = uri } : null, 2),
                ["--only", var only, ..] => (parsed with { Only = only.Split(',') }, 2),
                ["--concurrency", var count, ..] => (Count(count) is { } n and > 0 ? parsed with { Concurrency = n } : null, 2),
                ["--slowest", var count, ..] => (Count(count) is { } n ? parsed with { Slowest = n } : null, 2),
                _ => (null, 0),
            };
            if (next is null) return null;
            parsed = next;
            arguments = arguments[taken..];
        }
        return parsed;
    }

    private static Uri? Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == "ws" ? uri : null;

    private static int? Count(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;
}
