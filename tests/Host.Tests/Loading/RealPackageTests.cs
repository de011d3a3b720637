using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PluginHost.Abstractions;
using PluginHost.Abstractions.Hosting;
using PluginHost.Server.Loading;
using PluginHost.Testing;

namespace PluginHost.Tests.Loading;

/// <summary>Plugins with the packages that people use, as their build lays them out.</summary>
public sealed class RealPackageTests : IDisposable
{
    private readonly TempFolder _temp = new();

    private static string Built => Path.Combine(AppContext.BaseDirectory, "testplugins");

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Two_plugins_carry_different_versions_of_one_package()
    {
        var set = Load("old-json", "new-json");
        Assert.Equal("""{"json":12}""", Answer(set, "old-json"));
        Assert.Equal("""{"json":13}""", Answer(set, "new-json"));
        set.Unload();
    }

    [Fact]
    public void A_native_library_is_found_under_runtimes()
    {
        Assert.NotEmpty(Natives(_temp.Copy(Path.Combine(Built, "sqlite"), "plugins", "sqlite")));
        var set = Load();
        Assert.Equal("1:hello", Answer(set, "sqlite"));
        set.Unload();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_native_library_is_found_beside_the_assembly(bool withDeps)
    {
        var folder = _temp.Copy(Path.Combine(Built, "sqlite"), "plugins", "sqlite");
        var native = Natives(folder).Single(file => file.Contains($"{Path.DirectorySeparatorChar}{System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
        File.Move(native, Path.Combine(folder, Path.GetFileName(native)));
        Directory.Delete(Path.Combine(folder, "runtimes"), recursive: true);
        if (!withDeps) File.Delete(Path.Combine(folder, "sqlite.deps.json"));
        var set = Load();
        Assert.Equal("1:hello", Answer(set, "sqlite"));
        set.Unload();
    }

    [CulturesFact]
    public void A_client_that_needs_cultures_reaches_for_the_network()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound, not listening: connections are refused
        var set = Load("sql-server");
        var port = ((IPEndPoint)closed.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
        Assert.StartsWith("A network-related or instance-specific error occurred while establishing a connection", Answer(set, "sql-server", port), StringComparison.Ordinal);
        set.Unload();
    }

    [CulturesFact]
    public void Files_translations_and_another_framework_are_found()
    {
        var set = Load("beside");
        Assert.Equal("a file beside the assembly", Answer(set, "beside", "motto"));
        Assert.Equal("/a/b", Answer(set, "beside", "framework"));
        Assert.Equal("guten Tag", Answer(set, "beside", "de-AT"));
        Assert.Equal("good day", Answer(set, "beside", "fr"));
        Assert.Equal("1.234,5", Answer(set, "beside", "number"));
        set.Unload();
    }

    [CulturesFact]
    public void Copies_of_framework_assemblies_do_not_stand_beside_the_hosts()
    {
        // As a self-contained publication lays them there, whose types would be others than those of the contract.
        var folder = _temp.Copy(Path.Combine(Built, "beside"), "plugins", "beside");
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        foreach (var file in Directory.EnumerateFiles(framework)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var set = Load();
        Assert.Equal("guten Tag", Answer(set, "beside", "de"));
        var copies = Directory.EnumerateFiles(set.Plugins[0].CopyFolder!, "System.*.dll").ToList();
        Assert.Empty(copies);
        set.Unload();
    }

    private static IEnumerable<string> Natives(string folder) => Directory.EnumerateFiles(Path.Combine(folder, "runtimes"), "*e_sqlite3*", SearchOption.AllDirectories);

    private PluginSet Load(params string[] built)
    {
        foreach (var name in built) _temp.Copy(Path.Combine(Built, name), "plugins", name);
        return PluginLoader.Load(new(_temp.Path, _temp["host"], "plugins", true, true, [])).Match(
            set => set, problems => throw new Xunit.Sdk.XunitException(string.Join('\n', problems)));
    }

    private static string Answer(PluginSet set, string token, string text = "hello")
    {
        PureRun run = set.Handlers[token].Description.Tier.Match(create => create(), _ => null!, _ => null!);
        run.Open(new HandshakeInfo());
        return run.Next(PureTest.Text(text))[0].Text!;
    }
}

/// <summary>A test that needs cultures, and so ICU.</summary>
public sealed class CulturesFactAttribute : FactAttribute
{
    /// <summary>Skips it in invariant mode.</summary>
    public CulturesFactAttribute() => Skip = new CultureInfo("de").NumberFormat.NumberDecimalSeparator == ","
        ? null
        : "There are no cultures: DOTNET_SYSTEM_GLOBALIZATION_INVARIANT is set.";
}
