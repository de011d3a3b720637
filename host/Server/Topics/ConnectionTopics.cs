using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Topics;

/// <summary>The topics of one connection: what its handler asks of them, from any thread, and what they deliver, on the loop.</summary>
/// <param name="connection">The connection.</param>
/// <param name="access">What its handler may do with topics.</param>
internal sealed class ConnectionTopics(Connection connection, TopicAccess access) : TopicPort(connection)
{
    private Subscriber? _subscriber;

    /// <summary>The connection as subscribers are known, if it has ever subscribed to anything.</summary>
    public Subscriber? Subscriber => Volatile.Read(ref _subscriber);

    /// <summary>The loop that has to deliver before the connection is read from again.</summary>
    public int AwaitedLoop { get; private set; }

    /// <summary>The topics as the connection's loop sees them.</summary>
    public LoopTopics Loop => access.Fabric.On(Connection.Loop);

    /// <inheritdoc/>
    public override TopicSnapshot Subscribe(TopicSubscription wanted)
    {
        var subscriber = Subscriber ?? MakeSubscriber();
        // What is marked for the client is older than the snapshot, and comes before it. On another thread it does before what that thread sends next.
        if (Connection.Loop.IsCurrent) SendMarked(subscriber);
        var snapshot = access.Fabric.Subscribe(access, subscriber, wanted);
        if (snapshot.Result == TopicResult.Done) Connection.Handler?.Runner?.Given(snapshot);
        var loop = Loop;
        if (loop.IsHigh) Hold(loop.Index);
        return snapshot;
    }

    /// <inheritdoc/>
    public override TopicResult Unsubscribe(string topic) =>
        Subscriber is { } subscriber ? access.Fabric.Unsubscribe(subscriber, topic) : TopicResult.NotSubscribed;

    /// <inheritdoc/>
    public override TopicResult Publish(string topic, in Publication publication) => access.Fabric.Publish(access, this, topic, publication);

    /// <inheritdoc/>
    public override TopicSnapshot Read(string topic, HistoryRequest history) => access.Fabric.Read(access, topic, history);

    /// <inheritdoc/>
    public override bool Admits(TopicMessage message) => Subscriber?.Admits(message.Topic, message.Position) ?? true;

    /// <inheritdoc/>
    public override void SendMarked() => SendMarked(Subscriber);

    /// <inheritdoc/>
    public override void Leave()
    {
        if (Interlocked.CompareExchange(ref _subscriber, Subscriber.Gone, null) is { } subscriber) access.Fabric.Leave(subscriber);
    }

    /// <summary>It has published while more waits to be delivered than should: nothing more is read from it until less does. From any thread.</summary>
    /// <param name="loop">The loop where it waits.</param>
    public void Hold(int loop)
    {
        if (IsHeld) return;
        if (Connection.Loop.IsCurrent) HoldHere(loop);
        else Connection.Loop.Post(Connection, () => HoldHere(loop));
    }

    /// <summary>It is read from again.</summary>
    public void LetGo()
    {
        IsHeld = false;
        Connection.Holds &= ~ReadingHolds.Topics;
        Connection.MarkDirty(); // what was left behind is read at the end of the loop's turn
    }

    /// <summary>Delivers what is marked for the connection in a batch; on the loop.</summary>
    /// <param name="subscriber">The connection as subscribers are known.</param>
    /// <param name="topics">The loop's topics.</param>
    /// <param name="meter">The share of the turn.</param>
    /// <returns>False where the share was spent before everything was delivered: the rest waits for the next turn.</returns>
    public bool Deliver(Subscriber subscriber, LoopTopics topics, ref ShareMeter meter)
    {
        var connection = Connection;
        if (connection.IsOver) return true;
        connection.BeginTurn();
        connection.Handler?.TellAnswers();
        var isFirst = true;
        while (subscriber.First >= 0)
        {
            var delivery = topics.At(subscriber.First);
            // Frames that lie there cost next to nothing; calls and messages of its own are steps, but for the one that has been counted.
            if (delivery.Frames is null && !isFirst && !meter.Step(connection.Loop)) break;
            isFirst = false;
            subscriber.First = delivery.Next;
            if (delivery.Frames is { } frames) connection.Outbox.SendShared(frames.Array, delivery.Start, delivery.Length);
            else if (delivery.ToHandler) Tell(delivery.Broadcast!);
            else SendOwn(delivery.Broadcast!, topics);
        }
        connection.FinishTurn();
        return subscriber.First < 0;
    }

    private void SendMarked(Subscriber? subscriber)
    {
        if (subscriber is null || Connection.IsOver) return;
        var topics = Loop;
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
                Connection.Outbox.SendShared(frames.Array, delivery.Start, delivery.Length);
            }
            else
            {
                SendOwn(delivery.Broadcast!, topics);
            }
            i = delivery.Next;
        }
        topics.Link(subscriber, kept, -1);
    }

    private void HoldHere(int loop)
    {
        if (IsHeld || Connection.IsOver) return;
        IsHeld = true;
        Connection.Holds |= ReadingHolds.Topics;
        AwaitedLoop = loop;
        Loop.Hold(this);
    }

    private Subscriber MakeSubscriber()
    {
        var made = new Subscriber(this, Form());
        return Interlocked.CompareExchange(ref _subscriber, made, null) ?? made;
    }

    private MessageForm? Form() => Connection.Deflate switch
    {
        null => access.Fabric.Forms.Of(access.Encode),
        { Shared: { } shared } => access.Fabric.Forms.Of(access.Encode, shared.Level, shared.WindowBits, shared.Threshold),
        _ => null,
    };

    /// <summary>Sends a message whose frame depends on what the client was sent before.</summary>
    private void SendOwn(Broadcast broadcast, LoopTopics topics)
    {
        var frame = broadcast.FrameFor(access.Fabric.Forms.Of(access.Encode), topics);
        if (frame.Buffer is { } buffer) Connection.Outbox.Send((Opcode)(buffer.Array[frame.Start] & 0x0F), frame.Payload);
    }

    private void Tell(Broadcast broadcast)
    {
        if (Connection.Handler is not { Callable: { } runner } handler) return;
        try
        {
            if (!(Subscriber?.Admits(broadcast.Topic, broadcast.Position) ?? true)) return; // the handler has asked for a snapshot since it was marked
            runner.Topic(broadcast.Message);
        }
        catch (Exception exception)
        {
            handler.Fault(exception);
        }
    }
}
