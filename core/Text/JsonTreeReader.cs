using System.Text;
using System.Text.Json;
using LanguageExt;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Text;

/// <summary>
/// Reads JSON (RFC 8259) with comments and trailing commas into a tree that keeps offsets. Names that repeat, at whatever depth, and text
/// that cannot be decoded are reported and reading goes on; a syntax error ends it, since what follows would be guesswork.
/// </summary>
internal static class JsonTreeReader
{
    /// <summary>Objects and lists within each other.</summary>
    public const int MaxDepth = 32;

    private const string NoTokens = "The input does not contain any JSON tokens";
    private const string StaysOpen = "Expected depth to be zero";

    /// <summary>The tree, none after a fault that made reading on pointless; and what is wrong with the JSON.</summary>
    /// <param name="utf8">The file without its byte order mark; valid UTF-8.</param>
    public static (Option<JsonTree> Root, Seq<Fault> Faults) Read(ReadOnlySpan<byte> utf8)
    {
        var options = new JsonReaderOptions
        {
            AllowTrailingCommas = true,
            CommentHandling = JsonCommentHandling.Skip,
            MaxDepth = MaxDepth + 1, // one more, so that the check below words the problem
        };
        var reader = new Utf8JsonReader(utf8, options);
        var state = new State();
        try
        {
            reader.Read();
            var root = Value(ref reader, JsonPath.Root, utf8, state);
            if (!state.TooDeep) reader.Read(); // fails where anything but white space and comments follows
            return (state.TooDeep ? None : Optional(root), state.Faults.ToSeq());
        }
        catch (JsonException error)
        {
            var offset = OffsetOf(utf8, error);
            return (None, state.Faults.ToSeq().Add(new Fault(offset, JsonPath.Root, Message(error, utf8, offset, state))));
        }
    }

    private sealed class State
    {
        public List<Fault> Faults { get; } = [];

        /// <summary>Where the objects and lists that are not closed yet begin.</summary>
        public Stack<int> Open { get; } = new();

        public bool TooDeep { get; set; }
    }

    private static JsonTree Value(ref Utf8JsonReader reader, JsonPath path, ReadOnlySpan<byte> utf8, State state)
    {
        var start = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                return Nested(ref reader, path, utf8, state, start);
            case JsonTokenType.String:
                return Decode(ref reader, path, start, state) is { } value
                    ? new JsonTree.Text(start, path, value, Raw(ref reader, utf8))
                    : new JsonTree.Broken(state.Faults[^1]);
            case JsonTokenType.Number:
                return new JsonTree.Number(start, path, Raw(ref reader, utf8));
            case JsonTokenType.True or JsonTokenType.False:
                return new JsonTree.Flag(start, path, reader.TokenType == JsonTokenType.True);
            default:
                return new JsonTree.Null(start, path);
        }
    }

    private static JsonTree Nested(ref Utf8JsonReader reader, JsonPath path, ReadOnlySpan<byte> utf8, State state, int start)
    {
        if (state.Open.Count >= MaxDepth)
        {
            var fault = new Fault(start, path, $"nested more than {MaxDepth} levels deep");
            state.Faults.Add(fault);
            state.TooDeep = true;
            return new JsonTree.Broken(fault);
        }
        state.Open.Push(start);
        JsonTree result = reader.TokenType == JsonTokenType.StartObject
            ? new JsonTree.Object(start, path, Members(ref reader, path, utf8, state))
            : new JsonTree.Array(start, path, Items(ref reader, path, utf8, state));
        state.Open.Pop();
        return result;
    }

    private static Seq<JsonMember> Members(ref Utf8JsonReader reader, JsonPath path, ReadOnlySpan<byte> utf8, State state)
    {
        var members = new List<JsonMember>();
        var names = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        while (!state.TooDeep && reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var start = (int)reader.TokenStartIndex;
            var name = Decode(ref reader, path, start, state);
            var raw = Raw(ref reader, utf8);
            if (name is not null && !names.Add(name))
                state.Faults.Add(new Fault(start, path.Child(name), $"the key {Quoting.Quote(name)} stands here a second time"));
            reader.Read();
            var value = Value(ref reader, path.Child(name ?? "\uFFFD"), utf8, state);
            if (name is not null) members.Add(new JsonMember(start, name, raw, value));
        }
        return members.ToSeq().Strict();
    }

    private static Seq<JsonTree> Items(ref Utf8JsonReader reader, JsonPath path, ReadOnlySpan<byte> utf8, State state)
    {
        var items = new List<JsonTree>();
        while (!state.TooDeep && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            items.Add(Value(ref reader, path.Child(items.Count), utf8, state));
        return items.ToSeq().Strict();
    }

    // An escaped lone surrogate passes the syntax (RFC 8259 §8.2) but is no text.
    private static string? Decode(ref Utf8JsonReader reader, JsonPath path, int start, State state)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            state.Faults.Add(new Fault(start, path, "text with a \\u escape that is half of a surrogate pair"));
            return null;
        }
    }

    private static string Raw(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8)
    {
        var quotes = reader.TokenType == JsonTokenType.Number ? 0 : 2;
        return Encoding.UTF8.GetString(utf8.Slice((int)reader.TokenStartIndex, reader.ValueSpan.Length + quotes));
    }

    private static int OffsetOf(ReadOnlySpan<byte> utf8, JsonException error)
    {
        var lineStart = 0;
        for (var line = error.LineNumber.GetValueOrDefault(); line > 0; line--)
            lineStart += utf8[lineStart..].IndexOf((byte)'\n') + 1;
        return Math.Min(lineStart + (int)error.BytePositionInLine.GetValueOrDefault(), utf8.Length);
    }

    private static string Message(JsonException error, ReadOnlySpan<byte> utf8, int offset, State state)
    {
        if (error.Message.StartsWith(NoTokens, StringComparison.Ordinal)) return "the file is empty; the shortest valid one is {}";
        if (error.Message.StartsWith(StaysOpen, StringComparison.Ordinal))
        {
            var open = new TextCursor().MoveTo(utf8, state.Open.Peek()).Position;
            var kind = utf8[state.Open.Peek()] == '{' ? "object" : "list";
            return $"syntax error: the file ends inside the {kind} that begins at line {open.Line}, column {open.Column}";
        }
        return "syntax error: " + Quoting.Escape(error.Message.Split(" LineNumber:")[0], 300);
    }
}
