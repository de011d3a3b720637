using System.Text;
using LanguageExt;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>
/// A complete request head, well-formed; whether it is a WebSocket handshake is for <see cref="ServerHandshake"/> to say.
/// </summary>
/// <param name="Method">The method, a token; methods are case-sensitive (RFC 7230 §3.1.1).</param>
/// <param name="Target">The request target, raw and decoded.</param>
/// <param name="Version">Of the form <c>HTTP/1.1</c>.</param>
/// <param name="Headers">The header lines, in order.</param>
public sealed record RequestHead(string Method, RequestTarget Target, string Version, HeaderFields Headers)
{
    /// <summary>The decoded path.</summary>
    public string Path => Target.Path;

    /// <summary>The decoded query parameters, in order.</summary>
    public Seq<QueryParameter> Query => Target.Query;

    /// <summary>
    /// Reads bytes that <see cref="HeadScanner"/> found to be one complete head. Total: any other bytes give a rejection.
    /// </summary>
    /// <param name="head">The head with its closing empty line and nothing behind it.</param>
    /// <returns>The head, or the reply for a malformed one: 400, as no limits are applied here.</returns>
    public static Either<Rejection, RequestHead> Parse(ReadOnlySpan<byte> head)
    {
        var cut = HeadText.Cut(HeadCursor.Request, head);
        if (cut.IsLeft) return Rejection.Of((HeadFault)cut);
        var text = (HeadText)cut;
        var line = head[..text.StartLine];
        var (afterMethod, beforeVersion) = (line.IndexOf((byte)' '), line.LastIndexOf((byte)' '));
        var target = RequestTarget.Parse(CommonText.Of(line[(afterMethod + 1)..beforeVersion]));
        return target.IsSome
            ? new RequestHead(CommonText.Of(line[..afterMethod]), (RequestTarget)target, CommonText.Of(line[(beforeVersion + 1)..]), text.Headers)
            : Rejection.Of(HeadFault.BadTarget);
    }
}

/// <summary>A complete response head, as a client reads it (RFC 7230 §3.1.2).</summary>
/// <param name="Version">Of the form <c>HTTP/1.1</c>.</param>
/// <param name="Status">000 to 999.</param>
/// <param name="Reason">The reason phrase; may be empty. Each character is one byte (Latin-1).</param>
/// <param name="Headers">The header lines, in order.</param>
public sealed record ResponseHead(string Version, int Status, string Reason, HeaderFields Headers)
{
    /// <summary>Reads bytes that <see cref="HeadScanner"/> found to be one complete head. Total: any other bytes give a fault.</summary>
    /// <param name="head">The head with its closing empty line and nothing behind it.</param>
    public static Either<HeadFault, ResponseHead> Parse(ReadOnlySpan<byte> head)
    {
        var cut = HeadText.Cut(HeadCursor.Response, head);
        if (cut.IsLeft) return (HeadFault)cut;
        var text = (HeadText)cut;
        return Parse(Encoding.Latin1.GetString(head[..text.StartLine]), text.Headers);
    }

    private static ResponseHead Parse(string line, HeaderFields headers)
    {
        var status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
        return new(line[..8], status, line[13..], headers);
    }
}
