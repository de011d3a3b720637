namespace PluginHost.Core.Serving.Plans;

/// <summary>What is logged, and how a line looks.</summary>
/// <param name="Level">Lines below are dropped: <c>trace</c>, <c>debug</c>, <c>information</c>, <c>warning</c>, <c>error</c>, <c>none</c>.</param>
/// <param name="IsJson">A line is a JSON object.</param>
public sealed record LogPlan(string Level, bool IsJson);
