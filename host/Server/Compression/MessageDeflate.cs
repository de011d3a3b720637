using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;

namespace PluginHost.Server.Compression;

/// <summary>permessage-deflate of one connection (RFC 7692): what was agreed on, and the contexts where they are kept.</summary>
internal sealed class MessageDeflate(DeflateAgreement agreement, CompressionPlan plan, DeflatePool pool) : IDisposable
{
    private Inflater? _inflater;
    private Deflater? _deflater;

    /// <summary>The four bytes that a sender leaves out at the end of a message (§7.2.1).</summary>
    public static ReadOnlySpan<byte> Tail => [0x00, 0x00, 0xFF, 0xFF];

    /// <summary>How messages are compressed, where that does not depend on what was sent before; otherwise <see langword="null"/>.</summary>
    public (int Level, int WindowBits, int Threshold)? Shared =>
        agreement.ServerNoContextTakeover ? (plan.Level, agreement.ServerMaxWindowBits, plan.Threshold) : null;

    /// <summary>What inflates the message in progress.</summary>
    public Inflater Inflater => _inflater ??= pool.RentInflater(agreement.ClientMaxWindowBits);

    /// <summary>The message in progress is over.</summary>
    public void MessageEnded()
    {
        if (_inflater is null || !agreement.ClientNoContextTakeover) return;
        pool.ReturnInflater(_inflater, agreement.ClientMaxWindowBits);
        _inflater = null;
    }

    /// <summary>Compresses a message that is to be sent.</summary>
    /// <returns>Valid until the next call on the loop; empty when the message is better sent as it is.</returns>
    public ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> message)
    {
        if (message.Length < plan.Threshold) return default;
        if (!agreement.ServerNoContextTakeover)
        {
            // Once it is in the window the peer must see it.
            return pool.Deflate(message, _deflater ??= new Deflater(plan.Level, agreement.ServerMaxWindowBits));
        }
        var compressed = pool.Deflate(message, plan.Level, agreement.ServerMaxWindowBits);
        return compressed.Length < message.Length ? compressed : default;
    }

    public void Dispose()
    {
        _inflater?.Dispose();
        _deflater?.Dispose();
        _inflater = null;
        _deflater = null;
    }
}
