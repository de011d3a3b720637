namespace PluginHost.Abstractions;

/// <summary>
/// What an assembly in <c>plugins/&lt;id&gt;/</c> must hold exactly one of: a public, concrete subclass with a public parameterless
/// constructor.
/// The steps of its life are separate: construct, <see cref="Describe"/>, <see cref="Validate"/>, <see cref="StartAsync"/>, connections,
/// <see cref="StopAsync"/>, unload. The first three have no side effects, so that <c>check</c> and <c>list</c> can take them and stop
/// there.
/// </summary>
public abstract class Plugin
{
    /// <summary>Constructors do nothing: no file, thread, timer or socket. One that throws keeps the host from starting.</summary>
    protected Plugin() { }

    /// <summary>Says what this plugin serves. Called once, before <see cref="Validate"/>; without side effects.</summary>
    public abstract PluginDescription Describe();

    /// <summary>
    /// Checks the options and returns every problem in them; an empty list accepts them. Called before <see cref="StartAsync"/> and also
    /// when nothing will be started
    /// (<c>check</c>); without side effects, and throws nothing.
    /// </summary>
    /// <param name="options">The <c>options</c> of this plugin's entry in <c>plugins.json</c>, or <c>{}</c>.</param>
    public virtual IReadOnlyList<OptionProblem> Validate(PluginOptions options) => [];

    /// <summary>Acquires what the handlers need. No handler is asked for before this completes. An exception keeps the host from
    /// starting.</summary>
    /// <param name="context">The plugin's id, options, folder, log and scope.</param>
    /// <param name="cancellation">Cancelled when the host gives up waiting.</param>
    public virtual ValueTask StartAsync(PluginContext context, CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <summary>
    /// Releases what <see cref="StartAsync"/> acquired. Called after the last connection of the plugin was closed. What was given to
    /// <see cref="PluginContext.Register"/> is disposed afterwards.
    /// </summary>
    /// <param name="cancellation">Cancelled when the host gives up waiting.</param>
    public virtual ValueTask StopAsync(CancellationToken cancellation) => ValueTask.CompletedTask;
}

/// <summary>What a plugin says about itself. Its id is not part of this: that is the name of its folder or of its entry in
/// <c>plugins.json</c>.</summary>
public sealed record PluginDescription
{
    /// <summary>Makes a description.</summary>
    /// <param name="name">A name for people, such as <c>Chat</c>; not empty.</param>
    /// <param name="version">The plugin's own version, for people, such as <c>1.4.2</c>.</param>
    /// <param name="handlers">At least one handler, unless the plugin authenticates clients; no subprotocol may be named twice, in this or in any other
    /// plugin.</param>
    public PluginDescription(string name, string version, IEnumerable<HandlerDescription> handlers)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(handlers);
        Name = name;
        Version = version;
        Handlers = [.. handlers];
    }

    /// <summary>A name for people.</summary>
    public string Name { get; }

    /// <summary>The plugin's own version, for people.</summary>
    public string Version { get; }

    /// <summary>One description a handler.</summary>
    public IReadOnlyList<HandlerDescription> Handlers { get; }

    /// <summary>
    /// Authenticates clients of the routes that name this plugin in <c>plugins.json</c> (<c>authentication.plugin</c>), whoever serves them;
    /// <see langword="null"/> where the plugin does no such thing. It runs on the thread pool, within the time limit of the handshake; an exception refuses
    /// with 500, the time limit with 503.
    /// </summary>
    public Func<HandshakeInfo, CancellationToken, ValueTask<HandshakeDecision>>? Authenticate { get; private init; }

    /// <summary>The same plugin, which also authenticates clients. See <see cref="Authenticate"/>.</summary>
    /// <param name="authenticate">Given the handshake as it was sent, with its credential, and the subprotocol already chosen: accepts, and says as whom, or
    /// refuses.</param>
    public PluginDescription WithAuthentication(Func<HandshakeInfo, CancellationToken, ValueTask<HandshakeDecision>> authenticate)
    {
        ArgumentNullException.ThrowIfNull(authenticate);
        return this with { Authenticate = authenticate };
    }
}

/// <summary>The options of one plugin, as they stand in <c>plugins.json</c>.</summary>
/// <param name="Json">
/// A JSON object as text, with comments and trailing commas removed; <c>{}</c> when there are none. Read it with <c>JsonDocument</c>, or
/// deserialize it with a
/// <c>JsonSerializerOptions</c> or a source-generated context of the plugin's own: the shared default caches types and keeps the plugin
/// from being unloaded.
/// </param>
public sealed record PluginOptions(string Json)
{
    /// <summary>No options: <c>{}</c>.</summary>
    public static PluginOptions Empty { get; } = new("{}");
}

/// <summary>One thing wrong with a plugin's options.</summary>
/// <param name="Pointer">Where, as an RFC 6901 JSON pointer into the options: <c>/history</c>, or empty for the object itself.</param>
/// <param name="Message">What is wrong and what is expected, in one line.</param>
public sealed record OptionProblem(string Pointer, string Message);
