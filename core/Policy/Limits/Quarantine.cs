using LanguageExt;

namespace PluginHost.Core.Policy.Limits;

/// <summary>When a handler is quarantined.</summary>
/// <param name="Faults">So many faults, 1 and above …</param>
/// <param name="Window">… within so many milliseconds …</param>
/// <param name="Sources">… on the input of so many who are independent of each other, 1 and above. Faults without input need none.</param>
/// <param name="Duration">Milliseconds for which its handshakes are refused.</param>
public sealed record QuarantineSettings(int Faults, long Window, int Sources, long Duration);

/// <summary>Whose input a handler has failed on.</summary>
/// <param name="Address">The client's address.</param>
/// <param name="User">The client's user; none where it was not authenticated.</param>
public readonly record struct FaultSource(AddressKey Address, Option<string> User)
{
    /// <summary>Neither an address nor a user: such sources cannot be told apart.</summary>
    public bool IsUnknown => Address.IsNone && User.IsNone;

    /// <summary>The user's name; <see langword="null"/> for none.</summary>
    internal string? UserName => User.MatchUnsafe<string?>(name => name, () => null);

    /// <summary>Whether both may be the same client: by its address or its user.</summary>
    public bool IsSameAs(FaultSource other) => (!Address.IsNone && Address == other.Address) || (User.IsSome && UserName == other.UserName);

    /// <summary>Whether address and user are the same.</summary>
    public bool Equals(FaultSource other) => Address == other.Address && UserName == other.UserName;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Address, UserName);
}

/// <summary>A fault of a handler.</summary>
/// <param name="At">When, in milliseconds.</param>
/// <param name="Source">Whose input it was; none where there was no input: in a constructor, or outside of any call.</param>
public readonly record struct HandlerFault(long At, Option<FaultSource> Source);

/// <summary>Where a handler stands.</summary>
public enum QuarantinePhase : byte
{
    /// <summary>Every handshake is admitted.</summary>
    Healthy,

    /// <summary>No handshake is admitted until the time is over.</summary>
    Quarantined,

    /// <summary>A few handshakes are admitted to see how they go, one of each source. The others are when the window has passed and one of
    /// these has not failed.</summary>
    Trial,
}

/// <summary>
/// What is known about the faults of one handler. Input costs who sent it: a handler is taken from everybody only when it fails for many who are independent
/// of each other, and for more connections than it serves well; or without any input.
/// </summary>
/// <param name="Phase">Where it stands.</param>
/// <param name="Faults">The latest faults, the oldest first: while healthy, those of the window; later, those of the sources that get no trial.</param>
/// <param name="Tried">While on trial: the sources that were admitted and have not failed.</param>
/// <param name="Failures">While on trial: how many of the admitted have failed.</param>
/// <param name="Until">When the quarantine, or the trial, is over; otherwise 0.</param>
public sealed record Quarantine(QuarantinePhase Phase, Seq<HandlerFault> Faults, Seq<FaultSource> Tried, int Failures, long Until)
{
    /// <summary>Faults that are remembered; of one source, no more than quarantine takes.</summary>
    public const int MaxFaults = 1024;

    /// <summary>No fault yet.</summary>
    public static Quarantine None { get; } = new(QuarantinePhase.Healthy, Seq<HandlerFault>.Empty, Seq<FaultSource>.Empty, 0, 0);

    /// <summary>The handler has failed.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="fault">The fault.</param>
    /// <param name="serving">Connections that it serves and that have not failed.</param>
    public Quarantine Faulted(QuarantineSettings settings, HandlerFault fault, int serving)
    {
        var now = fault.At;
        switch (Phase)
        {
            case QuarantinePhase.Healthy:
                var recent = With(fault, settings, now - settings.Window);
                return IsBroken(settings, recent, serving) ? Barred(settings, recent, now) : this with { Faults = recent };
            case QuarantinePhase.Trial when now >= Until && !Tried.IsEmpty:
                return None.Faulted(settings, fault, serving);
            default:
                // Connections that were open before go on failing: no news of the handler, but of who sends.
                return (this with { Faults = With(fault, settings, now - BarredFor(settings)) }).Judged(settings, fault);
        }
    }

    /// <summary>A handshake asks for the handler.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="source">Who asks.</param>
    /// <param name="now">Milliseconds.</param>
    public QuarantineAnswer Asked(QuarantineSettings settings, FaultSource source, long now) => Phase switch
    {
        QuarantinePhase.Healthy => new(this, true),
        QuarantinePhase.Quarantined when now < Until => new(this, false),
        QuarantinePhase.Trial when now >= Until && !Tried.IsEmpty => new(None, true),
        // Nobody who has just failed is given the trial: else whoever breaks the handler could keep it from all others.
        _ when HasFailed(settings, source, now) => new(this, false),
        QuarantinePhase.Trial when now < Until => Tried.Count + Failures < settings.Sources && !Tried.Exists(source.IsSameAs)
            ? new(this with { Tried = Tried.Add(source).Strict() }, true)
            : new(this, false),
        _ => new(new(QuarantinePhase.Trial, Faults, Seq<FaultSource>.Empty.Add(source), 0, now + settings.Window), true),
    };

    private static long BarredFor(QuarantineSettings settings) => 2 * settings.Duration;

    private static bool IsBroken(QuarantineSettings settings, Seq<HandlerFault> recent, int serving)
    {
        var sources = recent.Map(fault => fault.Source).Somes().ToArray();
        return recent.Count - sources.Length >= settings.Faults
            || (sources.Length >= settings.Faults && sources.Length > serving && Independent(sources) >= settings.Sources);
    }

    // Many addresses of one user are one client, and so are many users at one address.
    private static int Independent(FaultSource[] sources) => Math.Min(
        sources.DistinctBy(source => source.Address).Count(),
        sources.DistinctBy(source => source.UserName is { } user ? (default, user) : (source.Address, source.UserName)).Count());

    private static Quarantine Barred(QuarantineSettings settings, Seq<HandlerFault> faults, long now) =>
        new(QuarantinePhase.Quarantined, faults, Seq<FaultSource>.Empty, 0, now + settings.Duration);

    /// <summary>The faults after a time with one more; the oldest go where they would be too many.</summary>
    private Seq<HandlerFault> With(HandlerFault fault, QuarantineSettings settings, long after)
    {
        var kept = Faults.AsEnumerable().Where(earlier => earlier.At > after).ToList();
        var same = kept.FindAll(earlier => earlier.Source.ToNullable() == fault.Source.ToNullable());
        if (same.Count >= settings.Faults) kept.Remove(same[0]);
        if (kept.Count >= MaxFaults) kept.RemoveAt(0);
        return kept.Append(fault).ToArray().ToSeq().Strict();
    }

    private Quarantine Judged(QuarantineSettings settings, HandlerFault fault)
    {
        if (Phase != QuarantinePhase.Trial) return this;
        if (fault.Source.Case is not FaultSource source) return Barred(settings, Faults, fault.At);
        var left = Tried.Filter(tried => tried != source).ToArray().ToSeq().Strict();
        if (left.Count == Tried.Count) return this;
        var failures = Failures + 1;
        return left.IsEmpty && failures >= settings.Sources
            ? Barred(settings, Faults, fault.At)
            : this with { Tried = left, Failures = failures };
    }

    private bool HasFailed(QuarantineSettings settings, FaultSource source, long now) => !source.IsUnknown
        && Faults.Exists(fault => fault.At > now - BarredFor(settings) && fault.Source.Exists(source.IsSameAs));
}

/// <summary>The answer to a handshake.</summary>
/// <param name="Next">What is known from now on.</param>
/// <param name="IsAdmitted">The handshake goes on; otherwise it is refused with 503.</param>
public sealed record QuarantineAnswer(Quarantine Next, bool IsAdmitted);

/// <summary>
/// What one address has done to handlers: when it has made too many fail within the window, its handshakes are refused with 429 for a time.
/// </summary>
/// <param name="Since">When the window began, in milliseconds.</param>
/// <param name="Faults">Faults in it.</param>
/// <param name="BarredUntil">Until then its handshakes are refused.</param>
public readonly record struct Offences(long Since, int Faults, long BarredUntil)
{
    /// <summary>Nothing yet.</summary>
    public static Offences None => new(long.MinValue, 0, long.MinValue);

    /// <summary>A handler has failed on its input.</summary>
    /// <param name="settings">Window and duration are those of handlers.</param>
    /// <param name="max">So many faults within the window are too many; 1 and above.</param>
    /// <param name="now">Milliseconds.</param>
    public Offences Faulted(QuarantineSettings settings, int max, long now)
    {
        var (since, faults) = Faults == 0 || now - Since >= settings.Window ? (now, 1) : (Since, Faults + 1);
        return faults < max ? new(since, faults, BarredUntil) : new(long.MinValue, 0, now + settings.Duration);
    }

    /// <summary>Milliseconds for which its handshakes are still refused; 0 where they are not.</summary>
    public long Left(long now) => BarredUntil > now ? BarredUntil - now : 0;

    /// <summary>Nothing of it matters any more.</summary>
    public bool IsOver(QuarantineSettings settings, long now) => Left(now) == 0 && (Faults == 0 || now - Since >= settings.Window);
}
