using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Server.Connections;

/// <summary>Finished frames of this end that lie one behind the other.</summary>
internal static class FrameRun
{
    private static readonly FrameRules s_rules = new(ExpectMasked: false, InMessage: false, ReservedBits.Rsv1, long.MaxValue, NoMoreFragments: false);

    /// <summary>The header of the first.</summary>
    public static FrameHeader First(ReadOnlySpan<byte> frames) => FrameHeaderDecoder.Decode(frames, s_rules).Header;

    /// <summary>How many there are.</summary>
    public static int Count(ReadOnlySpan<byte> frames)
    {
        var count = 0;
        for (; !frames.IsEmpty; count++)
        {
            var header = First(frames);
            frames = frames[(header.Size + (int)header.PayloadLength)..];
        }
        return count;
    }
}
