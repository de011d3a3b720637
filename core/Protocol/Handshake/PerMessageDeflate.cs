using System.Globalization;
using LanguageExt;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>What a server is willing to do about permessage-deflate (RFC 7692).</summary>
/// <param name="ContextTakeover">The compression window may live on from message to message; otherwise nothing is kept between messages.</param>
/// <param name="ServerWindowBits">Largest window of what the server sends, 9 to 15; 8 is not to be had from zlib.</param>
/// <param name="ClientWindowBits">Largest window of what the client sends, where it lets the server choose; 8 to 15.</param>
public sealed record DeflatePolicy(bool ContextTakeover, int ServerWindowBits, int ClientWindowBits)
{
    /// <summary>No context takeover, the largest windows.</summary>
    public static DeflatePolicy Default { get; } = new(false, 15, 15);
}

/// <summary>What both ends agreed on (RFC 7692 §7.1).</summary>
/// <param name="ServerNoContextTakeover">The server begins each message with an empty window.</param>
/// <param name="ClientNoContextTakeover">The client does.</param>
/// <param name="ServerMaxWindowBits">The window of what the server sends, 8 to 15; a server never agrees to 8.</param>
/// <param name="ClientMaxWindowBits">The window of what the client sends, 8 to 15.</param>
public sealed record DeflateAgreement(
    bool ServerNoContextTakeover, bool ClientNoContextTakeover, int ServerMaxWindowBits, int ClientMaxWindowBits);

/// <summary>Negotiates permessage-deflate. An offer that is not understood or not to be honoured is declined, never the connection (§5.1).</summary>
public static class PerMessageDeflate
{
    /// <summary>The extension's token.</summary>
    public const string Name = "permessage-deflate";

    private const string ServerNoTakeover = "server_no_context_takeover";
    private const string ClientNoTakeover = "client_no_context_takeover";
    private const string ServerBits = "server_max_window_bits";
    private const string ClientBits = "client_max_window_bits";
    private const int MinBits = 8;
    private const int MaxBits = 15;

    // What zlib can send: raw deflate with 8 bits is not to be had from it.
    private const int MinServerBits = 9;

    /// <summary>The first offer that can be honoured, in the client's order of preference (§5).</summary>
    /// <param name="policy">What the server is willing to do.</param>
    /// <param name="offers">All offers of the request, of any extension.</param>
    /// <returns>What is agreed on, and the element to answer with; none when every offer is declined.</returns>
    public static Option<(DeflateAgreement Agreement, ExtensionOffer Response)> Negotiate(DeflatePolicy policy, Seq<ExtensionOffer> offers)
    {
        for (var i = 0; i < offers.Count; i++)
            if (Parse(offers[i]) is { } wanted && Agree(policy, wanted) is { IsSome: true } agreed) return agreed;
        return None;
    }

    /// <summary>A client's check of the server's answer to an offer of <c>permessage-deflate; client_max_window_bits</c> (§7.1).</summary>
    /// <param name="response">The element of the response.</param>
    /// <returns>What is agreed on; none when the answer is not allowed, and the connection must fail (§7.1).</returns>
    public static Option<DeflateAgreement> Accept(ExtensionOffer response) => Parse(response) is { } given && given.ClientBits != ClientChoice
        ? new DeflateAgreement(given.ServerNoTakeover, given.ClientNoTakeover, given.ServerBits ?? MaxBits, given.ClientBits ?? MaxBits)
        : None;

    /// <summary>The value of <see cref="Wanted.ClientBits"/> for a parameter without a value: the server may choose (§7.1.2.2).</summary>
    private const int ClientChoice = 0;

    private readonly record struct Wanted(bool ServerNoTakeover, bool ClientNoTakeover, int? ServerBits, int? ClientBits);

    private static Option<(DeflateAgreement, ExtensionOffer)> Agree(DeflatePolicy policy, Wanted wanted)
    {
        var serverBits = Math.Min(policy.ServerWindowBits, wanted.ServerBits ?? MaxBits);
        if (serverBits < MinServerBits) return None;
        var clientBits = wanted.ClientBits switch
        {
            null => MaxBits, // the client does not understand the parameter: its window is its own choice
            ClientChoice => policy.ClientWindowBits,
            var most => Math.Min(policy.ClientWindowBits, most.Value),
        };
        var agreement = new DeflateAgreement(
            !policy.ContextTakeover || wanted.ServerNoTakeover, !policy.ContextTakeover || wanted.ClientNoTakeover, serverBits, clientBits);
        return (agreement, new ExtensionOffer(Name, Answer(agreement, wanted)));
    }

    private static Seq<ExtensionParameter> Answer(DeflateAgreement agreement, Wanted wanted)
    {
        var answer = new List<ExtensionParameter>(4);
        if (agreement.ServerNoContextTakeover) answer.Add(new(ServerNoTakeover, None));
        if (agreement.ClientNoContextTakeover) answer.Add(new(ClientNoTakeover, None));
        if (wanted.ServerBits is not null || agreement.ServerMaxWindowBits < MaxBits) answer.Add(new(ServerBits, Text(agreement.ServerMaxWindowBits)));
        if (wanted.ClientBits is not null && agreement.ClientMaxWindowBits < MaxBits) answer.Add(new(ClientBits, Text(agreement.ClientMaxWindowBits)));
        return answer.ToArray().ToSeq().Strict();
    }

    private static string Text(int bits) => bits.ToString(CultureInfo.InvariantCulture);

    /// <summary>The parameters of an element; null for an unknown or repeated one, or a value that is not allowed (§7.1).</summary>
    private static Wanted? Parse(ExtensionOffer offer)
    {
        if (offer.Name != Name) return null;
        var wanted = new Wanted(false, false, null, null);
        for (var i = 0; i < offer.Parameters.Count; i++)
        {
            var parameter = offer.Parameters[i];
            Wanted? next = (parameter.Name, parameter.Value.IsSome ? (string?)parameter.Value : null) switch
            {
                (ServerNoTakeover, null) when !wanted.ServerNoTakeover => wanted with { ServerNoTakeover = true },
                (ClientNoTakeover, null) when !wanted.ClientNoTakeover => wanted with { ClientNoTakeover = true },
                (ServerBits, { } value) when wanted.ServerBits is null && Bits(value) is { } bits => wanted with { ServerBits = bits },
                (ClientBits, null) when wanted.ClientBits is null => wanted with { ClientBits = ClientChoice },
                (ClientBits, { } value) when wanted.ClientBits is null && Bits(value) is { } bits => wanted with { ClientBits = bits },
                _ => null,
            };
            if (next is not { } known) return null;
            wanted = known;
        }
        return wanted;
    }

    /// <summary>8 to 15 in decimal, without leading zeros (§7.1.2).</summary>
    private static int? Bits(string value) =>
        value is ['8' or '9'] or ['1', >= '0' and <= '5'] && int.Parse(value, CultureInfo.InvariantCulture) is >= MinBits and <= MaxBits and var bits
            ? bits
            : null;
}
