using PluginHost.Abstractions;

namespace PluginHost.Server.Connections;

/// <summary>The topics of a connection as imperative handlers see them, from any thread.</summary>
/// <param name="connection">The connection.</param>
internal sealed class ServerSessionTopics(Connection connection) : SessionTopics
{
    private TopicPort Port => connection.Handler!.Topics;

    public override TopicResult Publish(string topic, Publication publication) => Port.Publish(topic, publication);

    public override ValueTask<TopicSnapshot> ReadAsync(string topic, HistoryRequest history, CancellationToken cancellation) =>
        ValueTask.FromResult(Port.Read(topic, history));

    public override TopicResult Subscribe(TopicSubscription subscription)
    {
        var snapshot = Port.Subscribe(subscription);
        if (snapshot.Result == TopicResult.Done && connection.Loop.IsCurrent) connection.Handler!.Callable?.Subscribed(snapshot);
        return snapshot.Result;
    }

    public override ValueTask<TopicSnapshot> SubscribeAsync(TopicSubscription subscription, CancellationToken cancellation) =>
        ValueTask.FromResult(Port.Subscribe(subscription));

    public override TopicResult Unsubscribe(string topic) => Port.Unsubscribe(topic);
}
