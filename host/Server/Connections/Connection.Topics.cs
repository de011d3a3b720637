using PluginHost.Abstractions;
using PluginHost.Server.Compression;

namespace PluginHost.Server.Connections;

/// <summary>Topics: what they want of the connection.</summary>
internal sealed partial class Connection
{
    private TopicPort? _topics;

    /// <summary>Its topics; made when first asked for. From any thread.</summary>
    public TopicPort Topics => Volatile.Read(ref _topics) ?? MakeTopics();

    /// <summary>What was agreed on about compression, or <see langword="null"/>.</summary>
    public MessageDeflate? Deflate => _deflate;

    /// <summary>The handler's runner, if it may be called.</summary>
    public HandlerRunner? CallableRunner => _runner is { IsFaulted: false } runner && !_handlerClosed ? runner : null;

    /// <summary>A message may reach the handler: it is not older than a snapshot that it has. From any thread.</summary>
    public bool Admits(TopicMessage message) => Volatile.Read(ref _topics)?.Admits(message) ?? true;

    /// <summary>Answers that the handler has asked for are told before what has happened since.</summary>
    public void TellAnswers()
    {
        if (_runner is { HasAnswers: true }) Call(static runner => runner.Posted());
    }

    /// <summary>It is read from again, at the end of the loop's turn.</summary>
    public void ReadAgain() => MarkDirty();

    private TopicPort MakeTopics()
    {
        var made = (_handler ?? throw new InvalidOperationException("The connection is not open yet.")).Topics.Connect(this);
        return Interlocked.CompareExchange(ref _topics, made, null) ?? made;
    }

    private void LeaveTopics()
    {
        if (_handler is not null) Topics.Leave();
    }

    /// <summary>Sends frames that others send too, from where they lie.</summary>
    public void SendShared(byte[] frames, int start, int length)
    {
        var bytes = frames.AsSpan(start, length);
        if (!MaySend(out var refused))
        {
            CountSharedDropped(bytes, refused == SendResult.Dropped);
            return;
        }
        if (!_inTurn)
        {
            CountShared(bytes);
            Wait().Append(bytes);
            MarkDirty();
            return;
        }
        var output = Loop.Output;
        // More than the queue may hold is not offered at once: what the socket does not take would have to wait.
        if (!output.IsEmpty && output.Length + length > _sendLimits.High) FlushOutput();
        CountShared(bytes);
        if (WaitingBytes == 0 && output.TryRefer(frames, start, length)) return;
        FlushOutput();
        if (WaitingBytes == 0 && output.TryRefer(frames, start, length)) return;
        if (!MaySend(out refused))
        {
            CountSharedDropped(bytes, refused == SendResult.Dropped);
            return;
        }
        // What has to wait is copied: a queue is bounded in bytes, and a reference to one small message would keep a whole buffer.
        Wait().Append(bytes);
        MarkDirty();
    }
}
