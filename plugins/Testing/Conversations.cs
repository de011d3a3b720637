using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace PluginHost.Testing;

/// <summary>Makes conversations for properties; for use with FsCheck, also in properties of your own.</summary>
public static class Conversations
{
    private static readonly string[] s_odd =
    [
        "", " ", "null", "true", "{}", "[]", "{", "}", "\"", "\\", "0", "-1", "1e999", "9223372036854775808", "0.1", "\0", "\n", "\u001b", "\u2028", "\ufeff", "é", "😀", "//", "..",
        "\\u0000", "NaN", "{\"\":null}", "[[[[[[[[", "a,b;c", "%00", "'",
    ];

    private static readonly string[] s_numbers = ["0", "-0", "-1", "1.5", "1e400", "2147483648", "-9223372036854775809", "null", "\"1\"", "[1]", "{}", "true"];

    private static readonly string[] s_strings = ["\"\"", "null", "0", "[]", "{}", "false", "\"\\u0000\"", "\"\\ud83d\"", "\"" + new string('x', 5000) + "\""];

    /// <summary>Conversations that a handler has to stand: samples, samples that have been changed, and what has never been a message of any protocol.</summary>
    /// <param name="samples">What clients usually say; may be empty.</param>
    public static Arbitrary<Conversation> Junk(IEnumerable<Conversation> samples)
    {
        ClientStep[] known = [.. samples.SelectMany(sample => sample.Steps)];
        ClientStep[] messages = [.. known.Where(step => step.IsMessage).DefaultIfEmpty(ClientStep.Text("hello"))];
        var step = Gen.Frequency(
            (4, Gen.Elements(messages)),
            (6, Gen.Elements(messages).SelectMany(Changed)),
            (3, Gen.Sized(size => Json(Math.Min(size, 6), Words(messages)).Select(ClientStep.Text))),
            (2, Text().Select(ClientStep.Text)),
            (2, Bytes().Select(bytes => ClientStep.Binary(bytes))),
            (1, Gen.Elements(messages).Select(message => message.Kind == ClientStepKind.Text ? ClientStep.Binary(message.Bytes) : ClientStep.Text(Encoding.Latin1.GetString(message.Bytes.Span)))),
            (1, Gen.Choose(0, 90_000).Select(time => ClientStep.Wait(TimeSpan.FromMilliseconds(time)))));
        var end = Gen.Frequency(
            (4, Gen.Constant<ClientStep[]>([])),
            (1, Gen.Elements(1000, 1001, 3000, 4999).Select(code => new[] { ClientStep.Close(code, "bye") })));
        return Arb.From(step.ListOf().Zip(end).Select(both => new Conversation([.. both.Item1, .. both.Item2])), Shrink);
    }

    /// <summary>Conversations made of samples: each is a part of one, or parts of several.</summary>
    /// <param name="samples">What clients usually say; at least one conversation.</param>
    public static Arbitrary<Conversation> Like(IEnumerable<Conversation> samples)
    {
        Conversation[] all = [.. samples];
        if (all.Length == 0) throw new ArgumentException("There is no sample conversation.", nameof(samples));
        var part = Gen.Elements(all).SelectMany(
            sample => Gen.Choose(0, sample.Steps.Count), (sample, count) => sample.Steps.Take(count).Where(step => step.Kind != ClientStepKind.Close));
        var whole = Gen.Elements(all).Select(sample => sample.Steps.AsEnumerable());
        return Arb.From(
            Gen.Frequency((2, whole), (3, part.ListOf().Zip(whole).Select(both => both.Item1.SelectMany(steps => steps).Concat(both.Item2)))).Select(steps => new Conversation(steps)), Shrink);
    }

    /// <summary>Smaller conversations: fewer steps, and shorter ones.</summary>
    internal static IEnumerable<Conversation> Shrink(Conversation conversation)
    {
        var steps = conversation.Steps;
        for (var size = steps.Count; size > 0; size /= 2)
            for (var from = 0; from + size <= steps.Count; from += size)
                yield return new Conversation([.. steps.Take(from), .. steps.Skip(from + size)]);
        for (var i = 0; i < steps.Count; i++)
            foreach (var smaller in Shrink(steps[i]))
                yield return new Conversation([.. steps.Take(i), smaller, .. steps.Skip(i + 1)]);
    }

    private static IEnumerable<ClientStep> Shrink(ClientStep step)
    {
        if (step.Kind == ClientStepKind.Wait)
        {
            if (step.Delay > TimeSpan.FromMilliseconds(1)) yield return ClientStep.Wait(step.Delay / 2);
            yield break;
        }
        if (!step.IsMessage) yield break;
        if (step.Kind == ClientStepKind.Binary)
        {
            foreach (var bytes in Shorter(step.Bytes.ToArray())) yield return ClientStep.Binary(bytes);
            yield break;
        }
        var runes = Encoding.UTF8.GetString(step.Bytes.Span).EnumerateRunes().ToArray();
        foreach (var text in Shorter(runes)) yield return ClientStep.Text(string.Concat(text));
        if (runes.Any(rune => rune.Value > 'a')) yield return ClientStep.Text(string.Concat(runes.Select(rune => Rune.IsLetter(rune) ? new Rune('a') : rune)));
    }

    private static IEnumerable<T[]> Shorter<T>(T[] all)
    {
        for (var size = all.Length; size > 0; size /= 2)
            for (var from = 0; from + size <= all.Length && from < 64 * size; from += size)
                yield return [.. all[..from], .. all[(from + size)..]];
    }

    private static Gen<ClientStep> Changed(ClientStep step) => step.Kind == ClientStepKind.Binary
        ? ChangedBytes(step.Bytes.ToArray()).Select(bytes => ClientStep.Binary(bytes))
        : ChangedText(Encoding.UTF8.GetString(step.Bytes.Span)).Select(ClientStep.Text);

    private static Gen<string> ChangedText(string text)
    {
        var at = Gen.Choose(0, text.Length);
        return Gen.OneOf(
            at.Select(end => text[..end]),
            at.Two().Select(both => text.Remove(Math.Min(both.Item1, both.Item2), Math.Abs(both.Item1 - both.Item2))),
            at.Two().Select(both => text.Insert(both.Item1, text[Math.Min(both.Item1, both.Item2)..Math.Max(both.Item1, both.Item2)])),
            at.Zip(Gen.Elements(s_odd)).Select(both => text.Insert(both.Item1, both.Item2)),
            at.Zip(Gen.Elements(s_odd)).Select(both => both.Item1 < text.Length ? text.Remove(both.Item1, 1).Insert(both.Item1, both.Item2) : text + both.Item2),
            WithValue(text, @"-?\d+(\.\d+)?", s_numbers),
            WithValue(text, "\"[^\"]*\"", s_strings),
            Gen.Constant(text.ToUpperInvariant()),
            Gen.Constant(text + text));
    }

    private static Gen<string> WithValue(string text, string pattern, string[] values)
    {
        var found = System.Text.RegularExpressions.Regex.Matches(text, pattern);
        return found.Count == 0
            ? Gen.Elements(values)
            : Gen.Choose(0, found.Count - 1).Zip(Gen.Elements(values)).Select(both => text.Remove(found[both.Item1].Index, found[both.Item1].Length).Insert(found[both.Item1].Index, both.Item2));
    }

    private static Gen<byte[]> ChangedBytes(byte[] bytes)
    {
        var at = Gen.Choose(0, bytes.Length);
        return Gen.OneOf(
            at.Select(end => bytes[..end]),
            at.Two().Select(both => (byte[])[.. bytes[..Math.Min(both.Item1, both.Item2)], .. bytes[Math.Max(both.Item1, both.Item2)..]]),
            at.Zip(Gen.Choose(0, 255)).Select(both => (byte[])[.. bytes[..both.Item1], (byte)both.Item2, .. bytes[both.Item1..]]),
            at.Zip(Gen.Elements<byte>(0, 1, 0x7F, 0x80, 0xFF)).Select(both => both.Item1 == bytes.Length ? bytes : (byte[])[.. bytes[..both.Item1], both.Item2, .. bytes[(both.Item1 + 1)..]]));
    }

    private static Gen<string> Text() => Gen.OneOf(
        Gen.Elements(s_odd),
        Gen.Choose(32, 126).ListOf().Select(all => string.Concat(all.Select(code => (char)code))),
        Gen.Choose(0, 0x2FFF).ListOf().Select(all => string.Concat(all.Where(Rune.IsValid).Select(code => new Rune(code)))),
        Gen.Elements(s_odd).ListOf().Select(string.Concat),
        Gen.Constant(new string('x', 20_000)),
        Gen.Constant(new string('[', 2_000)));

    private static Gen<byte[]> Bytes() => Gen.OneOf(
        Gen.Choose(0, 255).ListOf().Select(all => all.Select(value => (byte)value).ToArray()),
        Gen.Choose(0, 3).SelectMany(length => Gen.Elements<byte>(0, 1, 0x7F, 0x80, 0xFF).ListOf(length), (_, all) => all.ToArray()),
        Gen.Constant(new byte[20_000]));

    /// <summary>The words of samples: names of members are among them.</summary>
    private static string[] Words(ClientStep[] messages) =>
    [
        .. messages.Where(step => step.Kind == ClientStepKind.Text)
            .SelectMany(step => System.Text.RegularExpressions.Regex.Matches(Encoding.UTF8.GetString(step.Bytes.Span), @"[\p{L}_][\p{L}\d_.\-]*").Select(word => word.Value))
            .Distinct().Take(200).DefaultIfEmpty("a"),
    ];

    private static Gen<string> Json(int depth, string[] words)
    {
        var name = Gen.Elements(words).Select(word => $"\"{word}\"");
        var value = Gen.Frequency((3, name), (3, Gen.Elements(s_numbers)), (2, Gen.Elements(s_strings)));
        if (depth <= 0) return value;
        var inner = Json(depth - 2, words);
        return Gen.Frequency(
            (1, value),
            (1, Gen.Choose(0, 4).SelectMany(count => inner.ListOf(count), (_, all) => $"[{string.Join(',', all)}]")),
            (4, Gen.Choose(0, 4).SelectMany(count => name.Zip(inner).ListOf(count), (_, all) => $"{{{string.Join(',', all.Select(member => $"{member.Item1}:{member.Item2}"))}}}")));
    }
}
