using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Scripts;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Configuration;

/// <summary>
/// Makes a plan of a file whose shape <see cref="ShapeCheck"/> has looked at, and checks what joins several values. A broken value has been
/// reported and reads as its default's nearest kin here: the plan of a file with problems is thrown away, but its other checks still run.
/// </summary>
internal static class PlanBuilder
{
    public static ServerPlan Build(JsonTree root, SourceMap source, ProblemCollector problems)
    {
        var file = new PlanScope(root, ConfigurationKeys.Root);
        var listeners = file.Scopes("listeners", ConfigurationKeys.Listener);
        CheckListeners(listeners, problems);
        var routes = file.Scopes("routes", ConfigurationKeys.Route);
        RouteBuilder.Check(routes, listeners.Choose(l => l.Text("name")).Strict(), problems);
        var compression = Compression(file.Scope("compression", ConfigurationKeys.Compression), CompressionPlan.Off);
        var limits = file.Scope("limits", ConfigurationKeys.Limits);
        var connection = ConnectionBuilder.Server(
            new(limits, file.Scope("keepAlive", ConfigurationKeys.KeepAlive), file.Scope("rates", ConfigurationKeys.Rates), limits), problems);
        var authentication = AuthenticationBuilder.Server(file, problems);
        return new ServerPlan(
            listeners.Choose(Listener).Strict(),
            Plugins(file.Scope("plugins", ConfigurationKeys.Plugins)),
            routes.Choose(route => RouteBuilder.Route(route, connection, compression, authentication, problems)).Strict(),
            Limits(limits, problems),
            connection,
            Handlers(file.Scope("handlers", ConfigurationKeys.Handlers)),
            compression,
            Shutdown(file.Scope("shutdown", ConfigurationKeys.Shutdown)),
            TopicsBuilder.Limits(file.Scope("topics", ConfigurationKeys.Topics)),
            source)
        {
            Addresses = AddressesOf(file),
            Authentication = AuthenticationBuilder.Plan(authentication),
            Verifications = file.Scope("authentication", AuthenticationKeys.Server).Whole("concurrency"),
            Scripts = Scripts(file.Scope("scripts", ConfigurationKeys.Scripts)),
            Telemetry = AdminBuilder.Telemetry(file),
            Log = Log(file.Scope("log", ConfigurationKeys.Log)),
            Admin = AdminBuilder.Admin(file, listeners.Choose(Address).Strict(), problems),
        };
    }

    private static LogPlan Log(PlanScope log) => new(log.Text("level").IfNone(LogPlan.Default.Level), log.Says("format", "json"));

    private static ScriptsPlan Scripts(PlanScope scripts)
    {
        var limits = scripts.Scope("limits", ConfigurationKeys.ScriptLimits);
        return new ScriptsPlan(
            scripts.Text("directory").IfNone(""),
            scripts.Flag("discover").IfNone(false),
            Members(scripts, "entries").Map(member => Script(member.Name, new PlanScope(member.Value, ConfigurationKeys.ScriptEntry))).Strict(),
            new ScriptLimits
            {
                Steps = limits.Whole("steps").IfNone(1),
                Memory = limits.Size("memory").IfNone(1),
                Depth = limits.Whole("depth").IfNone(1),
                Output = limits.Size("output").IfNone(1),
                Regex = limits.Duration("regex").IfNone(TimeSpan.Zero),
            },
            limits.Duration("wall").IfNone(TimeSpan.Zero));
    }

    private static ScriptEntry Script(string id, PlanScope entry) => new(
        id, entry.Text("file"), entry.Texts("protocols"), entry.Flag("enabled").IfNone(false), entry.Written("options").Map(Options),
        TopicsBuilder.Permission(entry.Scope("topics", ConfigurationKeys.ScriptTopics)));

    private static Seq<JsonMember> Members(PlanScope scope, string key) =>
        scope.Read(key, v => v is JsonTree.Object o ? Some(o.Members) : None).IfNone(Seq<JsonMember>());

    /// <summary>Who may connect, as an object with a key <c>addresses</c> says.</summary>
    public static AddressPolicy AddressesOf(PlanScope scope)
    {
        var addresses = scope.Scope("addresses", ConfigurationKeys.Addresses);
        return new AddressPolicy(Networks(addresses, "allow"), Networks(addresses, "deny"));
    }

    private static Seq<Network> Networks(PlanScope scope, string key) =>
        scope.Texts(key).IfNone(Seq<string>()).Choose(text => Network.Parse(text).ToOption()).ToArray().ToSeq();

    private static ProxyPolicy Proxies(JsonTree value)
    {
        var proxies = new PlanScope(value, ConfigurationKeys.Proxies);
        return new ProxyPolicy(
            Networks(proxies, "trusted"),
            proxies.Texts("trusted").Exists(list => list.Contains("unix")),
            proxies.Text("header").IfNone("") switch
            {
                "X-Forwarded-For" => ForwardingHeader.XForwardedFor,
                "Forwarded" => ForwardingHeader.Forwarded,
                _ => ForwardingHeader.None,
            },
            proxies.Flag("protocol").IfNone(false));
    }

    private static Option<ListenAddress> Address(PlanScope listener) => listener.Text("address")
        .Bind(t => ListenAddress.Parse(t).ToOption());

    private static Option<ListenerPlan> Listener(PlanScope listener) =>
        from name in listener.Text("name")
        from address in Address(listener)
        select new ListenerPlan(name, address)
        {
            Tls = listener.Written("tls").Map(Tls),
            Proxies = listener.Written("proxies").Map(Proxies).IfNone(ProxyPolicy.None),
            Addresses = AddressesOf(listener),
        };

    private static TlsPlan Tls(JsonTree value)
    {
        var tls = new PlanScope(value, ConfigurationKeys.Tls);
        var more = tls.Scopes("certificates", ConfigurationKeys.Certificate).Map(Certificate).ToArray();
        return new TlsPlan(
            value.Path.ToString(),
            new[] { Certificate(tls) with { Names = None } }.Concat(more).ToSeq().Strict(),
            tls.Says("minimumVersion", "1.3"),
            ClientCertificatesOf(tls),
            tls.Text("clientAuthorities"))
        {
            CipherSuites = tls.Texts("cipherSuites").IfNone(Seq<string>()),
        };
    }

    private static ClientCertificates ClientCertificatesOf(PlanScope tls) => tls.Text("clientCertificate").IfNone("") switch
    {
        "request" => ClientCertificates.Request,
        "require" => ClientCertificates.Require,
        _ => ClientCertificates.None,
    };

    private static CertificatePlan Certificate(PlanScope scope) => new(
        scope.Value.Path.ToString(),
        scope.Text("certificate").IfNone(""),
        scope.Secret("key"),
        scope.Secret("password"),
        scope.Section.Find("names").Bind(_ => scope.Texts("names")));

    private static void CheckTls(PlanScope tls, ProblemCollector problems)
    {
        var asks = ClientCertificatesOf(tls) != ClientCertificates.None;
        if (asks && tls.Text("clientAuthorities").IsNone)
            At(tls, "clientCertificate", "clients' certificates are verified with \"clientAuthorities\", which is missing", problems);
        if (tls.Says("minimumVersion", "1.3") && tls.Written("cipherSuites").IsSome)
            At(tls, "cipherSuites", "the suites are those of TLS 1.2, and \"minimumVersion\" is \"1.3\"; leave one of the two out", problems);
        if (!asks && tls.Written("clientAuthorities").IsSome)
            At(tls, "clientAuthorities", "no client is asked for a certificate; write \"clientCertificate\": \"request\" or \"require\"", problems);
    }

    private static void CheckListeners(Seq<PlanScope> listeners, ProblemCollector problems)
    {
        var names = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        var addresses = new List<ListenAddress>();
        foreach (var listener in listeners)
        {
            listener.Text("name").Filter(n => !names.Add(n)).Iter(n =>
                At(listener, "name", $"another listener is named {Quoting.Quote(n)} too", problems));
            // What is written wrongly has been reported.
            listener.Written("proxies").Map(value => new PlanScope(value, ConfigurationKeys.Proxies))
                .Filter(one => one.Says("header", "none") && one.Flag("protocol").Exists(asked => !asked)).Iter(_ =>
                    At(listener, "proxies", "nothing is asked of the proxies; write \"header\" or \"protocol\"", problems));
            listener.Written("tls").Iter(tls => CheckTls(new PlanScope(tls, ConfigurationKeys.Tls), problems));
            Address(listener).Iter(address =>
            {
                if (addresses.Find(address.Overlaps) is { } other)
                    At(listener, "address", $"another listener has {Quoting.Quote(other.ToString())} already", problems);
                addresses.Add(address);
            });
        }
    }

    /// <summary>Reports a problem at a key's value, or at the object that lacks the key.</summary>
    public static void At(PlanScope scope, string name, string message, ProblemCollector problems, string? suggestion = null)
    {
        var place = scope.Written(name).IfNone(scope.Value);
        problems.Add(place.Start, place.Path, message, suggestion);
    }

    private static PluginsPlan Plugins(PlanScope plugins) => new(
        plugins.Text("directory").IfNone(""),
        plugins.Flag("discover").IfNone(false),
        Members(plugins, "entries")
            .Map(member => Plugin(member.Name, new PlanScope(member.Value, ConfigurationKeys.PluginEntry)))
            .Strict());

    private static PluginEntry Plugin(string id, PlanScope entry) => new(
        id,
        entry.Text("path"),
        entry.Text("sha256").Map(h => h.ToLowerInvariant()),
        entry.Flag("enabled").IfNone(false),
        entry.Written("options").Map(Options),
        TopicsBuilder.Permission(entry.Scope("topics", ConfigurationKeys.PluginTopics)));

    private static PluginOptions Options(JsonTree options)
    {
        var secrets = new List<OptionSecret>();
        return new PluginOptions(StrictJson.Write(options, secrets.Add), options.Path.ToString()) { Secrets = secrets.ToSeq().Strict() };
    }

    private static LimitsPlan Limits(PlanScope limits, ProblemCollector problems)
    {
        var head = limits.Size("head").IfNone(int.MaxValue);
        var requestLine = limits.Size("requestLine").IfNone(0);
        if (requestLine > head && limits.Written("requestLine").IsSome)
            At(limits, "requestLine", $"the request line is part of the head, which has at most {Quantity.Format(head)}", problems);
        return new LimitsPlan(
            new HeadLimits(
                Math.Min(requestLine, head),
                head,
                limits.Whole("headers").IfNone(0),
                limits.Whole("subprotocols").IfNone(0)),
            limits.Duration("handshake").IfNone(TimeSpan.Zero),
            limits.Size("message").IfNone(0),
            limits.Whole("fragments"),
            new ConnectionLimits(
                limits.Whole("connections").IfNone(0),
                limits.Whole("connectionsPerAddress").IfNone(0),
                limits.Whole("pendingHandshakes").IfNone(0)));
    }

    private static HandlersPlan Handlers(PlanScope handlers) => new(
        new QuarantineSettings(
            handlers.Whole("faults").IfNone(0),
            Milliseconds(handlers.Duration("faultWindow")),
            handlers.Whole("faultSources").IfNone(0),
            Milliseconds(handlers.Duration("quarantine"))),
        handlers.Whole("faultsPerAddress").IfNone(0),
        handlers.Duration("slow").IfNone(TimeSpan.Zero),
        handlers.Whole("threads").IfNone(0));

    private static long Milliseconds(Option<TimeSpan> time) => (long)time.IfNone(TimeSpan.Zero).TotalMilliseconds;

    /// <summary>Reads a section; what it does not say is taken from <paramref name="otherwise"/>.</summary>
    public static CompressionPlan Compression(PlanScope compression, CompressionPlan otherwise) => new(
        compression.Flag("enabled").IfNone(otherwise.Enabled),
        new DeflatePolicy(
            compression.Flag("contextTakeover").IfNone(otherwise.Policy.ContextTakeover),
            compression.Whole("serverWindowBits").IfNone(otherwise.Policy.ServerWindowBits),
            compression.Whole("clientWindowBits").IfNone(otherwise.Policy.ClientWindowBits)),
        compression.Whole("level").IfNone(otherwise.Level),
        compression.Size("threshold").IfNone(otherwise.Threshold));

    private static ShutdownPlan Shutdown(PlanScope shutdown) => new(
        shutdown.Duration("drain").IfNone(TimeSpan.Zero),
        shutdown.Whole("code").IfNone(0));
}
