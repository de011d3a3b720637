using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Functions;
using PluginHost.Core.Scripting.Values;
using static PluginHost.Core.Tests.Scripting.Builtin;

namespace PluginHost.Core.Tests.Scripting;

/// <summary>The limits of an evaluation.</summary>
public sealed class RunTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(100_000)]
    public void As_many_steps_as_allowed(int steps)
    {
        var run = NewRun(new ScriptLimits { Steps = steps });
        for (var i = 0; i < steps; i++) run.Step();
        Assert.Equal($"more than {steps} steps", Assert.Throws<ScriptFault>(run.Step).Message);
    }

    [Theory]
    [InlineData(100, 100)]
    [InlineData(1000, 400)]
    [InlineData(100_000, 99_999)]
    public void Many_steps_at_once(int steps, int first)
    {
        var run = NewRun(new ScriptLimits { Steps = steps });
        run.StepMany(first);
        run.StepMany(steps - first);
        Assert.Throws<ScriptFault>(() => run.StepMany(1));
        Assert.Throws<ScriptFault>(() => NewRun(new ScriptLimits { Steps = steps }).StepMany(long.MaxValue));
    }

    [Fact]
    public void The_deadline_is_looked_at_every_512_steps()
    {
        var asked = 0;
        var run = new Run();
        run.Begin(ScriptLimits.Default, Now, 0, () => ++asked == 3);
        var steps = 0;
        var fault = Assert.Throws<ScriptFault>(() => StepForever());
        Assert.Equal("out of time", fault.Message);
        Assert.InRange(steps, 3 * 512, 3 * 513);

        object? StepForever()
        {
            for (; ; steps++) run.Step();
        }
    }

    [Fact]
    public void As_deep_as_allowed()
    {
        var run = NewRun(new ScriptLimits { Depth = 5 });
        var deepest = 0;
        BuiltinFunction? self = null;
        self = new("self", "depth", call =>
        {
            deepest = Math.Max(deepest, call.Int32(0));
            return call.Run.Call(self!, [Number(call.Int32(0) + 1)]);
        });
        Assert.Equal("calls nested deeper than 5", Assert.Throws<ScriptFault>(() => run.Call(self, [Number(1)])).Message);
        Assert.Equal(5, deepest);
    }

    [Fact]
    public void Chance_follows_from_the_seed()
    {
        var (left, right) = (NewRun(), NewRun());
        Assert.Equal(left.NextRandom(), right.NextRandom());
        Assert.NotEqual(left.NextRandom(), left.NextRandom());
    }
}
