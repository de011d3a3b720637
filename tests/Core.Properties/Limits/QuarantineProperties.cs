using FsCheck;
using FsCheck.Fluent;
using LanguageExt;
using PluginHost.Core.Policy.Limits;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Limits;

/// <summary>What happens to a handler.</summary>
/// <param name="Wait">Milliseconds after what happened before.</param>
/// <param name="Source">Who it is; 0 stands for a fault without input.</param>
/// <param name="IsFault">A fault; otherwise a handshake.</param>
/// <param name="Serving">Connections that go well.</param>
public sealed record HandlerStep(int Wait, byte Source, bool IsFault, int Serving);

/// <summary>Faults and handshakes of a handler, some milliseconds apart.</summary>
public sealed record HandlerStory(QuarantineSettings Settings, HandlerStep[] Steps)
{
    public override string ToString() => $"{Settings}: {string.Join(", ", Steps.Select(step => $"+{step.Wait} {(step.IsFault ? "fault" : "ask")} of {step.Source}"))}";
}

[Properties(Arbitrary = [typeof(QuarantineProperties)])]
public sealed class QuarantineProperties
{
    public static Arbitrary<HandlerStory> Stories() => Arb.From(
        from faults in Gen.Choose(1, 4)
        from sources in Gen.Choose(1, 3)
        from count in Gen.Choose(0, 60)
        from steps in Gen.ArrayOf(
            from wait in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, 60), Gen.Choose(0, 300))
            from source in Gen.Choose(0, 6)
            from fault in Gen.Elements(true, true, false)
            from serving in Gen.Choose(0, 3)
            select new HandlerStep(wait, (byte)source, fault, serving), count)
        select new HandlerStory(new QuarantineSettings(faults, 100, sources, 250), steps));

    /// <summary>Whoever it is, and whatever it does: one client alone takes a handler from nobody.</summary>
    [Property(MaxTest = 1000)]
    public void One_client_alone_takes_the_handler_from_nobody(HandlerStory story)
    {
        var settings = story.Settings with { Sources = Math.Max(2, story.Settings.Sources) };
        var (state, now) = (Quarantine.None, 0L);
        foreach (var step in story.Steps)
        {
            now += step.Wait;
            if (step.IsFault) state = state.Faulted(settings, new HandlerFault(now, Source(1)), step.Serving);
            else
            {
                var answer = state.Asked(settings, Source(step.Source), now);
                Assert.True(answer.IsAdmitted);
                state = answer.Next;
            }
        }
    }

    /// <summary>Without input, the number within the window decides, as a model that keeps every time says.</summary>
    [Property(MaxTest = 1000)]
    public void Faults_without_input_do_what_the_model_does(HandlerStory story)
    {
        var (state, now, faults) = (Quarantine.None, 0L, new List<long>());
        foreach (var step in story.Steps.Where(step => step.IsFault))
        {
            now += step.Wait;
            faults.Add(now);
            state = state.Faulted(story.Settings, new HandlerFault(now, Option<FaultSource>.None), step.Serving);
            var expected = faults.Count(at => at > now - story.Settings.Window) >= story.Settings.Faults;
            Assert.Equal(expected ? QuarantinePhase.Quarantined : QuarantinePhase.Healthy, state.Phase);
            if (expected) return;
        }
    }

    /// <summary>Whatever has happened: nobody is let through that has just failed, and somebody new who goes well opens the handler for all.</summary>
    [Property(MaxTest = 2000)]
    public void Who_has_just_failed_gets_no_trial_and_one_who_goes_well_ends_it(HandlerStory story)
    {
        var settings = story.Settings;
        var (state, now) = (Quarantine.None, 0L);
        var failed = new Dictionary<byte, long>();
        foreach (var step in story.Steps)
        {
            now += step.Wait;
            if (step.IsFault)
            {
                if (step.Source > 0) failed[step.Source] = now;
                state = state.Faulted(settings, new HandlerFault(now, step.Source == 0 ? Option<FaultSource>.None : Source(step.Source)), step.Serving);
            }
            else if (step.Source > 0)
            {
                var answer = state.Asked(settings, Source(step.Source), now);
                if (state.Phase == QuarantinePhase.Quarantined && answer.IsAdmitted)
                    Assert.True(!failed.TryGetValue(step.Source, out var at) || at <= now - settings.Duration);
                state = answer.Next;
            }
            Assert.InRange(state.Faults.Count, 0, Quarantine.MaxFaults);
            Assert.InRange(state.Tried.Count + state.Failures, 0, settings.Sources);
        }
        if (state.Phase == QuarantinePhase.Healthy) return;
        now = Math.Max(now, state.Until);
        var trial = state.Asked(settings, Source(200), now);
        Assert.True(trial.IsAdmitted);
        Assert.True(trial.Next.Phase == QuarantinePhase.Healthy
            || trial.Next.Asked(settings, Source(201), now + settings.Window) == new QuarantineAnswer(Quarantine.None, true));
    }

    [Fact]
    public void One_address_cannot_push_out_the_faults_of_others()
    {
        var settings = new QuarantineSettings(5, 100, 3, 250);
        var state = Quarantine.None;
        for (byte source = 2; source < 4; source++) state = state.Faulted(settings, new HandlerFault(0, Source(source)), 0);
        for (var i = 0; i < 10_000; i++) state = state.Faulted(settings, new HandlerFault(1, Source(1)), 9);
        Assert.Equal(2 + 5, state.Faults.Count);
    }

    private static FaultSource Source(byte number) => new(AddressKey.Of([192, 0, 2, number]), Option<string>.None);
}
