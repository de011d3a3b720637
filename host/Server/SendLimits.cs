namespace PluginHost.Server;

/// <summary>The marks of a connection's send queue, in bytes.</summary>
/// <param name="High">From here on sends are dropped and the connection is not read.</param>
/// <param name="Low">From here on down it is drained.</param>
internal sealed record SendLimits(long High, long Low)
{
    /// <summary>256 KiB and 64 KiB.</summary>
    public static SendLimits Default { get; } = new(256 * 1024, 64 * 1024);
}
