namespace PluginHost.Core.Protocol.Frames;

/// <summary>What a frame carries (RFC 6455 §5.2). The value is the four-bit field on the wire.</summary>
public enum Opcode : byte
{
    /// <summary>The next fragment of the message in progress (§5.4).</summary>
    Continuation = 0x0,

    /// <summary>A text message or its first fragment; the payload of the whole message is UTF-8 (§5.6).</summary>
    Text = 0x1,

    /// <summary>A binary message or its first fragment (§5.6).</summary>
    Binary = 0x2,

    /// <summary>Starts or answers the closing handshake (§5.5.1).</summary>
    Close = 0x8,

    /// <summary>Asks for a pong with the same payload (§5.5.2).</summary>
    Ping = 0x9,

    /// <summary>Answers a ping, or a one-way heartbeat (§5.5.3).</summary>
    Pong = 0xA,
}

/// <summary>The three reserved bits of a frame's first byte (RFC 6455 §5.2), where they stand on the wire.</summary>
[Flags]
public enum ReservedBits : byte
{
    /// <summary>No bit set: the only value allowed unless an extension was negotiated.</summary>
    None = 0,

    /// <summary>RSV3.</summary>
    Rsv3 = 0x10,

    /// <summary>RSV2.</summary>
    Rsv2 = 0x20,

    /// <summary>RSV1; permessage-deflate marks a compressed message with it (RFC 7692 §6).</summary>
    Rsv1 = 0x40,
}

/// <summary>Which end of the connection this machine plays. A client masks what it sends, a server never does (RFC 6455 §5.1).</summary>
public enum Role : byte
{
    /// <summary>The end that accepted the connection.</summary>
    Server,

    /// <summary>The end that opened the connection.</summary>
    Client,
}

/// <summary>Facts about opcodes.</summary>
public static class Opcodes
{
    /// <summary>Whether the opcode is one of close, ping, pong or a reserved control opcode: the top bit of the field (RFC 6455 §5.5).</summary>
    public static bool IsControl(Opcode opcode) => ((byte)opcode & 0x8) != 0;

    /// <summary>Whether RFC 6455 §5.2 defines the opcode; 3–7 and 0xB–0xF are reserved.</summary>
    public static bool IsDefined(Opcode opcode) => (byte)opcode is <= 0x2 or (>= 0x8 and <= 0xA);
}
