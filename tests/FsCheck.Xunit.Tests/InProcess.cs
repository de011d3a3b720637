using Xunit.Abstractions;
using Xunit.Sdk;

// One test here sets an environment variable that every property reads.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace FsCheck.Xunit.Tests;

/// <summary>What xUnit was told about one property.</summary>
internal sealed record Outcome(RunSummary Summary, IReadOnlyList<IMessageSinkMessage> Messages)
{
    public ITestFailed Failure => Assert.Single(Messages.OfType<ITestFailed>());

    /// <summary>The failure's own message, without those of its inner exceptions.</summary>
    public string Message => Failure.Messages[0];

    public string Output => Assert.Single(Messages.OfType<ITestFinished>()).Output;

    public bool Passed => Summary is { Total: 1, Failed: 0, Skipped: 0 } && Messages.OfType<ITestPassed>().Count() == 1;
}

/// <summary>Discovers and runs single properties of classes that the outer test run does not see, as these are not public.</summary>
internal static class InProcess
{
    public static async Task<Outcome> Run(Type testClass, string method, string? maxTestVariable = null, params object[] constructorArguments)
    {
        var testCase = Discover(testClass, method);
        var bus = new Bus();
        var before = Environment.GetEnvironmentVariable(PropertySettings.MaxTestVariable);
        Environment.SetEnvironmentVariable(PropertySettings.MaxTestVariable, maxTestVariable);
        try
        {
            using var cancellation = new CancellationTokenSource();
            var summary = await testCase.RunAsync(new NullMessageSink(), bus, constructorArguments, new ExceptionAggregator(), cancellation);
            return new(summary, bus.Messages);
        }
        finally
        {
            Environment.SetEnvironmentVariable(PropertySettings.MaxTestVariable, before);
        }
    }

    public static IXunitTestCase Discover(Type testClass, string method)
    {
        var assembly = new TestAssembly(Reflector.Wrap(testClass.Assembly));
        var collection = new TestCollection(assembly, null, "in process");
        var testMethod = new TestMethod(new TestClass(collection, Reflector.Wrap(testClass)), Reflector.Wrap(testClass.GetMethod(method)!));
        var attribute = Assert.Single(testMethod.Method.GetCustomAttributes(typeof(FactAttribute)));
        var discoverer = ExtensibilityPointFactory.GetXunitTestCaseDiscoverer(new NullMessageSink(), DiscovererOf(attribute));
        return Assert.Single(discoverer.Discover(new NoOptions(), testMethod, attribute));
    }

    // As xUnit does: by the names that the attribute's own attribute gives.
    private static Type DiscovererOf(IAttributeInfo attribute)
    {
        var names = attribute.GetCustomAttributes(typeof(XunitTestCaseDiscovererAttribute)).First().GetConstructorArguments().ToArray();
        return Type.GetType($"{names[0]}, {names[1]}", throwOnError: true)!;
    }

    private sealed class NoOptions : ITestFrameworkDiscoveryOptions
    {
        public TValue GetValue<TValue>(string name) => default!;

        public void SetValue<TValue>(string name, TValue value) => throw new NotSupportedException();
    }

    private sealed class Bus : IMessageBus
    {
        private readonly List<IMessageSinkMessage> _messages = [];

        public IReadOnlyList<IMessageSinkMessage> Messages
        {
            get
            {
                lock (_messages)
                    return [.. _messages];
            }
        }

        public bool QueueMessage(IMessageSinkMessage message)
        {
            lock (_messages)
                _messages.Add(message);
            return true;
        }

        public void Dispose()
        {
        }
    }
}
