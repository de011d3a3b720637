using PluginHost.Server.Buffers;

namespace PluginHost.Server.Buffers;

/// <summary>What the encrypted connections of a loop share: one buffer that is received into, one that records gather in until they are sent at once.</summary>
internal sealed class TlsBuffers
{
    /// <summary>Bytes of a record's content at most (RFC 8446 §5.1).</summary>
    public const int RecordSize = 16 * 1024;

    /// <summary>From so many gathered bytes on they are sent.</summary>
    public const int SendFrom = 64 * 1024;

    private int _used;

    /// <summary>What is received, encrypted.</summary>
    public byte[] Input { get; } = GC.AllocateUninitializedArray<byte>(128 * 1024, pinned: true);

    /// <summary>What is to be sent, encrypted.</summary>
    private byte[] Output { get; } = GC.AllocateUninitializedArray<byte>(SendFrom + 2 * RecordSize, pinned: true);

    /// <summary>Bytes gathered.</summary>
    public int Used => _used;

    /// <summary>What was gathered.</summary>
    public Segment Gathered => new(Output, 0, _used);

    /// <summary>Gathers bytes.</summary>
    /// <returns>Whether there was room.</returns>
    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Output.Length - _used) return false;
        bytes.CopyTo(Output.AsSpan(_used));
        _used += bytes.Length;
        return true;
    }

    /// <summary>Nothing is gathered any more.</summary>
    public void Clear() => _used = 0;
}
