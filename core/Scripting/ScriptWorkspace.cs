using PluginHost.Core.Scripting.Evaluation;

namespace PluginHost.Core.Scripting;

/// <summary>
/// Buffers that evaluations need and leave empty, kept so that they are not allocated each time. It carries nothing from one evaluation to
/// the next. One evaluation at a time may use it: keep one for each event loop.
/// </summary>
public sealed class ScriptWorkspace
{
    internal Run Run { get; } = new();
}
