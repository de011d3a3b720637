using LanguageExt;
using PluginHost.Core.Text;

namespace PluginHost.Core.Configuration;

/// <summary>One key of the configuration file.</summary>
/// <param name="Name">As written in the file.</param>
/// <param name="Type">What may stand there.</param>
/// <param name="Default">The value in its absence, as JSON; empty where there is none or <paramref name="Doc"/> says it.</param>
/// <param name="Doc">What it means, for the schema and the reference; one or two sentences.</param>
internal sealed record ConfigurationKey(string Name, KeyType Type, string Default, string Doc)
{
    public bool Required { get; init; }
}

/// <summary>An object of the configuration file: its title in the reference and its keys.</summary>
/// <param name="Title">Where it stands: <c>limits</c>, <c>routes[]</c>.</param>
/// <param name="Keys">In the order in which they are documented.</param>
internal sealed record ConfigurationSection(string Title, Seq<ConfigurationKey> Keys)
{
    public Option<ConfigurationKey> Find(string name) => Keys.Find(k => k.Name == name);

    public ConfigurationKey this[string name] => Find(name).IfNone(() => throw new ArgumentException($"{Title} has no key {name}"));
}

/// <summary>A rule for text.</summary>
/// <param name="Expected">For the reference: <c>subprotocol</c>.</param>
/// <param name="Pattern">The same rule, perhaps a weaker one, as a regular expression of JSON Schema (ECMA-262).</param>
/// <param name="Problem">Null for good text.</param>
internal sealed record TextFormat(string Expected, string Pattern, Func<string, string?> Problem);

/// <summary>What may stand behind a key.</summary>
internal abstract record KeyType
{
    private KeyType() { }

    private protected abstract int Closed { get; }

    internal sealed record Flag : KeyType
    {
        private protected override int Closed => 0;
    }

    /// <summary>A whole number within bounds, both included.</summary>
    internal sealed record Whole(long Min, long Max) : KeyType
    {
        private protected override int Closed => 1;
    }

    /// <summary>A close code that the server may send when it goes away.</summary>
    internal sealed record CloseCode : KeyType
    {
        private protected override int Closed => 2;
    }

    internal sealed record Duration(TimeSpan Min, TimeSpan Max) : KeyType
    {
        private protected override int Closed => 3;
    }

    /// <summary>Bytes: a number, or text with a unit.</summary>
    internal sealed record Size(long Min, long Max) : KeyType
    {
        private protected override int Closed => 4;
    }

    internal sealed record Text(TextFormat Format) : KeyType
    {
        private protected override int Closed => 5;
    }

    internal sealed record Choice(Seq<string> Values) : KeyType
    {
        private protected override int Closed => 6;
    }

    internal sealed record Section(ConfigurationSection Keys) : KeyType
    {
        private protected override int Closed => 7;
    }

    internal sealed record ListOf(KeyType Item, int AtLeast, string WhenEmpty) : KeyType
    {
        private protected override int Closed => 8;
    }

    /// <summary>An object whose keys are names of the user's.</summary>
    internal sealed record MapOf(TextFormat Name, ConfigurationSection Value) : KeyType
    {
        private protected override int Closed => 9;
    }

    /// <summary>An object that somebody else validates.</summary>
    internal sealed record Options : KeyType
    {
        private protected override int Closed => 10;
    }

    /// <summary>Something that is never printed: as it is, <c>{env:NAME}</c> or <c>{file:PATH}</c>.</summary>
    internal sealed record Secret(string Expected) : KeyType
    {
        private protected override int Closed => 12;
    }

    /// <summary><c>"same"</c>, <c>"any"</c>, or a list of exact origins and <c>"same"</c>.</summary>
    internal sealed record Origins : KeyType
    {
        private protected override int Closed => 11;
    }
}
