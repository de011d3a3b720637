using FsCheck;
using FsCheck.Fluent;
using PluginHost.Cli;
using PluginHost.Cli.Terminal;
using PluginHost.TestSupport;

namespace PluginHost.Tests.Cli;

/// <summary>What <c>list</c> shows people.</summary>
public class PluginTableTests
{
    private static readonly Gen<string> Words =
        Gen.Elements("a", "chat.v1", "rooms with members", "a_word_that_is_much_longer_than_any_column_of_any_terminal_would_be_wide", "日本語のとても長い説明", "\u001b[31m", "/srv/plugins/chat/chat.dll");

    private static readonly Arbitrary<(Reports.PluginReport[] Plugins, int Width)> Listed = (
        from plugins in Gen.ListOf(
            from id in Words
            from version in Words
            from file in Words
            from handlers in Gen.NonEmptyListOf(
                from tokens in Gen.NonEmptyListOf(Words)
                from text in Words
                select new Reports.HandlerReport([.. tokens], "session", text, false))
            select Plugin(id, version, file, [.. handlers]))
        from width in Gen.Choose(40, 200)
        select (plugins.ToArray(), width)).ToArbitrary();

    [Property]
    public Property No_line_is_wider_than_the_terminal_and_nothing_is_left_out() => Prop.ForAll(Listed, listed =>
    {
        var lines = PluginTable.Lines(listed.Plugins, null, listed.Width);
        Assert.All(lines, line => Assert.True(TextLayout.WidthOf(line) <= listed.Width, $"{listed.Width}: {line}"));
        Assert.DoesNotContain(lines, line => line.Contains('\u001b', StringComparison.Ordinal));
        // Columns stand beside each other, so that broken words are only found letter by letter.
        foreach (var plugin in listed.Plugins)
            foreach (var letter in Printable.Line(plugin.Id + plugin.File).Where(letter => letter != ' '))
                Assert.Contains(lines, line => line.Contains(letter, StringComparison.Ordinal));
    });

    [Fact]
    public void It_reads_well_at_100_columns() => Assert.Equal(
        [
            "PLUGIN     VERSION  KIND     SUBPROTOCOLS",
            "chat       1.0      inline   chat.v1",
            "    rooms with members and history",
            "                    session  chat.v2, chat.v3",
            "    the same, of old",
            "    plugins/chat/chat.dll",
            "shout.sbn  1.2      pure     shout.v1",
            "    Says it louder.",
            "    /elsewhere/shout.sbn",
        ],
        PluginTable.Lines(
            [
                Plugin("chat", "1.0", "/srv/plugins/chat/chat.dll",
                    new Reports.HandlerReport(["chat.v1"], "inline", "rooms with members and history", true),
                    new Reports.HandlerReport(["chat.v2", "chat.v3"], "session", "the same, of old", true)),
                Plugin("shout.sbn", "1.2", "/elsewhere/shout.sbn", new Reports.HandlerReport(["shout.v1"], "pure", "Says it louder.", false)),
            ],
            "/srv", 100));

    [Fact]
    public void Words_stay_whole_where_they_can() => Assert.Equal(
        ["one two", "three", "fourfiv", "e"], TextLayout.Wrap("one two  three fourfive", 7));

    private static Reports.PluginReport Plugin(string id, string version, string file, params Reports.HandlerReport[] handlers) =>
        new(id, id, version, id, version, "1.0", file, handlers, false);
}
