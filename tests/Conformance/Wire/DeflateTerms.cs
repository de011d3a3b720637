using System.Globalization;

namespace PluginHost.Conformance.Wire;

/// <summary>One permessage-deflate offer of ours (RFC 7692 §7.1). We always let the server choose our own window and its reuse.</summary>
/// <param name="ServerNoTakeover">The server is asked not to reuse its window.</param>
/// <param name="ServerBits">The widest window that the server may use, 8 to 15; 0 to leave it open.</param>
internal sealed record DeflateOffer(bool ServerNoTakeover = false, int ServerBits = 0)
{
    /// <summary>The element of <c>Sec-WebSocket-Extensions</c>.</summary>
    public override string ToString() => "permessage-deflate; client_no_context_takeover; client_max_window_bits"
        + (ServerNoTakeover ? "; server_no_context_takeover" : "")
        + (ServerBits == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; server_max_window_bits={ServerBits}"));

    /// <summary>Whether an answer gives what this offer demands (§7.1.1.1, §7.1.2.1).</summary>
    public bool IsMetBy(DeflateTerms terms) =>
        (!ServerNoTakeover || terms.ServerNoTakeover) && (ServerBits == 0 || (terms.ServerBitsGiven && terms.ServerBits <= ServerBits));
}

/// <summary>What the server's answer settles.</summary>
internal sealed record DeflateTerms(bool ServerNoTakeover, bool ClientNoTakeover, int ServerBits, int ClientBits, bool ServerBitsGiven)
{
    /// <summary>Reads the answer.</summary>
    /// <exception cref="ProtocolFault">It is not an answer to what was offered.</exception>
    public static DeflateTerms Read(string answer)
    {
        var parts = answer.Split(';', StringSplitOptions.TrimEntries);
        if (parts[0] != "permessage-deflate") throw new ProtocolFault($"the server chose an extension that was not offered: {answer}");
        var terms = new DeflateTerms(false, false, 15, 15, false);
        var seen = new HashSet<string>();
        foreach (var part in parts.Skip(1))
        {
            var pair = part.Split('=', 2, StringSplitOptions.TrimEntries);
            if (!seen.Add(pair[0])) throw new ProtocolFault($"the server repeated {pair[0]}");
            terms = (pair[0], pair.Length) switch
            {
                ("server_no_context_takeover", 1) => terms with { ServerNoTakeover = true },
                ("client_no_context_takeover", 1) => terms with { ClientNoTakeover = true },
                ("server_max_window_bits", 2) => terms with { ServerBits = Bits(pair[1]), ServerBitsGiven = true },
                ("client_max_window_bits", 2) => terms with { ClientBits = Bits(pair[1]) },
                _ => throw new ProtocolFault($"the server answered with the parameter {part}"),
            };
        }
        return terms;
    }

    private static int Bits(string value) =>
        int.TryParse(value.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits is >= 8 and <= 15
            ? bits
            : throw new ProtocolFault($"the server answered with a window of {value} bits");
}

/// <summary>Our end of permessage-deflate (RFC 7692 §7.2).</summary>
internal sealed class Deflate(DeflateTerms terms) : IDisposable
{
    private static readonly byte[] Tail = [0x00, 0x00, 0xFF, 0xFF];

    private readonly Zlib.Deflater _out = new(terms.ClientBits);
    private readonly Zlib.Inflater _in = new(terms.ServerBits);

    /// <summary>A message as it is sent (§7.2.1).</summary>
    public byte[] Compress(ReadOnlySpan<byte> message)
    {
        if (terms.ClientNoTakeover) _out.Reset();
        return message.IsEmpty ? [0x00] : _out.Run(message)[..^Tail.Length];
    }

    /// <summary>A message as it was meant (§7.2.2).</summary>
    public byte[] Decompress(ReadOnlySpan<byte> payload)
    {
        if (terms.ServerNoTakeover) _in.Reset();
        return _in.Run([.. payload, .. Tail]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _out.Dispose();
        _in.Dispose();
    }
}
