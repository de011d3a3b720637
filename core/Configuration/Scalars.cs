using System.Globalization;
using LanguageExt;
using PluginHost.Core.Text;

namespace PluginHost.Core.Configuration;

/// <summary>Values of the tree as .NET values, or what was expected instead. Bounds are checked elsewhere.</summary>
internal static class Scalars
{
    public static Either<string, long> Whole(JsonTree value) =>
        value is JsonTree.Number { Raw: var raw } && Parses(raw, out var number) ? number : $"expected a whole number, found {value.Kind}";

    public static Either<string, TimeSpan> Duration(JsonTree value) => value is JsonTree.Text { Value: var text }
        ? Quantity.Duration(text).MapLeft(shape => $"{shape}, found {value.Kind}")
        : $"{Quantity.DurationShape}, found {value.Kind}";

    public static Either<string, long> Size(JsonTree value) => value switch
    {
        JsonTree.Number { Raw: var raw } when Parses(raw, out var bytes) => bytes,
        JsonTree.Text { Value: var text } => Quantity.Size(text).MapLeft(shape => $"{shape}, found {value.Kind}"),
        _ => $"{Quantity.SizeShape}, found {value.Kind}",
    };

    private static bool Parses(string raw, out long number) =>
        long.TryParse(raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
}
