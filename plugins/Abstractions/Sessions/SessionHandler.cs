namespace PluginHost.Abstractions;

/// <summary>
/// An imperative handler that may await or block, one instance a connection, made with its <see cref="Session"/>. It is called on the thread pool, one call at a
/// time: the next begins when the task of the one before has completed, or when that has overlapped (<see cref="Call.OverlapAsync"/>). While as much waits for
/// it as may, its connection is not read; others are. An exception of any call closes the connection with 1011, a <see cref="CloseConnectionException"/>
/// with its own code.
/// A handler that is <see cref="IDisposable"/> or <see cref="IAsyncDisposable"/> is disposed after <see cref="OnClosedAsync"/>.
/// </summary>
public abstract class SessionHandler
{
    /// <summary>The connection is open. The first call.</summary>
    /// <param name="call">This call.</param>
    public virtual ValueTask OnOpenAsync(Call call) => ValueTask.CompletedTask;

    /// <summary>A text message arrived. Not overridden, it closes the connection with 1003.</summary>
    /// <param name="message">Yours until the returned task completes, or longer after <see cref="OwnedMessage.Keep"/>.</param>
    /// <param name="call">This call.</param>
    public virtual ValueTask OnTextAsync(OwnedMessage message, Call call) => throw CloseCodes.Unsupported(MessageKind.Text);

    /// <summary>A binary message arrived. Not overridden, it closes the connection with 1003.</summary>
    /// <param name="message">Yours until the returned task completes, or longer after <see cref="OwnedMessage.Keep"/>.</param>
    /// <param name="call">This call.</param>
    public virtual ValueTask OnBinaryAsync(OwnedMessage message, Call call) => throw CloseCodes.Unsupported(MessageKind.Binary);

    /// <summary>A timer ran out (<see cref="Session.SetTimer"/>).</summary>
    /// <param name="id">The timer's number.</param>
    /// <param name="call">This call.</param>
    public virtual ValueTask OnTimerAsync(int id, Call call) => ValueTask.CompletedTask;

    /// <summary>A message was published to a topic that this handler has subscribed to for itself (<see cref="TopicDelivery.Handler"/>), or somebody came to or left
    /// one that it watches. While the handler is busy, messages wait in a bounded queue; beyond it they are dropped, and the loss is logged.</summary>
    /// <param name="message">The message, shared with others; it may be kept.</param>
    /// <param name="call">This call.</param>
    public virtual ValueTask OnTopicAsync(TopicMessage message, Call call) => ValueTask.CompletedTask;

    /// <summary>Somebody of this plugin asks (<see cref="Connections.AskAsync"/>).</summary>
    /// <param name="question">What is asked; valid until the returned task completes.</param>
    /// <param name="call">This call.</param>
    /// <returns>The answer, or <see langword="null"/> for none.</returns>
    public virtual ValueTask<ReadOnlyMemory<byte>?> OnAskAsync(ReadOnlyMemory<byte> question, Call call) => new((ReadOnlyMemory<byte>?)null);

    /// <summary>
    /// The host stops, or the plugin is replaced. Reading has stopped. The connection stays while this or another call runs, and is closed once none does and
    /// everything is sent. The call always has room to overlap. Whoever calls <see cref="Session.ResumeReading"/> goes on, and closes by itself within
    /// <see cref="StopInfo.Timeout"/>.
    /// </summary>
    /// <param name="stop">With which code, and when at the latest.</param>
    /// <param name="call">This call.</param>
    public virtual ValueTask OnStoppingAsync(StopInfo stop, Call call) => ValueTask.CompletedTask;

    /// <summary>The connection is over. The last call, made also after an exception, once the other calls have completed or have had their time; sends are
    /// refused.</summary>
    /// <param name="close">How it ended.</param>
    public virtual ValueTask OnClosedAsync(CloseInfo close) => ValueTask.CompletedTask;
}
