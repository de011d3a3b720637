namespace PluginHost.Conformance.Wire;

/// <summary>What came from the server and is not a close frame: a whole message or a pong.</summary>
/// <param name="Opcode">Text, binary or pong.</param>
/// <param name="Payload">Assembled and inflated.</param>
internal sealed record Arrival(int Opcode, ReadOnlyMemory<byte> Payload)
{
    /// <summary>By value, the payload too.</summary>
    public bool Equals(Arrival? other) => other is not null && Opcode == other.Opcode && Payload.Span.SequenceEqual(other.Payload.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Opcode, Payload.Length);

    /// <summary>How reports call it.</summary>
    public override string ToString() => $"{Op.Name(Opcode)} {Bytes.Describe(Payload)}".TrimEnd();
}

/// <summary>How the server's half of the stream ended.</summary>
internal enum StreamEnd
{
    /// <summary>It has not.</summary>
    Open,

    /// <summary>In order: the server closed its half (FIN).</summary>
    Finished,

    /// <summary>By a reset, or another error of the socket.</summary>
    Reset,
}
