using System.Globalization;
using System.Text;
using PluginHost.Abstractions.Hosting;
using PluginHost.Testing;

namespace PluginHost.Abstractions.Tests;

public class PureTests
{
    [Fact]
    public void Commands_are_equal_when_they_do_the_same()
    {
        Assert.Equal(Command.SendText("ü"), Command.SendText("ü"u8.ToArray()));
        Assert.Equal(Command.SendText("ü").GetHashCode(), Command.SendText("ü"u8.ToArray()).GetHashCode());
        Assert.Equal(Command.SendBinary(new byte[] { 1, 2 }), Command.SendBinary(new byte[] { 1, 2 }));
        Assert.Equal(Command.Close(1000, "bye"), Command.Close(1000, "bye"));
        Assert.Equal(Command.SetTimer(0, TimeSpan.FromSeconds(1)), Command.SetTimer(0, TimeSpan.FromSeconds(1)));
        Assert.NotEqual(Command.SendText("a"), Command.SendText("b"));
        Assert.NotEqual(Command.SendText("a"), Command.SendBinary("a"u8.ToArray()));
        Assert.NotEqual(Command.SendText("a"), Command.SendText("a").WithTag(1));
        Assert.NotEqual(Command.Close(1000, ""), Command.Close(1001, ""));
        Assert.NotEqual(Command.Close(1000, ""), Command.Close(1000, "x"));
        Assert.NotEqual(Command.SetTimer(0, TimeSpan.FromSeconds(1)), Command.SetTimer(0, TimeSpan.FromSeconds(2)));
        Assert.NotEqual(Command.PauseReading, Command.ResumeReading);
        Assert.True(Command.StopTimer(0) == Command.StopTimer(0) && Command.StopTimer(0) != default);
    }

    [Fact]
    public void A_command_says_what_it_does()
    {
        Command[] all =
        [
            default, Command.SendText("x"), Command.SendText("y"u8.ToArray()), Command.SendBinary(new byte[2]), Command.Close(3000, "r"),
            Command.SetTimer(4, TimeSpan.FromSeconds(2)), Command.StopTimer(4), Command.PauseReading, Command.ResumeReading,
        ];
        Assert.Equal(
            ["None", "SendText \"x\"", "SendText \"y\"", "SendBinary 0000", "Close 3000 \"r\"", "SetTimer 4 00:00:02", "StopTimer 4", "PauseReading", "ResumeReading"],
            all.Select(command => command.ToString()));
        Assert.Equal("SendText \"x\" #7", Command.SendText("x").WithTag(7).ToString());
        Assert.NotEqual(Command.SetTimer(1, TimeSpan.FromSeconds(1)), Command.SetTimer(2, TimeSpan.FromSeconds(1)));
        Assert.Equal((4, TimeSpan.FromSeconds(2)), (all[5].Timer, all[5].Delay));
    }

    [Fact]
    public void An_event_tells_its_own_and_refuses_the_others()
    {
        Event[] all =
        [
            PureTest.Text("x"), PureTest.Binary([1, 2, 3]), PureTest.Closed(1001, "r"), Event.SendCompleted(9, SendResult.Dropped),
            Event.TimerElapsed(6), Event.Drained, Event.StoppingWith(new StopInfo(1012, TimeSpan.FromSeconds(5))), default,
        ];
        Assert.Equal(
            ["Text (1 bytes)", "Binary (3 bytes)", "Closed 1001 \"r\"", "SendCompleted #9 Dropped", "Timer 6", "Drained", "Stopping 1012 within 00:00:05", "None"],
            all.Select(e => e.ToString()));
        Assert.Equal(new StopInfo(1012, TimeSpan.FromSeconds(5)), all[6].Stop);
        Assert.Throws<InvalidOperationException>(() => Event.TimerElapsed(0).Message);
        Assert.Throws<InvalidOperationException>(() => Event.TimerElapsed(0).Close);
        Assert.Throws<InvalidOperationException>(() => Event.TimerElapsed(0).Result);
        Assert.Throws<InvalidOperationException>(() => Event.TimerElapsed(0).Stop);
        Assert.Throws<InvalidOperationException>(() => Event.Drained.Timer);
    }

    [Fact]
    public void An_event_is_told_with_its_time_and_is_the_same_otherwise()
    {
        var time = new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.FromHours(2));
        var e = PureTest.Text("x").At(time);
        Assert.Equal(time, e.Time);
        Assert.Equal(("x", EventKind.Text), (e.Message.ToString(), e.Kind));
        Assert.Equal(7, Event.SendCompleted(7, SendResult.Sent).At(time).Tag);
        Assert.Equal(default, Event.Drained.Time);
    }

    [Fact]
    public void An_exception_that_closes_cuts_its_reason_and_takes_only_codes_that_may_be_sent()
    {
        Assert.Equal((4000, "bye"), (new CloseConnectionException(4000, "bye").Code, new CloseConnectionException(4000, "bye").Reason));
        Assert.Equal(new string('x', 123), new CloseConnectionException(1008, new string('x', 200)).Reason);
        Assert.Equal(new string('ü', 61), new CloseConnectionException(1008, new string('ü', 200)).Reason); // a character is not cut in two
        Assert.Equal("a\uFFFD", new CloseConnectionException(1008, "a\ud800").Reason);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CloseConnectionException(1005, ""));
    }

    [Fact]
    public void A_step_takes_none_one_or_several_commands()
    {
        Command a = Command.SendText("a"), b = Command.SendText("b");
        Assert.Empty(Step.To(1).Commands);
        Assert.Equal([a], Step.To(1, a).Commands);
        Assert.Equal([a, b], new Step<int>(1, [a, b]).Commands);
        Assert.Equal([a, b], Step.To(1, [a, default, b]).Commands);
        Assert.Equal([a, b], Step.To(1, new List<Command> { a, b }).Commands);
        Assert.Empty(new Step<int>(1, []).Commands);
        Assert.Equal(Step.To(1, a), new Step<int>(1, [a]));
        Assert.NotEqual(Step.To(1, a), Step.To(2, a));
        Assert.NotEqual(Step.To(1, a), Step.To(1, b));
        Assert.Throws<ArgumentOutOfRangeException>(() => Step.To(1, a).Commands[1]);
        Assert.Equal("[SendText \"a\", SendText \"b\"]", Step.To(1, [a, b]).Commands.ToString());
    }

    [Theory]
    [InlineData(999, false)]
    [InlineData(1000, true)]
    [InlineData(1003, true)]
    [InlineData(1004, false)]
    [InlineData(1005, false)]
    [InlineData(1006, false)]
    [InlineData(1007, true)]
    [InlineData(1010, false)]
    [InlineData(1011, true)]
    [InlineData(1014, true)]
    [InlineData(1015, false)]
    [InlineData(2999, false)]
    [InlineData(3000, true)]
    [InlineData(4999, true)]
    [InlineData(5000, false)]
    public void A_handler_closes_only_with_codes_that_may_be_sent(int code, bool allowed)
    {
        Assert.Equal(allowed, CloseCodes.MayBeSent(code));
        Assert.Equal(allowed ? null : typeof(ArgumentOutOfRangeException), Record.Exception(() => Command.Close(code, ""))?.GetType());
    }

    [Fact]
    public void A_close_reason_is_at_most_123_bytes_of_text()
    {
        Assert.Equal(123, Command.Close(1000, new string('x', 123)).Reason.Length);
        Assert.Throws<ArgumentException>(() => Command.Close(1000, new string('x', 124)));
        Assert.Throws<ArgumentException>(() => Command.Close(1000, new string('ü', 62)));
        Assert.ThrowsAny<ArgumentException>(() => Command.Close(1000, "\ud800"));
    }

    [Fact]
    public void Only_sends_take_a_tag_and_a_timer_has_bounds()
    {
        Assert.Throws<InvalidOperationException>(() => Command.PauseReading.WithTag(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Command.SendText("").WithTag(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Command.SetTimer(0, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => Command.SetTimer(0, TimeSpan.FromDays(49) + TimeSpan.FromTicks(1)));
        Assert.Equal(TimeSpan.FromDays(49), Command.SetTimer(0, TimeSpan.FromDays(49)).Delay);
    }

    [Fact]
    public void An_echo_allocates_nothing()
    {
        var run = Handler.Pure("echo", new Echo()).Tier.Match(create => create(), _ => null!, _ => null!);
        run.Open(new HandshakeInfo());
        var lease = new MessageLease();
        var payload = new byte[64];
        long total = 0;
        void Turns(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var commands = run.Next(Event.Received(lease.Lend(MessageKind.Binary, payload)));
                for (var c = 0; c < commands.Count; c++)
                    total += commands[c].Bytes.Length;
                lease.End();
            }
        }

        Turns(2000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Turns(10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(12_000 * 64, total);
    }

    [Fact]
    public void The_harness_runs_a_handler_as_a_function()
    {
        var steps = PureTest.Run(new Echo(), new HandshakeInfo(), [PureTest.Text("a"), Event.TimerElapsed(0), PureTest.Binary([1])]);
        Assert.Equal([0, 1, 1, 2], steps.Select(s => s.State));
        Assert.Equal([Command.SendText("a"), Command.SendBinary(new byte[] { 1 })], PureTest.AllCommands(steps));
    }

    [Fact]
    public void The_harness_tells_a_message_with_its_time()
    {
        var time = new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero);
        var told = default(DateTimeOffset);
        PureTest.Run(new Timed(seen => told = seen), new HandshakeInfo(), [PureTest.Text("a").At(time)]);
        Assert.Equal(time, told);
    }

    private sealed class Timed(Action<DateTimeOffset> told) : PureHandler<int>
    {
        public override Step<int> Open(HandshakeInfo handshake) => Step.To(0);

        public override Step<int> Next(int state, Event e)
        {
            told(e.Time);
            return Step.To(state);
        }
    }

    [Fact]
    public void The_harness_catches_a_handler_that_keeps_a_borrowed_message()
    {
        Assert.Throws<ObjectDisposedException>(() =>
            PureTest.Run(new Keeper(), new HandshakeInfo(), [PureTest.Text("first"), PureTest.Text("second")]));
    }

    [Fact]
    public void The_harness_overwrites_memory_that_outlives_its_call()
    {
        var steps = PureTest.Run(new BytesKeeper(), new HandshakeInfo(), [PureTest.Text("first"), PureTest.Text("second")]);
        Assert.Equal(Enumerable.Repeat((byte)0xDD, 5), steps[2].Commands[0].Bytes.ToArray());
    }

    [Fact]
    public void A_state_that_is_not_saved_is_not_restored()
    {
        Assert.Null(new Echo().Save(1));
        Assert.Contains("version 3", Assert.Throws<NotSupportedException>(() => new Echo().Restore(new HandshakeInfo(), new StateSnapshot(3, default))).Message);
    }

    [Fact]
    public void A_saved_state_goes_on_in_another_run()
    {
        var description = Handler.Pure("count", new Counter());
        PureRun NewRun() => description.Tier.Match(create => create(), _ => null!, _ => null!);
        var first = NewRun();
        first.Open(new HandshakeInfo());
        first.Next(Event.TimerElapsed(0));
        first.Next(Event.TimerElapsed(0));
        var second = NewRun();
        second.Restore(new HandshakeInfo(), first.Save()!);
        Assert.Equal(Command.SendText("3"), second.Next(Event.TimerElapsed(0))[0]);
    }

    [Fact]
    public void A_throwing_step_leaves_the_state_as_it_was()
    {
        var run = Handler.Pure("count", new Counter()).Tier.Match(create => create(), _ => null!, _ => null!);
        run.Open(new HandshakeInfo());
        Assert.Throws<InvalidOperationException>(() => run.Next(Event.Drained));
        Assert.Equal(Command.SendText("1"), run.Next(Event.TimerElapsed(0))[0]);
    }

    [Fact]
    public void Commands_are_handed_over_one_by_one_as_they_would_be_returned()
    {
        foreach (var commands in (Commands[])[[], [Command.StopTimer(0)], [Command.SendText("a"), Command.Close(1000, "b"), Command.PauseReading]])
        {
            PureRun NewRun()
            {
                var run = Handler.Pure("fixed", new Fixed(commands)).Tier.Match(create => create(), _ => null!, _ => null!);
                run.Open(new HandshakeInfo());
                return run;
            }
            var sink = new Sink();
            NewRun().Next(Event.TimerElapsed(0), sink);
            Assert.Equal(NewRun().Next(Event.TimerElapsed(0)), sink.Taken);
            Assert.Equal(commands, sink.Taken);
        }
    }

    private sealed class Sink : ICommandSink
    {
        public List<Command> Taken { get; } = [];

        public void Perform(in Command command) => Taken.Add(command);
    }

    private sealed class Fixed(Commands commands) : PureHandler<int>
    {
        public override Step<int> Open(HandshakeInfo handshake) => Step.To(0);

        public override Step<int> Next(int state, Event e) => Step.To(state + 1, commands);
    }

    private sealed class Echo : PureHandler<int>
    {
        public override Step<int> Open(HandshakeInfo handshake) => Step.To(0);

        public override Step<int> Next(int state, Event e) => e.Kind switch
        {
            EventKind.Text or EventKind.Binary => Step.To(state + 1, Command.Send(e.Message)),
            _ => Step.To(state),
        };
    }

    private sealed class Keeper : PureHandler<BorrowedMessage?>
    {
        public override Step<BorrowedMessage?> Open(HandshakeInfo handshake) => Step.To<BorrowedMessage?>(null);

        public override Step<BorrowedMessage?> Next(BorrowedMessage? state, Event e) =>
            state is { } kept ? Step.To<BorrowedMessage?>(null, Command.Send(kept)) : Step.To<BorrowedMessage?>(e.Message);
    }

    private sealed class BytesKeeper : PureHandler<ReadOnlyMemory<byte>>
    {
        public override Step<ReadOnlyMemory<byte>> Open(HandshakeInfo handshake) => Step.To(ReadOnlyMemory<byte>.Empty);

        public override Step<ReadOnlyMemory<byte>> Next(ReadOnlyMemory<byte> state, Event e) =>
            Step.To(e.Message.Bytes, Command.SendBinary(state));
    }

    private sealed class Counter : PureHandler<int>
    {
        public override Step<int> Open(HandshakeInfo handshake) => Step.To(0);

        public override Step<int> Next(int state, Event e) => e.Kind == EventKind.Drained
            ? throw new InvalidOperationException()
            : Step.To(state + 1, Command.SendText($"{state + 1}"));

        public override StateSnapshot Save(int state) => new(1, Encoding.ASCII.GetBytes($"{state}"));

        public override Step<int> Restore(HandshakeInfo handshake, StateSnapshot snapshot) =>
            Step.To(int.Parse(Encoding.ASCII.GetString(snapshot.Data.Span), CultureInfo.InvariantCulture));
    }
}
