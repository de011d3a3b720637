using PluginHost.Core.Properties.Support;
using PluginHost.Core.Tests.Support;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Connection;

/// <summary>However a stream is cut, it means the same: the same messages, answers and first violation, the same final state.</summary>
[Properties(Arbitrary = [typeof(Streams)], MaxTest = 300)]
public sealed class SplitInvarianceProperties
{
    [Property]
    public void Byte_by_byte_is_as_whole(FrameStream stream)
    {
        var bytes = stream.Bytes;
        AssertSame(Run(stream, bytes), Run(stream, bytes, [.. Enumerable.Range(1, Math.Max(0, bytes.Length - 1))]));
    }

    [Property]
    public void Random_cuts_are_as_whole(FrameStream stream)
    {
        var random = new Random(stream.Seed);
        var bytes = stream.Bytes;
        int[] cuts = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(bytes.Length + 1)).Order()];
        AssertSame(Run(stream, bytes), Run(stream, bytes, cuts));
    }

    [Property(MaxTest = 100, EndSize = 40)]
    public void Every_cut_in_two_is_as_whole_and_the_violation_stands_at_one_byte(FrameStream stream)
    {
        var bytes = stream.Bytes.AsSpan(0, Math.Min(stream.Bytes.Length, 600)).ToArray();
        var whole = Run(stream, bytes);
        var decidedBy = int.MaxValue;
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var wire = Wire.Open(Settings.Of(stream.Receiver)).Receive(bytes.AsSpan(0, cut));
            if (wire.State.Discarding && decidedBy == int.MaxValue) decidedBy = cut;
            Assert.Equal(cut >= decidedBy, wire.State.Discarding);
            AssertSame(whole, wire.Receive(bytes.AsSpan(cut)));
        }
    }

    private static Wire Run(FrameStream stream, byte[] bytes, params int[] cuts)
    {
        var wire = Wire.Open(Settings.Of(stream.Receiver));
        var from = 0;
        foreach (var cut in cuts)
        {
            wire.Receive(bytes.AsSpan(from, cut - from));
            from = cut;
        }
        return wire.Receive(bytes.AsSpan(from));
    }

    private static void AssertSame(Wire expected, Wire actual)
    {
        Assert.Equal(expected.Events, actual.Events);
        Assert.Equal(expected.Unfinished, actual.Unfinished);
        Assert.Equal(expected.State, actual.State);
        Assert.Equal(expected.Rest.ToArray(), actual.Rest.ToArray());
    }
}
