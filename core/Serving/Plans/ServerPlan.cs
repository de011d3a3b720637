using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Policy.Topics;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Text;

namespace PluginHost.Core.Serving.Plans;

/// <summary>What <c>plugins.json</c> says, checked and with every default filled in. Two plans are equal when they say the same.</summary>
/// <param name="Listeners">At least one; names differ, addresses do not overlap.</param>
/// <param name="Plugins">Which plugins are loaded.</param>
/// <param name="Routes">In the order of the file; none when the file has no routes: then every path offers every subprotocol.</param>
/// <param name="Limits">Bounds on what peers may do.</param>
/// <param name="Connection">What a connection may do, where a route does not say otherwise.</param>
/// <param name="Handlers">How handlers that misbehave are held off.</param>
/// <param name="Compression">Whether and how messages are compressed, where a route does not say otherwise.</param>
/// <param name="Shutdown">How the server stops.</param>
/// <param name="Topics">Bounds on topics.</param>
/// <param name="Scripts">Which scripts are served.</param>
/// <param name="Log">What is logged.</param>
/// <param name="Verification">How passwords and tokens are verified.</param>
/// <param name="Source">Where each value stands in the file.</param>
public sealed record ServerPlan(
    Seq<ListenerPlan> Listeners,
    PluginsPlan Plugins,
    Seq<RoutePlan> Routes,
    LimitsPlan Limits,
    ConnectionPlan Connection,
    HandlersPlan Handlers,
    CompressionPlan Compression,
    ShutdownPlan Shutdown,
    TopicLimits Topics,
    ScriptsPlan Scripts,
    LogPlan Log,
    VerificationPlan Verification,
    SourceMap Source)
{
    /// <summary>Who may connect to any listener.</summary>
    public AddressPolicy Addresses { get; init; } = AddressPolicy.Everybody;

    /// <summary>How clients prove who they are, where a route does not say otherwise.</summary>
    public AuthenticationPlan Authentication { get; init; } = AuthenticationPlan.None;

    /// <summary>The second, private address; none where there is no such.</summary>
    public Option<AdminSite> Admin { get; init; }

    /// <summary>Where metrics are exported to; none for nowhere.</summary>
    public Option<TelemetryPlan> Telemetry { get; init; }
}

/// <summary>A listener.</summary>
/// <param name="Name">What routes call it.</param>
/// <param name="Address">Where it listens.</param>
public sealed record ListenerPlan(string Name, ListenAddress Address)
{
    /// <summary>How it speaks TLS; none where it does not.</summary>
    public Option<TlsPlan> Tls { get; init; }

    /// <summary>Whom it believes about who its client is.</summary>
    public ProxyPolicy Proxies { get; init; } = ProxyPolicy.None;

    /// <summary>Who may connect, besides what the server says.</summary>
    public AddressPolicy Addresses { get; init; } = AddressPolicy.Everybody;
}

/// <summary>Which plugins are loaded.</summary>
/// <param name="Directory">As written; a relative path is relative to the configuration file.</param>
/// <param name="Discover">Load every <c>&lt;id&gt;/&lt;id&gt;.dll</c> in the directory; otherwise only the entries.</param>
/// <param name="Entries">In the order of the file; ids differ, also without regard to case.</param>
/// <param name="CallTimeout">How long a plugin may take to be constructed and described, to validate, to start and to stop.</param>
public sealed record PluginsPlan(string Directory, bool Discover, Seq<PluginPlan> Entries, TimeSpan CallTimeout)
{
    /// <summary>The topics that a plugin may use.</summary>
    /// <param name="id">Its id, without regard to case.</param>
    public TopicPermission TopicsOf(string id) =>
        Entries.Find(entry => string.Equals(entry.Id, id, StringComparison.OrdinalIgnoreCase)).Match(entry => entry.Topics, () => TopicPermission.Everything);
}

/// <summary>What the file says about one plugin.</summary>
/// <param name="Id">Its folder's name.</param>
/// <param name="Path">Its DLL, as written, without <c>..</c>; none for <c>&lt;directory&gt;/&lt;id&gt;/&lt;id&gt;.dll</c>.</param>
/// <param name="Sha256">64 lower-case hexadecimal digits that the DLL must hash to.</param>
/// <param name="Enabled">False leaves it out, also when it would be discovered.</param>
/// <param name="Options">None when the file gives none.</param>
/// <param name="Topics">Which topics it may use.</param>
public sealed record PluginPlan(
    string Id, Option<string> Path, Option<string> Sha256, bool Enabled, Option<OptionsPlan> Options, TopicPermission Topics);

/// <summary>The options of a plugin.</summary>
/// <param name="Json">Strict JSON, always an object: comments, trailing commas and white space are gone, everything else is as
/// written.</param>
/// <param name="Pointer">
/// Where it stands, such as <c>/plugins/entries/chat/options</c>. A plugin's own pointer appended to it can be given to
/// <see cref="SourceMap.ProblemAt(string, string)"/>.
/// </param>
public sealed record OptionsPlan(string Json, string Pointer)
{
    /// <summary>The values that are kept elsewhere, in the order of the text.</summary>
    public Seq<OptionSecret> Secrets { get; init; } = Seq<OptionSecret>.Empty;

    /// <summary>The JSON with the secrets in their places: for the plugin alone, never to be printed.</summary>
    /// <param name="values">One for each of <see cref="Secrets"/>.</param>
    public string WithSecrets(Seq<string> values)
    {
        var json = new System.Text.StringBuilder();
        var at = 0;
        foreach (var (secret, value) in Secrets.Zip(values))
        {
            json.Append(Json, at, secret.Start - at).Append('"').Append(System.Text.Json.JsonEncodedText.Encode(value)).Append('"');
            at = secret.Start + secret.Length;
        }
        return json.Append(Json, at, Json.Length - at).ToString();
    }
}

/// <summary>A value of a plugin's options that is kept elsewhere.</summary>
/// <param name="Secret">Where.</param>
/// <param name="Start">Where its text, with the quotes, starts in <see cref="OptionsPlan.Json"/>; characters.</param>
/// <param name="Length">Characters of that text.</param>
/// <param name="Pointer">Where it stands in the file.</param>
public sealed record OptionSecret(Secret Secret, int Start, int Length, string Pointer);

/// <summary>A route as the file gives it. Its tokens are well-formed, but nobody has looked yet whether a plugin serves them.</summary>
/// <param name="Pointer">Where it stands: <c>/routes/0</c>.</param>
/// <param name="Path">Which paths it matches.</param>
/// <param name="Listener">The listener on which it is served; none for all.</param>
/// <param name="Protocols">In the server's order; none for every registered one.</param>
/// <param name="Preference">Whose order decides.</param>
/// <param name="NoOffer">None for the default: the handler <c>echo</c> when registered, otherwise reject.</param>
/// <param name="NoMatch">What happens without a match.</param>
/// <param name="Origin">Which origins may connect.</param>
/// <param name="MessageLimit">Bytes of one message.</param>
/// <param name="FragmentLimit">Fragments of one message; none for what <see cref="LimitsPlan.FragmentsFor"/> makes of the message limit.</param>
/// <param name="Connection">The server's, with what the route says otherwise.</param>
/// <param name="Compression">The server's, with what the route says otherwise.</param>
public sealed record RoutePlan(
    string Pointer,
    RouteTemplate Path,
    Option<string> Listener,
    Option<Seq<string>> Protocols,
    SubprotocolPreference Preference,
    Option<NoOfferPolicy> NoOffer,
    NoMatchPolicy NoMatch,
    OriginPolicy Origin,
    int MessageLimit,
    Option<int> FragmentLimit,
    ConnectionPlan Connection,
    CompressionPlan Compression)
{
    /// <summary>Who may connect.</summary>
    public AddressPolicy Addresses { get; init; } = AddressPolicy.Everybody;

    /// <summary>How clients prove who they are: the server's, with what the route says otherwise.</summary>
    public AuthenticationPlan Authentication { get; init; } = AuthenticationPlan.None;
}

/// <summary>Bounds on what peers may do that are the whole server's. The others are in <see cref="ConnectionPlan"/>.</summary>
/// <param name="Head">Bounds on the request head.</param>
/// <param name="Handshake">From accept to the answer, in total.</param>
/// <param name="Message">Bytes of one message.</param>
/// <param name="Fragments">Fragments of one message; none for what <see cref="FragmentsFor"/> makes of the message limit.</param>
/// <param name="Connections">How many connections there may be.</param>
public sealed record LimitsPlan(HeadLimits Head, TimeSpan Handshake, int Message, Option<int> Fragments, ConnectionLimits Connections)
{
    /// <summary>The most fragments of one message: as configured, or 1024, or one for each 64 bytes of the limit, whichever is
    /// more.</summary>
    /// <param name="messageLimit">Bytes of one message on the route.</param>
    public int FragmentsFor(int messageLimit) => Fragments.IfNone(() => ConnectionSettings.DefaultMaxFragments(messageLimit));
}

/// <summary>Whether and how messages are compressed (RFC 7692).</summary>
/// <param name="Enabled">Offers of permessage-deflate are accepted.</param>
/// <param name="Policy">What is agreed on with clients.</param>
/// <param name="Level">1 (fast) to 9 (small).</param>
/// <param name="Threshold">Messages of fewer bytes are sent as they are.</param>
public sealed record CompressionPlan(bool Enabled, DeflatePolicy Policy, int Level, int Threshold)
{
    /// <summary>No compression.</summary>
    public static CompressionPlan Off { get; } = new(false, DeflatePolicy.Default, 1, 1024);
}

/// <summary>How the server stops.</summary>
/// <param name="Drain">How long open connections have to close; zero resets them at once.</param>
/// <param name="Code">The close code that they are sent: 1000, 1001, 1011–1013 or 3000–4999.</param>
/// <param name="Batch">Connections that an event loop closes before it turns to other things.</param>
public sealed record ShutdownPlan(TimeSpan Drain, int Code, int Batch);

/// <summary>How passwords and tokens are verified.</summary>
/// <param name="Concurrency">How many at the same time; none for what suits the machine.</param>
/// <param name="Waiting">How many may wait for that.</param>
/// <param name="Remembered">Passwords of one file that were right and are not verified again.</param>
/// <param name="RememberedFor">For how long.</param>
public sealed record VerificationPlan(Option<int> Concurrency, int Waiting, int Remembered, TimeSpan RememberedFor);
