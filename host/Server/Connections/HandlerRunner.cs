using PluginHost.Abstractions;
using PluginHost.Server.Buffers;

namespace PluginHost.Server.Connections;

/// <summary>Calls the handler of one connection. Every member is called on the connection's loop; what one throws fails that connection only.</summary>
internal abstract class HandlerRunner
{
    private volatile bool _isBusy; // asked before each message: not virtual

    /// <summary>The handler has thrown: no call but <see cref="Closed"/> is made any more.</summary>
    public bool IsFaulted { get; set; }

    /// <summary>The handler has been made: what fails from now on fails on the client's input.</summary>
    public virtual bool HasHandler => true;

    /// <summary>It has as much work waiting as it may have; the connection is not read until it posts. From any thread.</summary>
    public bool IsBusy
    {
        get => _isBusy;
        protected set => _isBusy = value;
    }

    /// <summary>No call is in flight, and none waits. From any thread.</summary>
    public virtual bool IsIdle => true;

    /// <summary>No call has the turn, and none waits: those in flight overlap. From any thread.</summary>
    public virtual bool IsBetweenCalls => !HasAnswers;

    /// <summary>Calls that have begun and not completed. From any thread.</summary>
    public virtual int CallsInFlight => 0;

    /// <summary>When <see cref="Due"/> is to be called; <see cref="long.MaxValue"/> for never.</summary>
    public long DueAt { get; protected set; } = long.MaxValue;

    /// <summary>The connection is open.</summary>
    public abstract void Open();

    /// <summary>A message has come.</summary>
    /// <param name="kind">Text or binary.</param>
    /// <param name="payload">Where it lies until the call returns.</param>
    public abstract void Message(MessageKind kind, Segment payload);

    /// <summary>A timer of the handler has run out.</summary>
    public abstract void Timer(int id);

    /// <summary>Somebody of its plugin asks. From any thread.</summary>
    /// <returns>Whether it will be answered; otherwise it cannot be asked, or has as much to do as it may have.</returns>
    public virtual bool Ask(HandlerQuestion question) => false;

    /// <summary>The connection is to end: nothing is read from it any more, and the handler is told ahead of what waits.</summary>
    public abstract void Stopping(StopInfo stop);

    /// <summary>The connection is over; the last call.</summary>
    public abstract void Closed(CloseInfo close);

    /// <summary>The send queue is at its low mark again after something was queued or dropped.</summary>
    public virtual void Drained() { }

    /// <summary>The connection's mailbox was read.</summary>
    public virtual void Posted() { }

    /// <summary>The time has come that it asked for.</summary>
    public virtual void Due(long now) => DueAt = long.MaxValue;

    /// <summary>It has asked for something and <see cref="Posted"/> would tell it the answer.</summary>
    public virtual bool HasAnswers => false;

    /// <summary>The handler has subscribed without waiting for the answer, which is this.</summary>
    public virtual void Subscribed(TopicSnapshot snapshot) { }

    /// <summary>A message was published to a topic that the handler has subscribed to for itself, or somebody came or went.</summary>
    public abstract void Topic(TopicMessage message);

    /// <summary>It has been given a snapshot of a topic: messages that are in it, and that it has not been told of yet, are not told. From any thread.</summary>
    public virtual void Given(TopicSnapshot snapshot) { }
}
