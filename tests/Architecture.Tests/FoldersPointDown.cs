namespace PluginHost.Architecture.Tests;

/// <summary>Folders are namespaces, and no arrow between them runs back.</summary>
public sealed class FoldersPointDown : IDisposable
{
    // The rooms of core from the top to the bottom. Protocol knows none of the others.
    private static readonly string[] Rooms = ["Configuration", "Serving", "Scripts", "Policy", "Text", "Protocol"];

    private readonly string _root = Directory.CreateTempSubdirectory("folders").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void No_folder_of_core_is_reached_from_itself()
    {
        using var core = Inspected.Core();
        var arrows = Folders.Of(core);
        Assert.Contains("PluginHost.Core.Protocol.Frames", arrows["PluginHost.Core.Protocol.Connection"]);
        Assert.Empty(Folders.Cycles(arrows));
    }

    [Fact]
    public void The_rooms_of_core_point_down()
    {
        using var core = Inspected.Core();
        Assert.Empty(
            from arrow in Folders.Of(core)
            from other in arrow.Value
            where Height(arrow.Key) > Height(other) || (Room(arrow.Key) == "Protocol" && Room(other) != "Protocol")
            select $"{arrow.Key} -> {other}");
    }

    [Fact]
    public void No_folder_of_the_program_is_reached_from_itself()
    {
        using var host = Inspected.Host();
        Assert.Empty(Folders.Cycles(Folders.Of(host)));
    }

    [Fact]
    public void No_folder_of_the_engine_is_reached_from_itself()
    {
        using var engine = Inspected.Server();
        var arrows = Folders.Of(engine);
        Assert.Contains("PluginHost.Server.Connections", arrows["PluginHost.Server.Topics"]);
        Assert.Empty(Folders.Cycles(arrows));
    }

    [Fact]
    public void Namespaces_are_folders()
    {
        Assert.Empty(Folders.Misplaced(Path.Combine(Inspected.Root, "core"), "PluginHost.Core"));
        Assert.Empty(Folders.Misplaced(Path.Combine(Inspected.Root, "host", "Server"), "PluginHost.Server"));
        Assert.Empty(Folders.Misplaced(Path.Combine(Inspected.Root, "host"), "PluginHost", "Server"));
    }

    [Fact]
    public void Imports_run_one_way_too()
    {
        Assert.Empty(Folders.Cycles(Folders.OfImports(Path.Combine(Inspected.Root, "core"))));
        Assert.Empty(Folders.Cycles(Folders.OfImports(Path.Combine(Inspected.Root, "host", "Server"))));
        Assert.Empty(Folders.Cycles(Folders.OfImports(Path.Combine(Inspected.Root, "host"), "Server")));
    }

    [Fact]
    public void An_import_that_runs_back_is_found()
    {
        Write("A/One.cs", "using X.B;\n\nnamespace X.A;");
        Write("B/Two.cs", "using System;\n\nnamespace X.B;");
        Assert.Empty(Folders.Cycles(Folders.OfImports(_root)));
        Write("B/Three.cs", "using X.A;\n\nnamespace X.B;");
        Assert.Equal(["X.A -> X.B -> X.A", "X.B -> X.A -> X.B"], Folders.Cycles(Folders.OfImports(_root)));
    }

    [Theory]
    [InlineData("A.One:B.Two B.Two:C.Three", "")]
    [InlineData("A.One:B.Two B.Two:A.Other A.Other:", "A -> B -> A;B -> A -> B")]
    [InlineData("A.One:B.Two B.Two:C.Three C.Three:A.One D.Four:A.One", "A -> B -> C -> A;B -> C -> A -> B;C -> A -> B -> C")]
    [InlineData("A.One:A.Two A.Two:A.One", "")]
    [InlineData("A.One:System.String", "")]
    public void A_cycle_is_found(string mentions, string cycles)
    {
        var types = mentions.Split(' ').Select(type => type.Split(':'))
            .ToDictionary(type => type[0], type => type[1].Split(',', StringSplitOptions.RemoveEmptyEntries).AsEnumerable());
        foreach (var target in types.Values.SelectMany(targets => targets).Where(target => !target.StartsWith("System", StringComparison.Ordinal)).ToArray())
            types.TryAdd(target, []);
        Assert.Equal(cycles, string.Join(";", Folders.Cycles(Folders.Of(types))));
    }

    [Fact]
    public void A_file_in_the_wrong_folder_is_found()
    {
        Write("A.cs", "namespace X;");
        Write("Inner/B.cs", "namespace X.Inner;");
        Write("Inner/C.cs", "namespace X;");
        Write("Other/D.cs", "namespace Y;");
        Write("obj/E.cs", "namespace Y;");
        Assert.Equal(["Inner/C.cs"], Folders.Misplaced(_root, "X", "Other"));
    }

    private static string Room(string folder) => folder.Split('.')[2];

    private static int Height(string folder) => Array.IndexOf(Rooms, Room(folder));

    private void Write(string path, string text)
    {
        var file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
