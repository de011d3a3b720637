using System.Globalization;
using System.Text;
using PluginHost.Conformance.Cases;

namespace PluginHost.Conformance.Results;

/// <summary>The results for people: Markdown, a table for each chapter.</summary>
internal static class Report
{
    /// <summary>How a verdict is written.</summary>
    public static string Name(Verdict verdict) => verdict == Verdict.NonStrict ? "NON-STRICT" : verdict.ToString().ToUpperInvariant();

    /// <summary>The whole page.</summary>
    public static string Write(IEnumerable<CaseResult> results)
    {
        var chapters = Baseline.Sorted(results).GroupBy(one => CaseList.ChapterOf(one.Number)).ToArray();
        var page = new StringBuilder(Introduction);
        Summary(page, chapters);
        foreach (var chapter in chapters) Chapter(page, chapter);
        return page.ToString();
    }

    private const string Introduction = """
        # Conformance

        What the server does in each case of the field's well-known list, by its numbers. Our own client (`tests/Conformance`) runs it over
        TCP against the running server with its echo handler. It shares no code with the server. The results are committed in
        `tests/Conformance/expected-results.json`, from which this page is written, and the tests fail on any difference:

            dotnet run --project tests/Conformance              # run, compare, exit code 1 on a difference
            dotnet run --project tests/Conformance -- --help    # any server, some of the cases, all repetitions, a new baseline

        * **OK**: exactly the strict expectation. **NON-STRICT**: allowed all the same. **INFORMATIONAL**: the RFC leaves it open.
          **UNIMPLEMENTED**: compression was offered and declined. **FAILED**: anything else.
        * In every case but an informational one, the server must also end TCP itself and in order, after the close frames (RFC 6455
          §7.1.1), within five seconds. The last column has the server's close code (1005: a close frame without one) and whether all of
          that happened.
        * "fails with": the server closes without being asked to. Where nothing else is written, the client closes with 1000 after the last
          answer.
        * Where a case says "here it must fail", nothing more is sent until the server has failed the connection, or two seconds are over.
        * In chapters 12 and 13, "many" stands for 20 messages, or 1000 with `--full`.
        * Each case that expects a failure also knows "ends without a close frame" as NON-STRICT; other non-strict outcomes are in the JSON.


        """;

    private static void Summary(StringBuilder page, IGrouping<int, CaseResult>[] chapters)
    {
        var verdicts = Enum.GetValues<Verdict>();
        page.Append(CultureInfo.InvariantCulture, $"| chapter | cases | {string.Join(" | ", verdicts.Select(Name))} |\n");
        page.Append(CultureInfo.InvariantCulture, $"| --- |{string.Concat(Enumerable.Repeat(" ---: |", verdicts.Length + 1))}\n");
        foreach (var chapter in chapters) Row($"{chapter.Key} {CaseList.Chapters[chapter.Key]}", [.. chapter]);
        Row("**all**", [.. chapters.SelectMany(chapter => chapter)]);

        void Row(string name, CaseResult[] cases)
        {
            var counts = verdicts.Select(verdict => cases.Count(one => one.Verdict == verdict));
            page.Append(CultureInfo.InvariantCulture, $"| {name} | {cases.Length} | {string.Join(" | ", counts)} |\n");
        }
    }

    private static void Chapter(StringBuilder page, IGrouping<int, CaseResult> chapter)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {chapter.Key} {CaseList.Chapters[chapter.Key]}\n\n");
        page.Append("| case | | sent | expected | verdict | close |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (var one in chapter)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {one.Number} | {Cell(one.Title)} | {Cell(Sent(one))} | {Cell(one.Expects)} | ");
            var how = one.Closing.Clean ? "clean" : $"unclean, by the {one.Closing.By}";
            page.Append(CultureInfo.InvariantCulture, $"{Name(one.Verdict)} | {one.Closing.Code} {how} |\n");
        }
    }

    private static string Sent(CaseResult one) =>
        one.Sends.EndsWith("; close 1000", StringComparison.Ordinal) ? one.Sends[..^12] : one.Sends;

    private static string Cell(string text) =>
        text.Replace("|", "\\|", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);
}
