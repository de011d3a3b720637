namespace PluginHost.Abstractions;

/// <summary>How something that a plugin depends on is. A case that a host does not know is healthy.</summary>
public enum HealthStatus : byte
{
    /// <summary>It works.</summary>
    Healthy,

    /// <summary>It works, but not as it should. The server stays ready, and says so.</summary>
    Degraded,

    /// <summary>It does not work: the server is not ready (<c>/readyz</c> answers 503).</summary>
    Unhealthy,
}
