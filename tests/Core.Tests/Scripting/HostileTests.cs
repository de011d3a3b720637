using System.Diagnostics;
using PluginHost.Core.Scripting;

namespace PluginHost.Core.Tests.Scripting;

/// <summary>Scripts that would take all there is. Each stops at a limit, soon, and says which and where.</summary>
public sealed class HostileTests
{
    // In Debug, beside other tests: what does not stop takes minutes.
    private static readonly TimeSpan Allowed = TimeSpan.FromSeconds(1);

    public static TheoryData<string, string, string> Hostile()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var one in HostileScript.All) data.Add(one.Name, one.Text, one.Message);
        return data;
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Stops(string name, string text, string message)
    {
        var error = Evaluate(text);
        Assert.Contains(message, error?.Message ?? "");
        if (error is not null) Assert.True(error.Line >= 1 && error.Column >= 1 && error.SourceLine.Length > 0, error.Format());
        // The best of ten: other tests are running.
        var best = Enumerable.Range(0, 10).Select(_ => Time(text)).FirstOrDefault(t => t < Allowed, TimeSpan.MaxValue);
        Assert.True(best < Allowed, name);
    }

    private static TimeSpan Time(string text)
    {
        var watch = Stopwatch.StartNew();
        Evaluate(text);
        return watch.Elapsed;
    }

    private static ScriptError? Evaluate(string text)
    {
        var parsed = Script.Parse("hostile.sbn", text);
        return parsed.IsLeft ? parsed.LeftToSeq()[0][0] : Rendering.Send(parsed.RightToSeq()[0], "x", library: HostileScript.Library).Error;
    }
}
