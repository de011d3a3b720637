using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PluginHost.Hostile.Corpora;

/// <summary>A request head that no server may take.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Text">Its bytes, each as one character.</param>
public sealed record HostileHead(string Name, string Text);

/// <summary>An offer of an extension.</summary>
/// <param name="Text">The header's value.</param>
/// <param name="IsAcceptable">A server may agree to it.</param>
public sealed record HostileExtension(string Text, bool IsAcceptable);

/// <summary>The beginning of a frame that breaks a rule.</summary>
/// <param name="Name">Opcode and fault.</param>
/// <param name="Hex">Its bytes.</param>
/// <param name="Decides">How many of them decide.</param>
/// <param name="Code">The close code.</param>
/// <param name="InMessage">It comes after the first fragment of a message.</param>
public sealed record HostileFrame(string Name, string Hex, int Decides, int Code, bool InMessage);

/// <summary>Text that is no UTF-8.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="Hex">Its bytes.</param>
/// <param name="Decides">How many of them decide; one more than there are when only the end does.</param>
public sealed record HostileText(string Name, string Hex, int Decides);

/// <summary>A configuration that must not start.</summary>
/// <param name="Name">What was done to it.</param>
/// <param name="Text">The file, each byte as one character.</param>
public sealed record HostileConfiguration(string Name, string Text);

/// <summary>
/// What hostile peers and broken files say, as data in <c>corpus/</c>, written by the generators beside this file. A test compares; with
/// <c>PLUGINHOST_REGENERATE=1</c> in the environment it writes instead.
/// </summary>
public static class Corpus
{
    private static readonly JsonSerializerOptions Shape = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NewLine = "\n",
    };

    /// <summary>Request heads.</summary>
    public static IReadOnlyList<HostileHead> Heads => Read<HostileHead>("heads");

    /// <summary>Offers of permessage-deflate.</summary>
    public static IReadOnlyList<HostileExtension> Extensions => Read<HostileExtension>("extensions");

    /// <summary>Origins of pages that are not the server's, which is at <c>http://localhost</c>.</summary>
    public static IReadOnlyList<string> Origins => Read<string>("origins");

    /// <summary>Frames.</summary>
    public static IReadOnlyList<HostileFrame> Frames => Read<HostileFrame>("frames");

    /// <summary>Texts.</summary>
    public static IReadOnlyList<HostileText> Texts => Read<HostileText>("texts");

    /// <summary>Paths to plugins and scripts. <c>{outside}</c> stands for a folder that is not below the root.</summary>
    public static IReadOnlyList<string> Paths => Read<string>("paths");

    /// <summary>Configurations.</summary>
    public static IReadOnlyList<HostileConfiguration> Configurations => Read<HostileConfiguration>("configurations");

    /// <summary>The generators by the names of their files.</summary>
    public static IReadOnlyDictionary<string, Func<string>> Generators { get; } = new Dictionary<string, Func<string>>
    {
        ["heads"] = () => Write(HeadCorpus.Make()),
        ["extensions"] = () => Write(OfferCorpus.Extensions()),
        ["origins"] = () => Write(OfferCorpus.Origins()),
        ["frames"] = () => Write(FrameCorpus.Frames()),
        ["texts"] = () => Write(FrameCorpus.Texts()),
        ["paths"] = () => Write(FileCorpus.Paths()),
        ["configurations"] = () => Write(FileCorpus.Configurations()),
    };

    /// <summary>The folder of this project.</summary>
    public static string Project { get; } = typeof(Corpus).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == "Project").Value!;

    /// <summary>The file of that name.</summary>
    public static string FileOf(string name) => Path.Combine(Project, "corpus", name + ".json");

    private static List<T> Read<T>(string name) => JsonSerializer.Deserialize<List<T>>(File.ReadAllText(FileOf(name)), Shape)!;

    private static string Write<T>(IEnumerable<T> all) => JsonSerializer.Serialize(all, Shape) + "\n";
}
