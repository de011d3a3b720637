using PluginHost.Core.Policy.Limits;
using PluginHost.Server.Authentication;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Authentication;

/// <summary>Only so many verifications at a time, addresses in turn.</summary>
public sealed class VerificationGateTests
{
    private static AddressKey Key(int address) => new((ulong)address, false);

    [Fact]
    public async Task It_lets_in_as_many_as_are_allowed_and_then_one_for_one()
    {
        var gate = new VerificationGate(2, 1000);
        Assert.True(await gate.EnterAsync(Key(1), default));
        Assert.True(await gate.EnterAsync(Key(1), default));
        var third = gate.EnterAsync(Key(1), default);
        Assert.False(third.IsCompleted);
        Assert.Equal((2, 1), (gate.Running, gate.Waiting));
        gate.Leave(Key(1), failed: false);
        Assert.True(await Limit.Within(third));
        Assert.Equal((2, 0), (gate.Running, gate.Waiting));
        gate.Leave(Key(1), failed: false);
        gate.Leave(Key(1), failed: false);
        Assert.Equal(0, gate.Running);
    }

    [Fact]
    public async Task Addresses_take_turns()
    {
        var gate = new VerificationGate(1, 1000);
        await gate.EnterAsync(Key(1), default);
        var many = Enumerable.Range(0, 50).Select(_ => gate.EnterAsync(Key(1), default)).ToArray();
        var other = gate.EnterAsync(Key(2), default);
        gate.Leave(Key(1), failed: false);
        Assert.True(await Limit.Within(many[0]));
        gate.Leave(Key(1), failed: false);
        Assert.True(await Limit.Within(other)); // before forty-nine that came earlier
        Assert.Equal(49, gate.Waiting);
    }

    [Fact]
    public async Task Who_gives_up_waits_no_longer()
    {
        var gate = new VerificationGate(1, 1000);
        await gate.EnterAsync(Key(1), default);
        using var cancellation = new CancellationTokenSource();
        var waiting = gate.EnterAsync(Key(1), cancellation.Token);
        var next = gate.EnterAsync(Key(1), default);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Limit.Within(waiting));
        Assert.Equal(1, gate.Waiting);
        gate.Leave(Key(1), failed: false);
        Assert.True(await Limit.Within(next));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Limit.Within(gate.EnterAsync(Key(1), new CancellationToken(true))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task Too_many_are_turned_away(int most)
    {
        var gate = new VerificationGate(1, most);
        await gate.EnterAsync(Key(1), default);
        var waiting = Enumerable.Range(0, most).Select(_ => gate.EnterAsync(Key(1), default)).ToArray();
        Assert.False(await Limit.Within(gate.EnterAsync(Key(2), default)));
        gate.Leave(Key(1), failed: false);
        Assert.True(await Limit.Within(waiting[0]));
        Assert.False(gate.EnterAsync(Key(2), default).IsCompleted);
    }

    [Fact]
    public async Task Who_has_just_failed_stands_behind_and_makes_room_for_who_has_not()
    {
        var gate = new VerificationGate(1, 1000);
        Assert.True(await gate.EnterAsync(Key(1), default));
        gate.Leave(Key(1), failed: true);
        Assert.True(await gate.EnterAsync(Key(1), default));
        var waiting = Enumerable.Range(0, 1000).Select(_ => gate.EnterAsync(Key(1), default)).ToArray();
        // Full of those that have failed: their last goes, and the newcomer is next.
        var other = gate.EnterAsync(Key(2), default);
        Assert.False(await Limit.Within(waiting[^1]));
        Assert.False(waiting[0].IsCompleted);
        Assert.False(await Limit.Within(gate.EnterAsync(Key(1), default)));
        gate.Leave(Key(1), failed: true);
        Assert.True(await Limit.Within(other));
        Assert.False(waiting[0].IsCompleted);
        gate.Leave(Key(2), failed: false);
        Assert.True(await Limit.Within(waiting[0]));
    }
}
