using LanguageExt;
using PluginHost.Core.Limits;

namespace PluginHost.Core.Tests.Limits;

/// <summary>Admission, back-off, quarantine, slow calls.</summary>
public sealed class GuardTests
{
    [Theory]
    [InlineData(2, 1, 0, AdmissionResult.Admitted)]
    [InlineData(3, 1, 0, AdmissionResult.TooManyConnections)]
    [InlineData(2, 2, 0, AdmissionResult.TooManyOfAddress)]
    [InlineData(2, 1, 1, AdmissionResult.TooManyHandshakes)]
    [InlineData(3, 2, 1, AdmissionResult.TooManyConnections)]
    public void A_connection_is_admitted_below_each_limit_and_refused_at_it(int all, int ofAddress, int handshakes, AdmissionResult expected) =>
        Assert.Equal(expected, Admission.Decide(new ConnectionLimits(3, 2, 1), new ConnectionCounts(all, ofAddress, handshakes)));

    [Fact]
    public void Accepting_backs_off_from_5_ms_to_1_s_and_begins_anew_after_a_success()
    {
        var waits = new List<int>();
        var backOff = BackOff.Succeeded();
        Assert.Equal(0, backOff.Milliseconds);
        for (var i = 0; i < 12; i++) waits.Add((backOff = backOff.Failed()).Milliseconds);
        Assert.Equal([5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000, 1000], waits);
        for (var i = 0; i < 100; i++) Assert.Equal(1000, (backOff = backOff.Failed()).Milliseconds);
        Assert.Equal(5, BackOff.Succeeded().Failed().Milliseconds);
    }

    private static readonly QuarantineSettings Settings = new(3, 1000, 5000);

    private static Quarantine Faults(params long[] times) => times.Aggregate(Quarantine.None, (state, now) => state.Faulted(Settings, now));

    [Fact]
    public void So_many_faults_within_the_window_quarantine_and_one_less_does_not()
    {
        Assert.Equal(QuarantinePhase.Healthy, Faults(0, 500).Phase);
        Assert.Equal(QuarantinePhase.Healthy, Faults(0, 500, 1000).Phase); // the first is out of the window
        Assert.Equal(new Quarantine(QuarantinePhase.Quarantined, Seq<long>.Empty, 5999), Faults(0, 500, 999));
        Assert.Equal([500L, 1000L], Faults(0, 500, 1000).Faults.ToArray());
    }

    [Fact]
    public void A_quarantined_handler_is_refused_until_its_time_is_over_then_tried_once()
    {
        var state = Faults(0, 1, 2);
        var refused = state.Asked(Settings, 5001);
        Assert.Equal(new QuarantineAnswer(state, false), refused);
        Assert.Equal(state, state.Faulted(Settings, 3000)); // of a connection from before
        var trial = state.Asked(Settings, 5002);
        Assert.True(trial.IsAdmitted);
        Assert.Equal((QuarantinePhase.Trial, 6002), (trial.Next.Phase, trial.Next.Until));
        Assert.False(trial.Next.Asked(Settings, 6001).IsAdmitted);
        Assert.Equal(new QuarantineAnswer(Quarantine.None, true), trial.Next.Asked(Settings, 6002));
    }

    [Fact]
    public void One_fault_in_the_trial_quarantines_anew_and_one_after_it_does_not()
    {
        var trial = Faults(0, 1, 2).Asked(Settings, 5002).Next;
        Assert.Equal((QuarantinePhase.Quarantined, 11_001), (trial.Faulted(Settings, 6001).Phase, trial.Faulted(Settings, 6001).Until));
        Assert.Equal(Faults(6002), trial.Faulted(Settings, 6002));
    }

    [Fact]
    public void With_one_allowed_fault_the_first_quarantines() =>
        Assert.Equal(QuarantinePhase.Quarantined, Quarantine.None.Faulted(Settings with { Faults = 1 }, 7).Phase);

    [Fact]
    public void A_call_is_slow_once_when_the_same_is_seen_for_as_long_as_the_limit()
    {
        var look = new SlowCall().Looked(1000, 7, 100);
        Assert.False(look.IsSlow);
        look = look.Next.Looked(1000, 7, 1099);
        Assert.False(look.IsSlow);
        look = look.Next.Looked(1000, 7, 1100);
        Assert.True(look.IsSlow);
        Assert.False(look.Next.Looked(1000, 7, 9000).IsSlow);
        look = look.Next.Looked(1000, 8, 9000);
        Assert.False(look.IsSlow);
        Assert.Equal(default, look.Next.Looked(1000, 0, 20_000).Next);
        Assert.True(look.Next.Looked(1000, 8, 10_000).IsSlow);
    }
}
