using System.Globalization;
using System.Text;
using LanguageExt;

namespace PluginHost.Core.Serving.Metrics;

/// <summary>Writes metrics in Prometheus' text format, version 0.0.4.</summary>
public static class PrometheusText
{
    /// <summary>The content type of the format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>
    /// Writes all families in order, each once, each with HELP and TYPE. What could make the whole text unreadable is left out: a second family of the same name,
    /// a second sample with the same labels.
    /// </summary>
    /// <param name="families">The metrics.</param>
    /// <returns>Text with LF line ends; empty for no metric.</returns>
    public static string Write(Seq<MetricFamily> families)
    {
        var text = new StringBuilder();
        var written = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        foreach (var family in families)
        {
            var name = NameOf(family.Name, family.Unit, family.Kind);
            if (!written.Add(name)) continue;
            text.Append("# HELP ").Append(name).Append(' ').Append(Escaped(family.Help, quotes: false)).Append('\n');
            text.Append("# TYPE ").Append(name).Append(TypeOf(family.Kind)).Append('\n');
            var samples = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
            foreach (var sample in family.Samples)
            {
                var labels = Labels(sample.Labels);
                if (!samples.Add(labels)) continue;
                if (family.Kind != MetricKind.Summary)
                {
                    text.Append(name).Append(labels).Append(' ').Append(Number(sample.Value)).Append('\n');
                    continue;
                }
                text.Append(name).Append("_sum").Append(labels).Append(' ').Append(Number(sample.Value)).Append('\n');
                text.Append(name).Append("_count").Append(labels).Append(' ').Append(Number(sample.Count)).Append('\n');
            }
        }
        return text.ToString();
    }

    /// <summary>
    /// The name of a metric: letters, digits and underscores, then the unit in full, then <c>_total</c> for a counter:
    /// <c>pluginhost.received</c> in <c>By</c> is <c>pluginhost_received_bytes_total</c>.
    /// </summary>
    /// <param name="name">As OpenTelemetry writes it.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="kind">How it behaves.</param>
    public static string NameOf(string name, string unit, MetricKind kind)
    {
        var suffix = unit switch
        {
            "By" => "_bytes",
            "s" => "_seconds",
            _ => "", // what is counted, as in {message}, stands in the name
        };
        return Sanitized(name) + suffix + (kind == MetricKind.Counter ? "_total" : "");
    }

    private static string Labels(Seq<(string Name, string Value)> labels)
    {
        if (labels.IsEmpty) return "";
        var text = new StringBuilder("{");
        var used = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in labels)
        {
            if (!used.Add(Sanitized(name))) continue;
            if (text.Length > 1) text.Append(',');
            text.Append(Sanitized(name)).Append("=\"").Append(Escaped(value, quotes: true)).Append('"');
        }
        return text.Append('}').ToString();
    }

    private static string Sanitized(string name)
    {
        var text = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return text.Length == 0 || char.IsAsciiDigit(text[0]) ? "_" + text : text;
    }

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => " counter",
        MetricKind.Summary => " summary",
        _ => " gauge",
    };

    private static string Escaped(string text, bool quotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
