using FsCheck;
using FsCheck.Fluent;
using PluginHost.Core.Limits;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Limits;

/// <summary>Faults and handshakes of a handler, some milliseconds apart.</summary>
public sealed record HandlerStory(QuarantineSettings Settings, (int Wait, bool IsFault)[] Steps)
{
    public override string ToString() => $"{Settings}: {string.Join(", ", Steps.Select(one => $"+{one.Wait} {(one.IsFault ? "fault" : "ask")}"))}";
}

/// <summary>Quarantine beside a model that keeps every time and looks back.</summary>
[Properties(Arbitrary = [typeof(QuarantineProperties)])]
public sealed class QuarantineProperties
{
    public static Arbitrary<HandlerStory> Stories() => Arb.From(
        from faults in Gen.Choose(1, 4)
        from count in Gen.Choose(0, 60)
        from steps in Gen.ArrayOf(
            from wait in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, 60), Gen.Choose(0, 300))
            from fault in Gen.Elements(true, true, false)
            select (wait, fault), count)
        select new HandlerStory(new QuarantineSettings(faults, 100, 250), steps));

    [Property(MaxTest = 2000)]
    public void It_does_what_the_model_does(HandlerStory story)
    {
        var (settings, state) = (story.Settings, Quarantine.None);
        var faults = new List<long>(); // since it was last healthy anew
        long now = 0, barredUntil = -1, trialUntil = -1;
        foreach (var (wait, isFault) in story.Steps)
        {
            now += wait;
            if (trialUntil >= 0 && now >= trialUntil) (trialUntil, barredUntil) = (-1, -1);
            if (isFault)
            {
                state = state.Faulted(settings, now);
                if (barredUntil >= 0 && trialUntil < 0) continue;
                faults.Add(now);
                if (trialUntil < 0 && faults.Count(at => at > now - settings.Window) < settings.Faults) continue;
                (barredUntil, trialUntil) = (now + settings.Duration, -1);
                faults.Clear();
                continue;
            }
            var answer = state.Asked(settings, now);
            state = answer.Next;
            var expected = barredUntil < 0 || (trialUntil < 0 && now >= barredUntil);
            Assert.Equal(expected, answer.IsAdmitted);
            if (barredUntil >= 0 && expected) trialUntil = now + settings.Window;
        }
        Assert.InRange(state.Faults.Count, 0, settings.Faults - 1);
    }
}
