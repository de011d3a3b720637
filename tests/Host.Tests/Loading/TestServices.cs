using PluginHost.Abstractions;
using PluginHost.Server.Connections;
using PluginHost.Server.Loading;
using PluginHost.Server.Logging;

namespace PluginHost.Tests.Loading;

/// <summary>What the host gives to plugins, in tests.</summary>
internal static class TestServices
{
    /// <summary>A log that is noted, and topics that nobody subscribes to.</summary>
    public static PluginServices Noting(Action<string, PluginLogLevel, string> log) => new(
        TimeProvider.System, id => new Log(id, log), _ => new Deaf(), id => new PluginConnections(new ConnectionDirectory(1), id), new PluginHealth());

    private sealed class Log(string id, Action<string, PluginLogLevel, string> log) : PluginLog
    {
        public override bool IsEnabled(PluginLogLevel level) => true;

        public override void Write(LogEntry entry) => log(id, entry.Level, OneLine.Of(entry.Message, 2000));

        public override PluginLog With(string name, string value) => this;
    }

    private sealed class Deaf : Abstractions.Topics
    {
        public override TopicResult Publish(string topic, Publication publication) => TopicResult.Done;

        public override ValueTask<TopicSnapshot> ReadAsync(string topic, HistoryRequest history, CancellationToken cancellation) =>
            ValueTask.FromResult(TopicSnapshot.Refused(topic, TopicResult.Forbidden));
    }
}
