using System.Text;
using PluginHost.Abstractions;

namespace PluginHost.Tests.Loading;

/// <summary>A session that remembers what was sent.</summary>
internal sealed class FakeSession(HandshakeInfo handshake) : Session
{
    public List<string> Texts { get; } = [];

    public (int Code, string Reason)? ClosedWith { get; private set; }

    public override HandshakeInfo Handshake => handshake;

    public override CancellationToken Closed => CancellationToken.None;

    public override long BufferedBytes => 0;

    public override SendResult SendText(string text)
    {
        Texts.Add(text);
        return SendResult.Sent;
    }

    public override SendResult SendText(ReadOnlyMemory<byte> utf8) => SendText(Encoding.UTF8.GetString(utf8.Span));

    public override SendResult SendBinary(ReadOnlyMemory<byte> bytes) => SendText(Convert.ToHexString(bytes.Span));

    public override SendResult Send(BorrowedMessage message) => SendText(message.ToString());

    public override SendResult Send(OwnedMessage message) => SendText(message.ToString());

    public override void PauseReading() { }

    public override void ResumeReading() { }

    public override ValueTask DrainedAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    public override TopicSnapshot Subscribe(TopicSubscription subscription) =>
        new(subscription.Topic, TopicResult.Done, [], true, new TopicPosition(1, 0), [new TopicMember("1", subscription.Member ?? "")]);

    public override TopicResult Publish(string topic, Publication publication)
    {
        Texts.Add(publication.ToString());
        return TopicResult.Done;
    }

    protected override void CloseCore(int code, string reason) => ClosedWith ??= (code, reason);
}
