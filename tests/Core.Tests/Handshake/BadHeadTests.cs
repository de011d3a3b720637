using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Tests.Handshake;

public sealed class BadHeadTests
{
    public static TheoryData<string> Names => [.. Heads.Bad.Select(bad => bad.Name)];

    [Fact]
    public void The_corpus_is_large_and_the_head_it_was_made_from_is_good()
    {
        Assert.True(Heads.Bad.Count >= 60);
        Assert.True(Heads.Judge(Heads.Valid).IsRight);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_refused_with_one_exact_reply(string name)
    {
        var bad = Heads.Bad.Single(one => one.Name == name);
        var rejection = Heads.Refused(bad.Text);

        Assert.Equal((bad.Status, bad.Reason), (rejection.Status, rejection.Reason.ToString()));
        Assert.Single(rejection.Reply.Split("HTTP/1.1 ").Skip(1));
        Assert.Contains("\r\nConnection: close", rejection.Reply, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_refused_alike_byte_by_byte(string name)
    {
        var bytes = Heads.Bytes(Heads.Bad.Single(one => one.Name == name).Text);
        var whole = HeadScanner.Scan(HeadCursor.Request, bytes, HeadLimits.Default);
        var cursor = HeadCursor.Request;
        for (var length = 0; length < bytes.Length; length++)
        {
            var scan = HeadScanner.Scan(cursor, bytes.AsSpan(0, length + 1), HeadLimits.Default);
            cursor = scan.Cursor;
            if (scan.Kind == HeadScanKind.Incomplete) continue;
            Assert.Equal(whole, scan);
            return;
        }

        Assert.Equal(HeadScanKind.Incomplete, whole.Kind);
    }
}
