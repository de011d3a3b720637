using PluginHost.Core.Protocol.Handshake;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Tests.Handshake;

public class ServerNamesTests
{
    [Theory]
    [InlineData("one.test", 0)]
    [InlineData("two.test", 1)]
    [InlineData("TWO.test", 1)]
    [InlineData("a.wild.test", 2)]
    [InlineData("A.WILD.TEST", 2)]
    [InlineData("exact.wild.test", 3)] // the exact name wins over a wildcard that stands before it
    [InlineData("a.b.wild.test", 0)]
    [InlineData("wild.test", 0)]
    [InlineData(".wild.test", 0)]
    [InlineData("*.wild.test", 2)]
    [InlineData("test", 0)]
    [InlineData("", 0)]
    [InlineData(".", 0)]
    [InlineData("unknown", 0)]
    public void The_exact_name_wins_then_a_wildcard_for_one_label_then_the_first(string asked, int index) =>
        Assert.Equal(index, ServerNames.Choose(Seq(Seq1("one.test"), Seq("zwei.test", "two.test"), Seq1("*.wild.test"), Seq1("exact.wild.test")), asked));
}
