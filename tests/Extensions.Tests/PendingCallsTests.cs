using PluginHost.Abstractions;
using PluginHost.Extensions.Tests.Support;

namespace PluginHost.Extensions.Tests;

public sealed class PendingCallsTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task An_answer_completes_the_call_of_its_id()
    {
        using var calls = new PendingCalls<int>(TimeProvider.System, 2, default);
        var first = calls.Begin("a", Long, default);
        var second = calls.Begin("b", Long, default);
        Assert.Equal(2, calls.Count);
        Assert.True(calls.Complete("b", 2));
        Assert.True(calls.Complete("a", 1));
        Assert.Equal((1, 2), (await first, await second));
        Assert.False(calls.Complete("a", 3));
        Assert.False(calls.Complete("c", 3));
        Assert.Equal(0, calls.Count);
    }

    [Fact]
    public async Task A_failure_is_the_calls()
    {
        using var calls = new PendingCalls<int>(TimeProvider.System, 1, default);
        var call = calls.Begin("a", Long, default);
        Assert.True(calls.Fail("a", new FormatException("no")));
        Assert.Equal("no", (await Assert.ThrowsAsync<FormatException>(() => call)).Message);
        Assert.False(calls.Fail("a", new FormatException()));
    }

    [Fact]
    public async Task As_many_wait_as_may()
    {
        using var calls = new PendingCalls<int>(TimeProvider.System, 1, default);
        var call = calls.Begin("a", Long, default);
        var refused = calls.Begin("b", Long, default);
        Assert.True(refused.IsFaulted);
        Assert.Equal("1 calls wait for their answers already.", (await Assert.ThrowsAsync<InvalidOperationException>(() => refused)).Message);
        Assert.Throws<ArgumentException>(() => { _ = calls.Begin("a", Long, default); });
        Assert.True(calls.Complete("a", 1));
        Assert.Equal(1, await call);
        _ = calls.Begin("b", Long, default);
        Assert.Throws<ArgumentOutOfRangeException>(() => new PendingCalls<int>(TimeProvider.System, 0, default));
    }

    [Fact]
    public async Task A_call_ends_when_its_time_is_over()
    {
        using var calls = new PendingCalls<int>(TimeProvider.System, 1, default);
        await Assert.ThrowsAsync<TimeoutException>(() => calls.Begin("a", TimeSpan.Zero, default));
        Assert.Equal(0, calls.Count);
        Assert.False(calls.Complete("a", 1));
    }

    [Fact]
    public async Task All_are_cancelled_with_the_connection()
    {
        using var context = new FakeContext();
        var session = new FakeSession(context, new HandshakeInfo());
        using var calls = new PendingCalls<int>(session, 3);
        var call = calls.Begin("a", Long, default);
        using var own = new CancellationTokenSource();
        var cancelled = calls.Begin("b", Long, own.Token);
        await own.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(1, calls.Count);
        session.End();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calls.Begin("c", Long, default));
        Assert.Equal(0, calls.Count);
    }

    [Fact]
    public async Task All_are_cancelled_when_it_is_disposed()
    {
        var calls = new PendingCalls<int>(TimeProvider.System, 3, default);
        var call = calls.Begin("a", Long, default);
        calls.Dispose();
        calls.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calls.Begin("b", Long, default));
    }
}
