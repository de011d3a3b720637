using LanguageExt;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;
using static PluginHost.Core.Configuration.Kinds;

namespace PluginHost.Core.Configuration;

/// <summary>The keys that say what connections may do: the server's, which a route inherits.</summary>
internal static class ConnectionKeys
{
    /// <summary>What the limits make of the rest of a connection's plan.</summary>
    internal delegate ConnectionPlan Planning(SlowConsumerPolicy slowConsumer, KeepAlivePlan keepAlive, RatePolicy rates);

    /// <summary>What the limits of a route say.</summary>
    internal sealed record RouteLimits(int Message, Option<int> Fragments, Planning Plan);

    /// <summary>What the limits of the server say.</summary>
    internal sealed record ServerLimits(LimitsPlan Plan, Func<KeepAlivePlan, RatePolicy, ConnectionPlan> Connection);

    private static readonly HeadLimits UsualHead = HeadLimits.Default;
    private static readonly ConnectionLimits UsualConnections = ConnectionLimits.Default;
    private static readonly ConnectionSettings Usual = ConnectionSettings.Default;
    private static readonly Kind<int> Count = Whole(1, 1_000_000);

    private static readonly Key<int> RequestLine =
        Key.Of("requestLine", Size(64, 1 << 20), UsualHead.RequestLine, "Bytes of the request line; at most limits.head.");

    private static readonly Key<int> Head = Key.Of("head", Size(256, 1 << 20), UsualHead.Head, "Bytes of the whole request head.");

    private static readonly Fields<HeadLimits> HeadLimit = Fields.Of(
        RequestLine,
        Head,
        Key.Of("headers", Whole(8, 10_000), UsualHead.HeaderLines, "Header lines of a request, counted as lines."),
        Key.Of("subprotocols", Whole(1, 10_000), UsualHead.OfferedSubprotocols, "Subprotocols that one client may offer."),
        (line, head, headers, subprotocols) => new HeadLimits(Math.Min(line, head), head, headers, subprotocols))
        .Ensure(RequestLine, scope =>
            from line in RequestLine.Find(scope)
            from head in Head.Find(scope)
            where line > head
            select $"the request line is part of the head, which has at most {Quantity.Format(head)}");

    private static readonly Fields<ConnectionLimits> Connections = Fields.Of(
        Key.Of("connections", Count, UsualConnections.Connections, "Open connections; more are refused with 503."),
        Key.Of("connectionsPerAddress", Count, UsualConnections.PerAddress,
            "Open connections of one address (of one /64 network with IPv6); more are refused with 503. Unix sockets have no address."),
        Key.Of("pendingHandshakes", Count, UsualConnections.Handshakes, "Handshakes in progress; more are refused with 503."),
        Key.Of("rememberedAddresses", Count, UsualConnections.RememberedAddresses,
            "Addresses without a connection that are remembered, for their rates and for faults on their input."),
        (connections, perAddress, handshakes, remembered) => new ConnectionLimits(connections, perAddress, handshakes, remembered)).On(ReloadRule.Live);

    private static readonly Key<int> SendQueue = Key.Of("sendQueue", Size(1024), 256 * 1024, "Bytes that may wait to be sent on one connection.");

    private static readonly Key<Option<int>> SendQueueLow = Key.Optional("sendQueueLow", Size(0),
        "Where a send queue that was full counts as drained; at most sendQueue.", "By default a quarter of sendQueue.");

    private static readonly Key<TimeSpan> SendTimeout =
        Key.Of("sendTimeout", Wait, Milliseconds(Usual.SendTimeout), "How long sending may make no progress; then the connection is reset.");

    private static readonly Fields<Func<SlowConsumerPolicy, SendQueuePlan>> Queue = Fields.Of(
        SendQueue,
        SendQueueLow.Beside(SendQueue),
        SendTimeout,
        (high, low, timeout) => fun((SlowConsumerPolicy slow) => new SendQueuePlan(high, low.IfNone(high / 4), timeout, slow)))
        .Ensure(SendQueueLow, scope =>
            from high in SendQueue.Find(scope)
            from written in SendQueueLow.Find(scope)
            from low in written
            where low > high
            select $"the low mark lies above the high mark (sendQueue), {Quantity.Format(high)}");

    private static readonly Key<int> ControlFramesPerSecond =
        Key.Of("controlFramesPerSecond", Count, Usual.ControlFrames.PerSecond, "Pings and pongs from one client, on average.");

    private static readonly Fields<TokenRate> ControlFrames = Fields.Of(
        ControlFramesPerSecond,
        Key.Optional("controlFrameBurst", Count, "Pings and pongs from one client at once.", "By default twice controlFramesPerSecond.").Beside(ControlFramesPerSecond),
        (rate, burst) => new TokenRate(rate, burst.IfNone(2 * rate)));

    private static readonly Fields<RouteLimits> Everywhere = Fields.Of(
        Key.Of("message", Size(1), Usual.MaxMessage, "Bytes of one message."),
        Key.Optional("fragments", Whole(1, int.MaxValue), "Fragments of one message, empty ones counted.", "By default the message limit / 64, but at least 1024."),
        Key.Of("assembly", Wait, Milliseconds(Usual.AssemblyTimeout), "From the first to the last byte of a message."),
        Queue,
        ControlFrames,
        Key.Of("waitingPongs", Whole(1, byte.MaxValue), Usual.MaxWaitingPongs, "Pongs that may wait to be sent to one client; it is closed with 1008 when it pings once more."),
        (message, fragments, assembly, queue, control, pongs) => new RouteLimits(
            message, fragments, (slow, keepAlive, rates) => new ConnectionPlan(assembly, queue(slow), control, pongs, keepAlive, rates)));

    private static readonly Key<SlowConsumerPolicy> SlowConsumer = Key.Of(
        "slowConsumer",
        Choice(("close", SlowConsumerPolicy.Close), ("dropNewest", SlowConsumerPolicy.DropNewest), ("dropOldest", SlowConsumerPolicy.DropOldest)),
        SlowConsumerPolicy.Close,
        "What happens when a message finds the send queue of its connection full: the connection is closed with 1008, the message is dropped, "
        + "or those that have waited longest are.");

    /// <summary>The server's limits.</summary>
    public static Key<ServerLimits> Limits { get; } = Key.Section("limits", Fields.Of(
        Connections,
        HeadLimit,
        Key.Of("handshake", Wait, Milliseconds(Usual.HandshakeTimeout), "From accept to the answer, in total."),
        Everywhere,
        SlowConsumer,
        (connections, head, handshake, limits, slow) => new ServerLimits(
            new LimitsPlan(head, handshake, limits.Message, limits.Fragments, connections), (keepAlive, rates) => limits.Plan(slow, keepAlive, rates)))
        .On(ReloadRule.NewConnections), "Bounds on what peers may do.");

    /// <summary>A route's limits.</summary>
    public static Key<RouteLimits> LimitsOfRoute { get; } =
        Key.Section("limits", Everywhere.Inherited().On(ReloadRule.NewConnections), "Limits of this route.", inherits: true);

    /// <summary>What a route does about slow consumers, where it does not do what the server's limits say.</summary>
    public static Fields<SlowConsumerPolicy> SlowConsumerOfRoute { get; } =
        SlowConsumer.WhenInherited("By default limits.slowConsumer.").Or(scope => scope.Otherwise?.Child(Limits.Name)).Inherited();

    private static readonly Fields<KeepAlivePlan> KeepAliveTimes = Fields.Of(
        Key.Of("ping", Wait, Milliseconds(Usual.PingInterval), "Silence after which a ping is sent."),
        Key.Of("timeout", Wait, Milliseconds(Usual.PongTimeout), "How long the answer to a ping may take."),
        Key.Of("close", Wait, Milliseconds(Usual.CloseTimeout), "How long the close handshake may take in total; then the connection is reset."),
        (ping, timeout, close) => new KeepAlivePlan(ping, timeout, close)).On(ReloadRule.NewConnections);

    /// <summary>When the server pings.</summary>
    public static Key<KeepAlivePlan> KeepAlive { get; } = Key.Section("keepAlive", KeepAliveTimes, "How dead peers are found.");

    /// <summary>When it pings on a route.</summary>
    public static Key<KeepAlivePlan> KeepAliveOfRoute { get; } =
        Key.Section("keepAlive", KeepAliveTimes.Inherited(), "How dead peers are found on this route.", inherits: true);

    private static readonly Fields<TokenRate> MessageRate =
        Rate("messagesPerSecond", "messageBurst", Count, "Messages from one client, on average.", "Messages from one client at once.");

    private static readonly Fields<TokenRate> ByteRate =
        Rate("bytesPerSecond", "byteBurst", Size(1), "Payload bytes from one client, on average.", "Payload bytes from one client at once.");

    private static readonly Fields<TokenRate> AddressMessageRate = Rate(
        "addressMessagesPerSecond", "addressMessageBurst", Count, "Messages from all connections of one address, on average.", "Messages from one address at once.")
        .On(ReloadRule.Live);

    private static readonly Fields<TokenRate> AddressByteRate = Rate(
        "addressBytesPerSecond", "addressByteBurst", Size(1), "Payload bytes from all connections of one address, on average.", "Payload bytes from one address at once.")
        .On(ReloadRule.Live);

    private static readonly Key<OverRate> Over = Key.Of(
        "over", Choice(("delay", OverRate.Delay), ("drop", OverRate.Drop), ("close", OverRate.Close)), OverRate.Delay,
        "What happens over the rate: nothing more is read until the rate allows it, the message is dropped, or the connection is closed with 1008.");

    /// <summary>How much clients may send.</summary>
    public static Key<RatePolicy> Rates { get; } = Key.Section(
        "rates", RatesOf(AddressMessageRate, AddressByteRate), "How much a client may send in a time.");

    /// <summary>How much they may send on a route. Those of an address are the server's.</summary>
    public static Key<RatePolicy> RatesOfRoute { get; } = Key.Section(
        "rates", RatesOf(AddressMessageRate.OfOtherwise(), AddressByteRate.OfOtherwise()).Inherited(), "Messages and bytes that a client may send on this route.", inherits: true);

    private static readonly Fields<CompressionPlan> Deflate = Fields.Of(
        Key.Of("enabled", Flag, CompressionPlan.Off.Enabled, "Accept clients' offers of permessage-deflate."),
        Fields.Of(
            Key.Of("contextTakeover", Flag, DeflatePolicy.Default.ContextTakeover,
                "Keep the windows from message to message: smaller messages, and up to 300 KiB of memory for each connection."),
            Key.Of("serverWindowBits", Whole(9, 15), DeflatePolicy.Default.ServerWindowBits, "Largest window of what the server sends, as a power of two."),
            Key.Of("clientWindowBits", Whole(8, 15), DeflatePolicy.Default.ClientWindowBits, "Largest window of what clients send, where they let the server choose."),
            (takeover, server, client) => new DeflatePolicy(takeover, server, client)),
        Key.Of("level", Whole(1, 9), CompressionPlan.Off.Level, "1 (fast) to 9 (small)."),
        Key.Of("threshold", Size(0), CompressionPlan.Off.Threshold, "Messages of fewer bytes are not compressed."),
        (enabled, policy, level, threshold) => new CompressionPlan(enabled, policy, level, threshold)).On(ReloadRule.NewConnections);

    /// <summary>How messages are compressed.</summary>
    public static Key<CompressionPlan> Compression { get; } = Key.Section("compression", Deflate, "permessage-deflate (RFC 7692).");

    /// <summary>How they are compressed on a route.</summary>
    public static Key<CompressionPlan> CompressionOfRoute { get; } =
        Key.Section("compression", Deflate.Inherited(), "permessage-deflate on this route, where it differs from the server's.", inherits: true);

    private static Fields<RatePolicy> RatesOf(Fields<TokenRate> addressMessages, Fields<TokenRate> addressBytes) => Fields.Of(
        MessageRate, ByteRate, Over, addressMessages, addressBytes,
        (messages, bytes, over, ofAddress, bytesOfAddress) => new RatePolicy(messages, bytes, ofAddress, bytesOfAddress, over)).On(ReloadRule.NewConnections);

    /// <summary>A rate that need not be there, and what may come at once, which needs the rate.</summary>
    private static Fields<TokenRate> Rate(string name, string burstName, Kind<int> kind, string doc, string burstDoc)
    {
        var rate = Key.Optional(name, kind, doc, "By default any number.");
        var burst = Key.Optional(burstName, kind, burstDoc, "By default as many as in one second.");
        return Fields.Of(rate, burst.Beside(rate), (perSecond, atOnce) => perSecond.Match(some => new TokenRate(some, atOnce.IfNone(some)), () => TokenRate.Unlimited))
            .Ensure(burst, scope => scope.Find(name) is null ? Some($"a burst needs its rate, {Quoting.Quote(name)}") : None);
    }

    private static TimeSpan Milliseconds(long time) => TimeSpan.FromMilliseconds(time);
}
