namespace PluginHost.Server.Buffers;

/// <summary>Bytes on their way out.</summary>
/// <param name="Array">A pinned array.</param>
/// <param name="Start">Index of the first byte.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct Segment(byte[] Array, int Start, int Length)
{
    public ReadOnlySpan<byte> Span => Array.AsSpan(Start, Length);
}
