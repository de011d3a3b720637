using LanguageExt;
using PluginHost.Abstractions;
using PluginHost.Core.Scripts;
using PluginHost.Server.Loading;
using PluginHost.Server.Scripting;
using PluginHost.Server.Scripting.Engine;
using PluginHost.Tests.Loading;
using PluginHost.Tests.Scripting.Engine;
using static LanguageExt.Prelude;

namespace PluginHost.Tests.Scripting;

/// <summary>The timer that belongs to a file.</summary>
public sealed class ScriptFileTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();
    private readonly ScriptFile _file = new(ScriptStoreLimits.Default);
    private readonly List<string> _lines = [];
    private readonly List<string> _published = [];
    private TopicResult _answer = TopicResult.Done;

    [Fact]
    public void It_is_called_again_and_again_and_may_use_the_store_and_topics()
    {
        Run("publish 'ticks' (store.add 'n'); log $\"{now | date.to_string '%T'}\"", Second);
        Assert.Empty(_published);
        _time.Pass(TimeSpan.FromSeconds(2.5));
        Assert.Equal(["test.sbn ticks 1", "test.sbn ticks 2"], _published);
        Assert.Equal(["Information: 07:08:10", "Information: 07:08:11"], _lines);
        Assert.Equal(2, _file.Store.Now.Find("n").MatchUnsafe(value => value, () => null));
    }

    [Fact]
    public void Another_text_goes_on_with_the_interval_and_the_store()
    {
        Run("store.add 'n'", Second);
        _time.Pass(TimeSpan.FromSeconds(1.5));
        Run("publish 'n' (store.add 'n')", Second);
        _time.Pass(TimeSpan.FromSeconds(0.5));
        Assert.Equal(["test.sbn n 2"], _published);
        Run("publish 'n' (store.add 'n')", 10 * Second);
        _time.Pass(9 * Second);
        Assert.Single(_published);
        _time.Pass(Second);
        Assert.Equal(["test.sbn n 2", "test.sbn n 3"], _published);
        Run("", None);
        _time.Pass(100 * Second);
        Assert.Equal(2, _published.Count);
    }

    [Fact]
    public void A_fault_is_said_once_with_its_place_and_the_next_call_comes()
    {
        Run("store.add 'n'\nif (store.get 'n') < 4\nnobody.x\nend\nstore.set 'm' 1", Second);
        _time.Pass(3 * Second);
        var line = Assert.Single(_lines);
        Assert.StartsWith("Error: test.sbn:4:8: error: ", line, StringComparison.Ordinal);
        Assert.Equal(0, _file.Store.Now.Count);
        Run("nobody.y", Second);
        _time.Pass(2 * Second);
        Assert.Equal(2, _lines.Count);
    }

    [Fact]
    public void It_has_the_bounds_of_any_call()
    {
        Run("while true; end", Second);
        _time.Pass(Second);
        Assert.Contains("more than 100000 steps", Assert.Single(_lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("send 'x'")]
    [InlineData("close")]
    [InlineData("timer 1")]
    [InlineData("subscribe 'x'")]
    public void There_is_no_connection_to_do_something_with(string code)
    {
        Run("publish 'never' 'x'; " + code, Second);
        _time.Pass(Second);
        Assert.Contains("there is no connection in on_interval; it can publish and log", Assert.Single(_lines), StringComparison.Ordinal);
        Assert.Empty(_published);
    }

    [Fact]
    public void A_publication_that_is_refused_is_said_once()
    {
        _answer = TopicResult.Busy;
        Run("publish 'news' 'x'", Second);
        _time.Pass(3 * Second);
        Assert.Equal(3, _published.Count);
        Assert.Equal(["Warning: test.sbn: on_interval: topic \"news\" was refused: busy"], _lines);
    }

    [Fact]
    public void After_a_stop_nothing_is_called()
    {
        Run("publish 'news' 'x'", Second);
        _file.Stop();
        _time.Pass(3 * Second);
        Assert.Empty(_published);
    }

    private void Run(string code, Option<TimeSpan> interval)
    {
        var program = Rendering.Parse($"{{{{ func on_interval\n{code}\nend }}}}");
        var setting = new ScriptSetting(
            program, new Dictionary<string, ScriptPart<ScriptProgram>>(), Rendering.Patient, TimeSpan.FromSeconds(30), ScriptData.Nothing, _file.Store);
        var services = TestServices.Noting((_, level, line) => _lines.Add($"{level}: {line}")) with { Time = _time, Topics = id => new Heard(this, id) };
        _file.Run(setting, interval, new PluginScope("test.sbn", new PluginOptions("{}"), "/", services));
    }

    private sealed class Heard(ScriptFileTests test, string plugin) : Abstractions.Topics
    {
        public override TopicResult Publish(string topic, Publication publication)
        {
            test._published.Add($"{plugin} {topic} {publication.String}");
            return test._answer;
        }

        public override ValueTask<TopicSnapshot> ReadAsync(string topic, HistoryRequest history, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
