using FsCheck;
using FsCheck.Fluent;
using LanguageExt;
using PluginHost.Core.Policy.Limits;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Limits;

public sealed class PeerNoticesProperties
{
    private sealed record Event(int Kind, int Pause, bool IsFlush);

    private static readonly Gen<Event[]> Events =
        (from kind in Gen.Choose(0, 12) from pause in Gen.Choose(0, 1500) from flush in Gen.Elements(true, false, false, false) select new Event(kind, pause, flush)).ArrayOf();

    /// <summary>However many peers do whatever: at most one line a period, and everything is counted in one line.</summary>
    [TestSupport.Property(MaxTest = 500)]
    public Property Lines_are_rare_and_everything_is_counted() => Prop.ForAll(Events.ToArbitrary(), events =>
    {
        var (notices, now, noted, said, last) = (PeerNotices.None, 0L, 0L, 0L, long.MinValue);
        foreach (var happened in events)
        {
            now += happened.Pause;
            var before = notices.Count;
            if (!happened.IsFlush) noted++;
            var answer = happened.IsFlush ? notices.Flush(now) : notices.Note($"kind {happened.Kind}", $"peer {noted}", now);
            notices = answer.Next;
            answer.Line.Iter(line =>
            {
                Assert.True(last == long.MinValue || now - last >= PeerNotices.Period);
                Assert.Equal(0, notices.Count);
                said += before + (happened.IsFlush ? 0 : 1);
                last = now;
                Assert.Equal(said, noted);
            });
            Assert.InRange(notices.Gathered.Count, 0, PeerNotices.MaxKinds + 1);
            Assert.Equal(noted, said + notices.Count);
        }
        Assert.True(notices.Flush(now + PeerNotices.Period).Next.Count == 0);
    });

    [Fact]
    public void A_line_counts_each_kind_and_names_the_first_peer()
    {
        var first = PeerNotices.None.Note("refused with 404", "connection 1 from 192.0.2.1:5, listener a", 0);
        Assert.Equal("connection 1 from 192.0.2.1:5, listener a: refused with 404", first.Line.IfNone(""));
        var notices = first.Next;
        for (var i = 2; i < 1000; i++) notices = notices.Note(i % 3 == 0 ? "no TLS" : "refused with 404", $"connection {i}", i).Next;
        Assert.True(notices.Flush(4_999).Line.IsNone);
        Assert.Equal(
            "unauthenticated peers: 665 × refused with 404 (such as connection 2); 333 × no TLS (such as connection 3)", notices.Flush(5_000).Line.IfNone(""));
    }
}
