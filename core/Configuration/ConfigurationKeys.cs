using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Configuration;

/// <summary>
/// Every key of <c>plugins.json</c>: name, type, bounds, default and meaning. The reader, the JSON schema and the reference page are all made from
/// this table.
/// </summary>
internal static class ConfigurationKeys
{
    private static readonly TextFormat AnyText = new("text", "", _ => null);
    private static readonly TextFormat Name = new("name", "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", TextRules.NameProblem);
    private static readonly TextFormat FilePath = new("path", "^[^\\u0000-\\u001f]+$", PathText.Problem);
    private static readonly TextFormat DllPath = new("path of a .dll", "\\.[dD][lL][lL]$", t => TextRules.CodePathProblem(t, ".dll"));
    private static readonly TextFormat ScriptPath = new("path of a .sbn", "\\.[sS][bB][nN]$", t => TextRules.CodePathProblem(t, ".sbn"));
    private static readonly TextFormat Sha256 = new("64 hexadecimal digits", "^[0-9A-Fa-f]{64}$", TextRules.Sha256Problem);
    private static readonly TextFormat Token = new("subprotocol", "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", TextRules.TokenProblem);
    private static readonly TextFormat NetworkText =
        new("address or network", "^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$", t => Network.Parse(t).MatchUnsafe(_ => null, problem => problem));
    private static readonly TextFormat Proxy =
        new("address, network or \"unix\"", "^(unix|[0-9A-Fa-f.:]+(/[0-9]{1,3})?)$", TextRules.ProxyProblem);
    private static readonly TextFormat ServerName =
        new("host name", "^(\\*\\.)?[A-Za-z0-9._-]+$", TextRules.ServerNameProblem);
    private static readonly TextFormat CipherSuite = new("cipher suite", "^TLS_[0-9A-Z_]{1,96}$", TextRules.CipherSuiteProblem);
    private static readonly TextFormat HostName =
        new("host name", "^[A-Za-z0-9._-]+$", TextRules.HostNameProblem);
    private static readonly TextFormat Url = new("http or https URL", "^https?://[^/?#@]+[^#]*$", TextRules.UrlProblem);
    private static readonly TextFormat TopicPattern = new("topic pattern", "^[^\\u0000-\\u001f]+$", TextRules.TopicPatternProblem);
    private static readonly TextFormat Address =
        new("address", "^(unix:.+|.+:[0-9]{1,5})$", t => ListenAddress.Parse(t).MatchUnsafe(_ => null, problem => problem));
    private static readonly TextFormat Template =
        new("path template", "^/", t => RouteTemplate.Parse(t).MatchUnsafe(_ => null, problem => problem));

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);
    private static readonly KeyType Wait = new KeyType.Duration(Moment, Day);
    private static readonly KeyType.Flag YesOrNo = new();

    private static readonly ConfigurationKey Key = new("key", new KeyType.Secret("path or secret"), "",
        "The private key, PEM: the path of its file, \"{file:PATH}\", or \"{env:NAME}\". By default it is looked for in the certificate's file.");
    private static readonly ConfigurationKey Password = new("password", new KeyType.Secret("secret"), "",
        "What the private key is encrypted with: \"{env:NAME}\" or \"{file:PATH}\".");

    public static ConfigurationSection Certificate { get; } = new("listeners[].tls.certificates[]", Seq(
        new ConfigurationKey("certificate", Text(FilePath), "", "The certificate and those that lead to its authority, PEM or PKCS #12.")
        {
            Required = true,
        },
        Key, Password,
        new ConfigurationKey("names", ListOf(Text(ServerName)), "",
            "The names that clients ask for when this one is shown. By default those in the certificate.")));

    public static ConfigurationSection Tls { get; } = new("listeners[].tls", Seq(
        new ConfigurationKey("certificate", Text(FilePath), "",
            "The certificate and those that lead to its authority, PEM or PKCS #12 (.pfx, .p12). It is read again when its file changes.")
        {
            Required = true,
        },
        Key, Password,
        new ConfigurationKey("certificates", new KeyType.ListOf(new KeyType.Section(Certificate), 0, ""), "[]",
            "Further certificates, shown to clients that ask for their names."),
        new ConfigurationKey("minimumVersion", Choice("1.2", "1.3"), "\"1.2\"", "The lowest TLS version that is accepted."),
        new ConfigurationKey("cipherSuites", new KeyType.ListOf(Text(CipherSuite), 1, "name a suite, or leave the key out"), "",
            "The suites that TLS 1.2 is spoken with instead of those with ECDHE and AES, by their registered names, the preferred first. Not on Windows."),
        new ConfigurationKey("clientCertificate", Choice("none", "request", "require"), "\"none\"",
            "Whether clients show a certificate, which is verified with clientAuthorities."),
        new ConfigurationKey("clientAuthorities", Text(FilePath), "", "The authorities of clients' certificates, PEM.")));

    public static ConfigurationSection Addresses { get; } = AddressSection("addresses");

    public static ConfigurationSection ListenerAddresses { get; } = AddressSection("listeners[].addresses");

    public static ConfigurationSection RouteAddresses { get; } = AddressSection("routes[].addresses");

    public static ConfigurationSection Proxies { get; } = new("listeners[].proxies", Seq(
        new ConfigurationKey("trusted", new KeyType.ListOf(Text(Proxy), 1, "at least one proxy is needed"), "",
            "The addresses of the proxies; \"unix\" for whoever connects to a Unix socket. Nobody else is believed.")
        { Required = true },
        new ConfigurationKey("header", Choice("none", "X-Forwarded-For", "Forwarded"), "\"none\"",
            "The header in which they name the client: X-Forwarded-For (and X-Forwarded-Proto), or Forwarded (RFC 7239)."),
        new ConfigurationKey("protocol", YesOrNo, "false",
            "They begin each connection with a PROXY header, version 1 or 2. Nobody else may connect to the listener.")));

    public static ConfigurationSection Listener { get; } = new("listeners[]", Seq(
        new ConfigurationKey("name", Text(Name), "\"default\"", "What routes and logs call the listener. Every listener has another name."),
        new ConfigurationKey("address", Text(Address), "\"127.0.0.1:8080\"",
            "An IP address, \"localhost\" or \"*\" (every address) with a port, or \"unix:\" with a path. "
            + "IPv6 addresses stand in brackets. "
            + "Port 0 takes a free one."),
        new ConfigurationKey("tls", new KeyType.Section(Tls), "", "Serve TLS on this listener."),
        new ConfigurationKey("proxies", new KeyType.Section(Proxies), "", "Whom to believe about who the client is."),
        new ConfigurationKey("addresses", new KeyType.Section(ListenerAddresses), "{}",
            "Who may connect to this listener, besides what the server's addresses say.")));

    public static ConfigurationSection PluginTopics { get; } = TopicsSection("plugins.entries.<id>.topics", "plugin");

    public static ConfigurationSection ScriptTopics { get; } = TopicsSection("scripts.entries.<id>.topics", "script");

    public static ConfigurationSection PluginEntry { get; } = new("plugins.entries.<id>", Seq(
        new ConfigurationKey("path", Text(DllPath), "",
            "The plugin's DLL. By default <directory>/<id>/<id>.dll. Without \"..\"; an absolute path may be written."),
        new ConfigurationKey("sha256", Text(Sha256), "", "The plugin is loaded only when its DLL has this SHA-256."),
        new ConfigurationKey("enabled", YesOrNo, "true", "False leaves the plugin out, also when it would be discovered."),
        new ConfigurationKey("options", new KeyType.Options(), "{}", "Handed to the plugin, which validates it."),
        new ConfigurationKey("topics", new KeyType.Section(PluginTopics), "{}", "Which topics the plugin may use.")));

    public static ConfigurationSection Plugins { get; } = new("plugins", Seq(
        new ConfigurationKey("directory", Text(FilePath), "\"plugins\"", "The folder in which plugins/<id>/<id>.dll are found."),
        new ConfigurationKey("discover", YesOrNo, "true", "Load every <id>/<id>.dll in the folder. False loads only the entries."),
        new ConfigurationKey("entries", new KeyType.MapOf(Name, PluginEntry), "{}", "Plugins by id; needed only to configure one.")));

    public static ConfigurationSection ScriptEntry { get; } = new("scripts.entries.<id>", Seq(
        new ConfigurationKey("file", Text(ScriptPath), "",
            "The script. By default <directory>/<id>.sbn. Without \"..\"; an absolute path may be written."),
        new ConfigurationKey("protocols", ListOf(Text(Token)), "",
            "The subprotocols that the script serves. By default those that its first comment names."),
        new ConfigurationKey("enabled", YesOrNo, "true", "False leaves the script out, also when it would be discovered."),
        new ConfigurationKey("options", new KeyType.Options(), "{}", "What the script sees as options."),
        new ConfigurationKey("topics", new KeyType.Section(ScriptTopics), "{}", "Which topics the script may use.")));

    public static ConfigurationSection ScriptLimits { get; } = new("scripts.limits", Seq(
        new ConfigurationKey("wall", new KeyType.Duration(Moment, TimeSpan.FromSeconds(10)), "\"50ms\"",
            "Time. The connections of one loop wait for each other's scripts."),
        new ConfigurationKey("steps", new KeyType.Whole(1, int.MaxValue), "100000", "Statements, expressions, calls; four items walked are one."),
        new ConfigurationKey("memory", Bytes(1024), "\"8MiB\"", "What is allocated; also the size of the state that is kept."),
        new ConfigurationKey("depth", new KeyType.Whole(1, 1000), "64", "Calls and includes within each other."),
        new ConfigurationKey("output", Bytes(1), "\"1MiB\"", "Characters printed, and of any one text."),
        new ConfigurationKey("regex", new KeyType.Duration(Moment, TimeSpan.FromSeconds(1)), "\"10ms\"",
            "Time of one match of a regular expression.")));

    public static ConfigurationSection Scripts { get; } = new("scripts", Seq(
        new ConfigurationKey("directory", Text(FilePath), "\"scripts\"", "The folder in which scripts are found. It is watched."),
        new ConfigurationKey("discover", YesOrNo, "true", "Serve every *.sbn in the folder. False serves only the entries."),
        new ConfigurationKey("entries", new KeyType.MapOf(Name, ScriptEntry), "{}", "Scripts by id; needed only to configure one."),
        new ConfigurationKey("limits", new KeyType.Section(ScriptLimits), "{}", "What a script may use for one event.")));

    public static ConfigurationSection RouteLimits { get; } = new("routes[].limits", ConnectionLimits(inherits: true)
        .Prepend(new ConfigurationKey("message", Bytes(1), "", "Bytes of one message on this route. By default limits.message."))
        .ToSeq().Strict());

    public static ConfigurationSection RouteKeepAlive { get; } = KeepAliveSection("routes[].keepAlive", inherits: true);

    public static ConfigurationSection RouteRates { get; } = new("routes[].rates", ConnectionRates(inherits: true).ToSeq());

    public static ConfigurationSection Compression { get; } = CompressionSection("compression", inherits: false);

    public static ConfigurationSection RouteCompression { get; } = CompressionSection("routes[].compression", inherits: true);

    public static ConfigurationSection Route { get; } = new("routes[]", Seq(
        new ConfigurationKey("path", Text(Template), "",
            "A path such as \"/chat\" or \"/ocpp/{identity}\". Literal segments win over parameters. "
            + "The query plays no part.")
        { Required = true },
        new ConfigurationKey("listener", Text(Name), "",
            "The name of the listener on which the route is served, before general routes of the same "
            + "path. By default all listeners."),
        new ConfigurationKey("protocols", ListOf(Text(Token)), "",
            "The subprotocols offered here, in the server's order. By default every registered one. "
            + "May be empty where noOffer names a handler."),
        new ConfigurationKey("prefer", Choice("client", "server"), "\"client\"",
            "Whose order decides when several subprotocols are possible."),
        new ConfigurationKey("noOffer", Text(Token), "",
            "The subprotocol whose handler serves clients that name none, or \"reject\" (400). "
            + "By default \"echo\" when it is registered, otherwise \"reject\"."),
        new ConfigurationKey("noMatch", Choice("reject", "accept", "acceptThenClose"), "\"reject\"",
            "For clients that name only subprotocols which are not served: 400, accept without a subprotocol by the noOffer handler, "
            + "or accept and close at once."),
        new ConfigurationKey("origins", new KeyType.Origins(), "[\"same\"]",
            "Which web pages may connect: \"same\" (the server's own), \"any\", or a list of exact origins, "
            + "in which \"same\" may stand too."),
        new ConfigurationKey("addresses", new KeyType.Section(RouteAddresses), "{}",
            "Who may connect here (otherwise 403), besides what the server's and the listener's addresses say."),
        new ConfigurationKey("authentication", new KeyType.Section(AuthenticationKeys.Route), "",
            "How clients prove who they are, where it differs from what the server says."),
        new ConfigurationKey("limits", new KeyType.Section(RouteLimits), "{}", "Limits of this route."),
        new ConfigurationKey("keepAlive", new KeyType.Section(RouteKeepAlive), "{}", "How dead peers are found on this route."),
        new ConfigurationKey("rates", new KeyType.Section(RouteRates), "{}", "Messages and bytes that a client may send on this route."),
        new ConfigurationKey("compression", new KeyType.Section(RouteCompression), "{}",
            "permessage-deflate on this route, where it differs from the server's."),
        SlowConsumer("", " By default limits.slowConsumer.")));

    public static ConfigurationSection Limits { get; } = new("limits", new ConfigurationKey[]
    {
        new("connections", new KeyType.Whole(1, 1_000_000), "10000", "Open connections; more are refused with 503."),
        new("connectionsPerAddress", new KeyType.Whole(1, 1_000_000), "100",
            "Open connections of one address (of one /64 network with IPv6); more are refused with 503. Unix sockets have no address."),
        new("pendingHandshakes", new KeyType.Whole(1, 1_000_000), "200", "Handshakes in progress; more are refused with 503."),
        new("requestLine", new KeyType.Size(64, 1 << 20), "\"4KiB\"", "Bytes of the request line; at most limits.head."),
        new("head", new KeyType.Size(256, 1 << 20), "\"16KiB\"", "Bytes of the whole request head."),
        new("headers", new KeyType.Whole(8, 10_000), "64", "Header lines of a request, counted as lines."),
        new("subprotocols", new KeyType.Whole(1, 10_000), "32", "Subprotocols that one client may offer."),
        new("handshake", Wait, "\"5s\"", "From accept to the answer, in total."),
        new("message", Bytes(1), "\"1MiB\"", "Bytes of one message."),
    }.Concat(ConnectionLimits(inherits: false)).Append(SlowConsumer("\"close\"", "")).ToSeq().Strict());

    public static ConfigurationSection KeepAlive { get; } = KeepAliveSection("keepAlive", inherits: false);

    public static ConfigurationSection Rates { get; } = new("rates", ConnectionRates(inherits: false).Concat(
    [
        new ConfigurationKey("addressMessagesPerSecond", new KeyType.Whole(1, 1_000_000), "",
            "Messages from all connections of one address, on average. By default any number."),
        new ConfigurationKey("addressMessageBurst", new KeyType.Whole(1, 1_000_000), "",
            "Messages from one address at once. By default as many as in one second."),
        new ConfigurationKey("addressBytesPerSecond", Bytes(1), "",
            "Payload bytes from all connections of one address, on average. By default any number."),
        new ConfigurationKey("addressByteBurst", Bytes(1), "", "Payload bytes from one address at once. By default as many as in one second."),
    ]).ToSeq().Strict());

    public static ConfigurationSection Handlers { get; } = new("handlers", Seq(
        new ConfigurationKey("faults", new KeyType.Whole(1, 100_000), "5",
            "Faults of a handler within faultWindow after which it is quarantined: exceptions, also in its decisions, and calls that block "
            + "an event loop. Those on a client's input count only when faultSources clients have sent it, and more connections failed than it serves well."),
        new ConfigurationKey("faultSources", new KeyType.Whole(1, 1000), "3",
            "Clients, of different addresses and users, on whose input a handler has to fail before it is quarantined; and how many are let through to try it then."),
        new ConfigurationKey("faultsPerAddress", new KeyType.Whole(1, 1_000_000), "20",
            "Faults of handlers within faultWindow on the input of one address after which its new handshakes are refused with 429, for as long as quarantine says."),
        new ConfigurationKey("faultWindow", Wait, "\"10s\"", "The time within which faults are counted, and that a trial lasts."),
        new ConfigurationKey("quarantine", Wait, "\"30s\"",
            "How long new handshakes for a quarantined handler are refused with 503. Then a few are let through, of clients on whose input it has not "
            + "just failed, and the others again when one of them has gone well."),
        new ConfigurationKey("slow", Wait, "\"1s\"", "A call of a handler that takes longer is named in the log."),
        new ConfigurationKey("threads", new KeyType.Whole(1, 10_000), "32",
            "Threads that the session handlers of one kind may occupy at once; other calls wait.")));

    public static ConfigurationSection Shutdown { get; } = new("shutdown", Seq(
        new ConfigurationKey("drain", new KeyType.Duration(TimeSpan.Zero, Day), "\"30s\"",
            "How long open connections have to close when the server stops; then they are reset."),
        new ConfigurationKey("code", new KeyType.CloseCode(), "1001",
            "The close code that they are sent: 1000, 1001, 1011 to 1013 or 3000 to 4999.")));

    public static ConfigurationSection Topics { get; } = new("topics", Seq(
        new ConfigurationKey("subscriptionsPerConnection", new KeyType.Whole(0, 1_000_000), "100", "Subscriptions of one connection."),
        new ConfigurationKey("count", new KeyType.Whole(0, 100_000_000), "100000",
            "Topics and patterns that are remembered, for their subscribers, members or history. Where there is no room for one more, the one that has "
            + "been without subscribers and publications for longest is forgotten."),
        new ConfigurationKey("length", new KeyType.Size(1, 65_535), "256", "Bytes of a topic's name or pattern in UTF-8."),
        new ConfigurationKey("levels", new KeyType.Whole(1, 128), "16", "Levels of a topic's name or pattern, separated by \"/\"."),
        new ConfigurationKey("historyLength", new KeyType.Whole(0, 100_000), "100", "Messages that a topic keeps, of those that are published to be kept."),
        new ConfigurationKey("historyBytes", Bytes(0), "\"64KiB\"", "Bytes that a topic keeps."),
        new ConfigurationKey("historyTotal", Bytes(0), "\"64MiB\"",
            "Bytes that all topics keep together. Where there is no room for one more message, topics without subscribers lose theirs first."),
        new ConfigurationKey("memberInfo", new KeyType.Size(0, 65_535), "256", "Bytes of what a handler says about a member of a topic, in UTF-8."),
        new ConfigurationKey("waitingMessages", new KeyType.Whole(1, 10_000_000), "16384",
            "Publications that may wait on one event loop to be delivered; then publishing is refused as busy. From a quarter of that on, and where delivering takes long, "
            + "connections that publish are not read from."),
        new ConfigurationKey("waitingBytes", Bytes(1), "\"16MiB\"", "The same in bytes of the publications.")));

    public static ConfigurationSection Log { get; } = new("log", Seq(
        new ConfigurationKey("level", Choice("trace", "debug", "information", "warning", "error", "none"), "\"information\"",
            "Lines below this level are dropped. --log on the command line counts more."),
        new ConfigurationKey("format", Choice("text", "json"), "\"text\"",
            "A line for people, or a JSON object for programs, on standard error. --log-format counts more.")));

    public static ConfigurationSection Admin { get; } = new("admin", Seq(
        new ConfigurationKey("address", Text(Address), "\"127.0.0.1:8081\"",
            "Where the page, health and metrics are served, over HTTP and without a password: whoever reaches it sees what goes on. Port 0 takes a free one."),
        new ConfigurationKey("hosts", ListOf(Text(HostName)), "[]",
            "Names that browsers may call it by, besides \"localhost\" and its own IP address. Requests for any other host are refused.")));

    public static ConfigurationSection TelemetryHeader { get; } = new("telemetry.headers[]", Seq(
        new ConfigurationKey("name", Text(Token), "", "The name of the header.") { Required = true },
        new ConfigurationKey("value", new KeyType.Secret("text or secret"), "", "Its value: \"{env:NAME}\" or \"{file:PATH}\".") { Required = true }));

    public static ConfigurationSection Telemetry { get; } = new("telemetry", Seq(
        new ConfigurationKey("endpoint", Text(Url), "",
            "Where the collector is: \"http://127.0.0.1:4318\", or \"http://127.0.0.1:4317\" for grpc. Without a path, http/protobuf takes /v1/metrics.")
        {
            Required = true,
        },
        new ConfigurationKey("protocol", Choice("http/protobuf", "grpc"), "\"http/protobuf\"", "How OTLP is spoken."),
        new ConfigurationKey("interval", new KeyType.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)), "\"60s\"", "The time between two exports."),
        new ConfigurationKey("timeout", new KeyType.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)), "\"10s\"", "How long an export may take."),
        new ConfigurationKey("headers", new KeyType.ListOf(new KeyType.Section(TelemetryHeader), 0, ""), "[]", "Headers to send, such as one that holds a key."),
        new ConfigurationKey("service", Text(AnyText), "\"pluginhost\"", "What the server is called there: service.name.")));

    public static ConfigurationSection Root { get; } = new("", Seq(
        new ConfigurationKey("$schema", Text(AnyText), "", "The JSON schema, for editors. Ignored."),
        new ConfigurationKey("listeners", new KeyType.ListOf(new KeyType.Section(Listener), 1, "at least one listener is needed; leave out "
            + "\"listeners\" for 127.0.0.1:8080"), "[{}]", "Where the server listens."),
        new ConfigurationKey("plugins", new KeyType.Section(Plugins), "{}", "Which plugins are loaded."),
        new ConfigurationKey("scripts", new KeyType.Section(Scripts), "{}", "Which scripts are served."),
        new ConfigurationKey("routes", new KeyType.ListOf(new KeyType.Section(Route), 1, "without a route nothing is served; leave out "
            + "\"routes\" to serve every subprotocol on every path"), "",
            "Which path offers what. Without it, every path offers every subprotocol."),
        new ConfigurationKey("addresses", new KeyType.Section(Addresses), "{}", "Who may connect: others are closed at once."),
        new ConfigurationKey("authentication", new KeyType.Section(AuthenticationKeys.Server), "",
            "How clients prove who they are, on every route that does not say otherwise."),
        new ConfigurationKey("limits", new KeyType.Section(Limits), "{}", "Bounds on what peers may do."),
        new ConfigurationKey("keepAlive", new KeyType.Section(KeepAlive), "{}", "How dead peers are found."),
        new ConfigurationKey("rates", new KeyType.Section(Rates), "{}", "How much a client may send in a time."),
        new ConfigurationKey("handlers", new KeyType.Section(Handlers), "{}", "How handlers that misbehave are held off."),
        new ConfigurationKey("compression", new KeyType.Section(Compression), "{}", "permessage-deflate (RFC 7692)."),
        new ConfigurationKey("shutdown", new KeyType.Section(Shutdown), "{}", "How the server stops."),
        new ConfigurationKey("topics", new KeyType.Section(Topics), "{}", "Bounds on topics, which handlers publish and subscribe to."),
        new ConfigurationKey("log", new KeyType.Section(Log), "{}", "What is logged, and how a line looks."),
        new ConfigurationKey("admin", new KeyType.Section(Admin), "", "A second, private address for people and monitoring: a page, health, metrics. By default there is none."),
        new ConfigurationKey("telemetry", new KeyType.Section(Telemetry), "", "Export metrics with OTLP. By default nothing is exported.")));

    /// <summary>A key of the server, with its default, or of a route, which takes the server's value.</summary>
    private static ConfigurationKey Inherited(bool inherits, string name, KeyType type, string byDefault, string text) =>
        new(name, type, inherits ? "" : byDefault, inherits ? text + " By default the server's." : text);

    private static ConfigurationKey[] ConnectionLimits(bool inherits) =>
    [
        new ConfigurationKey("fragments", new KeyType.Whole(1, int.MaxValue), "",
            "Fragments of one message, empty ones counted. By default the message limit / 64, but at least 1024."),
        Inherited(inherits, "assembly", Wait, "\"30s\"", "From the first to the last byte of a message."),
        Inherited(inherits, "sendQueue", Bytes(1024), "\"256KiB\"", "Bytes that may wait to be sent on one connection."),
        new ConfigurationKey("sendQueueLow", Bytes(0), "",
            "Where a send queue that was full counts as drained; at most sendQueue. By default a quarter of sendQueue."),
        Inherited(inherits, "sendTimeout", Wait, "\"5s\"", "How long sending may make no progress; then the connection is reset."),
        Inherited(inherits, "controlFramesPerSecond", new KeyType.Whole(1, 1_000_000), "50", "Pings and pongs from one client, on average."),
        new ConfigurationKey("controlFrameBurst", new KeyType.Whole(1, 1_000_000), "",
            "Pings and pongs from one client at once. By default twice controlFramesPerSecond."),
    ];

    private static ConfigurationKey SlowConsumer(string byDefault, string otherwise) => new(
        "slowConsumer", Choice("close", "dropNewest", "dropOldest"), byDefault,
        "What happens when a message finds the send queue of its connection full: the connection is closed with 1008, the message is dropped, "
        + "or those that have waited longest are." + otherwise);

    private static ConfigurationSection KeepAliveSection(string title, bool inherits) => new(title, Seq(
        Inherited(inherits, "ping", Wait, "\"20s\"", "Silence after which a ping is sent."),
        Inherited(inherits, "timeout", Wait, "\"20s\"", "How long the answer to a ping may take."),
        Inherited(inherits, "close", Wait, "\"5s\"", "How long the close handshake may take in total; then the connection is reset.")));

    private static ConfigurationKey[] ConnectionRates(bool inherits) =>
    [
        Inherited(inherits, "messagesPerSecond", new KeyType.Whole(1, 1_000_000), "",
            inherits ? "Messages from one client, on average." : "Messages from one client, on average. By default any number."),
        new ConfigurationKey("messageBurst", new KeyType.Whole(1, 1_000_000), "",
            "Messages from one client at once. By default as many as in one second."),
        Inherited(inherits, "bytesPerSecond", Bytes(1), "",
            inherits ? "Payload bytes from one client, on average." : "Payload bytes from one client, on average. By default any number."),
        new ConfigurationKey("byteBurst", Bytes(1), "", "Payload bytes from one client at once. By default as many as in one second."),
        Inherited(inherits, "over", Choice("delay", "drop", "close"), "\"delay\"",
            "What happens over the rate: nothing more is read until the rate allows it, the message is dropped, or the connection is closed "
            + "with 1008."),
    ];

    /// <summary>The same keys for the server, with defaults, and for a route, which takes the server's values.</summary>
    private static ConfigurationSection CompressionSection(string name, bool inherits)
    {
        return new ConfigurationSection(name, Seq(
            Inherited(inherits, "enabled", YesOrNo, "false", "Accept clients' offers of permessage-deflate."),
            Inherited(inherits, "contextTakeover", YesOrNo, "false",
                "Keep the windows from message to message: smaller messages, and up to 300 KiB of memory for each connection."),
            Inherited(inherits, "serverWindowBits", new KeyType.Whole(9, 15), "15", "Largest window of what the server sends, as a power of two."),
            Inherited(inherits, "clientWindowBits", new KeyType.Whole(8, 15), "15",
                "Largest window of what clients send, where they let the server choose."),
            Inherited(inherits, "level", new KeyType.Whole(1, 9), "1", "1 (fast) to 9 (small)."),
            Inherited(inherits, "threshold", Bytes(0), "1024", "Messages of fewer bytes are not compressed.")));
    }

    private static ConfigurationSection TopicsSection(string title, string who) => new(title, Seq(
        new ConfigurationKey("subscribe", ListOf(Text(TopicPattern)), "",
            $"What the {who} may subscribe to, as patterns such as \"chat/#\" or \"rooms/+/news\". By default every topic."),
        new ConfigurationKey("publish", ListOf(Text(TopicPattern)), "", "What it may publish to. By default every topic.")));

    private static ConfigurationSection AddressSection(string title) => new(title, Seq(
        new ConfigurationKey("allow", ListOf(Text(NetworkText)), "[]",
            "Only these addresses may connect: \"192.0.2.7\", \"10.0.0.0/8\", \"2001:db8::/32\". By default all."),
        new ConfigurationKey("deny", ListOf(Text(NetworkText)), "[]", "These may not, allowed or not.")));

    private static KeyType Text(TextFormat format) => new KeyType.Text(format);

    private static KeyType Choice(params string[] values) => new KeyType.Choice(values.ToSeq().Strict());

    private static KeyType ListOf(KeyType item) => new KeyType.ListOf(item, 0, "");

    private static KeyType Bytes(long min) => new KeyType.Size(min, 1 << 30);
}
