using System.Collections.Concurrent;
using System.Net;
using System.Text;
using PluginHost.Abstractions;
using PluginHost.Server.Buffers;
using PluginHost.Server.Connections;
using PluginHost.Server.Transports.Memory;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Topics;

/// <summary>
/// A handler that clients tell what to do: <c>+topic</c> subscribes, <c>-topic</c> unsubscribes, <c>topic=text</c> publishes, <c>topic!text</c> publishes
/// to the others, <c>topic&amp;text</c> publishes to be kept. What is refused is answered.
/// </summary>
internal sealed class Told(Session session) : InlineHandler
{
    public override void OnText(BorrowedMessage message)
    {
        var text = message.ToString();
        var result = text[0] switch
        {
            '+' => session.Topics.Subscribe(text[1..]),
            '-' => session.Topics.Unsubscribe(text[1..]),
            _ => Publish(session, text, text.IndexOfAny(['=', '!', '&'])),
        };
        if (result != TopicResult.Done) session.SendText(result.ToString());
    }

    public static TopicResult Publish(Session session, string text, int at)
    {
        var publication = Publication.Text(text[(at + 1)..]);
        return session.Topics.Publish(text[..at], text[at] switch { '!' => publication.ToOthers(), '&' => publication.Keep(), _ => publication });
    }

    public static HandlerDescription Handler(string token = "told") => Abstractions.Handler.Inline(token, own => new Told(own));
}

/// <summary>A handler whose subscriptions come to itself: what it is told, it notes.</summary>
internal sealed class Noting(Session session, Func<Session, TopicSnapshot> subscribe, ConcurrentQueue<string> notes) : InlineHandler
{
    public override void OnOpen()
    {
        var snapshot = subscribe(session);
        notes.Enqueue(
            $"{snapshot.Result} {string.Join(',', snapshot.Messages)}{(snapshot.IsComplete ? "." : "?")} "
            + string.Join(',', snapshot.Members.Select(member => member.Info)));
    }

    public override void OnTopic(TopicMessage message) => notes.Enqueue(
        message.Presence is null ? $"{message.Topic}={message}@{message.Position.Offset}{(message.FollowsGap ? " gap" : "")}" : $"{message.Topic}{message}");

    public static HandlerDescription Handler(string token, ConcurrentQueue<string> notes, Func<Session, TopicSnapshot> subscribe) =>
        Abstractions.Handler.Inline(token, own => new Noting(own, subscribe, notes));
}

/// <summary>Subscribes in one call, as tests want it.</summary>
internal static class SessionSnapshots
{
    /// <summary>Subscribes; the topic as it was at that moment.</summary>
    public static TopicSnapshot Snapshot(this Session session, TopicSubscription wanted) =>
        session.Topics.SubscribeAsync(wanted, CancellationToken.None).GetAwaiter().GetResult();
}

/// <summary>A stream that takes what it is told to take, and counts the calls.</summary>
internal sealed class CountedChannel(ManualServer server) : Channel
{
    private readonly MemoryStream _sent = new();

    /// <summary>Calls of send.</summary>
    public int Sends { get; private set; }

    /// <summary>Bytes that it goes on taking.</summary>
    public long Room { get; set; } = long.MaxValue;

    /// <summary>What it has taken is remembered.</summary>
    public bool IsKept { get; set; } = true;

    /// <summary>It has been closed.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>What has been sent since the last time, as hexadecimal digits.</summary>
    public string TakeHex()
    {
        var hex = Convert.ToHexString(_sent.ToArray());
        _sent.SetLength(0);
        return hex;
    }

    /// <summary>A connection over such a stream whose handshake is done.</summary>
    public static CountedChannel Open(ManualServer server, string protocol, string more = "")
    {
        var channel = new CountedChannel(server);
        server.Create(server.Loop, channel, "default", null);
        channel.Receive(Request("/", protocol, more));
        Assert.StartsWith("HTTP/1.1 101 ", Encoding.Latin1.GetString(channel._sent.ToArray()), StringComparison.Ordinal);
        channel._sent.SetLength(0);
        channel.Sends = 0;
        return channel;
    }

    /// <summary>The client has sent something.</summary>
    public void Receive(params byte[][] pieces)
    {
        foreach (var piece in pieces)
        {
            var target = Connection.InputTarget();
            piece.CopyTo(target.Array.AsSpan(target.Start));
            Connection.Receive(target, piece.Length);
        }
        server.Turn();
    }

    public override EndPoint? LocalEndPoint => null;

    public override long Send(ReadOnlySpan<Segment> segments)
    {
        Sends++;
        var taken = 0L;
        foreach (var segment in segments)
        {
            var count = (int)Math.Min(segment.Length, Room);
            if (IsKept) _sent.Write(segment.Span[..count]);
            Room -= count;
            taken += count;
        }
        return taken;
    }

    public override void WantWritable(SendQueue waiting) { }

    public override void ResumeReading() { }

    public override void ReadOn() { }

    public override void EndOutput() { }

    public override void Close(bool reset) => IsClosed = true;
}

/// <summary>Frames of text as the server sends them.</summary>
internal static class Frames
{
    /// <summary>As hexadecimal digits.</summary>
    public static string Hex(params string[] texts) => string.Concat(texts.Select(text => $"81{Encoding.UTF8.GetByteCount(text):X2}{Convert.ToHexString(Encoding.UTF8.GetBytes(text))}"));

    /// <summary>What a client has been sent.</summary>
    public static string Hex(this MemoryClient client) => ManualServer.Hex(client);
}
