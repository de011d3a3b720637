using PluginHost.Abstractions;

namespace PluginHost.Testing;

/// <summary>A handler whose properties are tested, and how.</summary>
public sealed class HandlerUnderTest
{
    /// <summary>A handler of a plugin. Each case has a plugin of its own.</summary>
    /// <param name="create">Makes the plugin.</param>
    /// <param name="subprotocol">The subprotocol of the handler.</param>
    public HandlerUnderTest(Func<Plugin> create, string subprotocol)
    {
        ArgumentNullException.ThrowIfNull(create);
        (Create, Subprotocol) = (create, subprotocol);
    }

    /// <summary>A handler of a plugin that is served already. All cases share it, so that it is not stopped by <see cref="HandlerProperties.StopsCleanly"/>.</summary>
    /// <param name="host">Where it is served.</param>
    /// <param name="subprotocol">The subprotocol of the handler.</param>
    public HandlerUnderTest(TestHost host, string subprotocol)
    {
        ArgumentNullException.ThrowIfNull(host);
        (Host, Subprotocol) = (host, subprotocol);
    }

    /// <summary>The subprotocol of the handler.</summary>
    public string Subprotocol { get; }

    /// <summary>What clients ask for; its subprotocol is that of the handler.</summary>
    public string Path { get; init; } = "/";

    /// <summary>How the plugin is served.</summary>
    public TestSettings Settings { get; init; } = new();

    /// <summary>What clients of the handler usually say. Whatever is generated is made of them.</summary>
    public IReadOnlyList<Conversation> Samples { get; init; } = [];

    /// <summary>How many cases are tried.</summary>
    public int Cases { get; init; } = 100;

    /// <summary>What a failure has printed, to try that case again and no other; <see langword="null"/> for new ones.</summary>
    public string? Replay { get; init; }

    /// <summary>
    /// Connections hear of each other, as in a chat: their answers depend on who says what first. What is said on different connections then keeps its order.
    /// </summary>
    public bool ConnectionsInteract { get; init; }

    /// <summary>How long calls and connections have to end when the host stops, on the test's clock.</summary>
    public TimeSpan StopTime { get; init; } = TimeSpan.FromSeconds(30);

    internal Func<Plugin>? Create { get; }

    internal TestHost? Host { get; }

    internal bool Keeps(TestHost host) => ReferenceEquals(host, Host);

    internal Task<TestHost> StartAsync() => Host is { } host ? Task.FromResult(host) : TestHost.StartAsync(Create!(), Settings);
}

/// <summary>A property does not hold.</summary>
/// <param name="property">Its name.</param>
/// <param name="why">What has happened.</param>
/// <param name="replay">What tries the case again: <see cref="HandlerUnderTest.Replay"/>.</param>
/// <param name="conversation">What was said, shrunk.</param>
public sealed class PropertyFailedException(string property, string why, string replay, string conversation) : Exception(
    $"{property} does not hold: {why}\n\nReplay = \"{replay}\"; shrunk, as connect --play reads it:\n\n{conversation}\n")
{
    /// <summary>The name of the property.</summary>
    public string Property => property;

    /// <summary>What has happened.</summary>
    public string Why => why;

    /// <summary>What tries the case again: <see cref="HandlerUnderTest.Replay"/>.</summary>
    public string Replay => replay;

    /// <summary>What was said, shrunk, as <c>connect --play</c> reads it. Where it takes several connections, an empty line is between them.</summary>
    public string Conversation => conversation;
}
