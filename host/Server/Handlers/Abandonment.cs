using PluginHost.Server.Connections;

namespace PluginHost.Server.Handlers;

/// <summary>The time that calls have once their connection is over.</summary>
/// <param name="at">When it is over, in milliseconds.</param>
/// <param name="abandon">What happens then.</param>
internal sealed class Abandonment(long at, Action abandon) : Timed
{
    private long _at = at;

    internal override long DueAt => _at;

    internal override void OnDue(long now)
    {
        _at = long.MaxValue;
        abandon();
    }
}
