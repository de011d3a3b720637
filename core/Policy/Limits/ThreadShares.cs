namespace PluginHost.Core.Policy.Limits;

/// <summary>
/// How handlers share the threads that they may block. Every kind of handler has a few for itself, that no other can take; the rest is for whoever needs more, and
/// bounds what all of them use together.
/// </summary>
/// <param name="Guaranteed">Threads that each kind of handler always finds; 1 and above.</param>
/// <param name="Shared">Threads beyond those, for all kinds together; 0 and above.</param>
public sealed record ThreadShares(int Guaranteed, int Shared)
{
    /// <summary>The most threads that so many kinds of handlers use at once.</summary>
    public int Total(int kinds) => Shared + (Guaranteed * kinds);

    /// <summary>One more piece of work of a kind may begin.</summary>
    /// <param name="most">How many of that kind may run at all; 1 and above.</param>
    /// <param name="running">How many run.</param>
    /// <param name="shared">Shared threads that are in use, by whatever kind.</param>
    public bool MayBegin(int most, int running, int shared) => running < most && (running < Guaranteed || shared < Shared);

    /// <summary>The next piece of work of a kind, or the last of those that run, is on a shared thread.</summary>
    /// <param name="before">How many others of that kind run.</param>
    public bool IsShared(int before) => before >= Guaranteed;
}
