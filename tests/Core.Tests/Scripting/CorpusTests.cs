using PluginHost.Core.Scripting;

namespace PluginHost.Core.Tests.Scripting;

/// <summary>
/// One file for each feature of the language, with what it must print, or the error it must end with, beside it. The last line end of both
/// files does not count.
/// </summary>
public sealed class CorpusTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Scripting", "corpus");

    private static readonly ScriptLibrary Library = ScriptLibrary.Create(
        Directory.EnumerateFiles(Path.Combine(Folder, "parts"))
            .Select(f => KeyValuePair.Create("parts/" + Path.GetFileName(f), Read(f))));

    public static TheoryData<string> Names() => [.. Directory.EnumerateFiles(Folder, "*.sbn").Select(f => Path.GetFileNameWithoutExtension(f)).Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Prints(string name) => Assert.Equal(
        Read(Path.Combine(Folder, name + ".out")), Rendering.Render(Read(Path.Combine(Folder, name + ".sbn")), Library, file: name + ".sbn"));

    [Fact]
    public void There_is_a_file_for_every_feature() => Assert.InRange(Names().Count, 400, int.MaxValue);

    private static string Read(string file)
    {
        var text = File.ReadAllText(file);
        return text.EndsWith('\n') ? text[..^1] : text;
    }
}
