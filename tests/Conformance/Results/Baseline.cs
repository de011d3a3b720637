using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PluginHost.Conformance.Cases;

namespace PluginHost.Conformance.Results;

/// <summary>The committed results: JSON, one case a line, sorted by number.</summary>
internal static class Baseline
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseUpper) },
    };

    /// <summary>The file's text.</summary>
    public static string Write(IEnumerable<CaseResult> results)
    {
        var lines = Sorted(results).Select(one => "  " + JsonSerializer.Serialize(one, Options));
        return new StringBuilder("[\n").AppendJoin(",\n", lines).Append("\n]\n").ToString();
    }

    /// <summary>Reads the file's text.</summary>
    public static IReadOnlyList<CaseResult> Read(string json) => JsonSerializer.Deserialize<List<CaseResult>>(json, Options) ?? [];

    /// <summary>In the order of their numbers.</summary>
    public static IEnumerable<CaseResult> Sorted(IEnumerable<CaseResult> results) =>
        results.Order(Comparer<CaseResult>.Create((one, other) => CaseList.Compare(one.Number, other.Number)));

    /// <summary>One line for each case whose result is not the expected one, is not expected, or is missing.</summary>
    /// <param name="expected">The baseline.</param>
    /// <param name="actual">The run.</param>
    /// <param name="ran">Whether a case was to be run at all.</param>
    public static IReadOnlyList<string> Differences(
        IEnumerable<CaseResult> expected, IEnumerable<CaseResult> actual, Func<string, bool> ran)
    {
        var before = expected.Where(one => ran(one.Number)).ToDictionary(one => one.Number);
        var after = actual.ToDictionary(one => one.Number);
        return
        [
            .. before.Keys.Union(after.Keys).Order(Comparer<string>.Create(CaseList.Compare)).Select(number =>
                (before.GetValueOrDefault(number), after.GetValueOrDefault(number)) switch
                {
                    (null, { } added) => $"{number}: not in the baseline: {added.Verdict}",
                    ({ } missing, null) => $"{number}: did not run; expected {missing.Verdict}",
                    ({ } wanted, { } got) when wanted != got => $"{number}: expected {Line(wanted)}, got {Line(got)}",
                    _ => null,
                }).OfType<string>(),
        ];
    }

    private static string Line(CaseResult one) => JsonSerializer.Serialize(one, Options);
}
