using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Core.Tests.Support;

/// <summary>Frames as a peer would send them, right or wrong.</summary>
public static class Frame
{
    private const uint Key = 0x9A_3F_C1_57;

    public static byte[] Of(
        Opcode opcode, ReadOnlySpan<byte> payload, bool masked = true, bool fin = true, ReservedBits bits = default, uint key = Key) =>
        FrameEncoder.Encode(new FrameHeader(fin, bits, opcode, masked, masked ? key : 0, 0), payload);

    public static byte[] Text(ReadOnlySpan<byte> payload, bool masked = true, bool fin = true) => Of(Opcode.Text, payload, masked, fin);

    public static byte[] Binary(ReadOnlySpan<byte> payload, bool masked = true, bool fin = true) => Of(Opcode.Binary, payload, masked, fin);

    public static byte[] More(ReadOnlySpan<byte> payload, bool masked = true, bool fin = true) =>
        Of(Opcode.Continuation, payload, masked, fin);

    public static byte[] Ping(ReadOnlySpan<byte> payload, bool masked = true) => Of(Opcode.Ping, payload, masked);

    public static byte[] Pong(ReadOnlySpan<byte> payload, bool masked = true) => Of(Opcode.Pong, payload, masked);

    public static byte[] Close(int code, ReadOnlySpan<byte> reason = default, bool masked = true) =>
        Of(Opcode.Close, [(byte)(code >> 8), (byte)code, .. reason], masked);

    public static byte[] EmptyClose(bool masked = true) => Of(Opcode.Close, [], masked);
}

/// <summary>Settings that tests start from.</summary>
public static class Settings
{
    /// <summary>Small limits and round times, so that both sides of each are near.</summary>
    public static ConnectionSettings Server { get; } = ConnectionSettings.Default with
    {
        MaxMessage = 100_000,
        MaxFragments = 6,
        HandshakeTimeout = 100,
        AssemblyTimeout = 300,
        PingInterval = 200,
        PongTimeout = 50,
        CloseTimeout = 70,
        SendTimeout = 60,
        ControlFrames = TokenRate.Unlimited,
    };

    public static ConnectionSettings Client { get; } = Server with { Role = Role.Client };

    public static ConnectionSettings Of(Role role) => role == Role.Server ? Server : Client;
}
