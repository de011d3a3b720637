using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LanguageExt;
using PluginHost.Core.Serving.Metrics;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Metrics;

/// <summary>What is written is read back by a reader of the format's own rules.</summary>
public class PrometheusTextProperties
{
    private static readonly Gen<string> AnyText = Gen.ListOf(
            Gen.Frequency((5, Gen.Elements('a', 'Z', '0', '_', '.', ' ')), (3, Gen.Elements('"', '\\', '\n', '{', '}', ',', '=', '#')), (1, Gen.Elements('\r', 'é', 'n'))))
        .Select(all => string.Concat(all));

    private static readonly Gen<MetricSample> AnySample =
        from labels in Gen.ListOf(from name in AnyText from value in AnyText select (name, value))
        from number in Gen.OneOf(Gen.Choose(-1000, 1_000_000).Select(n => (double)n), Gen.Elements(0.1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300))
        select new MetricSample(labels.Take(3).ToSeq().Strict(), number);

    private static readonly Gen<MetricFamily> AnyFamily =
        from name in AnyText
        from unit in Gen.Elements("", "By", "s", "{message}")
        from help in AnyText
        from kind in Gen.Elements(MetricKind.Counter, MetricKind.Gauge)
        from samples in Gen.ListOf(AnySample)
        select new MetricFamily(name, unit, help, kind, samples.Take(4).ToSeq().Strict());

    [Property(MaxTest = 2000)]
    public Property Whatever_is_written_can_be_read() => Prop.ForAll(Arb.From(Gen.ListOf(AnyFamily)), families =>
    {
        var text = PrometheusText.Write(families.ToSeq().Strict());
        var lines = text.Split('\n');
        if (lines[^1].Length > 0) return false;
        var names = new System.Collections.Generic.HashSet<string>();
        var current = "";
        foreach (var line in lines[..^1])
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                current = line.Split(' ')[2];
                if (!names.Add(current) || !IsName(current)) return false;
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                if (line != $"# TYPE {current} counter" && line != $"# TYPE {current} gauge") return false;
            }
            else if (!line.StartsWith(current, StringComparison.Ordinal) || Read(line[current.Length..]) is null)
            {
                return false;
            }
        }
        return true;
    });

    [Property(MaxTest = 2000)]
    public Property Labels_mean_what_they_meant() => Prop.ForAll(Arb.From(AnyText), Arb.From(AnyText), (one, two) =>
    {
        var family = new MetricFamily("a", "", "h", MetricKind.Gauge, Seq(new MetricSample(Seq(("x", one), ("y", two)), 1.5)));
        var line = PrometheusText.Write(Seq(family)).Split('\n')[2];
        var read = Read(line[1..]);
        return read is { } found && found.Value == "1.5" && found.Labels.SequenceEqual([("x", one), ("y", two)]);
    });

    private static Seq<T> Seq<T>(params T[] items) => items.ToSeq().Strict();

    private static bool IsName(string text) => text.Length > 0 && !char.IsAsciiDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>Labels and value of a line behind its name.</summary>
    private static (List<(string, string)> Labels, string Value)? Read(string text)
    {
        var labels = new List<(string, string)>();
        var at = 0;
        if (text.StartsWith('{'))
        {
            at = 1;
            while (text[at] != '}')
            {
                var equals = text.IndexOf("=\"", at, StringComparison.Ordinal);
                var name = text[at..equals];
                if (!IsName(name)) return null;
                var value = new StringBuilder();
                for (at = equals + 2; text[at] != '"'; at++)
                {
                    if (text[at] != '\\') value.Append(text[at]);
                    else
                    {
                        value.Append(text[++at] switch
                        {
                            'n' => '\n',
                            '\\' => '\\',
                            '"' => '"',
                            _ => throw new FormatException(text),
                        });
                    }
                }
                labels.Add((name, value.ToString()));
                if (text[++at] == ',') at++;
            }
            at++;
        }
        if (text[at] != ' ') return null;
        var number = text[(at + 1)..];
        return number is "NaN" or "+Inf" or "-Inf" || double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? (labels, number) : null;
    }
}
