using System.Buffers;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>
/// Finds the end of a request or response head in bytes that arrive in any cuts, and every fault of form at the first byte that decides it
/// (RFC 7230 §3). Each byte is looked at twice at most, whatever the cuts; nothing is allocated.
/// </summary>
public static class HeadScanner
{
    private const byte Cr = (byte)'\r';
    private const byte Lf = (byte)'\n';
    private const byte Space = (byte)' ';
    private const byte Tab = (byte)'\t';
    private const int VersionLength = 8;

    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(Grammar.TokenBytes);

    private static readonly SearchValues<byte> ControlBytes = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Append(0x7f).Where(b => b != Tab).Select(b => (byte)b)]);

    /// <summary>Looks at the bytes behind the cursor.</summary>
    /// <param name="cursor">
    /// <see cref="HeadCursor.Request"/> or <see cref="HeadCursor.Response"/> at first, then the one last returned.
    /// </param>
    /// <param name="bytesFromStart">
    /// Everything received so far. Bytes before the cursor's position are not read, those behind the head neither.
    /// </param>
    /// <param name="limits">The bounds; the request line's applies to a status line too.</param>
    /// <returns>Incomplete, malformed or complete. Scanning on from a malformed or complete result returns it again.</returns>
    public static HeadScan Scan(HeadCursor cursor, ReadOnlySpan<byte> bytesFromStart, HeadLimits limits)
    {
        var at = cursor;
        while (at.Phase != HeadPhase.Complete)
        {
            var line = WholeLine(at, bytesFromStart, limits);
            if (line > 0)
            {
                at = new(at.Position + line, at.Position + line, at.Phase == HeadPhase.LineStart ? at.Lines + 1 : at.Lines, HeadPhase.LineStart);
                continue;
            }
            var skipped = Skip(at, bytesFromStart, limits);
            at = at with { Position = at.Position + skipped };
            if (at.Position >= bytesFromStart.Length) return new(HeadScanKind.Incomplete, at, HeadFault.None);
            var next = bytesFromStart[at.Position];
            var fault = ExceededLimit(at, next, limits);
            if (fault != HeadFault.None) return new(HeadScanKind.Malformed, at, fault);
            var step = Next(at, next, limits);
            if (step.Fault != HeadFault.None) return new(HeadScanKind.Malformed, at, step.Fault);
            at = new(at.Position + 1, step.Mark(at), step.Lines(at), step.Phase);
        }

        return new(HeadScanKind.Complete, at, HeadFault.None);
    }

    /// <summary>
    /// Bytes of the header line, or of the end of the request line, that lies here whole and well-formed within all limits; 0 where each byte has to be
    /// looked at for itself. It finds nothing that going byte by byte would not find.
    /// </summary>
    private static int WholeLine(HeadCursor at, ReadOnlySpan<byte> bytes, HeadLimits limits)
    {
        var end = Math.Min(bytes.Length, limits.Head);
        if (end <= at.Position) return 0;
        var rest = bytes[at.Position..end];
        if (at.Phase == HeadPhase.RequestVersion)
            return at.Mark == at.Position && at.Position + VersionLength <= limits.RequestLine && rest.StartsWith("HTTP/1.1\r\n"u8) ? VersionLength + 2 : 0;
        if (at.Phase != HeadPhase.LineStart || at.Lines >= limits.HeaderLines) return 0;
        var name = rest.IndexOfAnyExcept(TokenBytes);
        if (name <= 0 || rest[name] != ':') return 0;
        var value = rest[(name + 1)..].IndexOfAny(ControlBytes);
        if (value < 0) return 0;
        var lineEnd = rest[(name + 1 + value)..];
        return lineEnd is [Cr, Lf, ..] ? name + 1 + value + 2 : 0;
    }

    /// <summary>Bytes that may be passed over because they leave the phase as it is; never beyond a limit.</summary>
    private static int Skip(HeadCursor at, ReadOnlySpan<byte> bytes, HeadLimits limits)
    {
        var end = Math.Min(bytes.Length, at.Phase < HeadPhase.StartLineFeed ? Math.Min(limits.RequestLine, limits.Head) : limits.Head);
        if (end <= at.Position) return 0;
        var rest = bytes[at.Position..end];
        var length = at.Phase switch
        {
            HeadPhase.Method or HeadPhase.Name => rest.IndexOfAnyExcept(TokenBytes),
            HeadPhase.Target => rest.IndexOfAnyExceptInRange((byte)0x21, (byte)0x7e),
            HeadPhase.Value or HeadPhase.Reason => rest.IndexOfAny(ControlBytes),
            _ => 0,
        };
        return length < 0 ? rest.Length : length;
    }

    private static HeadFault ExceededLimit(HeadCursor at, byte next, HeadLimits limits)
    {
        // The CR of a start line is not counted, so it alone may stand where the line's limit is.
        if (at.Phase < HeadPhase.StartLineFeed && at.Position >= limits.RequestLine && next != Cr) return HeadFault.StartLineTooLong;
        return at.Position >= limits.Head ? HeadFault.HeadTooLarge : HeadFault.None;
    }

    private static Step Next(HeadCursor at, byte next, HeadLimits limits)
    {
        if (next == Lf && at.Phase is not (HeadPhase.StartLineFeed or HeadPhase.LineFeed or HeadPhase.LastLineFeed))
            return HeadFault.BareLineFeed;

        return at.Phase switch
        {
            HeadPhase.MethodStart => next == Cr ? HeadFault.EmptyStartLine : Expect(IsToken(next), HeadPhase.Method, HeadFault.BadMethod),
            HeadPhase.Method => Expect(next == Space, HeadPhase.TargetStart, HeadFault.BadMethod),
            HeadPhase.TargetStart => Expect(next is > Space and < 0x7f, HeadPhase.Target, HeadFault.BadTarget),
            HeadPhase.Target => AfterTarget(next),
            HeadPhase.RequestVersion => Version(at, next, Cr, HeadPhase.StartLineFeed),
            HeadPhase.StatusVersion => Version(at, next, Space, HeadPhase.StatusCode),
            HeadPhase.StatusCode => StatusCode(at, next),
            HeadPhase.Reason => Expect(next == Cr, HeadPhase.StartLineFeed, HeadFault.ControlCharacter),
            HeadPhase.StartLineFeed or HeadPhase.LineFeed => Expect(next == Lf, HeadPhase.LineStart, HeadFault.BareCarriageReturn),
            HeadPhase.LineStart => LineStart(at, next, limits),
            HeadPhase.Name => AfterName(next),
            HeadPhase.Value => Expect(next == Cr, HeadPhase.LineFeed, HeadFault.ControlCharacter),
            _ => Expect(next == Lf, HeadPhase.Complete, HeadFault.BareCarriageReturn),
        };
    }

    private static Step Expect(bool met, HeadPhase then, HeadFault otherwise) => met ? then : otherwise;

    private static Step AfterTarget(byte next) => next switch
    {
        Space => HeadPhase.RequestVersion,
        // The line of HTTP/0.9, which had no version.
        Cr => HeadFault.BadVersion,
        _ => HeadFault.BadTarget,
    };

    private static Step Version(HeadCursor at, byte next, byte end, HeadPhase then)
    {
        var index = at.Position - at.Mark;
        if (index == VersionLength) return Expect(next == end, then, HeadFault.BadVersion);
        var fits = index is 5 or 7 ? IsDigit(next) : next == "HTTP/0.0"u8[index];
        return Expect(fits, at.Phase, HeadFault.BadVersion);
    }

    private static Step StatusCode(HeadCursor at, byte next) =>
        at.Position - at.Mark < 3
            ? Expect(IsDigit(next), HeadPhase.StatusCode, HeadFault.BadStatusCode)
            : Expect(next == Space, HeadPhase.Reason, HeadFault.BadStatusCode);

    private static Step LineStart(HeadCursor at, byte next, HeadLimits limits) => next switch
    {
        Cr => HeadPhase.LastLineFeed,
        Space or Tab => HeadFault.FoldedLine,
        (byte)':' => HeadFault.EmptyHeaderName,
        _ when !IsToken(next) => HeadFault.BadHeaderName,
        _ => Expect(at.Lines < limits.HeaderLines, HeadPhase.Name, HeadFault.TooManyHeaderLines),
    };

    private static Step AfterName(byte next) => next switch
    {
        (byte)':' => HeadPhase.Value,
        Space or Tab => HeadFault.SpaceBeforeColon,
        Cr => HeadFault.MissingColon,
        _ => HeadFault.BadHeaderName,
    };

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';

    private static bool IsToken(byte value) => TokenBytes.Contains(value);

    /// <summary>The phase that a byte leads to, or the fault that it is.</summary>
    private readonly record struct Step(HeadPhase Phase, HeadFault Fault)
    {
        public static implicit operator Step(HeadPhase phase) => new(phase, HeadFault.None);

        public static implicit operator Step(HeadFault fault) => new(default, fault);

        public int Mark(HeadCursor from) => Phase == from.Phase ? from.Mark : from.Position + 1;

        public int Lines(HeadCursor from) => Phase == HeadPhase.Name ? from.Lines + 1 : from.Lines;
    }
}
