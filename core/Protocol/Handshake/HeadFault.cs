namespace PluginHost.Core.Protocol.Handshake;

/// <summary>The rule that a request or response head breaks, found at the first byte that decides it (RFC 7230 §3).</summary>
public enum HeadFault : byte
{
    /// <summary>No fault so far.</summary>
    None,

    /// <summary>The head begins with an empty line.</summary>
    EmptyStartLine,

    /// <summary>The method is not a token followed by one space (RFC 7230 §3.1.1).</summary>
    BadMethod,

    /// <summary>The request target is empty or holds a byte outside 0x21–0x7E (RFC 7230 §5.3).</summary>
    BadTarget,

    /// <summary>
    /// The version is not <c>HTTP/digit.digit</c> directly before the end of the line, or before the space in a status line.
    /// </summary>
    BadVersion,

    /// <summary>The status code is not three digits followed by one space (RFC 7230 §3.1.2).</summary>
    BadStatusCode,

    /// <summary>The start line is longer than the limit.</summary>
    StartLineTooLong,

    /// <summary>A line ends in LF alone.</summary>
    BareLineFeed,

    /// <summary>A CR is not followed by LF.</summary>
    BareCarriageReturn,

    /// <summary>A header line begins with white space: an obsolete folded line (RFC 7230 §3.2.4).</summary>
    FoldedLine,

    /// <summary>A header line begins with its colon.</summary>
    EmptyHeaderName,

    /// <summary>A header name holds a byte that is no <c>tchar</c> (RFC 7230 §3.2.6).</summary>
    BadHeaderName,

    /// <summary>White space stands between a header name and its colon (RFC 7230 §3.2.4).</summary>
    SpaceBeforeColon,

    /// <summary>A header line ends before its colon.</summary>
    MissingColon,

    /// <summary>A value or reason phrase holds NUL or another control character.</summary>
    ControlCharacter,

    /// <summary>There are more header lines than the limit.</summary>
    TooManyHeaderLines,

    /// <summary>The head is longer than the limit.</summary>
    HeadTooLarge,

    /// <summary>The bytes given as one complete head are not exactly that.</summary>
    NotOneHead,
}

/// <summary>What each <see cref="HeadFault"/> is answered with.</summary>
public static class HeadFaults
{
    /// <summary>The status code to answer: 431 for a limit (RFC 6585 §5), 400 for anything else.</summary>
    /// <param name="fault">A fault other than <see cref="HeadFault.None"/>.</param>
    public static int Status(HeadFault fault) => IsLimit(fault) ? 431 : 400;

    /// <summary>One line for people, without anything that the peer sent.</summary>
    /// <param name="fault">A fault other than <see cref="HeadFault.None"/>.</param>
    public static string Explanation(HeadFault fault) => fault switch
    {
        HeadFault.EmptyStartLine => "the head begins with an empty line",
        HeadFault.BadMethod => "the method is not a token",
        HeadFault.BadTarget => "the request target is malformed",
        HeadFault.BadVersion => "the HTTP version is malformed",
        HeadFault.BadStatusCode => "the status code is malformed",
        HeadFault.StartLineTooLong => "the request line is too long",
        HeadFault.BareLineFeed => "a line ends in LF without CR",
        HeadFault.BareCarriageReturn => "a CR is not followed by LF",
        HeadFault.FoldedLine => "a header line begins with white space",
        HeadFault.EmptyHeaderName => "a header name is empty",
        HeadFault.BadHeaderName => "a header name is not a token",
        HeadFault.SpaceBeforeColon => "white space stands before a header's colon",
        HeadFault.MissingColon => "a header line has no colon",
        HeadFault.ControlCharacter => "a control character stands in a header value",
        HeadFault.TooManyHeaderLines => "there are too many header lines",
        HeadFault.HeadTooLarge => "the head is too large",
        _ => "the head is incomplete or followed by other bytes",
    };

    internal static bool IsLimit(HeadFault fault) =>
        fault is HeadFault.StartLineTooLong or HeadFault.TooManyHeaderLines or HeadFault.HeadTooLarge;
}
