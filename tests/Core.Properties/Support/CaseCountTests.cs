using FsCheck.Xunit;
using PluginHost.TestSupport;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace PluginHost.Core.Properties.Support;

/// <summary>The number of cases that a property runs.</summary>
public sealed class CaseCountTests
{
    [Theory]
    [InlineData(null, 50, 50)]
    [InlineData("", 50, 50)]
    [InlineData("49", 50, 50)]
    [InlineData("51", 50, 51)]
    public void The_variable_raises_the_number_and_never_lowers_it(string? value, int own, int expected) =>
        Assert.Equal(expected, CaseCount.Parse(value).Raise(own));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("many")]
    [InlineData("1 000")]
    public void Anything_but_a_positive_integer_is_refused(string value) =>
        Assert.Throws<FormatException>(() => CaseCount.Parse(value));

    [Theory]
    [InlineData(-1, 100, 100, 1000)]
    [InlineData(-1, 1000, 100, 10_000)]
    [InlineData(7, 200, 100, 14)]
    [InlineData(int.MaxValue, 1000, 1, int.MaxValue)]
    public void Allowed_rejections_grow_by_the_same_factor(int rejected, int minimum, int own, int expected) =>
        Assert.Equal(expected, new CaseCount(minimum).RaiseRejected(rejected, own));

    // Other properties may be discovered while the variable is set: a few of them then run more cases.
    [Theory]
    [InlineData(nameof(Counting.OfItsOwn), "120", 137)]
    [InlineData(nameof(Counting.OfItsOwn), "150", 150)]
    [InlineData(nameof(Counting.OfTheAssembly), "150", 150)]
    public async Task The_number_reaches_FsCheck(string method, string variable, int expected)
    {
        var counter = new Counter();
        var before = Environment.GetEnvironmentVariable(CaseCount.Variable);
        Environment.SetEnvironmentVariable(CaseCount.Variable, variable);
        try
        {
            var bus = new IgnoringBus();
            using var cancellation = new CancellationTokenSource();
            var summary = await Discover(typeof(Counting), method).RunAsync(new NullMessageSink(), bus, [counter], new ExceptionAggregator(), cancellation);
            Assert.Equal(0, summary.Failed);
        }
        finally
        {
            Environment.SetEnvironmentVariable(CaseCount.Variable, before);
        }
        Assert.Equal(expected, counter.Count);
    }

    private static IXunitTestCase Discover(Type testClass, string method)
    {
        var collection = new TestCollection(new TestAssembly(Reflector.Wrap(testClass.Assembly)), null, "in process");
        return new PropertyTestCase(
            new NullMessageSink(), TestMethodDisplay.Method, TestMethodDisplayOptions.None,
            new TestMethod(new TestClass(collection, Reflector.Wrap(testClass)), Reflector.Wrap(testClass.GetMethod(method)!)), null);
    }

    private sealed class Counter
    {
        public int Count;
    }

    // Not public, so that only the test above runs it.
#pragma warning disable xUnit1000
    private sealed class Counting(Counter counter)
    {
        [TestSupport.Property(MaxTest = 137)]
        public void OfItsOwn(byte value) => counter.Count++;

        [TestSupport.Property]
        public void OfTheAssembly(byte value) => counter.Count++;
    }
#pragma warning restore xUnit1000

    private sealed class IgnoringBus : IMessageBus
    {
        public bool QueueMessage(IMessageSinkMessage message) => true;

        public void Dispose()
        {
        }
    }
}
