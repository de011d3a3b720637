using System.Globalization;
using System.Text;
using LanguageExt;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>Writes the 101 (RFC 6455 §4.2.2 item 5). The last guard: whatever was decided before, nothing unfit leaves here.</summary>
public static class SwitchingProtocols
{
    private const string Start = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";

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
        var token = subprotocol.IfNone("");
        var fit = (subprotocol.IsNone || IsFit(token, registered, request.Offered))
            && extensions.ForAll(extension => extension.IsWritable && request.Extensions.Exists(offer => offer.Name == extension.Name))
            && headers.ForAll(header => header.IsExtra);
        if (!fit) return Rejection.Of(RejectionReason.Unwritable);

        var response = new StringBuilder(Start).Append(ServerHandshake.Accept(request.Key));
        if (subprotocol.IsSome) response.Append("\r\nSec-WebSocket-Protocol: ").Append(token);
        if (!extensions.IsEmpty) response.Append("\r\nSec-WebSocket-Extensions: ").Append(ExtensionOffers.Format(extensions));
        foreach (var header in headers) response.Append(CultureInfo.InvariantCulture, $"\r\n{header.Name}: {header.Value}");
        return response.Append("\r\n\r\n").ToString();
    }

    private static bool IsFit(string token, Seq<string> registered, Seq<string> offered) =>
        Grammar.IsToken(token) && Holds(registered, token) && Holds(offered, token);

    private static bool Holds(Seq<string> tokens, string token)
    {
        for (var i = 0; i < tokens.Count; i++)
            if (tokens[i] == token) return true;
        return false;
    }
}
