using PluginHost.Abstractions;

namespace PluginHost.Plugins.Chat;

/// <summary>
/// Serves <c>chat.v1</c>: rooms in which everybody sees what the others say.
/// The first room is the route value <c>room</c>, else <c>?room=</c>, else the last segment of the path, else <c>lobby</c>; the name is
/// <c>?name=</c>.
/// A client sends <c>{"text":"hi"}</c> to its first room or <c>{"room":"tea","text":"hi"}</c> to any that it is in, <c>{"join":"tea"}</c> and
/// <c>{"leave":"tea"}</c>. It receives <c>welcome</c> (who is there, what was said), <c>join</c>, <c>leave</c>, <c>message</c> and <c>error</c>. Messages have
/// an offset; a client that comes back sends <c>{"join":"tea","epoch":1,"offset":7}</c>, with the numbers that it had last, and its welcome holds what it has
/// missed, and whether that is all of it (<c>complete</c>).
/// </summary>
public sealed class ChatPlugin : Plugin
{
    // Set before the first connection, and not changed after it.
    private ChatOptions _options = ChatOptions.Read("{}");

    public override PluginDescription Describe() => new("Chat", "1.0",
    [
        // Nothing in the handler waits for anything, so it may run on the loop.
        Handler.Inline("chat.v1", session => new ChatHandler(session, _options))
            .WithEncoder(Notice.Encode)
            .WithDescription("rooms: ?room=, ?name=")
            .WithDecision(Decide),
    ]);

    public override IReadOnlyList<OptionProblem> Validate(PluginOptions options) => ChatOptions.Read(options.Json).Problems;

    public override ValueTask StartAsync(PluginContext context, CancellationToken cancellation)
    {
        _options = ChatOptions.Read(context.Options.Json);
        return ValueTask.CompletedTask;
    }

    /// <summary>A bad name or room is refused before the connection exists, with a status that the client's developer can see.</summary>
    private static HandshakeDecision Decide(HandshakeInfo handshake)
    {
        if (!IsName(NameOf(handshake)))
            return HandshakeDecision.Refuse(400, "name: 1 to 32 characters, no control characters");
        return IsName(RoomOf(handshake)) ? HandshakeDecision.Accept
            : HandshakeDecision.Refuse(400, "room: 1 to 32 characters, no control characters");
    }

    internal static string NameOf(HandshakeInfo handshake) => handshake.QueryValue("name") ?? $"guest-{handshake.ConnectionId}";

    internal static string RoomOf(HandshakeInfo handshake) =>
        handshake.RouteValue("room") ?? handshake.QueryValue("room") ?? LastSegment(handshake.Path) ?? "lobby";

    private static string? LastSegment(string path)
    {
        var segment = path.TrimEnd('/');
        segment = segment[(segment.LastIndexOf('/') + 1)..];
        return segment.Length == 0 ? null : segment;
    }

    internal static bool IsName(string text) =>
        text.Length is > 0 and <= 32 && !text.Any(char.IsControl) && !string.IsNullOrWhiteSpace(text);
}
