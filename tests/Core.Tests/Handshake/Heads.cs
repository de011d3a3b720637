using System.Text;
using System.Text.Json;
using LanguageExt;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Tests.Handshake;

/// <summary>Heads as the tests write them: one character a byte.</summary>
internal static class Heads
{
    public const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    public const string Valid = "GET / HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: " + Key + "\r\nSec-WebSocket-Version: 13\r\n\r\n";

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>The valid head with further lines.</summary>
    public static string With(params string[] lines) => Valid[..^2] + string.Concat(lines.Select(line => line + "\r\n")) + "\r\n";

    /// <summary>A valid head with another start line.</summary>
    public static string Starting(string line) => line + Valid["GET / HTTP/1.1".Length..];

    /// <summary>As a server judges bytes: scan, then read. Incomplete heads fail the test.</summary>
    public static Either<Rejection, UpgradeRequest> Judge(string text) => Judge(text, HeadLimits.Default);

    public static Either<Rejection, UpgradeRequest> Judge(string text, HeadLimits limits)
    {
        var bytes = Bytes(text);
        return HeadScanner.Scan(HeadCursor.Request, bytes, limits).Match(
            cursor => throw new InvalidOperationException("incomplete"),
            (fault, at) => Rejection.Of(fault),
            length => ServerHandshake.Read(bytes.AsSpan(0, length), limits));
    }

    public static UpgradeRequest Accepted(string text) =>
        Judge(text).Match(request => request, rejection => throw new InvalidOperationException(rejection.Reply));

    public static Rejection Refused(string text) =>
        Judge(text).Match(request => throw new InvalidOperationException("accepted"), rejection => rejection);

    public static Seq<T> Seq<T>(params T[] items) => items.Aggregate(LanguageExt.Seq<T>.Empty, (all, item) => all.Add(item));

    public static HandshakePolicy Policy(params string[] protocols) => new(
        Seq(protocols), SubprotocolPreference.Client, new NoOfferPolicy.Reject(), NoMatchPolicy.Reject, new OriginPolicy.Any());

    public static IReadOnlyList<BadHead> Bad { get; } =
        JsonSerializer.Deserialize<BadHead[]>(File.ReadAllText(CorpusPath), JsonSerializerOptions.Web)!;

    private static string CorpusPath => Path.Combine(AppContext.BaseDirectory, "Handshake", "bad-heads.json");
}

/// <summary>One entry of <c>bad-heads.json</c>; <c>{fill}</c> in the head stands for a text repeated some times.</summary>
internal sealed record BadHead(string Name, string Head, int Status, string Reason, string? Fill, int Times)
{
    public string Text => Fill is null
        ? Head
        : Head.Replace("{fill}", string.Concat(Enumerable.Repeat(Fill, Times)), StringComparison.Ordinal);
}
