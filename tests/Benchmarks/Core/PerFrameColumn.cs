using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace PluginHost.Benchmarks.Core;

/// <summary>The mean divided by the frames of a buffer, in nanoseconds.</summary>
internal sealed class PerFrameColumn : IColumn
{
    public string Id => nameof(PerFrameColumn);

    public string ColumnName => "ns/frame";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "Mean / frames in the buffer";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        var mean = summary[benchmarkCase]?.ResultStatistics?.Mean;
        var frames = FrameBuffer.Of((int)benchmarkCase.Parameters[nameof(ReceiveBenchmarks.Payload)]).Frames;
        return mean is { } nanoseconds ? (nanoseconds / frames).ToString("F2", CultureInfo.InvariantCulture) : "-";
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;
}
