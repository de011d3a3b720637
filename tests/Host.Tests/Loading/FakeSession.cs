using System.Text;
using PluginHost.Abstractions;

namespace PluginHost.Tests.Loading;

/// <summary>A session that remembers what was sent.</summary>
internal sealed class FakeSession(HandshakeInfo handshake) : Session
{
    public List<string> Texts { get; } = [];

    public (int Code, string Reason)? ClosedWith { get; private set; }

    public override ConnectionId Id => new(1, handshake.ConnectionId);

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

    public override MessageWriter Write(MessageKind kind) => throw new NotSupportedException();

    public override ValueTask FlushAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    public override void PauseReading() { }

    public override void ResumeReading() { }

    public override ValueTask DrainedAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    public override PluginContext Context => throw new NotSupportedException();

    public override PluginLog Log => throw new NotSupportedException();

    public override SessionTopics Topics => new Noted(Texts);

    public override CancellationToken Stopping => CancellationToken.None;

    public override void StopTimer(int id) { }

    protected override void SetTimerCore(int id, TimeSpan delay) { }

    protected override void CloseCore(int code, string reason) => ClosedWith ??= (code, reason);

    private sealed class Noted(List<string> texts) : SessionTopics
    {
        public override TopicResult Subscribe(TopicSubscription subscription) => TopicResult.Done;

        public override ValueTask<TopicSnapshot> SubscribeAsync(TopicSubscription subscription, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public override TopicResult Unsubscribe(string topic) => TopicResult.Done;

        public override ValueTask<TopicSnapshot> ReadAsync(string topic, HistoryRequest history, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public override TopicResult Publish(string topic, Publication publication)
        {
            texts.Add(publication.ToString());
            return TopicResult.Done;
        }
    }
}
