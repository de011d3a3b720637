using System.Text.RegularExpressions;
using FsCheck.Fluent;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace FsCheck.Xunit.Tests;

public sealed partial class PropertyTests
{
    private const string KnownRun = "(12345,6789)";

    [GeneratedRegex("""\[Property\(Replay = "(\(\d+,\d+\))"\)\]""")]
    private static partial Regex WholeRun { get; }

    [GeneratedRegex("""\[Property\(Replay = "(\(\d+,\d+,\d+\))"\)\]""")]
    private static partial Regex FailingTest { get; }

    private sealed class Failing
    {
        [Property(MaxTest = 500, EndSize = 1000)]
        public bool Below_forty(int n) => n < 40;

        [Property(MaxTest = 500, EndSize = 1000, Replay = KnownRun)]
        public bool Below_forty_replayed(int n) => n < 40;

        [Property]
        public void Throws(byte n) => throw new InvalidOperationException("no " + n / 256);

        [Property]
        public Property Labelled() => Prop.ForAll<int>(n => false.Label("unequal"));

        [Property]
        public Property Always_rejected(int n) => false.When(false);

        [Property(MaxRejected = 7)]
        public Property Always_rejected_seven(int n) => false.When(false);

        [Property]
        public async Task Fails_later(int n)
        {
            await Task.Yield();
            Assert.True(false);
        }

        [Property]
        public async Task<bool> False_later(int n)
        {
            await Task.Yield();
            return false;
        }

        [Property(Replay = "here,there")]
        public void Bad_replay()
        {
        }

        [Property(Timeout = 50, MaxTest = 1)]
        public Task Too_slow() => Task.Delay(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_failure_tells_the_shrunk_and_the_original_arguments_and_the_counts()
    {
        var outcome = await InProcess.Run(typeof(Failing), nameof(Failing.Below_forty));

        Assert.Equal((1, 1), (outcome.Summary.Total, outcome.Summary.Failed));
        Assert.Contains(Environment.NewLine + "Shrunk:   40" + Environment.NewLine, outcome.Message);
        Assert.Matches(@"\AFalsifiable, after \d+ tests? \(\d+ shrinks?\)\.", outcome.Message);
        Assert.Matches(@"Original: \d+", outcome.Message);
        Assert.Matches(WholeRun, outcome.Message);
        Assert.Matches(FailingTest, outcome.Message);
        Assert.Equal(typeof(PropertyFailedException).FullName, outcome.Failure.ExceptionTypes[0]);
    }

    [Fact]
    public async Task A_replay_repeats_the_run_it_was_printed_for()
    {
        var first = await InProcess.Run(typeof(Failing), nameof(Failing.Below_forty_replayed));
        var second = await InProcess.Run(typeof(Failing), nameof(Failing.Below_forty_replayed));

        Assert.Equal(first.Message, second.Message);
        Assert.Equal(KnownRun, WholeRun.Match(first.Message).Groups[1].Value);
    }

    [Fact]
    public async Task Both_printed_replays_lead_to_the_same_failure()
    {
        var method = typeof(Failing).GetMethod(nameof(Failing.Below_forty))!;
        var printed = (await InProcess.Run(typeof(Failing), nameof(Failing.Below_forty))).Message;

        Assert.Equal(Original(printed), Rerun(WholeRun));
        Assert.Equal(Original(printed), Rerun(FailingTest));

        static string Original(string message) => Regex.Match(message, @"Original: (\d+)").Groups[1].Value;

        string Rerun(Regex replay)
        {
            var settings = PropertySettings.Of(typeof(Failing), method) with { Replay = replay.Match(printed).Groups[1].Value };
            var runner = new Keep();
            Check.Method(settings.ToConfig(runner, null), method, FSharpOption<object>.Some(new Failing()));
            return Original(PropertyFailedException.From(Assert.IsType<TestResult.Failed>(runner.Result)).Message);
        }
    }

    [Fact]
    public async Task An_exception_is_a_failure_and_is_shown()
    {
        var outcome = await InProcess.Run(typeof(Failing), nameof(Failing.Throws));

        Assert.Contains("Shrunk:   0uy", outcome.Message);
        Assert.Equal(["FsCheck.Xunit.PropertyFailedException", "System.InvalidOperationException"], outcome.Failure.ExceptionTypes);
        Assert.Equal("no 0", outcome.Failure.Messages[1]);
        Assert.Contains(nameof(Failing.Throws), outcome.Failure.StackTraces[1]);
    }

    [Fact]
    public async Task Labels_of_a_property_are_shown() =>
        Assert.Contains("unequal", (await InProcess.Run(typeof(Failing), nameof(Failing.Labelled))).Message);

    [Theory]
    [InlineData(nameof(Failing.Always_rejected), "1000")]
    [InlineData(nameof(Failing.Always_rejected_seven), "7")]
    public async Task Too_many_rejections_are_a_failure(string method, string allowed) =>
        Assert.Equal(
            $"FsCheck.Xunit.PropertyFailedException : Arguments exhausted after 0 tests: more than {allowed} were rejected.",
            "FsCheck.Xunit.PropertyFailedException : " + (await InProcess.Run(typeof(Failing), method)).Message);

    [Theory]
    [InlineData(nameof(Failing.Fails_later), "Assert.True() Failure")]
    [InlineData(nameof(Failing.False_later), "false")]
    public async Task Asynchronous_properties_can_fail(string method, string reason)
    {
        var outcome = await InProcess.Run(typeof(Failing), method);

        Assert.Contains("Shrunk:   0", outcome.Message);
        Assert.Contains(reason, outcome.Failure.Messages[1]);
    }

    [Fact]
    public async Task A_replay_that_cannot_be_read_is_a_failure() =>
        Assert.Contains("\"here,there\"", (await InProcess.Run(typeof(Failing), nameof(Failing.Bad_replay))).Message);

    [Fact]
    public async Task A_timeout_is_a_failure() =>
        Assert.Equal(
            "Xunit.Sdk.TestTimeoutException",
            (await InProcess.Run(typeof(Failing), nameof(Failing.Too_slow))).Failure.ExceptionTypes[0]);

    private sealed class Skipped
    {
        [Property(Skip = "not today", DisplayName = "a name of its own")]
        public bool Never(int n) => false;
    }

    [Fact]
    public async Task Skip_and_DisplayName_are_those_of_a_fact()
    {
        var outcome = await InProcess.Run(typeof(Skipped), nameof(Skipped.Never));

        Assert.Equal((1, 0, 1), (outcome.Summary.Total, outcome.Summary.Failed, outcome.Summary.Skipped));
        var message = Assert.Single(outcome.Messages.OfType<ITestSkipped>());
        Assert.Equal(("not today", "a name of its own"), (message.Reason, message.Test.DisplayName));
    }

    [Fact]
    public async Task A_test_case_survives_serialization()
    {
        var copy = SerializationHelper.Deserialize<IXunitTestCase>(
            SerializationHelper.Serialize(InProcess.Discover(typeof(Failing), nameof(Failing.Throws))));

        Assert.IsType<PropertyTestCase>(copy);
        using var cancellation = new CancellationTokenSource();
        using var bus = new MessageBus(new NullMessageSink());
        var summary = await copy.RunAsync(new NullMessageSink(), bus, [], new ExceptionAggregator(), cancellation);
        Assert.Equal(1, summary.Failed);
    }

    private sealed class Keep : IRunner
    {
        public TestResult? Result { get; private set; }

        public void OnStartFixture(Type t)
        {
        }

        public void OnArguments(int n, FSharpList<object> arguments, FSharpFunc<int, FSharpFunc<FSharpList<object>, string>> format)
        {
        }

        public void OnShrink(FSharpList<object> arguments, FSharpFunc<FSharpList<object>, string> format)
        {
        }

        public void OnFinished(string name, TestResult result) => Result = result;
    }
}
