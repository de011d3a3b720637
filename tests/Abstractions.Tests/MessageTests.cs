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
        var owner = new Owner("hello"u8.ToArray());
        var message = new OwnedMessage(MessageKind.Text, owner, 4);
        Assert.Equal("hell", message.ToString());
        message.EndCall();
        Assert.Equal(1, owner.Disposed);
        Assert.Contains("Keep()", Assert.Throws<ObjectDisposedException>(() => message.Bytes).Message);
        Assert.Throws<ObjectDisposedException>(() => message.Keep());
        message.Dispose();
        Assert.Equal(1, owner.Disposed);
    }

    [Fact]
    public void A_kept_message_outlives_its_task_until_disposed()
    {
        var owner = new Owner(new byte[8]);
        var message = new OwnedMessage(MessageKind.Binary, owner, 8).Keep();
        message.EndCall();
        Assert.Equal(0, owner.Disposed);
        Assert.Equal(8, message.ToArray().Length);
        message.Dispose();
        Assert.Equal(1, owner.Disposed);
        Assert.Throws<ObjectDisposedException>(() => message.ToString());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(9)]
    public void An_owned_message_fits_its_memory(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new OwnedMessage(MessageKind.Binary, new Owner(new byte[8]), length));

    private sealed class Owner(byte[] bytes) : IMemoryOwner<byte>
    {
        public int Disposed { get; private set; }

        public Memory<byte> Memory => bytes;

        public void Dispose() => Disposed++;
    }
}
