using System.Buffers;
using PluginHost.Abstractions.Hosting;

namespace PluginHost.Abstractions.Tests;

public class MessageTests
{
    [Fact]
    public void A_borrowed_message_reads_until_its_call_returns()
    {
        var lease = new MessageLease();
        var message = lease.Lend(MessageKind.Text, "grüß"u8.ToArray());
        Assert.Equal("grüß", message.ToString());
        Assert.Equal(6, message.Length);
        Assert.Equal(MessageKind.Text, message.Kind);

        lease.End();
        var error = Assert.Throws<ObjectDisposedException>(() => message.Bytes);
        Assert.Contains("Copy it within the call", error.Message);
        Assert.Throws<ObjectDisposedException>(() => message.Length);
        Assert.Throws<ObjectDisposedException>(() => message.ToString());
        Assert.Throws<ObjectDisposedException>(() => message.ToArray());
    }

    [Fact]
    public void A_lease_that_lends_again_does_not_revive_an_older_message()
    {
        var lease = new MessageLease();
        var first = lease.Lend(MessageKind.Binary, new byte[1]);
        lease.End();
        var second = lease.Lend(MessageKind.Binary, new byte[2]);
        Assert.Throws<ObjectDisposedException>(() => first.Bytes);
        Assert.Equal(2, second.Length);
    }

    [Fact]
    public void Commands_and_events_over_an_ended_message_throw_too()
    {
        var lease = new MessageLease();
        var message = lease.Lend(MessageKind.Binary, new byte[] { 1 });
        var command = Command.Send(message);
        var e = Event.Received(message);
        Assert.True(command.IsReceived);
        Assert.Equal(1, e.Message.Length);
        lease.End();
        Assert.Throws<ObjectDisposedException>(() => command.Bytes);
        Assert.Throws<ObjectDisposedException>(() => e.Message.Bytes);
        Assert.Throws<ObjectDisposedException>(() => Command.Send(message));
        Assert.Throws<ObjectDisposedException>(() => command.WithTag(1).Bytes);
    }

    [Fact]
    public void The_default_message_is_empty() => Assert.Equal(0, default(BorrowedMessage).Length);

    [Fact]
    public void An_owned_message_ends_with_its_task()
    {
        var pool = new CountingPool();
        var slot = new MessageSlot(pool);
        var message = slot.Give(MessageKind.Text, "hell"u8);
        Assert.Equal("hell", message.ToString());
        Assert.Equal(4, message.Length);
        Assert.True(slot.EndCall());
        Assert.Equal((1, 1), (pool.Rented, pool.Returned));
        Assert.Contains("Keep()", Assert.Throws<ObjectDisposedException>(() => message.Bytes).Message);
        Assert.Throws<ObjectDisposedException>(() => message.Keep());
        message.Dispose();
        Assert.False(slot.EndCall());
        Assert.Equal(1, pool.Returned);
    }

    [Fact]
    public void A_kept_message_outlives_its_task_until_disposed()
    {
        var pool = new CountingPool();
        var slot = new MessageSlot(pool);
        var message = slot.Give(MessageKind.Binary, new byte[8]).Keep();
        Assert.True(message.IsKept);
        Assert.False(slot.EndCall());
        Assert.Equal(0, pool.Returned);
        Assert.Equal(8, message.ToArray().Length);
        message.Dispose();
        Assert.False(message.IsKept);
        Assert.Equal(1, pool.Returned);
        Assert.Throws<ObjectDisposedException>(() => message.ToString());
        message.Dispose();
        Assert.Equal(1, pool.Returned);
    }

    [Fact]
    public void A_message_that_its_handler_ends_early_leaves_a_slot_that_is_not_used_again()
    {
        var pool = new CountingPool();
        var slot = new MessageSlot(pool);
        slot.Give(MessageKind.Binary, new byte[8]).Dispose();
        Assert.False(slot.EndCall());
        Assert.Equal(1, pool.Returned);
    }

    [Fact]
    public void A_slot_that_is_used_again_does_not_revive_an_older_message()
    {
        var slot = new MessageSlot();
        var first = slot.Give(MessageKind.Binary, new byte[3]);
        Assert.Throws<InvalidOperationException>(() => slot.Give(MessageKind.Text, default));
        Assert.True(slot.EndCall());
        var second = slot.Give(MessageKind.Text, "new"u8);
        Assert.Throws<ObjectDisposedException>(() => first.Bytes);
        Assert.Throws<ObjectDisposedException>(() => first.Keep());
        first.Dispose();
        Assert.False(first.IsKept);
        Assert.Equal("new", second.ToString());
        Assert.False(second.IsKept);
        Assert.Throws<ObjectDisposedException>(() => Publication.Of(first));
    }

    [Fact]
    public void A_message_that_is_kept_and_ended_on_many_threads_goes_back_once()
    {
        for (var round = 0; round < 200; round++)
        {
            var pool = new CountingPool();
            var slot = new MessageSlot(pool);
            var message = slot.Give(MessageKind.Binary, new byte[8]);
            var freed = 0;
            Parallel.Invoke(
                message.Dispose,
                () => Interlocked.Add(ref freed, slot.EndCall() ? 1 : 0),
                () =>
                {
                    try
                    {
                        message.Keep().Dispose();
                    }
                    catch (ObjectDisposedException)
                    {
                    }
                });
            Assert.Equal(1, pool.Returned);
            Assert.Throws<ObjectDisposedException>(() => message.Bytes);
        }
    }

    [Fact]
    public void A_slot_that_is_used_again_allocates_nothing()
    {
        var slot = new MessageSlot();
        long sum = 0;
        for (var i = 0; i < 100; i++) Once(); // warm
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) Once();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1_100 * 20, sum);

        void Once()
        {
            sum += slot.Give(MessageKind.Text, "twenty bytes of text"u8).Bytes.Length;
            slot.EndCall();
        }
    }

    [Fact]
    public void Empty_owned_messages_read_and_end()
    {
        var slot = new MessageSlot();
        var message = slot.Give(MessageKind.Binary, default);
        Assert.Equal(0, message.Bytes.Length);
        Assert.True(slot.EndCall());
        Assert.Throws<ObjectDisposedException>(() => message.Bytes);
        Assert.Equal("", default(OwnedMessage).Keep().ToString());
        default(OwnedMessage).Dispose();
    }

    private sealed class CountingPool : ArrayPool<byte>
    {
        private int _rented;
        private int _returned;

        public int Rented => _rented;

        public int Returned => _returned;

        public override byte[] Rent(int minimumLength)
        {
            Interlocked.Increment(ref _rented);
            return new byte[minimumLength];
        }

        public override void Return(byte[] array, bool clearArray = false) => Interlocked.Increment(ref _returned);
    }
}
