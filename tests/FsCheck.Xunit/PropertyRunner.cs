using System.Reflection;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace FsCheck.Xunit;

/// <summary>Runs one property with xUnit's life cycle (constructor, fixtures, output, disposal) around FsCheck's loop.</summary>
internal sealed class PropertyRunner(
    ITest test,
    IMessageBus messageBus,
    Type testClass,
    object[] constructorArguments,
    MethodInfo testMethod,
    object[] testMethodArguments,
    string skipReason,
    IReadOnlyList<BeforeAfterTestAttribute> beforeAfterAttributes,
    ExceptionAggregator aggregator,
    CancellationTokenSource cancellationTokenSource)
    : XunitTestRunner(
        test,
        messageBus,
        testClass,
        constructorArguments,
        testMethod,
        testMethodArguments,
        skipReason,
        beforeAfterAttributes,
        aggregator,
        cancellationTokenSource)
{
    protected override async Task<Tuple<decimal, string>> InvokeTestAsync(ExceptionAggregator aggregator)
    {
        // The class's own helper, when its constructor asked for one, so that its lines and FsCheck's stay in order.
        var output = ConstructorArguments.OfType<TestOutputHelper>().FirstOrDefault() ?? new TestOutputHelper();
        output.Initialize(MessageBus, Test);
        var time = await new Invoker(this, output, aggregator).RunAsync();
        var text = output.Output;
        output.Uninitialize();
        return Tuple.Create(time, text);
    }

    private sealed class Invoker(PropertyRunner runner, ITestOutputHelper output, ExceptionAggregator aggregator)
        : XunitTestInvoker(
            runner.Test,
            runner.MessageBus,
            runner.TestClass,
            runner.ConstructorArguments,
            runner.TestMethod,
            runner.TestMethodArguments,
            runner.BeforeAfterAttributes,
            aggregator,
            runner.CancellationTokenSource)
    {
        protected override async Task<decimal> InvokeTestMethodAsync(object testClassInstance)
        {
            // On the thread pool: Check blocks on asynchronous properties, which would starve xUnit's own synchronization context.
            var check = () => Task.Run(() => Check(testClassInstance));
            await Aggregator.RunAsync(() => Timer.AggregateAsync(() => WithTimeout(check)));
            return Timer.Total;
        }

        private async Task WithTimeout(Func<Task> check)
        {
            if (TestCase.Timeout <= 0)
            {
                await check();
                return;
            }

            var running = check();
            if (await Task.WhenAny(running, Task.Delay(TestCase.Timeout)) != running)
                throw new TestTimeoutException(TestCase.Timeout);
            await running;
        }

        private void Check(object? target)
        {
            var settings = PropertySettings.Of(TestClass, TestMethod);
            var recorder = new Recorder(settings.Verbose == true ? output : null);
            var config = settings.ToConfig(recorder, Environment.GetEnvironmentVariable(PropertySettings.MaxTestVariable));
            FsCheck.Check.Method(config, TestMethod, target is null ? FSharpOption<object>.None : FSharpOption<object>.Some(target));
            switch (recorder.Result)
            {
                case TestResult.Failed failed:
                    throw PropertyFailedException.From(failed);
                case TestResult.Exhausted exhausted:
                    throw PropertyFailedException.From(exhausted, config.MaxRejected);
                case TestResult.Passed when !config.QuietOnSuccess:
                    output.WriteLine(Runner.onFinishedToString("", recorder.Result).TrimEnd());
                    break;
            }
        }
    }

    /// <summary>Keeps the verdict; with a verbose property writes every argument and shrink.</summary>
    private sealed class Recorder(ITestOutputHelper? verbose) : IRunner
    {
        public TestResult? Result { get; private set; }

        public void OnStartFixture(Type t)
        {
        }

        public void OnArguments(
            int n, FSharpList<object> arguments, FSharpFunc<int, FSharpFunc<FSharpList<object>, string>> format) =>
            verbose?.WriteLine(format.Invoke(n).Invoke(arguments).TrimEnd());

        public void OnShrink(FSharpList<object> arguments, FSharpFunc<FSharpList<object>, string> format) =>
            verbose?.WriteLine(format.Invoke(arguments).TrimEnd());

        public void OnFinished(string name, TestResult result) => Result = result;
    }
}
