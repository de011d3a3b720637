namespace PluginHost.Abstractions;

/// <summary>The type of a data message (RFC 6455 §5.6).</summary>
public enum MessageKind : byte
{
    /// <summary>UTF-8 text (opcode 1).</summary>
    Text = 1,

    /// <summary>Any bytes (opcode 2).</summary>
    Binary = 2,
}
