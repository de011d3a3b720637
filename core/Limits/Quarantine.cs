using LanguageExt;

namespace PluginHost.Core.Limits;

/// <summary>When a handler is quarantined.</summary>
/// <param name="Faults">So many faults, 1 and above …</param>
/// <param name="Window">… within so many milliseconds.</param>
/// <param name="Duration">Milliseconds for which its handshakes are refused.</param>
public sealed record QuarantineSettings(int Faults, long Window, long Duration);

/// <summary>Where a handler stands.</summary>
public enum QuarantinePhase : byte
{
    /// <summary>Every handshake is admitted.</summary>
    Healthy,

    /// <summary>No handshake is admitted until the time is over.</summary>
    Quarantined,

    /// <summary>One handshake was admitted to see how it goes. The others are until the window has passed without a fault.</summary>
    Trial,
}

/// <summary>What is known about the faults of one handler.</summary>
/// <param name="Phase">Where it stands.</param>
/// <param name="Faults">Times of the faults within the window, the oldest first; only while healthy.</param>
/// <param name="Until">When the quarantine, or the trial, is over; otherwise 0.</param>
public sealed record Quarantine(QuarantinePhase Phase, Seq<long> Faults, long Until)
{
    /// <summary>No fault yet.</summary>
    public static Quarantine None { get; } = new(QuarantinePhase.Healthy, Seq<long>.Empty, 0);

    /// <summary>The handler has failed.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="now">Milliseconds.</param>
    public Quarantine Faulted(QuarantineSettings settings, long now)
    {
        long[] recent = [.. Faults.AsEnumerable().Where(at => at > now - settings.Window), now];
        return Phase switch
        {
            // Connections that were open before go on failing: that is no news.
            QuarantinePhase.Quarantined => this,
            QuarantinePhase.Healthy when recent.Length < settings.Faults => this with { Faults = recent.ToSeq() },
            QuarantinePhase.Trial when now >= Until => None.Faulted(settings, now),
            _ => new(QuarantinePhase.Quarantined, Seq<long>.Empty, now + settings.Duration),
        };
    }

    /// <summary>A handshake asks for the handler.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="now">Milliseconds.</param>
    public QuarantineAnswer Asked(QuarantineSettings settings, long now) => Phase switch
    {
        QuarantinePhase.Healthy => new(this, true),
        _ when now < Until => new(this, false),
        QuarantinePhase.Quarantined => new(new(QuarantinePhase.Trial, Seq<long>.Empty, now + settings.Window), true),
        _ => new(None, true),
    };
}

/// <summary>The answer to a handshake.</summary>
/// <param name="Next">What is known from now on.</param>
/// <param name="IsAdmitted">The handshake goes on; otherwise it is refused with 503.</param>
public sealed record QuarantineAnswer(Quarantine Next, bool IsAdmitted);
