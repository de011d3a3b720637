using PluginHost.Conformance.Wire;
using static PluginHost.Conformance.Cases.Dsl;

namespace PluginHost.Conformance.Cases;

/// <summary>12: permessage-deflate (RFC 7692) with content of five kinds; 13: with seven kinds of offers.</summary>
internal static class Chapter12Compression
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    /// <summary>Bytes of a message, and payload bytes of a frame as sent (0 for whole messages).</summary>
    private static readonly (int Size, int Fragment)[] Shapes =
    [
        (16, 0), (64, 0), (256, 0), (1024, 0), (4096, 0), (8192, 0), (16384, 0), (32768, 0), (65536, 0), (131072, 0),
        (8192, 256), (16384, 256), (32768, 256), (65536, 256), (131072, 256), (131072, 1024), (131072, 4096), (131072, 32768),
    ];

    private static readonly (string Title, DeflateOffer[] Offers)[] OfferKinds =
    [
        ("nothing asked of the server", [new()]),
        ("no context takeover by the server", [new(ServerNoTakeover: true)]),
        ("9 bits of window", [new(ServerBits: 9)]),
        ("15 bits of window", [new(ServerBits: 15)]),
        ("9 bits, no takeover", [new(true, 9)]),
        ("15 bits, no takeover", [new(true, 15)]),
        ("three offers", [new(true, 9), new(true), new()]),
    ];

    public static IEnumerable<Case> All() =>
        Content.Kinds.SelectMany((kind, i) => Shaped($"12.{i + 1}", kind.Title, kind, [new()]))
            .Concat(OfferKinds.SelectMany((kind, i) => Shaped($"13.{i + 1}", kind.Title, Content.Kinds[0], kind.Offers)));

    private static IEnumerable<Case> Shaped(string section, string title, Content content, DeflateOffer[] offers) =>
        Shapes.Select((shape, i) => Fine(
            $"{section}.{i + 1}", title, [],
            new Step.EchoEach(content.IsText, shape.Size, null, shape.Fragment, number => content.Message(number, shape.Size))) with
        {
            Limit = Patience,
            Offers = offers,
        });
}
