using System.Text;
using LanguageExt;

namespace PluginHost.Core.Handshake;

/// <summary>Writes the 101 (RFC 6455 §4.2.2 item 5). The last guard: whatever was decided before, nothing unfit leaves here.</summary>
public static class SwitchingProtocols
{
    /// <summary>Writes the response, one character a byte.</summary>
    /// <param name="request">The request that is answered.</param>
    /// <param name="subprotocol">The chosen one: a token, offered and registered.</param>
    /// <param name="registered">The route's subprotocols.</param>
    /// <param name="extensions">The accepted ones: offered by name, and fit to be written.</param>
    /// <param name="headers">Headers to add; each must be <see cref="HeaderField.IsExtra"/>.</param>
    /// <returns>The response, or 503 when any of these does not hold.</returns>
    public static Either<Rejection, string> Write(
        UpgradeRequest request,
        Option<string> subprotocol,
        Seq<string> registered,
        Seq<ExtensionOffer> extensions,
        Seq<HeaderField> headers)
    {
        var fit = subprotocol.ForAll(token => Grammar.IsToken(token) && registered.Contains(token) && request.Offered.Contains(token))
            && extensions.ForAll(one => one.IsWritable && request.Extensions.Exists(offer => offer.Name == one.Name))
            && headers.ForAll(header => header.IsExtra);
        if (!fit) return Rejection.Of(RejectionReason.Unwritable);

        var response = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
            .Append($"Sec-WebSocket-Accept: {ServerHandshake.Accept(request.Key)}\r\n");
        foreach (var token in subprotocol) response.Append($"Sec-WebSocket-Protocol: {token}\r\n");
        if (!extensions.IsEmpty) response.Append($"Sec-WebSocket-Extensions: {ExtensionOffers.Format(extensions)}\r\n");
        foreach (var header in headers) response.Append($"{header.Name}: {header.Value}\r\n");
        return response.Append("\r\n").ToString();
    }
}
