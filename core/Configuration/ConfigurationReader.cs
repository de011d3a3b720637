using System.Text;
using System.Text.Unicode;
using LanguageExt;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;

namespace PluginHost.Core.Configuration;

/// <summary>Reads <c>plugins.json</c>: its text in; a plan, or all problems, out.</summary>
public static class ConfigurationReader
{
    /// <summary>Bytes that are read at most; a larger file is one problem.</summary>
    public const int MaxBytes = 1 << 20;

    private const string ByteOrderMark = "\uFEFF";

    /// <summary>The plan of the empty file <c>{}</c>: every default.</summary>
    public static ServerPlan Default { get; } = Read("{}"u8).IfLeft(_ => throw new InvalidOperationException("the defaults are not valid"));

    /// <summary>
    /// Reads a file. JSON (RFC 8259) in UTF-8, with or without byte order mark; <c>//</c> and <c>/* */</c> comments and trailing commas are
    /// allowed. Never throws on account of what the file contains.
    /// </summary>
    /// <param name="utf8">The whole file.</param>
    /// <returns>Right: the plan. Left: every problem, at least one, in the order of the file.</returns>
    public static Either<Seq<Problem>, ServerPlan> Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
            return Fault.InOrder([new Fault(0, JsonPath.Root, $"the file has {utf8.Length} bytes; at most {MaxBytes} ({Quantity.Format(MaxBytes)}) are read")], []);
        var text = utf8.StartsWith(Encoding.UTF8.GetBytes(ByteOrderMark)) ? utf8[3..] : utf8;
        if (!Utf8.IsValid(text))
            return Fault.InOrder([new Fault(FirstInvalid(text), JsonPath.Root, "the file is not UTF-8: here is a byte that does not belong")], text);
        var source = text.ToArray();
        var (root, faults) = JsonTreeReader.Read(source);
        return root
            .Match(
                tree => (Kinds.Checked(new SourceMap(source, tree), faults), FileKeys.File.ReadObject(tree, null)).Apply((map, plan) => plan(map)),
                () => Validation<Fault, ServerPlan>.Fail(faults))
            .ToEither()
            .MapLeft(all => Fault.InOrder(all, source));
    }

    private static int FirstInvalid(ReadOnlySpan<byte> utf8)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(utf8[at..], out _, out var length) == System.Buffers.OperationStatus.Done) at += length;
        return at;
    }
}
