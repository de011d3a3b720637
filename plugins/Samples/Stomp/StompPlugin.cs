using System.Text;
using PluginHost.Abstractions;

namespace Samples.Stomp;

/// <summary>STOMP 1.2: a destination is a topic; receipts, heart-beats and several subscriptions of one connection.</summary>
public sealed class StompPlugin : Plugin
{
    public override PluginDescription Describe() => new("STOMP", "1.0", [Handler.Inline("v12.stomp", session => new StompHandler(session))]);
}

internal sealed class StompHandler(Session session) : InlineHandler
{
    private const int HeartBeat = 1;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, string> _subscriptions = [];
    private bool _isConnected;
    private long _messages;

    public override void OnText(BorrowedMessage message)
    {
        if (message.ToString() is not { } text || text.All(c => c is '\n' or '\r')) return; // a heart-beat
        var frame = Frame.Parse(text) ?? throw Fail("malformed frame");
        if (!_isConnected && frame.Command is not ("CONNECT" or "STOMP")) throw Fail("not connected");
        switch (frame.Command)
        {
            case "CONNECT" or "STOMP":
                if (!frame["accept-version"].Split(',').Contains("1.2")) throw Fail("only version 1.2 is spoken");
                _isConnected = true;
                Send("CONNECTED", "", ("version", "1.2"), ("heart-beat", $"{(int)Interval.TotalMilliseconds},0"));
                session.SetTimer(HeartBeat, Interval);
                break;
            case "SEND": Check(session.Topics.Publish(TopicOf(frame), Publication.Text(frame.Body))); break;
            case "SUBSCRIBE":
                if (frame["id"].Length == 0 || !_subscriptions.TryAdd(frame["id"], TopicOf(frame))) throw Fail("a subscription needs an id of its own");
                Check(session.Topics.Subscribe(TopicSubscription.To(TopicOf(frame)).ToHandler()));
                break;
            case "UNSUBSCRIBE" when _subscriptions.Remove(frame["id"], out var topic):
                if (!_subscriptions.ContainsValue(topic)) session.Topics.Unsubscribe(topic);
                break;
            case "UNSUBSCRIBE" or "ACK" or "NACK" or "BEGIN" or "COMMIT" or "ABORT" or "DISCONNECT": break;
            default: throw Fail($"{frame.Command} is not known");
        }
        if (frame["receipt"] is { Length: > 0 } receipt) Send("RECEIPT", "", ("receipt-id", receipt));
        if (frame.Command == "DISCONNECT") session.Close(CloseCodes.Normal, "");
    }

    public override void OnTopic(TopicMessage message)
    {
        foreach (var (id, topic) in _subscriptions)
            if (topic == message.Topic) Send("MESSAGE", message.ToString(), ("subscription", id), ("message-id", $"{++_messages}"), ("destination", "/" + topic));
    }

    public override void OnTimer(int id)
    {
        session.SendText("\n");
        session.SetTimer(HeartBeat, Interval);
    }

    private static string TopicOf(Frame frame) => frame["destination"].TrimStart('/');

    private void Check(TopicResult result)
    {
        if (result is not (TopicResult.Done or TopicResult.Busy)) throw Fail($"the destination is refused: {result}");
    }

    private CloseConnectionException Fail(string reason)
    {
        Send("ERROR", "", ("message", reason));
        return new CloseConnectionException(CloseCodes.ProtocolError, reason);
    }

    private void Send(string command, string body, params (string Name, string Value)[] headers) => session.SendText(
        $"{command}\n{string.Concat(headers.Select(header => $"{header.Name}:{Frame.Escape(header.Value)}\n"))}content-length:{Encoding.UTF8.GetByteCount(body)}\n\n{body}\0");
}

/// <summary>A frame: a command, headers and a body, which may hold NUL where its length is given.</summary>
internal sealed record Frame(string Command, Dictionary<string, string> Headers, string Body)
{
    public string this[string name] => Headers.GetValueOrDefault(name, "");

    public static Frame? Parse(string text)
    {
        var end = (text = text.TrimStart('\n').Replace("\r\n", "\n", StringComparison.Ordinal)).IndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0 || text.TrimEnd('\n')[^1] != '\0') return null;
        var lines = text[..end].Split('\n');
        if (lines.Skip(1).Any(line => line.IndexOf(':', StringComparison.Ordinal) < 1)) return null;
        var headers = lines.Skip(1).Select(line => line.Split(':', 2)).DistinctBy(pair => pair[0]).ToDictionary(pair => Unescape(pair[0]), pair => Unescape(pair[1]));
        var body = text[(end + 2)..].TrimEnd('\n')[..^1];
        return new(lines[0], headers, headers.ContainsKey("content-length") ? body : body.Split('\0')[0]);
    }

    public static string Escape(string text) => text.Replace("\\", "\\\\").Replace("\n", "\\n").Replace("\r", "\\r").Replace(":", "\\c");

    private static string Unescape(string text) => text.Replace("\\\\", "\0").Replace("\\n", "\n").Replace("\\r", "\r").Replace("\\c", ":").Replace('\0', '\\');
}
