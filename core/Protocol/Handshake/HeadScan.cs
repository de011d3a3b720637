namespace PluginHost.Core.Protocol.Handshake;

/// <summary>Where in the grammar of a head the scanner stands.</summary>
public enum HeadPhase : byte
{
    /// <summary>Before the first byte of a request line.</summary>
    MethodStart,

    /// <summary>Inside the method.</summary>
    Method,

    /// <summary>Before the first byte of the target.</summary>
    TargetStart,

    /// <summary>Inside the target.</summary>
    Target,

    /// <summary>Inside the version that ends a request line.</summary>
    RequestVersion,

    /// <summary>Inside the version that begins a status line.</summary>
    StatusVersion,

    /// <summary>Inside the status code.</summary>
    StatusCode,

    /// <summary>Inside the reason phrase.</summary>
    Reason,

    /// <summary>After the CR of the start line.</summary>
    StartLineFeed,

    /// <summary>Before the first byte of a header line, or of the empty line that ends the head.</summary>
    LineStart,

    /// <summary>Inside a header name.</summary>
    Name,

    /// <summary>Inside a header value.</summary>
    Value,

    /// <summary>After the CR of a header line.</summary>
    LineFeed,

    /// <summary>After the CR of the empty line.</summary>
    LastLineFeed,

    /// <summary>After the last LF.</summary>
    Complete,
}

/// <summary>How far a head has been looked at. Four numbers; the bytes stay with the caller. The default value begins a request.</summary>
/// <param name="Position">Bytes already looked at; they are never looked at again.</param>
/// <param name="Mark">Where the fixed-width part (version, status code) began.</param>
/// <param name="Lines">Header lines begun so far.</param>
/// <param name="Phase">Where in the grammar the next byte stands.</param>
public readonly record struct HeadCursor(int Position, int Mark, int Lines, HeadPhase Phase)
{
    /// <summary>Before the first byte of a request head.</summary>
    public static HeadCursor Request => default;

    /// <summary>Before the first byte of a response head.</summary>
    public static HeadCursor Response => new(0, 0, 0, HeadPhase.StatusVersion);
}

/// <summary>What is known of a head after a scan.</summary>
public enum HeadScanKind : byte
{
    /// <summary>More bytes are needed.</summary>
    Incomplete,

    /// <summary>A byte broke a rule; no further byte can mend it.</summary>
    Malformed,

    /// <summary>The head ends.</summary>
    Complete,
}

/// <summary>The result of a scan: an ordinary value with structural equality.</summary>
/// <param name="Kind">Which of the three it is.</param>
/// <param name="Cursor">
/// Incomplete: where to go on. Malformed: the position is the offset of the deciding byte. Complete: the position is the head's length.
/// </param>
/// <param name="Fault">The rule broken; <see cref="HeadFault.None"/> unless malformed.</param>
public readonly record struct HeadScan(HeadScanKind Kind, HeadCursor Cursor, HeadFault Fault)
{
    /// <summary>Calls the function that belongs to this case.</summary>
    /// <param name="incomplete">Gets the cursor to go on from.</param>
    /// <param name="malformed">Gets the fault and the offset of the byte that decided it.</param>
    /// <param name="complete">Gets the length of the head in bytes, its closing empty line counted.</param>
    public T Match<T>(Func<HeadCursor, T> incomplete, Func<HeadFault, int, T> malformed, Func<int, T> complete) => Kind switch
    {
        HeadScanKind.Incomplete => incomplete(Cursor),
        HeadScanKind.Malformed => malformed(Fault, Cursor.Position),
        _ => complete(Cursor.Position),
    };
}
