using LanguageExt;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Policy.Topics;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;
using static PluginHost.Core.Configuration.Kinds;

namespace PluginHost.Core.Configuration;

/// <summary>The keys of the server as a whole.</summary>
internal static class ServerKeys
{
    /// <summary>How handlers that misbehave are held off.</summary>
    public static Key<HandlersPlan> Handlers { get; } = Key.Section("handlers", Fields.Of(
        Key.Of("faults", Whole(1, 100_000), 5,
            "Faults of a handler within faultWindow after which it is quarantined: exceptions, also in its decisions, and calls that block "
            + "an event loop. Those on a client's input count only when faultSources clients have sent it, and more connections failed than it serves well."),
        Key.Of("faultSources", Whole(1, 1000), 3,
            "Clients, of different addresses and users, on whose input a handler has to fail before it is quarantined; and how many are let through to try it then."),
        Key.Of("faultsPerAddress", Whole(1, 1_000_000), 20,
            "Faults of handlers within faultWindow on the input of one address after which its new handshakes are refused with 429, for as long as quarantine says."),
        Key.Of("faultWindow", Wait, TimeSpan.FromSeconds(10), "The time within which faults are counted, and that a trial lasts."),
        Key.Of("quarantine", Wait, TimeSpan.FromSeconds(30),
            "How long new handshakes for a quarantined handler are refused with 503. Then a few are let through, of clients on whose input it has not "
            + "just failed, and the others again when one of them has gone well."),
        Key.Of("slow", Wait, TimeSpan.FromSeconds(1), "A call of a handler that takes longer is named in the log."),
        Fields.Of(
            Key.Of("threads", Whole(1, 10_000), 32, "Threads that the session handlers of one kind may occupy at once; other calls wait."),
            Key.Of("ownThreads", Whole(1, 1000), 4, "Those of them that no other kind can take."),
            Key.Of("sharedThreads", Whole(0, 10_000), 64, "Threads beyond those for all kinds together, in turn."),
            (threads, own, shared) => (Most: threads, Shares: new ThreadShares(own, shared))).On(ReloadRule.Restart),
        Fields.Of(
            Fields.Of(
                Key.Of("waitingMessages", Whole(1, 1_000_000), 256, "Messages that may wait for a session handler that is busy; then its connection is not read."),
                Key.Of("waitingBytes", Size(1), 256 * 1024, "The same in bytes."),
                Key.Of("waitingTopics", Whole(1, 1_000_000), 1024,
                    "Messages and changes of presence of topics that may wait for a session handler that is busy; what comes beyond is dropped."),
                (messages, bytes, topics) => new HandlerQueuePlan(messages, bytes, topics)),
            Fields.Of(
                Key.Of("overlappingCalls", Whole(1, 65_536), 256,
                    "Calls of a session handler that may overlap on one connection, where the handler declares that as many may."),
                Key.Of("afterClose", Wait, TimeSpan.FromSeconds(5),
                    "How long calls in flight have to end once their connection is over; then the handler is told of the end all the same, and the log says so."),
                Key.Of("pieces", Wait, TimeSpan.FromSeconds(30),
                    "How long a message may take that a handler sends in pieces, while other messages of the connection wait behind it; then it is closed with 1011."),
                (overlapping, after, pieces) => new HandlerCallsPlan(overlapping, after, pieces)),
            (waiting, calls) => (Waiting: waiting, Calls: calls)).On(ReloadRule.NewConnections),
        (faults, sources, perAddress, window, quarantine, slow, threads, calls) => new HandlersPlan(
            new QuarantineSettings(faults, Milliseconds(window), sources, Milliseconds(quarantine)), perAddress, slow, threads.Most, threads.Shares, calls.Waiting, calls.Calls))
        .On(ReloadRule.Live),
        "How handlers that misbehave are held off.");

    /// <summary>How the server stops.</summary>
    public static Key<ShutdownPlan> Shutdown { get; } = Key.Section("shutdown", Fields.Of(
        Key.Of("drain", Duration(TimeSpan.Zero, TimeSpan.FromDays(1)), TimeSpan.FromSeconds(30),
            "How long open connections have to close when the server stops; then they are reset."),
        Key.Of("code", CloseCode, 1001, "The close code that they are sent: 1000, 1001, 1011 to 1013 or 3000 to 4999."),
        Key.Of("batch", Whole(1, 1_000_000), 100, "Connections that an event loop closes before it turns to other things, such as the answers to those."),
        (drain, code, batch) => new ShutdownPlan(drain, code, batch)).On(ReloadRule.Live), "How the server stops.");

    /// <summary>Bounds on topics.</summary>
    public static Key<TopicLimits> Topics { get; } = Key.Section("topics", Fields.Of(
        Key.Of("subscriptionsPerConnection", Whole(0, 1_000_000), 100, "Subscriptions of one connection."),
        Key.Of("count", Whole(0, 100_000_000), 100_000,
            "Topics and patterns that are remembered, for their subscribers, members or history. Where there is no room for one more, the one that has "
            + "been without subscribers and publications for longest is forgotten."),
        Fields.Of(
            Key.Of("length", Size(1, 65_535), TopicLength.Default.Bytes, "Bytes of a topic's name or pattern in UTF-8."),
            Key.Of("levels", Whole(1, 128), TopicLength.Default.Levels, "Levels of a topic's name or pattern, separated by \"/\"."),
            (bytes, levels) => new TopicLength(bytes, levels)),
        Fields.Of(
            Key.Of("historyLength", Whole(0, 100_000), 100, "Messages that a topic keeps, of those that are published to be kept."),
            Key.Of("historyBytes", Size(0), 64 * 1024, "Bytes that a topic keeps."),
            (messages, bytes) => new HistoryLimits(messages, bytes)),
        Key.Of("historyTotal", Size(0), 64 << 20,
            "Bytes that all topics keep together. Where there is no room for one more message, topics without subscribers lose theirs first."),
        Key.Of("memberInfo", Size(0, 65_535), 256, "Bytes of what a handler says about a member of a topic, in UTF-8."),
        Fields.Of(
            Key.Of("waitingMessages", Whole(1, 10_000_000), 16_384,
                "Publications that may wait on one event loop to be delivered; then publishing is refused as busy. From a quarter of that on, and where delivering takes long, "
                + "connections that publish are not read from."),
            Key.Of("waitingBytes", Size(1), 16 << 20, "The same in bytes of the publications."),
            (messages, bytes) => new BacklogLimits(messages, bytes)),
        (perConnection, count, length, history, total, info, waiting) => new TopicLimits(length, perConnection, count, history, total, info, waiting))
        .On(ReloadRule.Restart), "Bounds on topics, which handlers publish and subscribe to.");

    private static readonly Key<LogPlan> Log = Key.Section("log", Fields.Of(
        Key.Of("level", Words("trace", "debug", "information", "warning", "error", "none"), "information",
            "Lines below this level are dropped. --log on the command line counts more."),
        Key.Of("format", Choice(("text", false), ("json", true)), false,
            "A line for people, or a JSON object for programs, on standard error. --log-format counts more."),
        (level, json) => new LogPlan(level, json)).On(ReloadRule.Restart), "What is logged, and how a line looks.");

    private static readonly Key<ListenAddress> AdminAddress = Key.Of("address", TextKinds.Address, new ListenAddress.Tcp("127.0.0.1", 8081),
        "Where the page, health and metrics are served, over HTTP and without a password: whoever reaches it sees what goes on. Port 0 takes a free one.");

    private static readonly Key<Option<AdminSite>> Admin = Key.Optional("admin", Kinds.Object(Fields.Of(
        AdminAddress,
        Key.List("hosts", TextKinds.HostName,
            "Names that browsers may call it by, besides \"localhost\" and its own IP address. Requests for any other host are refused."),
        Fields.Of(
            Key.Of("connections", Whole(1, 10_000), AdminLimits.Default.Connections, "Open connections; more are closed."),
            Key.Of("headTimeout", Wait, AdminLimits.Default.Head, "How long the head of a request may take."),
            Key.Of("listItems", Whole(50, 10_000), AdminLimits.Default.Items, "Items of a list in one answer, at most."),
            Key.Of("faults", Whole(1, 1000), AdminLimits.Default.Faults, "Faults of handlers that are remembered, the last ones."),
            (connections, head, items, faults) => new AdminLimits(connections, head, items, faults)),
        (address, hosts, limits) => new AdminSite(address, hosts) { Limits = limits }).On(ReloadRule.Restart)),
        "A second, private address for people and monitoring: a page, health, metrics.", "By default there is none.");

    private static readonly Fields<TelemetryHeader> TelemetryHeaders = Fields.Of(
        Fields.Pointer,
        Key.Required("name", TextKinds.Token, "The name of the header."),
        Key.Required("value", Hidden("text or secret"), "Its value: \"{env:NAME}\" or \"{file:PATH}\"."),
        (pointer, name, value) => new TelemetryHeader(name, value, pointer + "/value"));

    private static readonly Key<Option<TelemetryPlan>> Telemetry = Key.Optional("telemetry", Kinds.Object(Fields.Of(
        Key.Required("endpoint", TextKinds.Url,
            "Where the collector is: \"http://127.0.0.1:4318\", or \"http://127.0.0.1:4317\" for grpc. Without a path, http/protobuf takes /v1/metrics."),
        Key.Of("protocol", Choice(("http/protobuf", false), ("grpc", true)), false, "How OTLP is spoken."),
        Key.Of("interval", Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)), TimeSpan.FromSeconds(60), "The time between two exports."),
        Key.Of("timeout", Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)), TimeSpan.FromSeconds(10), "How long an export may take."),
        Key.List("headers", Kinds.Object(TelemetryHeaders), "Headers to send, such as one that holds a key."),
        Key.Of("service", TextKinds.AnyText, "pluginhost", "What the server is called there: service.name."),
        (endpoint, grpc, interval, timeout, headers, service) =>
            new TelemetryPlan(grpc ? endpoint : WithPath(endpoint), grpc, interval, timeout, service, headers)).On(ReloadRule.Restart)),
        "Export metrics with OTLP.", "By default nothing is exported.");

    /// <summary>What people and programs see of the server.</summary>
    public static Fields<(LogPlan Log, Option<AdminSite> Admin, Option<TelemetryPlan> Telemetry)> Observation { get; } =
        Fields.Of(Log, Admin, Telemetry, (log, admin, telemetry) => (log, admin, telemetry));

    /// <summary>An admin address that a listener has already.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="listeners">The addresses of the listeners.</param>
    public static IEnumerable<Fault> AdminConflicts(Scope file, Seq<ListenAddress> listeners) =>
        from admin in file.Writes(Admin.Name) ? new[] { file.Child(Admin.Name) } : []
        from address in AdminAddress.Find(admin).AsEnumerable()
        from other in listeners.Find(address.Overlaps).AsEnumerable()
        select admin.Fault(AdminAddress.Name, $"a listener has {Quoting.Quote(other.ToString())} already");

    private static Kind<string> Words(params string[] words) => Choice(System.Array.ConvertAll(words, word => (word, word)));

    /// <summary>OTLP over HTTP has a path for each signal; a collector is most often named without one.</summary>
    private static string WithPath(string endpoint) =>
        Uri.TryCreate(endpoint, UriKind.Absolute, out var url) && url.AbsolutePath == "/" && url.Query.Length == 0 ? endpoint.TrimEnd('/') + "/v1/metrics" : endpoint;

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
