using System.Collections.Concurrent;
using PluginHost.Abstractions;
using PluginHost.Core.Policy.Topics;
using PluginHost.Server.Topics;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Topics;

/// <summary>A snapshot that is asked for while what was published before it is still on its way.</summary>
public sealed class SnapshotTests
{
    private const int Kept = 20;

    private static TopicSubscription Wanted => TopicSubscription.To("t");

    private static void Publish(ManualServer server, int count)
    {
        var plugin = new TopicAccess(server.Topics, TopicPermission.Everything, "test", null);
        for (var i = 0; i < count; i++) Assert.Equal(TopicResult.Done, server.Topics.Publish(plugin, null, "t", Publication.Text("x").Keep()));
    }

    private static string Texts(byte[] frames)
    {
        var texts = new List<string>();
        for (var at = 0; at < frames.Length; at += 2 + frames[at + 1]) texts.Add(System.Text.Encoding.UTF8.GetString(frames, at + 2, frames[at + 1]));
        return string.Join(' ', texts);
    }

    private static string Xs(int count) => string.Join(' ', Enumerable.Repeat("x", count));

    [Fact]
    public void What_a_batch_has_for_the_client_comes_before_the_snapshot()
    {
        ManualServer server = null!;
        server = new ManualServer(
        [
            Handler.Inline("slow", own => new Telling(own, session => session.Topics.Subscribe(Wanted.ToHandler()), (_, _) => server.Clock += 5)),
            Handler.Inline("joins", own => new InlineOf(own)
            {
                Opened = session => session.Topics.Subscribe(Wanted),
                Message = (session, _) => session.SendText($"={session.Snapshot(Wanted).Position.Offset}"),
            }),
        ]);
        server.Open("slow");
        var client = server.Open("joins");
        Publish(server, Kept);
        server.Loop.Turn(mayWait: false); // the slow one has used up the share; the client's are marked, and not sent
        Assert.Empty(client.ReadAvailable());
        client.Write(Text("again"));
        server.Turn();
        Publish(server, 1);
        server.Turn();
        server.Turn();
        Assert.Equal($"{Xs(Kept)} ={Kept} x", Texts(client.ReadAvailable()));
    }

    [Fact]
    public void What_a_batch_has_for_the_client_comes_before_what_another_thread_sends_of_a_snapshot()
    {
        ManualServer server = null!;
        server = new ManualServer(
        [
            Handler.Inline("slow", own => new Telling(own, session => session.Topics.Subscribe(Wanted.ToHandler()), (_, _) => server.Clock += 5)),
            Handler.Inline("joins", own => new InlineOf(own) { Opened = session => session.Topics.Subscribe(Wanted) }),
        ]);
        server.Open("slow");
        var client = server.Open("joins");
        var session = server.Connections[^1].Handler!.Session;
        Publish(server, Kept);
        server.Loop.Turn(mayWait: false);
        var thread = new Thread(() => session.SendText($"={session.Snapshot(Wanted).Position.Offset}"));
        thread.Start();
        thread.Join();
        server.Turn();
        server.Turn();
        Assert.Equal($"{Xs(Kept)} ={Kept}", Texts(client.ReadAvailable()));
    }

    [Fact]
    public void What_waits_in_the_inbox_is_in_the_snapshot_and_does_not_come_again()
    {
        var server = new ManualServer([Handler.Inline("joins", own => new InlineOf(own)
        {
            Opened = session => session.Topics.Subscribe(Wanted),
            Message = (session, message) =>
            {
                if (message.ToString() == "leave") session.Topics.Unsubscribe("t");
                else session.SendText($"={session.Snapshot(Wanted).Position.Offset}");
            },
        })]);
        var client = server.Open("joins");
        Publish(server, Kept);
        Assert.Equal($"={Kept}", Texts(server.Say(client, Text("again"))));
        Publish(server, 3);
        Assert.Equal($"={Kept + 3} ={Kept + 3}", Texts(server.Say(client, Text("leave"), Text("again"), Text("again"))));
        Publish(server, 1);
        server.Turn();
        Assert.Equal("x", Texts(client.ReadAvailable()));
    }

    [Fact]
    public void What_is_not_kept_is_in_no_snapshot_and_comes()
    {
        var server = new ManualServer([Handler.Inline("joins", own => new InlineOf(own)
        {
            Opened = session => session.Topics.Subscribe(Wanted),
            Message = (session, _) => session.SendText($"={session.Snapshot(Wanted).Position.Offset}"),
        })]);
        var client = server.Open("joins");
        var plugin = new TopicAccess(server.Topics, TopicPermission.Everything, "test", null);
        server.Topics.Publish(plugin, null, "t", Publication.Text("y"));
        Assert.Equal("=0 y", Texts(server.Say(client, Text("again"))));
    }

    [Fact]
    public void A_handler_that_is_told_and_asks_for_a_snapshot_is_not_told_what_is_in_it()
    {
        var notes = new List<string>();
        var server = new ManualServer([Handler.Inline("told", own => new Telling(own,
            session => session.Topics.Subscribe(Wanted.ToHandler()),
            (session, message) =>
            {
                notes.Add($"{message.Position.Offset}");
                if (message.Position.Offset == 3) notes.Add($"={session.Snapshot(Wanted.ToHandler()).Position.Offset}");
            }))]);
        server.Open("told");
        Publish(server, Kept);
        server.Turn();
        Publish(server, 2);
        server.Turn();
        Assert.Equal($"1 2 3 ={Kept} {Kept + 1} {Kept + 2}", string.Join(' ', notes));
    }

    [Fact]
    public async Task What_waits_for_a_handler_on_the_pool_is_not_told_after_a_snapshot_that_has_it()
    {
        var notes = new ConcurrentQueue<string>();
        using var goOn = new ManualResetEventSlim();
        var server = new ManualServer([Handler.Session("pool", own => new Pool(own, notes, goOn))]);
        var client = server.Open("pool");
        await server.Until(() => notes.Count == 1, "it was not opened");
        client.Write(Text("go"));
        await server.Until(() => notes.Count == 2, "it was not called");
        Publish(server, Kept);
        server.Turn();
        goOn.Set();
        await server.Until(() => notes.Count == 3, "it was not given a snapshot");
        Publish(server, 2);
        await server.Until(() => notes.Count >= 5, "it was not told");
        Assert.Equal($"open go ={Kept} {Kept + 1} {Kept + 2}", string.Join(' ', notes));
    }

    private sealed class Telling(Session session, Action<Session> opened, Action<Session, TopicMessage> told) : InlineHandler
    {
        public override void OnOpen() => opened(session);

        public override void OnTopic(TopicMessage message) => told(session, message);
    }

    private sealed class Pool(Session session, ConcurrentQueue<string> notes, ManualResetEventSlim goOn) : SessionHandler
    {
        public override ValueTask OnOpenAsync(Call call)
        {
            session.Topics.Subscribe(Wanted.ToHandler());
            notes.Enqueue("open");
            return default;
        }

        public override ValueTask OnTextAsync(OwnedMessage message, Call call)
        {
            notes.Enqueue("go");
            goOn.Wait();
            notes.Enqueue($"={session.Snapshot(Wanted.ToHandler()).Position.Offset}");
            return default;
        }

        public override ValueTask OnTopicAsync(TopicMessage message, Call call)
        {
            notes.Enqueue($"{message.Position.Offset}");
            return default;
        }
    }
}
