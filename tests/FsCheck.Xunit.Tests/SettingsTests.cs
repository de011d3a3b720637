using FsCheck.Fluent;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace FsCheck.Xunit.Tests;

public sealed class SettingsTests
{
    public static class Sevens
    {
        public static Arbitrary<int> Seven() => Gen.Constant(7).ToArbitrary();
    }

    public static class Eights
    {
        public static Arbitrary<int> Eight() => Gen.Constant(8).ToArbitrary();

        public static Arbitrary<string> Word() => Gen.Constant("word").ToArbitrary();
    }

    private sealed class Passing
    {
        [Property]
        public void Nothing(int n)
        {
        }

        [Property]
        public bool Bool(int n) => true;

        [Property]
        public Property Property() => Prop.ForAll<int>(n => true);

        [Property]
        public async Task Task(int n) => await System.Threading.Tasks.Task.Yield();

        [Property]
        public static bool Static(int n) => true;

        [Property(Parallelism = 2)]
        public bool Parallel(int n) => true;

        [Property(MaxTest = 17)]
        public bool Seventeen(int n) => true;

        [Property(QuietOnSuccess = true)]
        public bool Quiet(int n) => true;

        [Property(Verbose = true, MaxTest = 3, Arbitrary = [typeof(Sevens)])]
        public bool Verbose(int n) => true;

        [Property(Arbitrary = [typeof(Sevens)])]
        public bool Only_seven(int n) => n == 7;

        [Property(Arbitrary = [typeof(Sevens), typeof(Eights)])]
        public bool The_first_wins(int n, string word) => n == 7 && word == "word";

        [Property(StartSize = 3, EndSize = 3)]
        public Property Sized() => Prop.ForAll(Gen.Sized(Gen.Constant).ToArbitrary(), size => size == 3);

        [Property(MaxTest = 3)]
        public Property Rejects_two_thirds(int n)
        {
            _calls++;
            return true.When(_calls % 3 == 0);
        }

        private int _calls;
    }

    [Properties(MaxTest = 5, Arbitrary = [typeof(Eights)])]
    private sealed class Defaults
    {
        [Property]
        public bool Of_the_class(int n) => n == 8;

        [Property(MaxTest = 6, Arbitrary = [typeof(Sevens)])]
        public bool Of_the_method(int n, string word) => n == 7 && word == "word";

        public sealed class Inner
        {
            [Property]
            public bool Of_the_outer_class(int n) => n == 8;
        }
    }

    private sealed class WithOutput(ITestOutputHelper output) : IDisposable
    {
        [Property(MaxTest = 1)]
        public void Writes(int n) => output.WriteLine("written");

        public void Dispose() => output.WriteLine("disposed");
    }

    [Theory]
    [InlineData(nameof(Passing.Nothing))]
    [InlineData(nameof(Passing.Bool))]
    [InlineData(nameof(Passing.Property))]
    [InlineData(nameof(Passing.Task))]
    [InlineData(nameof(Passing.Static))]
    [InlineData(nameof(Passing.Parallel))]
    public async Task A_property_returns_nothing_bool_Property_or_a_task(string method)
    {
        var outcome = await InProcess.Run(typeof(Passing), method);

        Assert.True(outcome.Passed);
        Assert.StartsWith("Ok, passed 100 tests.", outcome.Output);
    }

    [Theory]
    [InlineData(nameof(Passing.Only_seven))]
    [InlineData(nameof(Passing.The_first_wins))]
    [InlineData(nameof(Passing.Sized))]
    public async Task Arbitraries_and_sizes_are_used(string method) => Assert.True((await InProcess.Run(typeof(Passing), method)).Passed);

    [Theory]
    [InlineData(null, "17")]
    [InlineData("", "17")]
    [InlineData("16", "17")]
    [InlineData("250", "250")]
    public async Task The_variable_raises_the_number_of_tests_and_never_lowers_it(string? variable, string tests)
    {
        var outcome = await InProcess.Run(typeof(Passing), nameof(Passing.Seventeen), variable);

        Assert.True(outcome.Passed);
        Assert.StartsWith($"Ok, passed {tests} tests.", outcome.Output);
    }

    [Fact]
    public async Task The_variable_raises_the_rejections_allowed_as_well() =>
        Assert.True((await InProcess.Run(typeof(Passing), nameof(Passing.Rejects_two_thirds), "3000")).Passed);

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("many")]
    public async Task A_variable_that_is_no_positive_integer_is_a_failure(string variable)
    {
        var outcome = await InProcess.Run(typeof(Passing), nameof(Passing.Bool), variable);

        Assert.Equal($"FSCHECK_MAX_TEST is a positive integer, not \"{variable}\".", outcome.Message);
    }

    [Fact]
    public async Task A_quiet_property_says_nothing_when_it_holds() =>
        Assert.Equal("", (await InProcess.Run(typeof(Passing), nameof(Passing.Quiet))).Output);

    [Fact]
    public async Task A_verbose_property_writes_its_arguments()
    {
        var lines = (await InProcess.Run(typeof(Passing), nameof(Passing.Verbose))).Output.Split(Environment.NewLine);

        Assert.Equal(["0:", "7", "1:", "7", "2:", "7"], lines[..6]);
    }

    [Theory]
    [InlineData(typeof(Defaults), nameof(Defaults.Of_the_class), 5)]
    [InlineData(typeof(Defaults), nameof(Defaults.Of_the_method), 6)]
    [InlineData(typeof(Defaults.Inner), nameof(Defaults.Inner.Of_the_outer_class), 5)]
    public async Task The_nearest_settings_win(Type testClass, string method, int tests)
    {
        var outcome = await InProcess.Run(testClass, method);

        Assert.True(outcome.Passed);
        Assert.StartsWith($"Ok, passed {tests} tests.", outcome.Output);
    }

    [Fact]
    public async Task The_output_helper_of_the_class_is_the_one_written_to()
    {
        var outcome = await InProcess.Run(typeof(WithOutput), nameof(WithOutput.Writes), null, new TestOutputHelper());

        Assert.True(outcome.Passed);
        Assert.Equal(["written", "Ok, passed 1 test.", "disposed", ""], outcome.Output.Split(Environment.NewLine));
    }

    [Theory]
    [InlineData("12,35", 12, 35, null)]
    [InlineData("(12,35)", 12, 35, null)]
    [InlineData("(12, 35, 5)", 12, 35, 5)]
    [InlineData("18446744073709551615,1,0", ulong.MaxValue, 1, 0)]
    public void A_replay_is_a_seed_a_gamma_and_perhaps_a_size(string text, ulong seed, ulong gamma, int? size)
    {
        var replay = PropertySettings.ParseReplay(text);

        Assert.Equal((seed, gamma), (replay.Rnd.Seed, replay.Rnd.Gamma));
        Assert.Equal(size, replay.Size?.Value);
    }

    [Theory]
    [InlineData("12")]
    [InlineData("12,35,5,6")]
    [InlineData("12,34")]
    [InlineData("12,x")]
    [InlineData("-1,3")]
    [InlineData("1,3,99999999999")]
    public void Anything_else_is_no_replay(string text) => Assert.Throws<FormatException>(() => PropertySettings.ParseReplay(text));
}
