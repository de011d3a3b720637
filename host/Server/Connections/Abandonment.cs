namespace PluginHost.Server.Connections;

/// <summary>A time that something has, after which it is given up. On a loop.</summary>
/// <param name="at">When it is over, in milliseconds.</param>
/// <param name="abandon">What happens then.</param>
internal sealed class Abandonment(long at, Action abandon) : Timed
{
    private long _at = at;

    /// <summary>It has come to its end in time.</summary>
    public void Cancel() => _at = long.MaxValue;

    internal override long DueAt => _at;

    internal override void OnDue(long now)
    {
        if (_at == long.MaxValue) return;
        _at = long.MaxValue;
        abandon();
    }
}
