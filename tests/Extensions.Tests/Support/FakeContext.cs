using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using PluginHost.Abstractions;

namespace PluginHost.Extensions.Tests.Support;

/// <summary>A host that notes what a plugin does.</summary>
internal sealed class FakeContext(string options = "{}") : PluginContext, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    public FakeLog Lines { get; } = new();

    public ConcurrentQueue<(string Check, HealthStatus Status, string Text)> Health { get; } = new();

    /// <summary>Completes when a check is said to be so.</summary>
    public TaskCompletionSource<(string Check, HealthStatus Status, string Text)> Said { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override string PluginId => "fake";

    public override PluginOptions Options { get; } = new(options);

    public override string Directory => "/";

    public override TimeProvider Time => TimeProvider.System;

    public override PluginLog Log => Lines;

    public override Topics Topics { get; } = new NoTopics();

    public override Connections Connections { get; } = new NoConnections();

    public override Meter Meter { get; } = new("fake");

    public override ActivitySource ActivitySource { get; } = new("fake");

    public override CancellationToken Stopping => _stopping.Token;

    public bool IsDisposed { get; private set; }

    public void Stop() => _stopping.Cancel();

    public override void SetHealth(string check, HealthStatus status, string text)
    {
        Health.Enqueue((check, status, text));
        Said.TrySetResult((check, status, text));
    }

    public override void Register(IDisposable disposable) => throw new NotSupportedException();

    /// <summary>As the host's context has it: nobody else may call it.</summary>
    public void Dispose() => IsDisposed = true;

    private sealed class NoConnections : Connections
    {
        public override ValueTask<int> CountAsync(ConnectionTarget target, CancellationToken cancellation) => new(0);

        public override ValueTask<IReadOnlyList<ConnectionInfo>> ListAsync(ConnectionTarget target, CancellationToken cancellation) => new([]);

        public override ValueTask<int> SendAsync(ConnectionTarget target, OutgoingMessage message, CancellationToken cancellation) => new(0);

        public override ValueTask<ReadOnlyMemory<byte>?> AskAsync(ConnectionTarget target, ReadOnlyMemory<byte> question, CancellationToken cancellation) => default;

        protected override ValueTask<int> CloseCoreAsync(ConnectionTarget target, int code, string reason, CancellationToken cancellation) => new(0);
    }

    private sealed class NoTopics : Topics
    {
        public override TopicResult Publish(string topic, Publication publication) => TopicResult.Done;

        public override ValueTask<TopicSnapshot> ReadAsync(string topic, HistoryRequest history, CancellationToken cancellation) =>
            new(TopicSnapshot.Refused(topic, TopicResult.Forbidden));
    }
}

/// <summary>A log that keeps its lines.</summary>
internal sealed class FakeLog(FakeLog? parent = null, string? name = null, string? value = null) : PluginLog
{
    public ConcurrentQueue<LogEntry> Entries { get; } = parent?.Entries ?? new();

    public PluginLogLevel Least { get; set; } = PluginLogLevel.Debug;

    public override bool IsEnabled(PluginLogLevel level) => level >= Least;

    public override void Write(LogEntry entry) => Entries.Enqueue(name is null ? entry : new LogEntry(entry.Level, entry.Message)
    {
        Template = entry.Template,
        Exception = entry.Exception,
        Fields = [new(name, value!), .. entry.Fields],
    });

    public override PluginLog With(string name, string value) => new FakeLog(this, name, value);
}

/// <summary>A connection that notes what is sent.</summary>
internal sealed class FakeSession(PluginContext context, HandshakeInfo handshake) : Session
{
    private readonly CancellationTokenSource _closed = new();

    public List<string> Texts { get; } = [];

    public override HandshakeInfo Handshake => handshake;

    public override ConnectionId Id => new(1, handshake.ConnectionId);

    public override PluginContext Context => context;

    public override SessionTopics Topics { get; } = new NoTopics();

    public override PluginLog Log { get; } = context.Log.With("connection", "17");

    public override CancellationToken Stopping => CancellationToken.None;

    public override CancellationToken Closed => _closed.Token;

    public override long BufferedBytes => 0;

    public void End() => _closed.Cancel();

    public override SendResult SendText(string text)
    {
        Texts.Add(text);
        return SendResult.Sent;
    }

    public override SendResult SendText(ReadOnlyMemory<byte> utf8) => throw new NotSupportedException();

    public override SendResult SendBinary(ReadOnlyMemory<byte> bytes) => throw new NotSupportedException();

    public override SendResult Send(BorrowedMessage message) => throw new NotSupportedException();

    public override SendResult Send(OwnedMessage message) => throw new NotSupportedException();

    public override void StopTimer(int id) { }

    public override MessageWriter Write(MessageKind kind) => throw new NotSupportedException();

    public override ValueTask FlushAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    public override void PauseReading() { }

    public override void ResumeReading() { }

    public override ValueTask DrainedAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    protected override void CloseCore(int code, string reason) { }

    protected override void SetTimerCore(int id, TimeSpan delay) { }

    private sealed class NoTopics : SessionTopics
    {
        public override TopicResult Publish(string topic, Publication publication) => TopicResult.Done;

        public override ValueTask<TopicSnapshot> ReadAsync(string topic, HistoryRequest history, CancellationToken cancellation) => throw new NotSupportedException();

        public override TopicResult Subscribe(TopicSubscription subscription) => TopicResult.Done;

        public override ValueTask<TopicSnapshot> SubscribeAsync(TopicSubscription subscription, CancellationToken cancellation) => throw new NotSupportedException();

        public override TopicResult Unsubscribe(string topic) => TopicResult.Done;
    }
}
