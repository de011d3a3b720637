using FsCheck;
using PluginHost.Server.Buffers;
using PluginHost.TestSupport;

namespace PluginHost.Tests.Server;

/// <summary>The memory of messages that go to other threads.</summary>
public sealed class MessagePoolTests
{
    [Property]
    public void What_is_out_is_long_enough_and_nobody_elses(NonNegativeInt[] lengths, bool[] back)
    {
        var pool = new MessagePool();
        var held = new List<byte[]>();
        for (var i = 0; i < lengths.Length; i++)
        {
            var length = lengths[i].Get * 37 % (2 * MessagePool.MaxSmall);
            var array = pool.Rent(length);
            Assert.True(array.Length >= length);
            Assert.DoesNotContain(held, one => ReferenceEquals(one, array));
            held.Add(array);
            if (back.Length == 0 || !back[i % back.Length]) continue;
            pool.Return(held[0]);
            held.RemoveAt(0);
        }
    }

    [Fact]
    public void What_comes_back_is_used_again_up_to_its_bound()
    {
        var pool = new MessagePool();
        var first = pool.Rent(20);
        pool.Return(first);
        Assert.Same(first, pool.Rent(32));
        byte[][] many = [.. Enumerable.Range(0, MessagePool.MaxOfASize + 1).Select(_ => pool.Rent(100))];
        foreach (var array in many) pool.Return(array);
        byte[][] again = [.. Enumerable.Range(0, MessagePool.MaxOfASize + 1).Select(_ => pool.Rent(128))];
        Assert.Equal(MessagePool.MaxOfASize, again.Count(array => many.Contains(array)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(100)]
    public void An_array_of_another_size_is_not_taken(int length)
    {
        var pool = new MessagePool();
        var strange = new byte[length];
        pool.Return(strange);
        Assert.NotSame(strange, pool.Rent(Math.Min(length, 64)));
    }
}
