using System.Globalization;
using System.Text;
using System.Text.Json;
using LanguageExt;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Client;
using static LanguageExt.Prelude;

namespace PluginHost.Cli.Connect;

/// <summary>A line of a file that is played cannot be understood.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Column">The character, from 1.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record PlayProblem(int Line, int Column, string Message);

/// <summary>A file of steps, one JSON object a line: <c>{"text":"hi"}</c>, <c>{"binary":"AAE="}</c>, <c>{"wait":500}</c>, <c>{"close":1000,"reason":"bye"}</c>.</summary>
internal static class PlayFile
{
    private const int MaxWait = 86_400_000;
    private const string Form = """a line is one of {"text":"..."}, {"binary":"base64"}, {"wait":milliseconds}, {"close":1000,"reason":""}""";

    private static readonly string[] Names = ["text", "binary", "wait", "close", "reason"];
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>Its steps, or one line for each thing that is wrong.</returns>
    public static Either<Seq<string>, Seq<Step>> Load(string path)
    {
        try
        {
            // A pipe or device has no length, and need not end.
            var buffer = new byte[ClientConnection.MaxMessage + 1];
            using var file = File.OpenRead(path);
            var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length == buffer.Length) return Seq1($"{path} is larger than {ClientConnection.MaxMessage >> 20} MiB");
            return Read(buffer.AsSpan(0, length)).MapLeft(problems => problems.Map(problem =>
                string.Create(CultureInfo.InvariantCulture, $"{path}:{problem.Line}:{problem.Column}: {problem.Message}")).Strict());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Seq1($"{path} cannot be read: {exception.Message}");
        }
    }

    /// <summary>Reads the lines of a file. Empty ones are left out.</summary>
    /// <param name="utf8">The file.</param>
    /// <returns>Its steps, or the first problem of each line that has one.</returns>
    public static Either<Seq<PlayProblem>, Seq<Step>> Read(ReadOnlySpan<byte> utf8)
    {
        var (steps, problems) = (new List<Step>(), new List<PlayProblem>());
        if (utf8.StartsWith(Encoding.UTF8.Preamble)) utf8 = utf8[3..];
        for (var number = 1; !utf8.IsEmpty; number++)
        {
            var end = utf8.IndexOf((byte)'\n');
            var line = end < 0 ? utf8 : utf8[..end];
            utf8 = end < 0 ? default : utf8[(end + 1)..];
            if (line.Trim(" \t\r"u8).IsEmpty) continue;
            try
            {
                if (steps is [.., Step.Close]) throw new Fault(0, "nothing follows a close");
                steps.Add(StepOf(line));
            }
            catch (Fault fault)
            {
                problems.Add(new PlayProblem(number, 1 + Encoding.UTF8.GetCharCount(line[..fault.At]), fault.Message));
            }
        }
        return problems.Count > 0 ? problems.ToSeq().Strict() : steps.ToSeq().Strict();
    }

    private static Step StepOf(ReadOnlySpan<byte> line)
    {
        try
        {
            Strict.GetCharCount(line);
            var reader = new Utf8JsonReader(line);
            var members = Members(ref reader);
            reader.Read(); // nothing may follow; if something does, that is not JSON
            return StepOf(members);
        }
        catch (DecoderFallbackException invalid)
        {
            throw new Fault(Math.Clamp(invalid.Index, 0, line.Length), "this is not UTF-8");
        }
        catch (JsonException invalid)
        {
            // Behind its first sentence the message repeats the position.
            var message = invalid.Message.Split(" LineNumber:")[0];
            throw new Fault((int)Math.Min(line.Length, invalid.BytePositionInLine ?? 0), message);
        }
    }

    private static Dictionary<string, Member> Members(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new Fault((int)reader.TokenStartIndex, Form);
        var members = new Dictionary<string, Member>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var at = (int)reader.TokenStartIndex;
            var name = Text(ref reader);
            if (!Names.Contains(name)) throw new Fault(at, $"there is no '{name}'; {Form}");
            reader.Read();
            var value = (int)reader.TokenStartIndex;
            var member = reader.TokenType switch
            {
                JsonTokenType.String => new Member(at, value, Text(ref reader), null),
                JsonTokenType.Number => new Member(at, value, null, reader.TryGetInt32(out var number) ? number : -1),
                _ => throw new Fault(value, $"'{name}' is {(name is "wait" or "close" ? "a number" : "text")}"),
            };
            if (!members.TryAdd(name, member)) throw new Fault(at, $"'{name}' is there twice");
        }
        return members;
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new Fault((int)reader.TokenStartIndex, "the text has half of a surrogate pair");
        }
    }

    private static Step StepOf(Dictionary<string, Member> members)
    {
        var kinds = members.Where(member => member.Key != "reason").OrderBy(member => member.Value.At).ToArray();
        if (kinds.Length == 0) throw new Fault(0, Form);
        if (kinds.Length > 1) throw new Fault(kinds[1].Value.At, $"'{kinds[0].Key}' stands alone; {Form}");
        var (kind, member) = kinds[0];
        if (kind != "close" && members.TryGetValue("reason", out var stray)) throw new Fault(stray.At, "'reason' belongs to 'close'");
        return kind switch
        {
            "text" => new Step.Send(true, Encoding.UTF8.GetBytes(TextOf(kind, member))),
            "binary" => new Step.Send(false, Bytes(member)),
            "wait" => new Step.Wait(TimeSpan.FromMilliseconds(NumberOf(kind, member, number => number is >= 0 and <= MaxWait, $"0 to {MaxWait} milliseconds"))),
            _ => new Step.Close(
                (CloseCode)NumberOf(kind, member, CloseCodeRules.IsValidOnWire, "a code that may be sent: 1000 to 1003, 1007 to 1014, 3000 to 4999"),
                members.TryGetValue("reason", out var reason) ? Reason(reason) : ""),
        };
    }

    private static byte[] Bytes(Member member)
    {
        try
        {
            return Convert.FromBase64String(TextOf("binary", member));
        }
        catch (FormatException)
        {
            throw new Fault(member.ValueAt, "'binary' is base64");
        }
    }

    private static string Reason(Member member)
    {
        var reason = TextOf("reason", member);
        return Encoding.UTF8.GetByteCount(reason) <= CloseCodeRules.MaxReasonBytes
            ? reason
            : throw new Fault(member.ValueAt, $"'reason' has at most {CloseCodeRules.MaxReasonBytes} bytes");
    }

    private static string TextOf(string name, Member member) => member.Text ?? throw new Fault(member.ValueAt, $"'{name}' is text");

    private static int NumberOf(string name, Member member, Func<int, bool> isValid, string range) =>
        member.Number is { } number && isValid(number) ? number : throw new Fault(member.ValueAt, $"'{name}' is {range}");

    /// <summary>A member: where its name and its value stand, and the value.</summary>
    private sealed record Member(int At, int ValueAt, string? Text, int? Number);

    /// <summary>A line is wrong at a byte of it. It never leaves this file.</summary>
    private sealed class Fault(int at, string message) : Exception(message)
    {
        public int At => at;
    }
}
