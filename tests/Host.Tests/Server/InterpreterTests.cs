using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Connections;

namespace PluginHost.Tests.Server;

/// <summary>What the core wants done is done, at whichever end.</summary>
public class InterpreterTests
{
    private static readonly byte[] Input = [9, 9, 1, 2, 3, 4];

    public static TheoryData<ActionKind> Kinds => [.. Enum.GetValues<ActionKind>().Where(kind => kind != ActionKind.None)];

    [Theory, MemberData(nameof(Kinds))]
    public void Every_kind_of_action_is_done(ActionKind kind)
    {
        Assert.StartsWith(kind.ToString(), Assert.Single(Perform(new ActionList(new ConnectionAction(kind)))), StringComparison.Ordinal);
    }

    [Fact]
    public void Actions_are_done_in_order_and_see_their_part_of_the_input()
    {
        Assert.Equal(
            ["SendPong 2,3", "DeliverClosed 3,4", "EndOutput"],
            Perform(new ActionList(ConnectionAction.SendPong(1, 2), ConnectionAction.DeliverClosed(CloseCode.NormalClosure, default, 2, 2), ConnectionAction.EndOutput)));
        Assert.Empty(Perform(default));
    }

    [Fact]
    public void A_violation_is_the_reason_that_is_sent()
    {
        var failed = ConnectionAction.SendClose(CloseCode.ProtocolError, ViolationKind.MaskedServerFrame);
        Assert.Equal(Violations.Describe(ViolationKind.MaskedServerFrame).Explanation, System.Text.Encoding.ASCII.GetString(Interpreter.CloseReason(failed, "bye")));
        Assert.Equal("bye"u8.ToArray(), Interpreter.CloseReason(ConnectionAction.SendClose(CloseCode.NormalClosure), "bye"));
    }

    private static List<string> Perform(ActionList actions)
    {
        var done = new List<string>();
        Interpreter.Perform(new Recording(done), actions, Input, 2);
        return done;
    }

    private readonly struct Recording(List<string> done) : IConnectionEnd
    {
        public void DecideHandshake(ReadOnlySpan<byte> head) => Add(nameof(DecideHandshake), head);

        public void SendHandshakeReply(ConnectionAction action, ReadOnlySpan<byte> input) => done.Add(nameof(SendHandshakeReply));

        public void DeliverData(ConnectionAction action, byte[] buffer, int at) => done.Add(nameof(DeliverData));

        public void DeliverPong(ReadOnlySpan<byte> payload) => Add(nameof(DeliverPong), payload);

        public void DeliverClosed(ConnectionAction action, ReadOnlySpan<byte> reason) => Add(nameof(DeliverClosed), reason);

        public void SendFrame(ConnectionAction action) => done.Add(nameof(SendFrame));

        public void SendPing() => done.Add(nameof(SendPing));

        public void SendPong(ReadOnlySpan<byte> payload) => Add(nameof(SendPong), payload);

        public void SendClose(ConnectionAction action) => done.Add(nameof(SendClose));

        public void EndOutput() => done.Add(nameof(EndOutput));

        public void CloseStream() => done.Add(nameof(CloseStream));

        public void ResetStream() => done.Add(nameof(ResetStream));

        private void Add(string what, ReadOnlySpan<byte> bytes) => done.Add($"{what} {string.Join(',', bytes.ToArray())}");
    }
}
