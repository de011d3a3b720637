using PluginHost.Abstractions;

namespace PluginHost.Extensions.Scopes;

/// <summary>A session handler with its scope, which ends after the last call.</summary>
/// <param name="scope">Holds the handler, and disposes it.</param>
/// <param name="handler">Is called.</param>
internal sealed class ScopedSession(ConnectionScope scope, SessionHandler handler) : SessionHandler, IAsyncDisposable
{
    public override ValueTask OnOpenAsync(Call call) => handler.OnOpenAsync(call);

    public override ValueTask OnTextAsync(OwnedMessage message, Call call) => handler.OnTextAsync(message, call);

    public override ValueTask OnBinaryAsync(OwnedMessage message, Call call) => handler.OnBinaryAsync(message, call);

    public override ValueTask OnTimerAsync(int id, Call call) => handler.OnTimerAsync(id, call);

    public override ValueTask OnTopicAsync(TopicMessage message, Call call) => handler.OnTopicAsync(message, call);

    public override ValueTask<ReadOnlyMemory<byte>?> OnAskAsync(ReadOnlyMemory<byte> question, Call call) => handler.OnAskAsync(question, call);

    public override ValueTask OnStoppingAsync(StopInfo stop, Call call) => handler.OnStoppingAsync(stop, call);

    public override ValueTask OnClosedAsync(CloseInfo close) => handler.OnClosedAsync(close);

    public ValueTask DisposeAsync() => scope.DisposeAsync();
}
