namespace PluginHost.Core.Limits;

/// <summary>How many connections there may be.</summary>
/// <param name="Connections">All of them, until their stream is closed; 1 and above.</param>
/// <param name="PerAddress">Those of one address; 1 and above.</param>
/// <param name="Handshakes">Those whose handshake is in progress: from accept to the answer; 1 and above.</param>
public sealed record ConnectionLimits(int Connections, int PerAddress, int Handshakes)
{
    /// <summary>10,000 connections, 100 of one address, 200 handshakes.</summary>
    public static ConnectionLimits Default { get; } = new(10_000, 100, 200);
}

/// <summary>How many connections there are.</summary>
/// <param name="Connections">All of them.</param>
/// <param name="OfAddress">Those of the address that asks; 0 where there is no address, as with Unix sockets.</param>
/// <param name="Handshakes">Handshakes in progress.</param>
public readonly record struct ConnectionCounts(int Connections, int OfAddress, int Handshakes);

/// <summary>Whether one more connection is taken.</summary>
public enum AdmissionResult : byte
{
    /// <summary>It is.</summary>
    Admitted,

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
        return counts.Handshakes >= limits.Handshakes ? AdmissionResult.TooManyHandshakes : AdmissionResult.Admitted;
    }
}
