using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Logging;
using PluginHost.Server.Topics;

namespace PluginHost.Server.Connections;

/// <summary>Topics: what the connection's handler asks of them, from any thread, and what they deliver, on the loop.</summary>
internal sealed partial class Connection
{
    private TopicAccess? _access;
    private Subscriber? _subscriber;
    private bool _refusalLogged;
    private bool _waitsForTopics;

    /// <summary>The connection as topics know it, if it has ever subscribed to any.</summary>
    public Subscriber? Subscriber => Volatile.Read(ref _subscriber);

    private TopicAccess Access => _access ?? throw new InvalidOperationException("The connection is not open yet.");

    /// <summary>Subscribes; from any thread.</summary>
    public TopicSnapshot Subscribe(TopicSubscription wanted)
    {
        var subscriber = Subscriber ?? MakeSubscriber();
        // What is marked for the client is older than the snapshot, and comes before it. On another thread it does before what that thread sends next.
        if (Loop.IsCurrent) EmitMarked(subscriber);
        var snapshot = Access.Fabric.Subscribe(Access, subscriber, wanted);
        if (snapshot.Result == TopicResult.Done) _runner?.Given(snapshot);
        if (Loop.Topics.IsHigh) WaitForTopics(Loop.Topics.Index);
        return snapshot;
    }

    /// <summary>Ends a subscription; from any thread.</summary>
    public TopicResult Unsubscribe(string topic) =>
        Subscriber is { } subscriber ? Access.Fabric.Unsubscribe(subscriber, topic) : TopicResult.NotSubscribed;

    /// <summary>Publishes; from any thread.</summary>
    public TopicResult Publish(string topic, in Publication publication) => Access.Fabric.Publish(Access, this, topic, publication);

    /// <summary>It has published while more waits to be delivered than should: nothing more is read from it until less does. From any thread.</summary>
    /// <param name="loop">The loop where it waits.</param>
    public void WaitForTopics(int loop)
    {
        if (Volatile.Read(ref _waitsForTopics)) return;
        if (Loop.IsCurrent) WaitFor(loop);
        else Loop.Post(this, () => WaitFor(loop));
    }

    /// <summary>The loop that has to deliver before the connection is read from again.</summary>
    public int AwaitedLoop { get; private set; }

    private void WaitFor(int loop)
    {
        if (_waitsForTopics || IsOver) return;
        Volatile.Write(ref _waitsForTopics, true);
        AwaitedLoop = loop;
        Loop.Topics.Hold(this);
    }

    /// <summary>It is read from again.</summary>
    public void ReleaseFromTopics()
    {
        Volatile.Write(ref _waitsForTopics, false);
        MarkDirty(); // what was left behind is read at the end of the loop's turn
    }

    /// <summary>Looks at a topic; from any thread.</summary>
    public TopicSnapshot ReadTopic(string topic, HistoryRequest history) => Access.Fabric.Read(Access, topic, history);

    /// <summary>A handler that does not look at the result was refused something: one line for each connection.</summary>
    public void LogRefused(string what, string topic, TopicResult result)
    {
        if (_refusalLogged) return;
        _refusalLogged = true;
        Loop.Log.Write(
            LogLevel.Warning,
            $"connection {Id}: handler {HandlerName} was refused to {what} \"{topic}\": {result}; further refusals on this connection are not logged");
    }

    /// <summary>Delivers what topics have for the connection in a batch; on the loop.</summary>
    /// <param name="subscriber">The connection as topics know it.</param>
    /// <param name="topics">The loop's topics.</param>
    /// <param name="meter">The share of the turn.</param>
    /// <returns>False where the share was spent before everything was delivered: the rest waits for the next turn.</returns>
    public bool DeliverTopics(Subscriber subscriber, LoopTopics topics, ref ShareMeter meter)
    {
        if (IsOver) return true;
        BeginTurn();
        // What the handler asked for comes before what has happened since.
        if (_runner is { HasAnswers: true }) Call(static runner => runner.Posted());
        var isFirst = true;
        while (subscriber.First >= 0)
        {
            var delivery = topics.At(subscriber.First);
            // Frames that lie there cost next to nothing; calls and messages of its own are steps, but for the one that has been counted.
            if (delivery.Frames is null && !isFirst && !meter.Step(Loop)) break;
            isFirst = false;
            subscriber.First = delivery.Next;
            if (delivery.Frames is { } frames) EmitShared(frames, delivery.Start, delivery.Length);
            else if (delivery.ToHandler) TellHandler(delivery.Broadcast!);
            else SendOwn(delivery.Broadcast!, topics);
        }
        FinishTurn();
        return subscriber.First < 0;
    }

    /// <summary>Sends what topics have for the client in the batch that is being delivered; what they have for the handler stays.</summary>
    private void EmitMarked(Subscriber? subscriber)
    {
        if (subscriber is null || IsOver) return;
        var topics = Loop.Topics;
        var kept = -1;
        for (var i = subscriber.First; i >= 0;)
        {
            var delivery = topics.At(i);
            if (delivery.ToHandler)
            {
                topics.Link(subscriber, kept, i);
                kept = i;
            }
            else if (delivery.Frames is { } frames)
            {
                EmitShared(frames, delivery.Start, delivery.Length);
            }
            else
            {
                SendOwn(delivery.Broadcast!, topics);
            }
            i = delivery.Next;
        }
        topics.Link(subscriber, kept, -1);
    }

    /// <summary>A message may reach the handler: it is not older than a snapshot that it has. From any thread.</summary>
    public bool Admits(TopicMessage message) => Subscriber?.Admits(message.Topic, message.Position) ?? true;

    private Subscriber MakeSubscriber()
    {
        var made = new Subscriber(this, Form());
        return Interlocked.CompareExchange(ref _subscriber, made, null) ?? made;
    }

    private MessageForm? Form() => _deflate switch
    {
        null => Access.Fabric.Forms.Of(Access.Encode),
        { Shared: { } shared } => Access.Fabric.Forms.Of(Access.Encode, shared.Level, shared.WindowBits, shared.Threshold),
        _ => null,
    };

    /// <summary>The connection ends: it leaves all topics, and subscribes to none any more.</summary>
    private void LeaveTopics()
    {
        if (_access is not { } access) return;
        if (Interlocked.CompareExchange(ref _subscriber, Subscriber.Gone, null) is { } subscriber) access.Fabric.Leave(subscriber);
    }

    /// <summary>Sends frames that others send too, from where they lie.</summary>
    private void EmitShared(SharedBuffer frames, int start, int length)
    {
        var bytes = frames.Array.AsSpan(start, length);
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
        if (WaitingBytes == 0 && output.TryRefer(frames.Array, start, length)) return;
        FlushOutput();
        if (WaitingBytes == 0 && output.TryRefer(frames.Array, start, length)) return;
        if (!MaySend(out refused))
        {
            CountSharedDropped(bytes, refused == SendResult.Dropped);
            return;
        }
        // What has to wait is copied: a queue is bounded in bytes, and a reference to one small message would keep a whole buffer.
        Wait().Append(bytes);
        MarkDirty();
    }

    /// <summary>Sends a message whose frame depends on what the client was sent before.</summary>
    private void SendOwn(Broadcast broadcast, LoopTopics topics)
    {
        var frame = broadcast.FrameFor(Access.Fabric.Forms.Of(Access.Encode), topics);
        if (frame.Buffer is { } buffer) Send((Opcode)(buffer.Array[frame.Start] & 0x0F), frame.Payload);
    }

    private void TellHandler(Broadcast broadcast)
    {
        if (_runner is not { IsFaulted: false } runner || _handlerClosed) return;
        try
        {
            if (!(Subscriber?.Admits(broadcast.Topic, broadcast.Position) ?? true)) return; // the handler has asked for a snapshot since it was marked
            if (broadcast.Change is { } change) runner.Presence(change);
            else runner.Topic(broadcast.Message);
        }
        catch (Exception exception)
        {
            Fault(exception);
        }
    }
}
