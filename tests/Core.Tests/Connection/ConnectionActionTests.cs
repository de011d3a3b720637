using PluginHost.Core.Protocol.Connection;

namespace PluginHost.Core.Tests.Connection;

public sealed class ConnectionActionTests
{
    [Fact]
    public void A_list_holds_up_to_three_actions_in_order()
    {
        ConnectionAction[] actions = [new(ActionKind.SendPing), new(ActionKind.EndOutput), new(ActionKind.CloseStream)];
        ActionList[] lists = [default, new(actions[0]), new(actions[0], actions[1]), new(actions[0], actions[1], actions[2])];
        for (var count = 0; count < lists.Length; count++)
        {
            var list = lists[count];
            Assert.Equal(count, list.Count);
            Assert.Equal(actions[..count], list.ToSeq());
            for (var i = 0; i < count; i++) Assert.Equal(actions[i], list[i]);
            Assert.Throws<ArgumentOutOfRangeException>(() => list[-1]);
            Assert.Throws<ArgumentOutOfRangeException>(() => list[count]);
        }
    }
}
