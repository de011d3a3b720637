namespace PluginHost.Abstractions;

/// <summary>Topics, as a plugin may use them without a connection. From any thread.</summary>
public abstract class Topics
{
    /// <summary>For hosts and tests.</summary>
    protected Topics() { }

    /// <summary>Publishes to a topic. It need not be subscribed to.</summary>
    /// <param name="topic">The topic, which the plugin's entry must allow.</param>
    /// <param name="publication">What to publish. Memory in it is the caller's again when the call returns.</param>
    /// <exception cref="ArgumentException">A text is not valid.</exception>
    public abstract TopicResult Publish(string topic, Publication publication);

    /// <summary>Publishes a text to a topic.</summary>
    /// <param name="topic">The topic, which the plugin's entry must allow.</param>
    /// <param name="text">The text.</param>
    public TopicResult Publish(string topic, string text) => Publish(topic, Publication.Text(text));

    /// <summary>As <see cref="Publish(string, Publication)"/>, and waits while the topic is <see cref="TopicResult.Busy"/>.</summary>
    /// <param name="topic">The topic, which the plugin's entry must allow.</param>
    /// <param name="publication">What to publish. Memory in it is the caller's again when the task completes.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled; nothing was published.</exception>
    public virtual async ValueTask<TopicResult> PublishAsync(string topic, Publication publication, CancellationToken cancellation)
    {
        for (var wait = 1; ; wait = Math.Min(wait * 2, 100))
        {
            var result = Publish(topic, publication);
            if (result != TopicResult.Busy) return result;
            await Task.Delay(wait, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Looks at a topic's history and members without subscribing.</summary>
    /// <param name="topic">The topic, which the plugin's entry must allow to subscribe to.</param>
    /// <param name="history">How much of its past is wanted.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public abstract ValueTask<TopicSnapshot> ReadAsync(string topic, HistoryRequest history, CancellationToken cancellation);
}

/// <summary>Topics, as a connection uses them. From any thread; after its end nothing is subscribed to any more.</summary>
public abstract class SessionTopics : Topics
{
    /// <summary>For hosts and tests.</summary>
    protected SessionTopics() { }

    /// <summary>
    /// Subscribes to a topic or a pattern, until <see cref="Unsubscribe"/> or the connection's end. What is published afterwards is delivered, in the order in which
    /// each publisher published it. Subscribing again to the same replaces the subscription. An <see cref="InlineHandler"/> is told the topic as it was
    /// (<see cref="InlineHandler.OnSnapshot"/>); a <see cref="SessionHandler"/> that wants it uses <see cref="SubscribeAsync"/>.
    /// </summary>
    /// <param name="subscription">What is wanted.</param>
    public abstract TopicResult Subscribe(TopicSubscription subscription);

    /// <summary>Subscribes the client to a topic or a pattern.</summary>
    /// <param name="topic">The topic or the pattern.</param>
    public TopicResult Subscribe(string topic) => Subscribe(TopicSubscription.To(topic));

    /// <summary>Subscribes, and answers the topic as it was at that moment, or why it was refused. Nothing is lost in between, and nothing comes twice.</summary>
    /// <param name="subscription">What is wanted.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public abstract ValueTask<TopicSnapshot> SubscribeAsync(TopicSubscription subscription, CancellationToken cancellation);

    /// <summary>Ends a subscription.</summary>
    /// <param name="topic">The topic or the pattern, as it was subscribed to.</param>
    public abstract TopicResult Unsubscribe(string topic);
}
