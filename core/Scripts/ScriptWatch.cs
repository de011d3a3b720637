namespace PluginHost.Core.Scripts;

/// <summary>What follows from a look at files that may just be being written.</summary>
public enum ScriptWatchStep
{
    /// <summary>They are as they were read.</summary>
    Nothing,

    /// <summary>They have changed since the last look: look again soon.</summary>
    LookAgain,

    /// <summary>They have changed and are still: read them.</summary>
    Read,
}

/// <summary>When files are read again: once they have changed, and look the same at two looks in a row.</summary>
/// <param name="Read">What they looked like when they were last read.</param>
/// <param name="Seen">What they looked like last.</param>
public sealed record ScriptWatch(string Read, string Seen)
{
    /// <summary>Begins with files that have been read.</summary>
    /// <param name="read">What they looked like before they were.</param>
    public static ScriptWatch From(string read) => new(read, read);

    /// <summary>Looks at them.</summary>
    /// <param name="now">Something that changes whenever they do.</param>
    public (ScriptWatch Next, ScriptWatchStep Step) Look(string now)
    {
        if (now == Read) return (From(now), ScriptWatchStep.Nothing);
        return now == Seen ? (From(now), ScriptWatchStep.Read) : (this with { Seen = now }, ScriptWatchStep.LookAgain);
    }
}
