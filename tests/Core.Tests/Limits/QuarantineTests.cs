using LanguageExt;
using PluginHost.Core.Policy.Limits;

namespace PluginHost.Core.Tests.Limits;

public sealed class QuarantineTests
{
    private static readonly QuarantineSettings Settings = new(3, 1000, 2, 5000);

    private static FaultSource At(byte address, string? user = null) =>
        new(AddressKey.Of([192, 0, 2, address]), user is null ? Option<string>.None : user);

    private static Quarantine Own(params long[] times) =>
        times.Aggregate(Quarantine.None, (state, now) => state.Faulted(Settings, new HandlerFault(now, Option<FaultSource>.None), 0));

    private static Quarantine Of(int serving, params (long At, FaultSource Source)[] faults) =>
        faults.Aggregate(Quarantine.None, (state, fault) => state.Faulted(Settings, new HandlerFault(fault.At, fault.Source), serving));

    [Fact]
    public void Faults_without_input_quarantine_by_their_number()
    {
        Assert.Equal(QuarantinePhase.Healthy, Own(0, 500).Phase);
        Assert.Equal(QuarantinePhase.Healthy, Own(0, 500, 1000).Phase); // the first is out of the window
        Assert.Equal((QuarantinePhase.Quarantined, 5999), (Own(0, 500, 999).Phase, Own(0, 500, 999).Until));
    }

    [Fact]
    public void Faults_on_input_need_several_sources_and_more_of_them_than_go_well()
    {
        Assert.Equal(QuarantinePhase.Healthy, Of(0, (0, At(1)), (1, At(1)), (2, At(1)), (3, At(1))).Phase);
        Assert.Equal(QuarantinePhase.Quarantined, Of(0, (0, At(1)), (1, At(1)), (2, At(2))).Phase);
        Assert.Equal(QuarantinePhase.Quarantined, Of(2, (0, At(1)), (1, At(1)), (2, At(2))).Phase);
        Assert.Equal(QuarantinePhase.Healthy, Of(3, (0, At(1)), (1, At(1)), (2, At(2))).Phase);
    }

    [Fact]
    public void One_user_at_many_addresses_is_one_source_and_so_are_many_users_at_one_address()
    {
        Assert.Equal(QuarantinePhase.Healthy, Of(0, (0, At(1, "ann")), (1, At(2, "ann")), (2, At(3, "ann"))).Phase);
        Assert.Equal(QuarantinePhase.Healthy, Of(0, (0, At(1, "ann")), (1, At(1, "bob")), (2, At(1, "joe"))).Phase);
        Assert.Equal(QuarantinePhase.Quarantined, Of(0, (0, At(1, "ann")), (1, At(2, "bob")), (2, At(2, "bob"))).Phase);
    }

    [Fact]
    public void The_trial_goes_to_those_who_have_not_just_failed_and_one_success_ends_it()
    {
        var state = Of(0, (0, At(1)), (1, At(1)), (2, At(2)));
        Assert.False(state.Asked(Settings, At(9), 5001).IsAdmitted);
        Assert.False(state.Asked(Settings, At(1), 5002).IsAdmitted);
        Assert.False(state.Asked(Settings, At(2), 6000).IsAdmitted);
        var trial = state.Asked(Settings, At(9), 6000);
        Assert.Equal((true, QuarantinePhase.Trial, 7000), (trial.IsAdmitted, trial.Next.Phase, trial.Next.Until));
        Assert.False(trial.Next.Asked(Settings, At(9), 6001).IsAdmitted);
        var second = trial.Next.Asked(Settings, At(8), 6001);
        Assert.True(second.IsAdmitted);
        Assert.False(second.Next.Asked(Settings, At(7), 6002).IsAdmitted); // as many as sources are asked for
        // One of the two fails, and an old connection too: that ends nothing.
        var failed = second.Next.Faulted(Settings, new HandlerFault(6003, At(8)), 0).Faulted(Settings, new HandlerFault(6004, At(1)), 0);
        Assert.Equal(QuarantinePhase.Trial, failed.Phase);
        Assert.Equal(new QuarantineAnswer(Quarantine.None, true), failed.Asked(Settings, At(1), 7000));
    }

    [Fact]
    public void A_trial_in_which_all_fail_quarantines_anew()
    {
        var trial = Of(0, (0, At(1)), (1, At(1)), (2, At(2))).Asked(Settings, At(8), 5002).Next.Asked(Settings, At(9), 5003).Next;
        var half = trial.Faulted(Settings, new HandlerFault(5004, At(8)), 0);
        Assert.Equal(QuarantinePhase.Trial, half.Phase);
        var state = half.Faulted(Settings, new HandlerFault(5005, At(9)), 0);
        Assert.Equal((QuarantinePhase.Quarantined, 10_005), (state.Phase, state.Until));
        Assert.Equal(QuarantinePhase.Quarantined, trial.Faulted(Settings, new HandlerFault(5004, Option<FaultSource>.None), 0).Phase);
    }

    [Fact]
    public void Who_has_failed_may_try_again_after_twice_the_time_and_who_is_unknown_always()
    {
        var state = Of(0, (0, At(1)), (1, At(1)), (2, At(2)));
        Assert.False(state.Asked(Settings, At(1), 10_000).IsAdmitted);
        Assert.True(state.Asked(Settings, At(1), 10_001).IsAdmitted);
        var unknown = new FaultSource(AddressKey.None, Option<string>.None);
        Assert.True(state.Faulted(Settings, new HandlerFault(3, unknown), 0).Asked(Settings, unknown, 5002).IsAdmitted);
    }

    [Fact]
    public void An_address_is_refused_after_too_many_faults_within_the_window()
    {
        var offences = Offences.None;
        for (var i = 0; i < 2; i++) offences = offences.Faulted(Settings, 3, i);
        Assert.Equal(0, offences.Left(2));
        Assert.Equal(0, offences.Faulted(Settings, 3, 1000).Left(1000)); // a new window
        var refused = offences.Faulted(Settings, 3, 999);
        Assert.Equal(5000, refused.Left(999));
        Assert.Equal(1, refused.Left(5998));
        Assert.Equal(0, refused.Left(5999));
        Assert.False(refused.IsOver(Settings, 5998));
        Assert.True(refused.IsOver(Settings, 5999));
    }
}
