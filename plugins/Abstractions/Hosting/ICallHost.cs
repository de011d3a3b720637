namespace PluginHost.Abstractions.Hosting;

/// <summary>For hosts: stands behind the <see cref="Call"/>s of one slot, which are told apart by their turn. From any thread.</summary>
public interface ICallHost
{
    /// <summary>See <see cref="Call.Cancellation"/>. Cancelled for a turn that is over.</summary>
    CancellationToken CancellationOf(long turn);

    /// <summary>See <see cref="Call.OverlapAsync"/>. Completed for a turn that is over.</summary>
    ValueTask OverlapAsync(long turn);

    /// <summary>See <see cref="Call.TryOverlap"/>. True for a turn that is over.</summary>
    bool TryOverlap(long turn);
}

/// <summary>For hosts: makes calls.</summary>
public static class HostCalls
{
    /// <summary>A call as authors see it.</summary>
    /// <param name="host">What stands behind it.</param>
    /// <param name="turn">A number that no other call of the same host object has.</param>
    public static Call New(ICallHost host, long turn) => new(host, turn);
}
