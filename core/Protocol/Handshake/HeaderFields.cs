using System.Text;
using LanguageExt;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>One header line.</summary>
/// <param name="Name">The name as sent. Names are compared without regard to case.</param>
/// <param name="Value">The value without the white space around it; each character is one byte (Latin-1).</param>
public sealed record HeaderField(string Name, string Value)
{
    /// <summary>
    /// Whether the field can be written as one line and nothing else: the name a token, the value without control characters.
    /// </summary>
    public bool IsWritable => Grammar.IsToken(Name) && Grammar.IsFieldValue(Value);

    /// <summary>
    /// Whether the field may be added to a handshake: writable, and none of those that the handshake itself or the framing of HTTP is made
    /// of.
    /// </summary>
    public bool IsExtra => IsWritable && !IsReserved;

    private bool IsReserved =>
        Name.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase) || Reserved.Contains(Name, StringComparer.OrdinalIgnoreCase);

    private static string[] Reserved => ["Host", "Origin", "Upgrade", "Connection", "Content-Length", "Transfer-Encoding", "Trailer"];
}

/// <summary>The header lines of a head, in the order sent.</summary>
/// <param name="Lines">Every line, repeated names included.</param>
public sealed record HeaderFields(Seq<HeaderField> Lines)
{
    /// <summary>How many lines have this name.</summary>
    /// <param name="name">A header name in any case.</param>
    public int Count(string name)
    {
        var count = 0;
        for (var i = 0; i < Lines.Count; i++)
            if (Grammar.SameName(Lines[i].Name, name)) count++;
        return count;
    }

    /// <summary>The values of all lines with this name, in order; empty when there is none.</summary>
    /// <param name="name">A header name in any case.</param>
    public Seq<string> All(string name)
    {
        var count = Count(name);
        if (count == 0) return Seq<string>.Empty;
        var values = new string[count];
        var at = 0;
        for (var i = 0; at < count; i++)
            if (Grammar.SameName(Lines[i].Name, name)) values[at++] = Lines[i].Value;
        return values.ToSeq().Strict();
    }

    /// <summary>The value of the only line with this name; none when there is no such line or more than one.</summary>
    /// <param name="name">A header name in any case.</param>
    public Option<string> Single(string name) => Count(name) == 1 && First(name) is { } only ? only : Option<string>.None;

    /// <summary>
    /// The elements of a comma-separated list that may be spread over several lines (RFC 7230 §7), in order, without white space around
    /// them. Empty elements are left out; a comma inside a quoted string does not separate.
    /// </summary>
    /// <param name="name">A header name in any case.</param>
    /// <returns>None when a quoted string is not closed.</returns>
    public Option<Seq<string>> List(string name)
    {
        var elements = new List<string>();
        foreach (var line in Lines)
            if (Grammar.SameName(line.Name, name) && !Split(line.Value, elements)) return Option<Seq<string>>.None;
        return elements.ToArray().ToSeq().Strict();
    }

    /// <summary>Whether a token is among the elements of the list, without regard to case.</summary>
    internal bool Lists(string name, string token)
    {
        // Nearly always the one element of the one line.
        if (Count(name) == 1 && Grammar.SameName(First(name)!, token)) return true;
        return List(name).Exists(list => list.Exists(element => Grammar.SameName(element, token)));
    }

    private string? First(string name)
    {
        for (var i = 0; i < Lines.Count; i++)
            if (Grammar.SameName(Lines[i].Name, name)) return Lines[i].Value;
        return null;
    }

    /// <summary>Adds the elements of one value; false when a quoted string is not closed.</summary>
    private static bool Split(string value, List<string> elements)
    {
        var start = 0;
        var quoted = false;
        for (var i = 0; i < value.Length; i++)
        {
            if (quoted && value[i] == '\\') i++;
            else if (value[i] == '"') quoted = !quoted;
            else if (value[i] == ',' && !quoted)
            {
                Add(elements, value.AsSpan(start, i - start));
                start = i + 1;
            }
        }
        if (quoted) return false;
        Add(elements, value.AsSpan(start));
        return true;
    }

    private static void Add(List<string> elements, ReadOnlySpan<char> element)
    {
        var trimmed = Grammar.TrimSpace(element);
        if (!trimmed.IsEmpty) elements.Add(trimmed.ToString());
    }
}

/// <summary>A complete head cut into its lines.</summary>
/// <param name="StartLine">Bytes of the start line, its CRLF not counted.</param>
/// <param name="Headers">The lines below it.</param>
internal readonly record struct HeadText(int StartLine, HeaderFields Headers)
{
    private static readonly HeadLimits Unlimited = new(int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue);

    /// <summary>Cuts bytes that are exactly one head; anything else is a fault.</summary>
    public static Either<HeadFault, HeadText> Cut(HeadCursor start, ReadOnlySpan<byte> head)
    {
        var scan = HeadScanner.Scan(start, head, Unlimited);
        if (scan.Kind == HeadScanKind.Malformed) return scan.Fault;
        if (scan.Kind == HeadScanKind.Incomplete || scan.Cursor.Position != head.Length) return HeadFault.NotOneHead;

        var startLine = head.IndexOf((byte)'\r');
        var lines = new HeaderField[scan.Cursor.Lines];
        var rest = head[(startLine + 2)..];
        for (var i = 0; i < lines.Length; i++)
        {
            var end = rest.IndexOf((byte)'\r');
            lines[i] = Field(rest[..end]);
            rest = rest[(end + 2)..];
        }

        return new HeadText(startLine, new HeaderFields(lines.ToSeq().Strict()));
    }

    private static HeaderField Field(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        return new(CommonText.Of(line[..colon]), CommonText.Of(line[(colon + 1)..].Trim(" \t"u8)));
    }
}
