using PluginHost.Core.Scripts;

namespace PluginHost.Tests.Scripting.Engine;

/// <summary>
/// Scripts that would take all there is. Each stops at a limit, and says which and where; none ends the process. How soon each stops is measured by
/// <c>tests/Benchmarks -- scripts</c>, not here.
/// </summary>
public sealed class HostileTests
{
    /// <summary>Beside what a script may allocate: what one step of it may.</summary>
    private const long Slack = 16 << 20;

    // Long enough for every script that counts, short enough for those that only time ends.
    private static readonly TimeSpan Wall = TimeSpan.FromSeconds(2);

    // A small stack, as a loop's may be.
    private const int Stack = 512 * 1024;

    public static TheoryData<string> Names() => [.. HostileScript.All.Select(one => one.Name)];

    [Fact]
    public void There_are_many_and_each_has_a_name() => Assert.InRange(HostileScript.All.Select(one => one.Name).Distinct().Count(), 115, HostileScript.All.Count);

    [Theory]
    [MemberData(nameof(Names))]
    public void Stops(string name)
    {
        var hostile = HostileScript.All.Single(one => one.Name == name);
        var (error, allocated) = OnASmallStack(() => Evaluate(hostile));
        if (error?.Message != "out of time") Assert.Contains(hostile.Message, error?.Message ?? "", StringComparison.Ordinal);
        if (error is not null) Assert.True(error.Line >= 1 && error.Column >= 1 && error.SourceLine.Length > 0, error.Format());
        Assert.InRange(allocated, 0, ScriptLimits.Default.Memory + Slack);
        // The thread that it ran on serves the next as if nothing had been.
        Assert.Equal("ok 1", Rendering.Render("{{ x = 1; func f; ret x; end; 'ok ' + (f) }}"));
    }

    private static (ScriptError? Error, long Allocated) Evaluate(HostileScript hostile)
    {
        var compiled = PluginHost.Server.Scripting.Engine.ScriptProgram.Compile("hostile.sbn", hostile.Text);
        if (compiled.IsLeft) return (compiled.LeftToSeq()[0][0], 0);
        var script = compiled.RightToSeq()[0];
        // What is made once for a thread is not the script's.
        Rendering.Render("{{ 1 }}");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var outcome = Rendering.Tell(
            script, Rendering.Event with { Payload = "x"u8.ToArray() }, limits: ScriptLimits.Default, parts: HostileScript.Parts, wall: Wall);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (outcome.Error is null) return (null, allocated);
        Assert.Empty(outcome.Commands);
        Assert.Null(outcome.Reply);
        Assert.Equal("ok", Rendering.Render("{{ 'ok' }}"));
        return (outcome.Error, allocated);
    }

    private static T OnASmallStack<T>(Func<T> work)
    {
        T? result = default;
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = work();
                }
                catch (Exception problem)
                {
                    failure = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(problem);
                }
            },
            Stack);
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }
}
