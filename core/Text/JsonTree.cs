using LanguageExt;

namespace PluginHost.Core.Text;

/// <summary>A JSON value that knows where in the file it stands.</summary>
/// <param name="Start">Byte offset of its first byte.</param>
/// <param name="Path">The way to it.</param>
internal abstract record JsonTree(int Start, JsonPath Path)
{
    private protected abstract int Closed { get; }

    /// <summary>What the value is, for a message: <c>a number</c>, <c>text</c> …</summary>
    public abstract string Kind { get; }

    /// <summary>Something is wrong with this value.</summary>
    public Fault Fault(string message, string? suggestion = null) => new(Start, Path, message, suggestion);

    /// <param name="Start">Byte offset of the opening brace.</param>
    /// <param name="Path">The way to it.</param>
    /// <param name="Members">Its members in the order of the file; names may repeat (which has then been reported).</param>
    internal sealed record Object(int Start, JsonPath Path, Seq<JsonMember> Members) : JsonTree(Start, Path)
    {
        private protected override int Closed => 0;

        public override string Kind => "an object";

        /// <summary>The value of the first member of that name, or null.</summary>
        public JsonTree? Find(string name)
        {
            foreach (var member in Members)
                if (member.Name == name) return member.Value;
            return null;
        }
    }

    internal sealed record Array(int Start, JsonPath Path, Seq<JsonTree> Items) : JsonTree(Start, Path)
    {
        private protected override int Closed => 1;

        public override string Kind => "a list";
    }

    /// <param name="Start">Byte offset of the opening quote.</param>
    /// <param name="Path">The way to it.</param>
    /// <param name="Value">The text, unescaped.</param>
    /// <param name="Raw">The text as it stands in the file, with its quotes.</param>
    internal sealed record Text(int Start, JsonPath Path, string Value, string Raw) : JsonTree(Start, Path)
    {
        private protected override int Closed => 2;

        public override string Kind => $"the text {Quoting.Quote(Value)}";
    }

    internal sealed record Number(int Start, JsonPath Path, string Raw) : JsonTree(Start, Path)
    {
        private protected override int Closed => 3;

        public override string Kind => $"the number {Quoting.Escape(Raw, 40)}";
    }

    internal sealed record Flag(int Start, JsonPath Path, bool Value) : JsonTree(Start, Path)
    {
        private protected override int Closed => 4;

        public override string Kind => Value ? "true" : "false";
    }

    internal sealed record Null(int Start, JsonPath Path) : JsonTree(Start, Path)
    {
        private protected override int Closed => 5;

        public override string Kind => "null";
    }

    /// <summary>Text that cannot be decoded.</summary>
    /// <param name="Why">What whoever reads it reports, and nothing besides.</param>
    internal sealed record Broken(Fault Why) : JsonTree(Why.Offset, Why.Path)
    {
        private protected override int Closed => 6;

        public override string Kind => "broken text";
    }
}

/// <summary>One <c>"name": value</c> of an object.</summary>
/// <param name="Start">Byte offset of the name's opening quote.</param>
/// <param name="Name">The name, unescaped.</param>
/// <param name="RawName">The name as it stands in the file, with its quotes.</param>
/// <param name="Value">The value; its path ends in the name.</param>
internal sealed record JsonMember(int Start, string Name, string RawName, JsonTree Value);
