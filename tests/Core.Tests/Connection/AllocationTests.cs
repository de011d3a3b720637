using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Tests.Support;

namespace PluginHost.Core.Tests.Connection;

/// <summary>No frame costs memory: neither on the plain path nor on the fast one.</summary>
public sealed class AllocationTests
{
    private static readonly byte[] Stream =
    [
        .. Frame.Text("Hello"u8), .. Frame.Text("gr\u00FC\u00DFe"u8), .. Frame.Binary(new byte[300]), .. Frame.Text("a"u8, fin: false),
        .. Frame.Ping("p"u8), .. Frame.More("b"u8), .. Frame.Pong([]), .. Frame.Binary(new byte[70_000]),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_frame_allocates(bool fastPath)
    {
        var state = Wire.Open(Settings.Server).State;
        byte[] bytes = [.. Stream];
        for (var i = 0; i < 50; i++) Run(state, bytes, fastPath); // warm
        var before = GC.GetAllocatedBytesForCurrentThread();
        var frames = 0;
        for (var i = 0; i < 50; i++) frames += Run(state, bytes, fastPath);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(50 * 8, frames);
    }

    private static int Run(ConnectionState state, byte[] bytes, bool fastPath)
    {
        Stream.CopyTo(bytes, 0);
        var frames = 0;
        for (var at = 0; at < bytes.Length; frames++)
        {
            var whole = fastPath && state.AllowsWholeMessage
                ? WholeMessageReader.Read(bytes.AsSpan(at), Settings.Server.MaxMessage)
                : WholeMessage.None;
            if (!whole.IsNone)
            {
                state = Transitions.Heard(Settings.Server, state, at);
                at += whole.End;
                continue;
            }
            var transition = ConnectionMachine.Receive(Settings.Server, state, bytes.AsSpan(at), at);
            if (transition.State.Phase != Phase.Open || transition.Consumed == 0) return -1;
            (state, at) = (transition.State, at + transition.Consumed);
        }
        return frames;
    }
}
