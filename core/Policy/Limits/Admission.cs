namespace PluginHost.Core.Policy.Limits;

/// <summary>How many connections there may be.</summary>
/// <param name="Connections">All of them, until their stream is closed; 1 and above.</param>
/// <param name="PerAddress">Those of one address; 1 and above.</param>
/// <param name="Handshakes">Those whose handshake is in progress: from accept to the answer; 1 and above.</param>
/// <param name="RememberedAddresses">Addresses without a connection that are remembered, for their rates and for faults on their input; 1 and above.</param>
public sealed record ConnectionLimits(int Connections, int PerAddress, int Handshakes, int RememberedAddresses)
{
    /// <summary>10,000 connections, 100 of one address, 200 handshakes, 65,536 addresses.</summary>
    public static ConnectionLimits Default { get; } = new(10_000, 100, 200, 65_536);
}

/// <summary>How many connections there are.</summary>
/// <param name="Connections">All of them.</param>
/// <param name="OfAddress">Those of the address that asks; 0 where there is no address, as with Unix sockets.</param>
/// <param name="Handshakes">Handshakes in progress.</param>
/// <param name="HandshakesOfAddress">Those of the address that asks.</param>
/// <param name="MaxHandshakes">Those of the address that has the most; 0 where no address is known.</param>
public readonly record struct ConnectionCounts(int Connections, int OfAddress, int Handshakes, int HandshakesOfAddress = 0, int MaxHandshakes = 0);

/// <summary>Whether one more connection is taken.</summary>
public enum AdmissionResult : byte
{
    /// <summary>It is.</summary>
    Admitted,

    /// <summary>It is, in the place of the oldest handshake of the address that has the most.</summary>
    Displacing,

    /// <summary>There are as many connections as there may be.</summary>
    TooManyConnections,

    /// <summary>The address has as many as it may have.</summary>
    TooManyOfAddress,

    /// <summary>As many handshakes are in progress as may be.</summary>
    TooManyHandshakes,
}

/// <summary>Decides on connections by their number, when they are accepted.</summary>
public static class Admission
{
    /// <summary>Whether one more is taken.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="counts">Without the one that asks.</param>
    public static AdmissionResult Decide(ConnectionLimits limits, ConnectionCounts counts)
    {
        if (counts.Connections >= limits.Connections) return AdmissionResult.TooManyConnections;
        if (counts.OfAddress >= limits.PerAddress) return AdmissionResult.TooManyOfAddress;
        if (counts.Handshakes < limits.Handshakes) return AdmissionResult.Admitted;
        // Shares become more equal each time, so that displacing comes to an end, and no address takes another's place that has no more.
        return counts.HandshakesOfAddress + 1 < counts.MaxHandshakes ? AdmissionResult.Displacing : AdmissionResult.TooManyHandshakes;
    }
}
