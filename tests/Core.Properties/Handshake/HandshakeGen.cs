using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LanguageExt;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Properties.Handshake;

/// <summary>Generators of heads, broken in many ways, and of what stands in them.</summary>
internal static class HandshakeGen
{
    private const string TokenChars = "!#$%&'*+-.^_`|~09azAZ";

    private static readonly string[] Lines =
    [
        "Host: example.com", "Host: [::1]:8080", "Upgrade: websocket", "Upgrade: h2c, WebSocket",
        "Connection: Upgrade", "Connection: keep-alive, upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8",
        "Content-Length: 0", "Content-Length: 5",
        "Transfer-Encoding: chunked", "Origin: http://example.com", "Sec-WebSocket-Protocol: a, b", "Sec-WebSocket-Protocol: c",
        "Sec-WebSocket-Extensions: x; y=\"1\", z", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
        "X: \"", "X:", "X : a", " folded",
    ];

    private static readonly string[] Starts =
    [
        "GET / HTTP/1.1", "GET /a%20b?c=%C3%A9 HTTP/1.1", "GET ws://example.com/x HTTP/1.1",
        "GET wss://example.com:443?y HTTP/1.1", "GET /%C3 HTTP/1.1",
        "POST / HTTP/1.1", "GET / HTTP/1.0", "GET  / HTTP/1.1", "GET * HTTP/1.1",
    ];

    private static readonly string[] Inserted =
    [
        "\r", "\n", "\r\n", "\0", " ", "\t", ":", ",", ";", "\"", "\\", "%", "%00", "%C3%A9", "/", "?", "#", "a", "A", "13", "=",
        "\u0080", "\u00ff", "\u007f", "@", "[", "]",
    ];

    private static readonly string[] Good = [.. Lines.Where((_, index) => index is 0 or 2 or 4 or 6 or 7)];

    /// <summary>A token of 1 to 4 characters out of few, so that equal ones occur.</summary>
    public static Gen<string> Token { get; } =
        from length in Gen.Choose(1, 4)
        from chars in Gen.Elements(TokenChars.ToCharArray()).ArrayOf(length)
        select new string(chars);

    /// <summary>Different tokens, 0 to 6, drawn from a small pool.</summary>
    public static Gen<Seq<string>> Tokens { get; } =
        from tokens in Gen.Elements("a", "b", "c", "d", "A", "chat.v1").ListOf()
        select Seq(tokens.Distinct().Take(6));

    public static Gen<Seq<ExtensionOffer>> Offers { get; } = Many(
        from name in Token
        from parameters in Many(
            from parameter in Token
            from value in Gen.OneOf(
                Gen.Constant(Option<string>.None), Token.Select(Option<string>.Some), Gen.Constant(Option<string>.Some("")))
            select new ExtensionParameter(parameter, value))
        select new ExtensionOffer(name, parameters));

    /// <summary>Heads that are nearly right: a valid one with lines added and dropped, then a few edits.</summary>
    public static Gen<string> Head { get; } =
        from start in Gen.Frequency((6, Gen.Elements(Starts[..4])), (1, Gen.Elements(Starts)))
        from added in Gen.Elements(Lines).ListOf()
        from takes in Gen.Frequency((6, Gen.Constant(Good)), (1, Gen.SubListOf(Good).Select(list => list.ToArray())))
        from order in Gen.Shuffle(takes.Concat(added.Take(2)).ToArray())
        from edits in Gen.Choose(0, 2)
        from edited in Edited(start + "\r\n" + string.Concat(order.Select(line => line + "\r\n")) + "\r\n", edits)
        select edited;

    /// <summary>Text in which the separators of the handshake are frequent.</summary>
    public static Gen<string> Noise { get; } =
        Gen.OneOf(Gen.Elements(Inserted), Token).ListOf().Select(string.Concat);

    /// <summary>Text out of what extension headers are made of, some of it well-formed or nearly so.</summary>
    public static Gen<string> ExtensionText { get; } = Gen.OneOf(
        Gen.Elements("a", "b1", ";", ";", ",", "=", "\"", "\\", " ", "\t", "\"c\"", "; d=e", ", f").ListOf().Select(string.Concat),
        from parts in Gen.Elements(";a", "; b = c", " ;d=\"e\"", "; f=\"\\g\"\t", ";h=", ", i", " ,,j", ";k=\"\"").ListOf()
        from edits in Gen.Choose(0, 1)
        from edited in Edited("x" + string.Concat(parts), edits)
        select edited);

    public static Gen<HandshakePolicy> Policy { get; } =
        from protocols in Tokens
        from preference in Gen.Elements(Enum.GetValues<SubprotocolPreference>())
        from noOffer in Gen.Elements<NoOfferPolicy>(new NoOfferPolicy.Reject(), new NoOfferPolicy.Handler("echo"))
        from noMatch in Gen.Elements(Enum.GetValues<NoMatchPolicy>())
        select new HandshakePolicy(protocols, preference, noOffer, noMatch, new OriginPolicy.Any());

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static Seq<T> Seq<T>(IEnumerable<T> items) => items.Aggregate(LanguageExt.Seq<T>.Empty, (all, item) => all.Add(item));

    private static Gen<Seq<T>> Many<T>(Gen<T> one) => one.ListOf().Select(items => Seq(items.Take(5)));

    private static Gen<string> Edited(string text, int edits) => edits == 0 ? Gen.Constant(text) :
        from at in Gen.Choose(0, text.Length)
        from drop in Gen.Choose(0, 2)
        from insert in Gen.OneOf(Gen.Elements(Inserted), Gen.Constant(""), Gen.Choose(0, 255).Select(value => ((char)value).ToString()))
        from edited in Edited(text[..at] + insert + text[Math.Min(text.Length, at + drop)..], edits - 1)
        select edited;
}
