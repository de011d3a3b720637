using PluginHost.Abstractions;

namespace PluginHost.Extensions.Scopes;

/// <summary>An inline handler with its scope, which ends after the last call; what ends asynchronously in it is not waited for.</summary>
/// <param name="scope">Holds the handler, and disposes it.</param>
/// <param name="handler">Is called.</param>
internal sealed class ScopedInline(ConnectionScope scope, InlineHandler handler) : InlineHandler, IDisposable
{
    public override void OnOpen() => handler.OnOpen();

    public override void OnText(BorrowedMessage message) => handler.OnText(message);

    public override void OnBinary(BorrowedMessage message) => handler.OnBinary(message);

    public override void OnTimer(int id) => handler.OnTimer(id);

    public override void OnDrained() => handler.OnDrained();

    public override void OnTopic(TopicMessage message) => handler.OnTopic(message);

    public override void OnSnapshot(TopicSnapshot snapshot) => handler.OnSnapshot(snapshot);

    public override void OnStopping(StopInfo stop) => handler.OnStopping(stop);

    public override void OnClosed(CloseInfo close) => handler.OnClosed(close);

    public void Dispose() => scope.DisposeSoon();
}
