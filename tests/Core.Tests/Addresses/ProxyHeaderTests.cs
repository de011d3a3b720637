using System.Text;
using System.Text.Json;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Serving.Routing;

namespace PluginHost.Core.Tests.Addresses;

/// <summary>The corpus in <c>proxy-headers.json</c>: good and bad PROXY headers, each cut anywhere and followed by anything.</summary>
public class ProxyHeaderTests
{
    private static readonly JsonElement[] Corpus = [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Addresses", "proxy-headers.json"))).RootElement.EnumerateArray()];

    public static TheoryData<string> Names => [.. Corpus.Select(one => one.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_read_as_the_corpus_says(string name)
    {
        var (entry, bytes) = Entry(name);
        var header = ProxyHeader.Read(bytes);
        if (entry.TryGetProperty("malformed", out _))
        {
            Assert.Equal(ProxyHeaderKind.Malformed, header.Kind);
            return;
        }
        var source = entry.GetProperty("source").GetString()!;
        Assert.Equal((ProxyHeaderKind.Complete, bytes.Length, source.Length > 0), (header.Kind, header.Length, header.HasSource));
        Assert.Equal(entry.TryGetProperty("secure", out _), header.Secure);
        if (source.Length > 0) Assert.Equal((source, entry.GetProperty("port").GetInt32()), (header.Source.ToString(), header.Port));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_beginning_is_incomplete_or_already_malformed_and_what_follows_plays_no_part(string name)
    {
        var (_, bytes) = Entry(name);
        var whole = ProxyHeader.Read(bytes);
        var malformed = false;
        for (var length = 0; length < bytes.Length; length++)
        {
            var kind = ProxyHeader.Read(bytes.AsSpan(0, length)).Kind;
            Assert.NotEqual(ProxyHeaderKind.Complete, kind);
            Assert.False(malformed && kind != ProxyHeaderKind.Malformed, "a malformed beginning became good");
            malformed = kind == ProxyHeaderKind.Malformed;
        }
        Assert.Equal(whole, ProxyHeader.Read([.. bytes, .. "\r\nPROXY \n"u8]));
    }

    [Theory]
    [InlineData("PROXY \u0001")]
    [InlineData("PROXY TCP4 192.0.2.1\0")]
    [InlineData("PROXY UNKNOWN \u00e4")]
    public void What_is_no_text_is_malformed_before_the_line_ends(string text) =>
        Assert.Equal(ProxyHeaderKind.Malformed, ProxyHeader.Read(Encoding.Latin1.GetBytes(text)).Kind);

    private static (JsonElement Entry, byte[] Bytes) Entry(string name)
    {
        var entry = Corpus.Single(one => one.GetProperty("name").GetString() == name);
        return (entry, entry.TryGetProperty("hex", out var hex)
            ? Convert.FromHexString(hex.GetString()!.Replace(" ", "", StringComparison.Ordinal))
            : Encoding.Latin1.GetBytes(entry.GetProperty("text").GetString()!));
    }
}
