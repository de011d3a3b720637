using System.Globalization;
using LanguageExt;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Text;

/// <summary>
/// Where each value of a plan stands in its file, so that problems found later (a plugin's options, a token that nobody serves) name
/// a line too. Two source maps are always equal: plans are compared by what they say, not by where they say it.
/// </summary>
public sealed class SourceMap : IEquatable<SourceMap>
{
    private readonly ReadOnlyMemory<byte> utf8;
    private readonly JsonTree root;

    internal SourceMap(ReadOnlyMemory<byte> utf8, JsonTree root) => (this.utf8, this.root) = (utf8, root);

    /// <summary>The position of the value that a JSON pointer names, or of its closest ancestor in the file.</summary>
    /// <param name="pointer">RFC 6901, such as <c>/plugins/entries/chat/options/history</c>; empty for the whole file.</param>
    public FilePosition Locate(string pointer)
    {
        var at = root;
        foreach (var name in pointer.Split('/').Skip(1).Select(JsonPath.Decode))
        {
            if (Child(at, name) is not { } child) break;
            at = child;
        }
        return new TextCursor().MoveTo(utf8.Span, at.Start).Position;
    }

    /// <summary>Whether the file has the value that a JSON pointer names.</summary>
    /// <param name="pointer">RFC 6901.</param>
    public bool Has(string pointer)
    {
        var at = root;
        foreach (var name in pointer.Split('/').Skip(1).Select(JsonPath.Decode))
        {
            if (Child(at, name) is not { } child) return false;
            at = child;
        }
        return true;
    }

    /// <summary>A problem with the value that a JSON pointer names.</summary>
    /// <param name="pointer">RFC 6901.</param>
    /// <param name="message">One line.</param>
    /// <param name="suggestion">What was probably meant.</param>
    public Problem ProblemAt(string pointer, string message, Option<string> suggestion) =>
        new(Locate(pointer), pointer, message, suggestion);

    /// <summary>A problem with the value that a JSON pointer names, without a suggestion.</summary>
    /// <param name="pointer">RFC 6901.</param>
    /// <param name="message">One line.</param>
    public Problem ProblemAt(string pointer, string message) => ProblemAt(pointer, message, None);

    /// <inheritdoc/>
    public bool Equals(SourceMap? other) => other is not null;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SourceMap);

    /// <inheritdoc/>
    public override int GetHashCode() => 0;

    private static JsonTree? Child(JsonTree at, string name) => at switch
    {
        JsonTree.Object o => o.Find(name),
        JsonTree.Array a when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var i)
            && i < a.Items.Count => a.Items[i],
        _ => null,
    };
}
