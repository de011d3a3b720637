using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server.Buffers;

namespace PluginHost.Server.Connections;

/// <summary>The marks of a connection's send queue, in bytes, and what happens at the high one.</summary>
/// <param name="High">From here on it is full and the connection is not read.</param>
/// <param name="Low">From here on down it is drained.</param>
/// <param name="SlowConsumer">What a message gets that finds it full.</param>
internal sealed record SendLimits(long High, long Low, SlowConsumerPolicy SlowConsumer)
{
    /// <summary>256 KiB and 64 KiB, then closed.</summary>
    public static SendLimits Default { get; } = new(256 * 1024, 64 * 1024, SlowConsumerPolicy.Close);

    /// <summary>Bytes that one turn gathers before it sends: no more than may wait where the stream takes nothing.</summary>
    public int Batch { get; } = (int)Math.Min(High, OutputBatch.CorkSize);

    /// <summary>Those of a plan.</summary>
    public static SendLimits Of(SendQueuePlan plan) => new(plan.High, plan.Low, plan.SlowConsumer);
}
